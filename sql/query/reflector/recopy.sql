-- Makes a reflection copy its source again, as another incarnation.
-- $1: {"id"}
UPDATE msar_catalog.stored_reflections AS r
SET state = 'copying', snapshot = NULL, next_snapshot = NULL, last_seq = 0, copy_position = NULL, copied = 0,
  copy_started_at = NULL, copied_at = NULL, copy_is_again = true, recopy_reason = NULL, failures = 0, retry_at = NULL,
  incarnation = gen_random_uuid(), target_token = NULL
WHERE r.id = ($1->>'id')::bigint
