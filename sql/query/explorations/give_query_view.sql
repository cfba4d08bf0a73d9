-- Gives the view of an exploration to another owner.
-- $1: {"name", "owner"}
SELECT to_jsonb(__msar.give_query_view(($1->>'name')::name, ($1->>'owner')::name)::text)
