-- Triggers that no longer work for every way of writing.
SELECT COALESCE(pg_catalog.jsonb_agg(tgrelid::pg_catalog.regclass::pg_catalog.text || '.' || tgname), '[]') FROM pg_catalog.pg_trigger
WHERE NOT tgisinternal AND tgenabled <> 'A'
  AND tgrelid IN ('msar_catalog.stored_table_metadata'::pg_catalog.regclass, 'msar_catalog.stored_column_metadata'::pg_catalog.regclass,
                  'msar_catalog.stored_detached_metadata'::pg_catalog.regclass);
