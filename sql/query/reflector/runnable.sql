-- Returns the reflections of a role that can run now: all, or one, which does not wait for its next attempt. A worker looks
-- many times a second: it gets those for which something is due, and the others now and then, so that their status says that
-- they are looked after.
-- $1: {"owner", "id", "is_worker"}
SELECT COALESCE(jsonb_agg(r.id ORDER BY r.id), '[]')
FROM msar_catalog.stored_reflections AS r
JOIN msar_catalog.stored_source_tables AS s ON s.id = r.source_id
WHERE r.owner_oid = ($1->>'owner')::oid AND r.state <> 'paused' AND __msar.source_is_live(s.id, s.event_table)
  AND r.id = COALESCE(($1->>'id')::bigint, r.id)
  AND (r.retry_at IS NULL OR r.retry_at <= clock_timestamp() OR ($1->>'id') IS NOT NULL)
  AND (
    NOT ($1->>'is_worker')::boolean OR r.state = 'copying' OR r.next_snapshot IS NOT NULL OR r.failures > 0
    OR COALESCE(r.last_run_at, '-infinity') < clock_timestamp() - interval '10 seconds'
    OR __msar.has_due_events(s.id, r.snapshot)
  )
