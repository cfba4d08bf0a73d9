-- What the current role sees of caches. $1: {"schema": name or null}
SELECT COALESCE(jsonb_agg(to_jsonb(c) || jsonb_build_object(
  'differences', (SELECT count(*) FROM msar_catalog.cache_differences AS d WHERE d.schema_name = c.schema_name)
) ORDER BY c.schema_name), '[]')
FROM msar_catalog.caches AS c
WHERE c.schema_name = COALESCE(($1->>'schema')::name, c.schema_name)
