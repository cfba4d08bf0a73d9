-- Returns the source that a table is, if it is live, or one that a dump brought here for a table of this name.
-- $1: {"table"}
SELECT jsonb_build_object('id', s.id, 'is_live', l.is_live, 'key_type', s.key_type, 'keeps_old_rows', s.keeps_old_rows)
FROM msar_catalog.stored_source_tables AS s
CROSS JOIN LATERAL (SELECT __msar.source_is_live(s.id, s.event_table) AS is_live) AS l
JOIN pg_class AS c ON c.oid = ($1->>'table')::oid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE CASE WHEN l.is_live THEN s.table_oid = c.oid ELSE (s.schema_name, s.table_name) = (n.nspname, c.relname) END
ORDER BY l.is_live DESC, s.id DESC LIMIT 1
