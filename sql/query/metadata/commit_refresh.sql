-- Writes rows anew whose object has another name or owner now, and rows that refer to such an object: their trigger fills
-- in the current names.
-- $1: {"tables", "relations", "renamed", "schemas"}: OIDs of what the transaction touched; "tables" are all relations that it
-- is about
WITH stale AS (
  SELECT m.ctid AS at
  FROM msar_catalog.stored_column_metadata AS m
  JOIN pg_catalog.pg_class AS c ON c.oid = m.table_oid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = m.attnum AND NOT a.attisdropped
  WHERE m.table_oid = ANY (ARRAY(
      SELECT o::pg_catalog.oid FROM pg_catalog.jsonb_array_elements_text($1->'tables') AS o
    ))
    AND (m.schema_name, m.table_name, m.column_name, m.owner_name)
      <> (n.nspname, c.relname, a.attname, pg_catalog.pg_get_userbyid(c.relowner))
  FOR UPDATE OF m SKIP LOCKED
)
UPDATE msar_catalog.stored_column_metadata AS m
SET table_oid = m.table_oid
WHERE m.ctid = ANY (ARRAY(SELECT at FROM stale));

WITH stale AS (
  SELECT m.ctid AS at
  FROM msar_catalog.stored_table_metadata AS m
  JOIN pg_catalog.pg_class AS c ON c.oid = m.table_oid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE m.table_oid = ANY (ARRAY(
      SELECT o::pg_catalog.oid FROM pg_catalog.jsonb_array_elements_text($1->'tables') AS o
    ))
    AND (m.schema_name, m.table_name, m.owner_name)
      <> (n.nspname, c.relname, pg_catalog.pg_get_userbyid(c.relowner))
    OR (
      m.refs ?| ARRAY(SELECT pg_catalog.jsonb_array_elements_text($1->'renamed'))
      OR $1->'schemas' <> '[]'
      OR m.table_oid = ANY (ARRAY(
        SELECT o::pg_catalog.oid FROM pg_catalog.jsonb_array_elements_text($1->'relations') AS o
      ))
    ) AND EXISTS (
      SELECT
      FROM pg_catalog.jsonb_each(m.refs) AS r
      JOIN pg_catalog.pg_class AS t ON t.oid = r.key::pg_catalog.oid
      JOIN pg_catalog.pg_namespace AS s ON s.oid = t.relnamespace
      WHERE (s.nspname, t.relname) <> ((r.value->>'schema')::pg_catalog.name, (r.value->>'name')::pg_catalog.name)
        OR EXISTS (
          SELECT
          FROM pg_catalog.jsonb_each_text(r.value->'columns') AS k
          JOIN pg_catalog.pg_attribute AS a
            ON a.attrelid = t.oid AND a.attnum = k.key::pg_catalog.int2 AND NOT a.attisdropped
          WHERE a.attname <> k.value::pg_catalog.name
        )
    )
  FOR UPDATE OF m SKIP LOCKED
)
UPDATE msar_catalog.stored_table_metadata AS m
SET table_oid = m.table_oid
WHERE m.ctid = ANY (ARRAY(SELECT at FROM stale));
