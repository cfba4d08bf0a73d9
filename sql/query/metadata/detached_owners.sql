-- The owners of the copies that are kept under a name, as far as the caller sees them.
SELECT COALESCE(pg_catalog.jsonb_agg(d.owner_name), '[]')
FROM msar_catalog.detached_metadata AS d
WHERE d.schema_name = $1->>'schema' AND d.table_name = $1->>'table';
