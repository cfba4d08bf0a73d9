-- Stores an event that could not be applied, which is the last error of its reflection then.
-- $1: a row of stored_dead_letters
WITH letter AS (
  INSERT INTO msar_catalog.stored_dead_letters (reflection_id, seq, operation, key, old_row, new_row, error)
  SELECT r.reflection_id, r.seq, r.operation, r.key, r.old_row, r.new_row, r.error
  FROM jsonb_populate_record(NULL::msar_catalog.stored_dead_letters, $1) AS r
  RETURNING reflection_id, error
)
UPDATE msar_catalog.stored_reflections AS r SET last_error = l.error FROM letter AS l WHERE r.id = l.reflection_id
