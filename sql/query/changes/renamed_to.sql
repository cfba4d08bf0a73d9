-- What became of something that a caller named, and that is not there: its last renaming, move or drop.
-- $1: {"oid"} or {"schema", "name"} of a relation, or {"relation", "column"}
SELECT pg_catalog.jsonb_build_object(
  'was', pg_catalog.quote_ident(COALESCE(c.old_object_name, c.object_name)),
  'now', CASE
    WHEN c.attnum <> 0 THEN pg_catalog.quote_ident(a.attname)
    ELSE pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(r.relname)
  END
)
FROM msar_catalog.changes AS c
LEFT JOIN pg_catalog.pg_class AS r ON r.oid = c.object_oid
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.object_oid AND a.attnum = c.attnum AND NOT a.attisdropped AND c.attnum <> 0
WHERE c.class_oid = 1259
  AND CASE
    WHEN $1 ? 'oid' THEN c.object_oid = ($1->>'oid')::pg_catalog.oid AND c.attnum = 0 AND c.action = 'dropped'
    WHEN $1 ? 'column' THEN c.attnum <> 0 AND r.relname = ($1->>'relation')::pg_catalog.name
      AND COALESCE(c.old_object_name, c.object_name) = ($1->>'column')::pg_catalog.name
      AND c.action IN ('renamed', 'dropped')
    ELSE c.attnum = 0 AND COALESCE(c.old_object_name, c.object_name) = ($1->>'name')::pg_catalog.name
      AND ($1->>'schema' IS NULL
        OR COALESCE(c.old_schema_name, c.schema_name) = ($1->>'schema')::pg_catalog.name)
      AND c.action IN ('renamed', 'moved', 'dropped')
  END
ORDER BY c.happened_at DESC, c.transaction DESC, c.number DESC
LIMIT 1;
