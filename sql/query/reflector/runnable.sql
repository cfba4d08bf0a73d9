-- Returns the reflections of a role that can run now: all, or one, which does not wait for its next attempt.
-- $1: {"owner", "id"}
SELECT COALESCE(jsonb_agg(r.id ORDER BY r.id), '[]')
FROM msar_catalog.stored_reflections AS r
JOIN msar_catalog.stored_source_tables AS s ON s.id = r.source_id
WHERE r.owner_oid = ($1->>'owner')::oid AND r.state <> 'paused' AND __msar.source_is_live(s.id, s.event_table)
  AND r.id = COALESCE(($1->>'id')::bigint, r.id)
  AND (r.retry_at IS NULL OR r.retry_at <= clock_timestamp() OR ($1->>'id') IS NOT NULL)
