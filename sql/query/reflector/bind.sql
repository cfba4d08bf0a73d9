-- Notes what the expressions, the filter and the statements of a reflection use.
-- $1: {"id", "uses"}
UPDATE msar_catalog.stored_reflections AS r SET uses = $1->'uses' WHERE r.id = ($1->>'id')::bigint
