-- Returns what a role may do with a reflection, and which table it is about.
-- $1: {"id", "role"}
SELECT jsonb_build_object('source_id', r.source_id, 'state', r.state, 'is_live', __msar.source_is_live(s.id, s.event_table),
  'source', format('%I.%I', s.schema_name, s.table_name),
  'source_oid', (SELECT c.oid::bigint FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = s.schema_name AND c.relname = s.table_name),
  'is_owner', COALESCE(pg_has_role(($1->>'role')::oid, o.oid, 'USAGE'), false),
  'is_source_owner', COALESCE(pg_has_role(($1->>'role')::oid, c.relowner, 'USAGE'), false))
FROM msar_catalog.stored_reflections AS r
JOIN msar_catalog.stored_source_tables AS s ON s.id = r.source_id
LEFT JOIN pg_roles AS o ON o.oid = r.owner_oid
LEFT JOIN pg_class AS c ON c.oid = s.table_oid AND c.relname = s.table_name
WHERE r.id = ($1->>'id')::bigint
