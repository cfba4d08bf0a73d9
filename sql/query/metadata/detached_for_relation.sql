-- What is kept for a relation; for a new one only if it has no metadata of its own.
SELECT (
  SELECT pg_catalog.to_jsonb(d)
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN msar_catalog.stored_detached_metadata AS d
    ON (d.schema_name, d.table_name, d.owner_name) = (n.nspname, c.relname, pg_catalog.pg_get_userbyid(c.relowner))
  WHERE c.oid = ($1->>'oid')::pg_catalog.oid
    AND EXISTS (
      SELECT FROM msar_catalog.stored_detached_metadata AS l
      WHERE (l.schema_name, l.table_name, l.owner_name) = (d.schema_name, d.table_name, d.owner_name)
      FOR UPDATE SKIP LOCKED
    )
    AND NOT (
      ($1->'is_new')::pg_catalog.bool
      AND (
        EXISTS (SELECT FROM msar_catalog.stored_table_metadata AS m WHERE m.table_oid = c.oid)
        OR EXISTS (SELECT FROM msar_catalog.stored_column_metadata AS m WHERE m.table_oid = c.oid)
      )
    )
);
