-- Returns a table of this database as a target.
-- $1: {"oid", "source"}
-- The types are those of casts, which would cut texts and bits to their lengths without a word.
SELECT jsonb_build_object(
  'oid', c.oid::bigint, 'schema', n.nspname, 'name', c.relname, 'relkind', c.relkind,
  'is_temporary', c.relpersistence = 't',
  'is_source', c.oid IN (SELECT __msar.table_tree(($1->>'source')::oid)),
  'has_rules', c.relhasrules,
  -- What makes a row that is there twice an error at once.
  'unique_keys', (
    SELECT COALESCE(jsonb_agg((
      SELECT jsonb_agg(k.attname ORDER BY k.attname) FROM pg_attribute AS k
      WHERE k.attrelid = i.indrelid AND k.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
    )), '[]')
    FROM pg_index AS i
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  ),
  'columns', (
    SELECT COALESCE(jsonb_agg(jsonb_build_object(
      'attnum', a.attnum, 'name', a.attname, 'type_oid', a.atttypid::bigint,
      'type_modifier', CASE WHEN t.typcategory IN ('S', 'V') THEN -1 ELSE a.atttypmod END, 'is_generated', a.attgenerated <> ''
    ) ORDER BY a.attnum), '[]')
    FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  )
)
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = ($1->>'oid')::oid
