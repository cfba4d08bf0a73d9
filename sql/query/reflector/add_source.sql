-- Stores a source, creates its event table and triggers, and returns its id.
-- $1: {"table", "restored_id", "on_error", "max_events", "max_age", "when_full"}
SELECT to_jsonb(__msar.store_source_table(
  ($1->>'table')::oid, ($1->>'restored_id')::bigint, $1->>'on_error', ($1->>'max_events')::bigint,
  ($1->>'max_age')::double precision, $1->>'when_full'))
