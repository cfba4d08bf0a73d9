-- Adds a copy from a dump. If the same restore has detached metadata of that table already, both are merged: that
-- metadata belonged to a table that existed, so it is newer and takes precedence.
-- $1: a row of stored_detached_metadata
INSERT INTO msar_catalog.stored_detached_metadata AS d
SELECT * FROM pg_catalog.jsonb_populate_record(NULL::msar_catalog.stored_detached_metadata, $1)
ON CONFLICT (schema_name, table_name, owner_name) DO UPDATE
SET metadata = pg_catalog.jsonb_build_object(
    'table', CASE
      WHEN EXCLUDED.metadata->'table' = 'null' THEN d.metadata->'table'
      WHEN d.metadata->'table' = 'null' THEN EXCLUDED.metadata->'table'
      ELSE (EXCLUDED.metadata->'table') || (d.metadata->'table')
    END,
    'columns', (EXCLUDED.metadata->'columns') || (d.metadata->'columns')
  ),
  waits = d.waits OR EXCLUDED.waits;
