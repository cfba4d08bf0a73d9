-- Returns the number of reflections of a source.
-- $1: {"id"}
SELECT to_jsonb(count(*)) FROM msar_catalog.stored_reflections AS r WHERE r.source_id = ($1->>'id')::bigint
