-- Removes what was attached, but for what did not fit.
DELETE FROM msar_catalog.stored_detached_metadata AS d
USING pg_catalog.jsonb_populate_record(NULL::msar_catalog.stored_detached_metadata, $1) AS r
WHERE (d.schema_name, d.table_name, d.owner_name) = (r.schema_name, r.table_name, r.owner_name)
  AND r.metadata IS NULL;
UPDATE msar_catalog.stored_detached_metadata AS d SET metadata = r.metadata, reason = r.reason, waits = r.waits
FROM pg_catalog.jsonb_populate_record(NULL::msar_catalog.stored_detached_metadata, $1) AS r
WHERE (d.schema_name, d.table_name, d.owner_name) = (r.schema_name, r.table_name, r.owner_name)
  AND r.metadata IS NOT NULL;
