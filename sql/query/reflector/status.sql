-- Returns the status of reflections.
-- $1: {"ids"}
SELECT COALESCE(
  jsonb_agg(
    jsonb_build_object(
      'id', r.id,
      'source', jsonb_build_object('id', s.id, 'schema', s.schema_name, 'name', s.table_name),
      'target', CASE WHEN r.target_name IS NOT NULL OR r.server_name IS NOT NULL
        THEN jsonb_strip_nulls(jsonb_build_object(
          'server', COALESCE((SELECT f.srvname FROM pg_foreign_server AS f WHERE f.oid = r.server_oid), r.server_name),
          'schema', CASE WHEN r.target_name IS NOT NULL THEN r.target_schema END, 'name', r.target_name)) END,
      'statement', r.statement,
      'owner', r.owner_name,
      'state', CASE WHEN NOT l.is_live THEN 'paused' WHEN r.state <> 'paused' AND r.failures > 0 THEN 'failed' ELSE r.state END,
      'recopy_needed', r.recopy_reason IS NOT NULL OR NOT l.is_live OR l.has_parent,
      'recopy_reason', CASE
        WHEN l.is_live AND l.has_parent
          THEN 'the source table is a part of another table: statements that name that one are not reflected'
        WHEN l.is_live THEN r.recopy_reason
        WHEN EXISTS (
          SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
          WHERE n.nspname = s.schema_name AND c.relname = s.table_name
        ) THEN 'the database was restored: msar.resume_reflection copies the table again'
        ELSE 'the source table was dropped'
      END,
      'events_waiting', w.waiting -> 'count',
      'lag_seconds', CASE WHEN (w.waiting ->> 'count')::bigint > 0 THEN w.waiting -> 'seconds' ELSE '0' END,
      'rate', r.rate,
      'applied', r.applied,
      'copy', CASE WHEN r.copy_started_at IS NOT NULL OR r.state = 'copying' THEN jsonb_build_object(
        'rows', r.copied, 'started_at', r.copy_started_at, 'finished_at', r.copied_at,
        'progress', CASE WHEN r.copied_at IS NOT NULL THEN 1 WHEN e.rows > 0 THEN least(1, round((r.copied / e.rows)::numeric, 4)) END,
        'seconds_left', CASE WHEN r.copied_at IS NULL AND r.copied > 0 AND e.rows > r.copied THEN round((
          date_part('epoch', COALESCE(r.last_run_at, clock_timestamp()) - r.copy_started_at) * (e.rows - r.copied) / r.copied)::numeric, 1) END
      ) END,
      'dead_letters', (SELECT count(*) FROM msar_catalog.stored_dead_letters AS d WHERE d.reflection_id = r.id),
      'last_error', r.last_error, 'failures', r.failures, 'retry_at', r.retry_at, 'last_run_at', r.last_run_at,
      'created_at', r.created_at
    )
    ORDER BY r.id
  ),
  '[]'
)
FROM msar_catalog.stored_reflections AS r
JOIN msar_catalog.stored_source_tables AS s ON s.id = r.source_id
CROSS JOIN LATERAL (
  SELECT __msar.source_is_live(s.id, s.event_table) AS is_live, __msar.has_parent_table(s.table_oid) AS has_parent
) AS l
CROSS JOIN LATERAL (
  SELECT __msar.waiting_events(s.id, r.snapshot, r.next_snapshot, r.last_seq) AS waiting
) AS w
CROSS JOIN LATERAL (
  SELECT COALESCE(sum(greatest(c.reltuples, 0)), 0)::double precision AS rows
  FROM pg_class AS c WHERE c.relkind = 'r' AND c.oid IN (SELECT __msar.table_tree(s.table_oid))
) AS e
WHERE r.id IN (SELECT (v.value #>> '{}')::bigint FROM jsonb_array_elements($1->'ids') AS v)
