-- Locks a reflection and returns it as its run needs it; nothing where another session runs it.
-- $1: {"id"}
SELECT jsonb_build_object(
  'id', r.id, 'source_id', r.source_id, 'owner_oid', r.owner_oid::bigint, 'target_oid', r.target_oid::bigint,
  'server', COALESCE((SELECT f.srvname FROM pg_foreign_server AS f WHERE f.oid = r.server_oid), r.server_name),
  'incarnation', r.incarnation, 'target_token', r.target_token, 'target_schema', r.target_schema, 'target_table', r.target_name,
  'target_name', COALESCE(quote_ident(r.target_schema) || '.' || quote_ident(r.target_name), ''), 'fields', r.fields, 'statement', r.statement,
  'delete_statement', r.delete_statement, 'filter', r.filter, 'ignore_deletes', r.ignore_deletes, 'on_error', r.on_error,
  'uses', r.uses, 'state', r.state, 'recopy_reason', r.recopy_reason, 'snapshot', r.snapshot::text,
  'next_snapshot', r.next_snapshot::text, 'last_seq', r.last_seq, 'copy_position', to_jsonb(r.copy_position),
  'copy_is_again', r.copy_is_again, 'copied', r.copied,
  'copy_seconds', COALESCE(date_part('epoch', clock_timestamp() - r.copy_started_at), 0),
  'source_name', format('%I.%I', s.schema_name, s.table_name),
  'source_oid', s.table_oid::bigint, 'source_exists', EXISTS (SELECT FROM pg_class AS c WHERE c.oid = s.table_oid),
  'source_of_target', (
    SELECT min(t.id) FROM msar_catalog.stored_source_tables AS t
    WHERE __msar.source_is_live(t.id, t.event_table) AND t.table_oid = r.target_oid
  ),
  'shares_target', EXISTS (
    SELECT FROM msar_catalog.stored_reflections AS o
    WHERE o.source_id <> r.source_id AND (o.target_oid = r.target_oid
      OR (o.server_oid, o.target_schema, o.target_name) = (r.server_oid, r.target_schema, r.target_name))
  )
)
FROM msar_catalog.stored_reflections AS r
JOIN msar_catalog.stored_source_tables AS s ON s.id = r.source_id
WHERE r.id = ($1->>'id')::bigint
FOR UPDATE OF r SKIP LOCKED
