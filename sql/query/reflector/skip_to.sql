-- Stores the progress of a reflection whose next events were skipped.
-- $1: {"id", "snapshot", "next_snapshot", "last_seq"}
UPDATE msar_catalog.stored_reflections AS r
SET snapshot = COALESCE(($1->>'snapshot')::pg_snapshot, r.snapshot), next_snapshot = ($1->>'next_snapshot')::pg_snapshot,
  last_seq = ($1->>'last_seq')::bigint, recopy_reason = COALESCE(r.recopy_reason, 'events were skipped'),
  failures = 0, retry_at = NULL
WHERE r.id = ($1->>'id')::bigint
