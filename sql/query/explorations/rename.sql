-- Renames an exploration and its view.
-- $1: {"id", "name", "view_name"}
UPDATE msar_catalog.stored_explorations AS e SET name = $1->>'name', view_name = $1->>'view_name', updated_at = now()
WHERE e.id = ($1->>'id')::bigint;
