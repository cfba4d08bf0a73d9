-- Deletes an exploration. What is granted on it, and its shares, go with it by a trigger.
-- $1: {"id"}
DELETE FROM msar_catalog.stored_explorations AS e WHERE e.id = ($1->>'id')::bigint;
