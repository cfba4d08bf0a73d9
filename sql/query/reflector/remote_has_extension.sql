-- Run on another server: how many views of the extension there are. What the extension made belongs to the bootstrap
-- superuser; anything else of that name is not looked at.
SELECT pg_catalog.count(*)::text FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE n.nspname OPERATOR(pg_catalog.=) 'msar_catalog' AND n.nspowner OPERATOR(pg_catalog.=) 10
  AND c.relname OPERATOR(pg_catalog.=) 'source_tables' AND c.relowner OPERATOR(pg_catalog.=) 10
