-- Pauses a reflection.
-- $1: {"id"}
UPDATE msar_catalog.stored_reflections AS r
SET state = 'paused'
WHERE r.id = ($1->>'id')::bigint
