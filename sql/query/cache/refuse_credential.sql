-- Forgets a credential that the upstream service has refused. The cache gets a new version, which tells the sessions that
-- remember the credential. $1: {"id", "credential"}
WITH refused AS (
  DELETE FROM msar_catalog.stored_cache_credentials AS r
  USING msar_catalog.stored_caches AS c
  WHERE c.id = ($1->>'id')::bigint AND r.cache_id = c.id
    AND r.digest = sha256(convert_to(c.salt::text || ($1->>'credential'), 'UTF8'))
  RETURNING r.cache_id
)
UPDATE msar_catalog.stored_caches AS c SET version = nextval('msar_catalog.stored_cache_versions')
WHERE c.id = (SELECT r.cache_id FROM refused AS r)
