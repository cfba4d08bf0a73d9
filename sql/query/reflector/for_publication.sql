-- Returns what the statements of logical replication depend on.
-- $1: {"id"}
SELECT jsonb_build_object('source_id', r.source_id, 'fields', r.fields, 'statement', r.statement, 'filter', r.filter,
  'ignore_deletes', r.ignore_deletes, 'is_partitioned', c.relkind = 'p', 'database', current_database(),
  'port', current_setting('port'))
FROM msar_catalog.stored_reflections AS r
JOIN msar_catalog.stored_source_tables AS s ON s.id = r.source_id
JOIN pg_class AS c ON c.oid = s.table_oid
WHERE r.id = ($1->>'id')::bigint
