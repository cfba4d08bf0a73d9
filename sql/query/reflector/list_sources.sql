-- Returns source tables as documents, with what they do not capture.
-- $1: {"ids"}
SELECT COALESCE(
  jsonb_agg(
    jsonb_build_object(
      'id', s.id, 'table_oid', s.table_oid::bigint, 'schema', s.schema_name, 'name', s.table_name, 'columns', to_jsonb(s.column_names),
      'key_type', s.key_type, 'key', to_jsonb(s.key_names), 'is_live', s.is_live, 'on_error', s.on_error,
      'max_events', s.max_events, 'max_age', s.max_age, 'when_full', s.when_full,
      'captures', CASE WHEN s.key_type = 'none' THEN '["INSERT", "TRUNCATE"]'::jsonb
        ELSE '["INSERT", "UPDATE", "DELETE", "TRUNCATE"]' END,
      'event_table', CASE WHEN s.is_live THEN format('msar_reflector.events_%s', s.id) END,
      'reflections', (SELECT count(*) FROM msar_catalog.stored_reflections AS r WHERE r.source_id = s.id),
      'warnings', (
        SELECT COALESCE(jsonb_agg(w.text), '[]')
        FROM (
          SELECT 'The table has no key: updates and deletes are not reflected.' AS text WHERE s.key_type = 'none'
          UNION ALL
          SELECT 'The table is a part of another table: statements that name that one are not reflected.'
          WHERE __msar.has_parent_table(s.table_oid)
          UNION ALL
          SELECT 'A subscription writes to the table, which fires no triggers for statements: its changes are not reflected.'
          WHERE EXISTS (
            SELECT FROM pg_subscription_rel AS x WHERE x.srrelid IN (SELECT __msar.table_tree(s.table_oid))
          )
          UNION ALL
          SELECT format('Foreign table %s has no triggers: changes by its own name are not reflected.', c.oid::regclass)
          FROM pg_class AS c WHERE c.relkind = 'f' AND c.oid IN (SELECT __msar.table_tree(s.table_oid))
          UNION ALL
          SELECT format('Table %s lacks triggers: its changes are not reflected. Any ALTER TABLE adds them.', c.oid::regclass)
          FROM pg_class AS c
          WHERE s.is_live AND c.relkind IN ('r', 'p') AND c.oid IN (SELECT __msar.table_tree(s.table_oid))
            AND (SELECT count(*) FROM __msar.capture_triggers(s.id) AS t WHERE t.table_oid = c.oid AND t.enabled = 'A')
              < CASE WHEN s.key_type = 'none' THEN 2 ELSE 4 END
        ) AS w
      ),
      'created_at', s.created_at
    )
    ORDER BY s.schema_name, s.table_name, s.id
  ),
  '[]'
)
FROM (
  SELECT s.*, __msar.source_is_live(s.id, s.event_table) AS is_live
  FROM msar_catalog.stored_source_tables AS s
  WHERE s.id IN (SELECT (v.value #>> '{}')::bigint FROM jsonb_array_elements($1->'ids') AS v)
) AS s
