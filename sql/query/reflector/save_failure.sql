-- Stores that a run of a reflection failed. The pause before the next attempt doubles with each failure, up to five minutes.
-- $1: {"id", "error"}
UPDATE msar_catalog.stored_reflections AS r
SET failures = r.failures + 1, last_error = $1->'error' || jsonb_build_object('statement', r.statement), last_run_at = clock_timestamp(),
  retry_at = clock_timestamp() + make_interval(secs => least(300, power(2, least(r.failures, 10))))
WHERE r.id = ($1->>'id')::bigint
