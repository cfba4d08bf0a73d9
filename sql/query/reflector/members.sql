-- Returns the tables that are read as parts of a source.
-- $1: {"id"}
SELECT COALESCE(jsonb_agg(t.member::bigint), '[]')
FROM msar_catalog.stored_source_tables AS s CROSS JOIN LATERAL __msar.table_tree(s.table_oid) AS t(member)
WHERE s.id = ($1->>'id')::bigint
