-- Keeps the digest of a credential that the upstream service has accepted.
-- $1: {"id", "credential"}
INSERT INTO msar_catalog.stored_cache_credentials (cache_id, digest)
SELECT c.id, sha256(convert_to(c.salt::text || ($1->>'credential'), 'UTF8'))
FROM msar_catalog.stored_caches AS c WHERE c.id = ($1->>'id')::bigint FOR KEY SHARE
ON CONFLICT (cache_id, digest) DO UPDATE SET accepted_at = clock_timestamp()
WHERE stored_cache_credentials.accepted_at < clock_timestamp() - interval '10 seconds'
