-- The row that stands where the row of this table belongs, but is about something of another name: it counts for nobody.
-- $1: {"table_oid", "schema_name", "table_name"}
DELETE FROM msar_catalog.stored_table_metadata AS m
USING pg_catalog.jsonb_to_record($1) AS t(table_oid pg_catalog.oid, schema_name pg_catalog.name, table_name pg_catalog.name)
WHERE m.table_oid = t.table_oid AND (m.schema_name <> t.schema_name OR m.table_name <> t.table_name);

-- A row for a table that has none.
-- $1: {"table_oid"}
INSERT INTO msar_catalog.stored_table_metadata (table_oid)
SELECT t.table_oid
FROM pg_catalog.jsonb_to_record($1) AS t(table_oid pg_catalog.oid)
ON CONFLICT (table_oid) DO NOTHING;
