-- Detaches metadata. If there is a copy of the same table, both are merged: the new one takes precedence.
-- $1: a row of stored_detached_metadata
INSERT INTO msar_catalog.stored_detached_metadata AS d (schema_name, table_name, owner_name, metadata, reason, waits)
SELECT r.schema_name, r.table_name, r.owner_name, r.metadata, r.reason, r.waits
FROM pg_catalog.jsonb_populate_record(NULL::msar_catalog.stored_detached_metadata, $1) AS r
ON CONFLICT (schema_name, table_name, owner_name) DO UPDATE
SET metadata = pg_catalog.jsonb_build_object(
    'table', CASE
      WHEN d.metadata->'table' = 'null' THEN EXCLUDED.metadata->'table'
      WHEN EXCLUDED.metadata->'table' = 'null' THEN d.metadata->'table'
      ELSE (d.metadata->'table') || (EXCLUDED.metadata->'table')
    END,
    'columns', (d.metadata->'columns') || (EXCLUDED.metadata->'columns')
  ),
  reason = EXCLUDED.reason,
  waits = d.waits OR EXCLUDED.waits,
  detached_at = pg_catalog.now();
