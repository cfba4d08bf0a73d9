-- Returns the grants that the current role sees.
SELECT COALESCE(jsonb_agg(to_jsonb(g) ORDER BY g.grantee), '[]') FROM msar_catalog.exploration_grants AS g
WHERE g.exploration_id IS NOT DISTINCT FROM ($1->>'id')::bigint
  AND g.schema_name IS NOT DISTINCT FROM ($1->>'schema_name')::name;
