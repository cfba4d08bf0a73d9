-- Whether there are rows whose object is gone or has other names, or that refer to an object that has other names.
-- $1: {"tables", "relations", "renamed", "schemas"}: OIDs of what the transaction touched; "tables" are all relations that it
-- is about
SELECT to_jsonb(
  EXISTS (
    SELECT
    FROM msar_catalog.stored_column_metadata AS m
    LEFT JOIN pg_class AS c ON c.oid = m.table_oid
    LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = m.attnum AND NOT a.attisdropped
    WHERE m.table_oid = ANY (ARRAY(SELECT o::oid FROM jsonb_array_elements_text($1->'tables') AS o))
      AND (m.schema_name, m.table_name, m.column_name, m.owner_name)
        IS DISTINCT FROM (n.nspname, c.relname, a.attname, pg_get_userbyid(c.relowner))
  )
  OR EXISTS (
    SELECT
    FROM msar_catalog.stored_table_metadata AS m
    LEFT JOIN pg_class AS c ON c.oid = m.table_oid
    LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE m.table_oid = ANY (ARRAY(SELECT o::oid FROM jsonb_array_elements_text($1->'tables') AS o))
      AND (m.schema_name, m.table_name, m.owner_name)
        IS DISTINCT FROM (n.nspname, c.relname, pg_get_userbyid(c.relowner))
  )
  OR EXISTS (
    SELECT
    FROM msar_catalog.stored_table_metadata AS m
    CROSS JOIN jsonb_each(m.refs) AS r
    JOIN pg_class AS t ON t.oid = r.key::oid
    JOIN pg_namespace AS s ON s.oid = t.relnamespace
    WHERE (
        m.refs ?| ARRAY(SELECT jsonb_array_elements_text($1->'renamed'))
        OR $1->'schemas' <> '[]'
        OR m.table_oid = ANY (ARRAY(SELECT o::oid FROM jsonb_array_elements_text($1->'relations') AS o))
      )
      AND (
        (s.nspname, t.relname) <> ((r.value->>'schema')::name, (r.value->>'name')::name)
        OR EXISTS (
          SELECT
          FROM jsonb_each_text(r.value->'columns') AS k
          JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.key::int2 AND NOT a.attisdropped
          WHERE a.attname <> k.value::name
        )
      )
  )
);
