-- Forgets a credential that the upstream service has refused. $1: {"id", "credential"}
DELETE FROM msar_catalog.stored_cache_credentials AS r
USING msar_catalog.stored_caches AS c
WHERE c.id = ($1->>'id')::bigint AND r.cache_id = c.id
  AND r.digest = sha256(convert_to(c.salt::text || ($1->>'credential'), 'UTF8'))
