-- Deletes a dead letter.
-- $1: {"id"}
DELETE FROM msar_catalog.stored_dead_letters AS d WHERE d.id = ($1->>'id')::bigint
