-- How long ago the upstream service has accepted a credential, in seconds; null if it has not.
-- $1: {"id", "credential"}
SELECT to_jsonb((
  SELECT extract(epoch FROM clock_timestamp() - r.accepted_at)::double precision
  FROM msar_catalog.stored_cache_credentials AS r
  JOIN msar_catalog.stored_caches AS c ON c.id = r.cache_id
  WHERE c.id = ($1->>'id')::bigint
    AND r.digest = sha256(convert_to(c.salt::text || ($1->>'credential'), 'UTF8'))
))
