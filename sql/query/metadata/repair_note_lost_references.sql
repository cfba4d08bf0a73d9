-- Writes rows of tables anew: their trigger notes which references have gone.
UPDATE msar_catalog.stored_table_metadata AS m SET table_oid = m.table_oid
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = m.table_oid AND c.relname = m.table_name AND n.nspname = m.schema_name;
