-- Returns a source with its columns and key as they are now.
-- $1: {"id"}
SELECT jsonb_build_object(
  'id', s.id, 'oid', s.table_oid::bigint, 'name', format('%I.%I', n.nspname, c.relname),
  'key_type', s.key_type, 'keeps_old_rows', s.keeps_old_rows,
  'estimated_rows', (
    SELECT COALESCE(sum(greatest(t.reltuples, 0)), 0)::double precision
    FROM pg_class AS t WHERE t.relkind = 'r' AND t.oid IN (SELECT __msar.table_tree(s.table_oid))
  ),
  'columns', (
    SELECT COALESCE(jsonb_agg(jsonb_build_object(
      'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'type_oid', a.atttypid::bigint,
      'type_modifier', a.atttypmod, 'attnum', u.attnum,
      'stored_name', u.name
    ) ORDER BY u.at), '[]')
    FROM unnest(s.attnums, s.column_names) WITH ORDINALITY AS u(attnum, name, at)
    LEFT JOIN pg_attribute AS a ON a.attrelid = s.table_oid AND a.attnum = u.attnum AND NOT a.attisdropped
  ),
  'key', (
    SELECT COALESCE(jsonb_agg(array_position(s.attnums, k.attnum) - 1 ORDER BY k.at), '[]')
    FROM unnest(s.key_attnums) WITH ORDINALITY AS k(attnum, at)
  )
)
FROM msar_catalog.stored_source_tables AS s
JOIN pg_class AS c ON c.oid = s.table_oid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE s.id = ($1->>'id')::bigint
