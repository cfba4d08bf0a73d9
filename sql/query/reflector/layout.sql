-- Returns how a trigger writes the events of a table: which column stands at which position. Nothing where the table is no
-- part of the source, or the source has no event table.
-- $1: {"id", "table"}
SELECT jsonb_build_object(
  'is_whole', s.table_oid = ($1->>'table')::oid AND (c.relkind = 'p' OR NOT c.relhassubclass),
  'has_key', s.key_type <> 'none',
  'on_error', s.on_error,
  'refuses', s.when_full = 'refuse' AND (s.max_events IS NOT NULL OR s.max_age IS NOT NULL),
  'sequence', to_regclass(format('msar_reflector.events_%s_seq', s.id))::oid::bigint,
  'slots', (
    SELECT jsonb_agg(to_regclass(format('msar_reflector.events_%s_%s', s.id, p.part))::oid::bigint ORDER BY p.part)
    FROM generate_series(0, 3) AS p(part)
  ),
  -- A partition has the same names in other places.
  'attnums', (
    SELECT jsonb_agg(COALESCE(m.attnum, 0) ORDER BY u.at)
    FROM unnest(s.attnums) WITH ORDINALITY AS u(attnum, at)
    LEFT JOIN pg_attribute AS a ON a.attrelid = s.table_oid AND a.attnum = u.attnum AND NOT a.attisdropped
    LEFT JOIN pg_attribute AS m ON m.attrelid = ($1->>'table')::oid AND m.attname = a.attname AND m.attnum > 0
  ),
  'keeps_old', (
    SELECT jsonb_agg(s.keeps_old_rows OR u.attnum = ANY (s.key_attnums) ORDER BY u.at)
    FROM unnest(s.attnums) WITH ORDINALITY AS u(attnum, at)
  )
)
FROM msar_catalog.stored_source_tables AS s
JOIN pg_class AS c ON c.oid = s.table_oid
WHERE s.id = ($1->>'id')::bigint AND __msar.source_is_live(s.id, s.event_table)
  AND ($1->>'table')::oid IN (SELECT __msar.table_tree(s.table_oid))
