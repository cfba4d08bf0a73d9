-- Puts a copy aside, in the place of an older one.
INSERT INTO msar_catalog.stored_detached_metadata (schema_name, table_name, owner_name, metadata, reason)
SELECT r.schema_name, r.table_name, r.owner_name, r.metadata, r.reason
FROM pg_catalog.jsonb_populate_record(NULL::msar_catalog.stored_detached_metadata, $1) AS r
ON CONFLICT (schema_name, table_name, owner_name) DO UPDATE
  SET metadata = EXCLUDED.metadata, reason = EXCLUDED.reason, waits = false, detached_at = pg_catalog.now();
