-- The schema as `msar.get_schema` describes it, but for the number of its tables.
SELECT jsonb_build_object(
  'oid', n.oid::bigint,
  'name', n.nspname,
  'description', obj_description(n.oid, 'pg_namespace'),
  'owner_oid', n.nspowner::bigint,
  'current_role_priv', array_remove(
    ARRAY[
      CASE WHEN has_schema_privilege(n.oid, 'USAGE') THEN 'USAGE' END,
      CASE WHEN has_schema_privilege(n.oid, 'CREATE') THEN 'CREATE' END
    ],
    NULL
  ),
  'current_role_owns', pg_has_role(n.nspowner, 'USAGE')
)
FROM pg_namespace AS n WHERE n.oid = ($1->>'oid')::oid;
