-- Returns whether the current role sees an exploration.
-- $1: {"id"}
SELECT to_json(EXISTS (SELECT FROM msar_catalog.explorations AS e WHERE e.id = ($1->>'id')::bigint))
