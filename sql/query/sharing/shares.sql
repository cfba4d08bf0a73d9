-- The shares that the current role may see, each with its exploration, where that role sees it.
SELECT COALESCE(
  jsonb_agg(
    to_jsonb(s) || jsonb_build_object(
      'table_oid', s.table_oid::bigint,
      'exploration', (SELECT to_jsonb(e) FROM msar_catalog.explorations AS e WHERE e.id = s.exploration_id)
    )
    ORDER BY s.created_at DESC, s.id DESC
  ),
  '[]'
)
FROM msar_catalog.shares AS s
WHERE s.id = COALESCE(($1->>'id')::bigint, s.id)
  AND ($1->>'schema' IS NULL OR (s.schema_name, s.table_name) = ($1->>'schema', $1->>'table'))
  AND ($1->>'exploration_id' IS NULL OR s.exploration_id = ($1->>'exploration_id')::bigint);
