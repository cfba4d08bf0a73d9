-- Deletes and returns rows whose object was dropped. Rows of columns of existing relations are deleted only.
-- $1: {"tables", "relations", "renamed", "schemas"}: OIDs of what the transaction touched; "tables" are all relations that it
-- is about
WITH gone_tables AS (
  DELETE FROM msar_catalog.stored_table_metadata AS d
  WHERE d.ctid = ANY (ARRAY(
    SELECT m.ctid
    FROM msar_catalog.stored_table_metadata AS m
    WHERE m.table_oid = ANY (ARRAY(
        SELECT o::pg_catalog.oid FROM pg_catalog.jsonb_array_elements_text($1->'tables') AS o
      ))
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = m.table_oid)
    FOR UPDATE SKIP LOCKED
  ))
  RETURNING pg_catalog.to_jsonb(d) AS row
),
gone_columns AS (
  DELETE FROM msar_catalog.stored_column_metadata AS d
  WHERE d.ctid = ANY (ARRAY(
    SELECT m.ctid
    FROM msar_catalog.stored_column_metadata AS m
    WHERE m.table_oid = ANY (ARRAY(
        SELECT o::pg_catalog.oid FROM pg_catalog.jsonb_array_elements_text($1->'tables') AS o
      ))
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = m.table_oid AND a.attnum = m.attnum AND NOT a.attisdropped
      )
    FOR UPDATE SKIP LOCKED
  ))
  RETURNING
    pg_catalog.to_jsonb(d) AS row,
    EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = d.table_oid) AS is_of_live
)
SELECT pg_catalog.jsonb_build_object(
  'tables', (SELECT COALESCE(pg_catalog.jsonb_agg(row), '[]') FROM gone_tables),
  'columns', (SELECT COALESCE(pg_catalog.jsonb_agg(row), '[]') FROM gone_columns WHERE NOT is_of_live)
);
