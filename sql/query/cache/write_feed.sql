-- Writes how far the event log was read.
-- $1: {"id", "feed", "synced_at": text or null}
UPDATE msar_catalog.stored_cache_feeds AS f
SET feed = $1->'feed',
  synced_at = COALESCE(greatest(f.synced_at, ($1->>'synced_at')::timestamptz), f.synced_at)
WHERE f.cache_id = ($1->>'id')::bigint
