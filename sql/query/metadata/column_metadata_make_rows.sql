-- Rows that stand where rows of these columns belong, but are about something of another name: they count for nobody.
-- $1: {"table_oid", "schema_name", "table_name", "columns": [{"attnum", "column_name", "changes"}]}
DELETE FROM msar_catalog.stored_column_metadata AS m
USING pg_catalog.jsonb_to_record($1) AS t(table_oid pg_catalog.oid, schema_name pg_catalog.name, table_name pg_catalog.name, columns pg_catalog.jsonb),
  pg_catalog.jsonb_to_recordset(t.columns) AS c(attnum pg_catalog.int2, column_name pg_catalog.name)
WHERE m.table_oid = t.table_oid AND m.attnum = c.attnum
  AND (m.schema_name <> t.schema_name OR m.table_name <> t.table_name OR m.column_name <> c.column_name);

-- A row for each column that has none.
-- $1: {"table_oid", "columns": [{"attnum"}]}
INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum)
SELECT t.table_oid, c.attnum
FROM pg_catalog.jsonb_to_record($1) AS t(table_oid pg_catalog.oid, columns pg_catalog.jsonb),
  pg_catalog.jsonb_to_recordset(t.columns) AS c(attnum pg_catalog.int2)
ON CONFLICT (table_oid, attnum) DO NOTHING;
