-- Drops the view of an exploration.
-- $1: {"name"}
SELECT to_jsonb(__msar.drop_query_view(($1->>'name')::name)::text)
