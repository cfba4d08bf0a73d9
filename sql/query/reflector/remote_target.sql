-- Run on another server, which may lack the extension, while its search_path has pg_catalog alone: a table by its OID.
-- The types are those of casts, which would cut texts and bits to their lengths without a word.
SELECT jsonb_build_object(
  'oid', c.oid::bigint, 'schema', n.nspname, 'name', c.relname, 'relkind', c.relkind,
  'is_temporary', c.relpersistence = 't', 'is_source', false,
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
      'attnum', a.attnum, 'name', a.attname, 'type_oid', a.atttypid::bigint, 'is_generated', a.attgenerated <> '',
      'type', format_type(a.atttypid, CASE WHEN t.typcategory IN ('S', 'V') THEN -1 ELSE a.atttypmod END),
      'equality', (
        SELECT format('OPERATOR(%I.%s)', s.nspname, o.oprname)
        FROM (
          WITH RECURSIVE base(oid) AS (
            SELECT a.atttypid
            UNION ALL
            SELECT b.typbasetype FROM base JOIN pg_type AS b ON b.oid = base.oid WHERE b.typtype = 'd'
          )
          SELECT base.oid FROM base
        ) AS base
        JOIN pg_opclass AS k ON k.opcintype = base.oid AND k.opcdefault
        JOIN pg_am AS m ON m.oid = k.opcmethod AND m.amname = 'btree'
        JOIN pg_amop AS p ON p.amopfamily = k.opcfamily AND p.amoplefttype = base.oid AND p.amoprighttype = base.oid
          AND p.amopstrategy = 3
        JOIN pg_operator AS o ON o.oid = p.amopopr
        JOIN pg_namespace AS s ON s.oid = o.oprnamespace
        LIMIT 1
      )
    ) ORDER BY a.attnum), '[]')
    FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  )
)::text
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = CAST($1 AS oid)
