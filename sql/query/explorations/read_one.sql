-- Returns an exploration, if the current role sees it.
-- $1: {"id"}
SELECT row_to_json(e) FROM msar_catalog.explorations AS e WHERE e.id = ($1->>'id')::bigint
