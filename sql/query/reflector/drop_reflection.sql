-- Deletes a reflection and its dead letters.
-- $1: {"id"}
DELETE FROM msar_catalog.stored_reflections AS r WHERE r.id = ($1->>'id')::bigint;
DELETE FROM msar_catalog.stored_dead_letters AS d WHERE d.reflection_id = ($1->>'id')::bigint
