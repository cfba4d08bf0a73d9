-- The owner of the exploration of that name, unless it has that id: also of one that the caller may not see.
SELECT to_jsonb(e.owner_name) FROM msar_catalog.stored_explorations AS e
WHERE e.name = $1->>'name' AND e.id IS DISTINCT FROM ($1->>'id')::bigint;
