-- Creates a view of nulls.
-- $1: {"name", "columns", "owner", "replaces"}
SELECT to_jsonb(__msar.put_query_view(
  ($1->>'name')::name, $1->>'columns', ($1->>'owner')::name, ($1->>'replaces')::boolean)::text)
