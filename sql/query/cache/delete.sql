-- Deletes a cache with what is about it. Whoever adds to that locks the cache: so the cache goes first, and nothing comes
-- after that. $1: {"id"}
DELETE FROM msar_catalog.stored_caches AS c WHERE c.id = ($1->>'id')::bigint;
DELETE FROM msar_catalog.stored_cache_feeds AS f WHERE f.cache_id = ($1->>'id')::bigint;
DELETE FROM msar_catalog.stored_cache_credentials AS r WHERE r.cache_id = ($1->>'id')::bigint;
DELETE FROM msar_catalog.stored_cache_differences AS d WHERE d.cache_id = ($1->>'id')::bigint
