-- Stores a new cache with an empty feed, and returns its id.
-- $1: a row of stored_caches
WITH cache AS (
  INSERT INTO msar_catalog.stored_caches (schema_oid, schema_name, owner_oid, owner_name, definition)
  SELECT r.schema_oid, r.schema_name, r.owner_oid, r.owner_name, r.definition
  FROM jsonb_populate_record(NULL::msar_catalog.stored_caches, $1) AS r
  RETURNING id
)
INSERT INTO msar_catalog.stored_cache_feeds (cache_id) SELECT c.id FROM cache AS c RETURNING to_jsonb(cache_id)
