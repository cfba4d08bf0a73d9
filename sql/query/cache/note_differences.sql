-- Keeps differences between answers of the cache and of the upstream service.
-- $1: {"id", "request", "differences": [{"entity_type", "entity_id", "field", "cached", "upstream"}]}
INSERT INTO msar_catalog.stored_cache_differences (cache_id, entity_type, entity_id, field, cached, upstream, request)
SELECT ($1->>'id')::bigint, d.entity_type, d.entity_id, d.field, d.cached, d.upstream, $1->'request'
FROM jsonb_to_recordset($1->'differences')
  AS d(entity_type text, entity_id bigint, field text, cached jsonb, upstream jsonb)
WHERE EXISTS (SELECT FROM msar_catalog.stored_caches AS c WHERE c.id = ($1->>'id')::bigint FOR KEY SHARE)
