-- Whether the upstream service has accepted a credential lately.
-- $1: {"id", "credential", "lifetime": seconds}
SELECT to_jsonb(EXISTS (
  SELECT FROM msar_catalog.stored_cache_credentials AS r
  JOIN msar_catalog.stored_caches AS c ON c.id = r.cache_id
  WHERE c.id = ($1->>'id')::bigint
    AND r.digest = sha256(convert_to(c.salt::text || ($1->>'credential'), 'UTF8'))
    AND r.accepted_at > clock_timestamp() - make_interval(secs => ($1->>'lifetime')::double precision)
))
