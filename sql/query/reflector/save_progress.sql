-- Stores the progress of a reflection after a run that succeeded.
-- $1: the document of run::progress_document
UPDATE msar_catalog.stored_reflections AS r
SET snapshot = ($1->>'snapshot')::pg_snapshot, next_snapshot = ($1->>'next_snapshot')::pg_snapshot,
  last_seq = ($1->>'last_seq')::bigint, target_token = ($1->>'target_token')::uuid,
  copy_position = CASE jsonb_typeof($1->'copy_position') WHEN 'array'
    THEN ARRAY(SELECT p.value FROM jsonb_array_elements_text($1->'copy_position') WITH ORDINALITY AS p(value, at) ORDER BY p.at)
  END,
  copied = ($1->>'copied')::bigint,
  copy_started_at = CASE WHEN r.state = 'copying'
    THEN COALESCE(r.copy_started_at, clock_timestamp() - make_interval(secs => ($1->>'seconds')::double precision))
    ELSE r.copy_started_at END,
  copied_at = CASE WHEN r.state = 'copying' AND $1->>'state' = 'active' THEN clock_timestamp() ELSE r.copied_at END,
  copy_is_again = ($1->>'copy_is_again')::boolean,
  state = $1->>'state', recopy_reason = $1->>'recopy_reason', applied = r.applied + ($1->>'applied')::bigint,
  rate = CASE WHEN ($1->>'applied')::bigint > 0 AND ($1->>'seconds')::double precision > 0
    THEN ($1->>'applied')::bigint / ($1->>'seconds')::double precision ELSE r.rate END,
  -- That of an event is one as long as there are dead letters.
  last_error = CASE
    WHEN EXISTS (SELECT FROM msar_catalog.stored_dead_letters AS d WHERE d.reflection_id = r.id) THEN r.last_error
  END,
  failures = 0, retry_at = NULL, last_run_at = clock_timestamp()
WHERE r.id = ($1->>'id')::bigint
