-- Deletes a dead letter. With the last of them the error is resolved.
-- $1: {"id"}
WITH letter AS (
  DELETE FROM msar_catalog.stored_dead_letters AS d WHERE d.id = ($1->>'id')::bigint RETURNING d.id, d.reflection_id
)
UPDATE msar_catalog.stored_reflections AS r SET last_error = NULL
FROM letter AS l
WHERE r.id = l.reflection_id AND r.failures = 0
  AND NOT EXISTS (SELECT FROM msar_catalog.stored_dead_letters AS o WHERE o.reflection_id = r.id AND o.id <> l.id)
