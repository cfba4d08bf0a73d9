-- Returns what is granted on a view and on its columns to others than its owner, each with the statement that grants it.
-- $1: {"view": its OID}
SELECT COALESCE(jsonb_agg(jsonb_build_object(
    'column', g.column_name,
    'privilege', g.privilege_type,
    'sql', format('GRANT %s%s ON msar_queries.%I TO %s%s',
      g.privilege_type, ' (' || quote_ident(g.column_name) || ')', g.view_name,
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
      CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  ) ORDER BY g.attnum), '[]')
FROM (
  SELECT c.relname AS view_name, c.relowner, 0 AS attnum, NULL AS column_name, a.grantee, a.privilege_type, a.is_grantable
  FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
  WHERE c.oid = ($1->>'view')::oid
  UNION ALL
  SELECT c.relname, c.relowner, t.attnum, t.attname, a.grantee, a.privilege_type, a.is_grantable
  FROM pg_class AS c
  JOIN pg_attribute AS t ON t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped
  CROSS JOIN LATERAL aclexplode(t.attacl) AS a
  WHERE c.oid = ($1->>'view')::oid
) AS g
WHERE g.grantee <> g.relowner;
