-- The changes to be undone, newest first, each with the first later change of the same that is not among them.
-- $1: [{"transaction", "number"}]
WITH asked AS MATERIALIZED (
  SELECT DISTINCT a.transaction::pg_catalog.text::pg_catalog.xid8 AS transaction, a.number
  FROM pg_catalog.jsonb_to_recordset($1) AS a(transaction pg_catalog.int8, number pg_catalog.int4)
),
found AS MATERIALIZED (
  SELECT c.*
  FROM asked AS a
  JOIN msar_catalog.stored_changes AS c ON c.transaction = a.transaction AND c.number = a.number
)
SELECT COALESCE(
  pg_catalog.jsonb_agg(
    pg_catalog.jsonb_build_object(
      'transaction', f.transaction::pg_catalog.text::pg_catalog.int8, 'number', f.number, 'kind', f.kind, 'action', f.action,
      'class', f.class_oid::pg_catalog.int8, 'object', f.object_oid::pg_catalog.int8, 'attnum', f.attnum,
      'schema_name', f.schema_name, 'name', f.object_name, 'old_schema', COALESCE(f.old_schema_oid::pg_catalog.int8, 0),
      'old_name', f.old_object_name, 'relation', COALESCE(f.relation_oid::pg_catalog.int8, 0), 'extension', f.extension_name,
      'found_by', f.found_by, 'differences', f.differences, 'later', l.change,
      'was_dropped', EXISTS (
        SELECT
        FROM msar_catalog.stored_changes AS d
        WHERE d.object_oid = f.object_oid AND d.class_oid = f.class_oid AND d.attnum = f.attnum AND d.action = 'dropped'
      )
    )
    ORDER BY f.happened_at DESC, f.transaction DESC, f.number DESC
  ),
  '[]'
)
FROM found AS f
LEFT JOIN LATERAL (
  SELECT c.transaction::pg_catalog.text || '-' || c.number AS change
  FROM msar_catalog.stored_changes AS c
  WHERE c.object_oid = f.object_oid AND c.class_oid = f.class_oid AND c.action = f.action
    AND (c.happened_at, c.transaction, c.number) > (f.happened_at, f.transaction, f.number)
    AND NOT EXISTS (SELECT FROM asked AS a WHERE a.transaction = c.transaction AND a.number = c.number)
    AND CASE f.action
      WHEN 'altered' THEN EXISTS (
        SELECT
        FROM pg_catalog.jsonb_each(f.differences->'columns') AS mine
        JOIN pg_catalog.jsonb_each(c.differences->'columns') AS its ON its.key = mine.key
        WHERE mine.value ?| ARRAY(SELECT pg_catalog.jsonb_object_keys(its.value))
      )
      WHEN 'privileges' THEN false
      ELSE c.attnum = f.attnum
    END
  ORDER BY c.happened_at, c.transaction, c.number
  LIMIT 1
) AS l ON true;
