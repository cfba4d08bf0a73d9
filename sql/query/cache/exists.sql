-- Whether a schema has a cache. $1: {"schema_name"}
SELECT to_jsonb(EXISTS (SELECT FROM msar_catalog.stored_caches AS c WHERE c.schema_name = $1->>'schema_name'))
