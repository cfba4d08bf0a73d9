-- Takes the rows that do not match out of their tables.
WITH tables AS (
  DELETE FROM msar_catalog.stored_table_metadata AS m
  USING __msar.metadata_state AS s
  WHERE s.reason IS NOT NULL AND s.attnum IS NULL AND m.table_oid = s.table_oid
  RETURNING pg_catalog.to_jsonb(m) AS row
), columns AS (
  DELETE FROM msar_catalog.stored_column_metadata AS m
  USING __msar.metadata_state AS s
  WHERE s.reason IS NOT NULL AND m.table_oid = s.table_oid AND m.attnum = s.attnum
  RETURNING pg_catalog.to_jsonb(m) AS row
)
SELECT pg_catalog.jsonb_build_object(
  'tables', (SELECT COALESCE(pg_catalog.jsonb_agg(row), '[]') FROM tables),
  'columns', (SELECT COALESCE(pg_catalog.jsonb_agg(row), '[]') FROM columns)
);
