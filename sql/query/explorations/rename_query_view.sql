-- Renames the view of an exploration.
-- $1: {"name", "new_name"}
SELECT to_jsonb(__msar.rename_query_view(($1->>'name')::name, ($1->>'new_name')::name)::text)
