-- The forms that the current role may see.
SELECT COALESCE(jsonb_agg(to_jsonb(f) || jsonb_build_object(
  'base_table_oid', f.base_table_oid::bigint, 'role_oid', f.role_oid::bigint) ORDER BY f.id), '[]')
FROM msar_catalog.forms AS f
WHERE f.id = COALESCE(($1->>'id')::bigint, f.id) AND f.schema_name = COALESCE($1->>'schema', f.schema_name)
  AND f.token = COALESCE(($1->>'token')::uuid, f.token);
