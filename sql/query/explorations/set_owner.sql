-- Changes the owner of an exploration.
UPDATE msar_catalog.stored_explorations AS e
SET owner_oid = ($1->>'owner_oid')::oid, owner_name = $1->>'owner_name', updated_at = now()
WHERE e.id = ($1->>'id')::bigint;
