-- The shares that the current role may see.
SELECT COALESCE(jsonb_agg(to_jsonb(s) || jsonb_build_object('table_oid', s.table_oid::bigint) ORDER BY s.created_at DESC, s.id DESC), '[]')
FROM msar_catalog.shares AS s
WHERE s.id = COALESCE(($1->>'id')::bigint, s.id)
  AND ($1->>'schema' IS NULL OR (s.schema_name, s.table_name) = ($1->>'schema', $1->>'table'))
  AND ($1->>'exploration_id' IS NULL OR s.exploration_id = ($1->>'exploration_id')::bigint);
