-- Deletes a form.
-- $1: {"id"}
DELETE FROM msar_catalog.stored_forms AS f WHERE f.id = ($1->>'id')::bigint
