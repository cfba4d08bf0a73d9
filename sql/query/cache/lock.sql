-- Locks what changes with events and scans, until the transaction ends: two programs that do the same take turns.
-- $1: {"id"}
SELECT jsonb_build_object('feed', f.feed, 'coverage', c.coverage, 'definition', c.definition)
FROM msar_catalog.stored_cache_feeds AS f
JOIN msar_catalog.stored_caches AS c ON c.id = f.cache_id
WHERE f.cache_id = ($1->>'id')::bigint
FOR UPDATE OF f, c
