-- Whether the triggers of our tables are on, in whatever way.
SELECT pg_catalog.to_jsonb(pg_catalog.bool_and(tgenabled <> 'D')) FROM pg_catalog.pg_trigger
WHERE NOT tgisinternal
  AND tgrelid IN ('msar_catalog.stored_table_metadata'::pg_catalog.regclass, 'msar_catalog.stored_column_metadata'::pg_catalog.regclass,
                  'msar_catalog.stored_detached_metadata'::pg_catalog.regclass);
