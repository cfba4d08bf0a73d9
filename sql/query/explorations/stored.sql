-- Returns an exploration as it is stored now, whatever the caller may see.
-- $1: {"id"}
SELECT to_jsonb(e) || jsonb_build_object('owner', e.owner_name, 'level', 4)
FROM msar_catalog.stored_explorations AS e WHERE e.id = ($1->>'id')::bigint;
