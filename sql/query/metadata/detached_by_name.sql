-- The copies that are kept under a name.
SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(d) ORDER BY d.detached_at DESC), '[]')
FROM msar_catalog.detached_metadata AS d
WHERE d.schema_name = $1->>'schema' AND d.table_name = $1->>'table';
