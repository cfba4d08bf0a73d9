-- Privileges granted on the database, its schemas and its tables. Names are bound as in
-- schemas.sql.

CREATE FUNCTION __msar.priv_list(acl aclitem[]) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(
    pg_catalog.jsonb_agg(
      pg_catalog.jsonb_build_object('role_oid', grantee.oid::bigint, 'direct', grantee.privileges) ORDER BY r.rolname
    ),
    '[]'
  )
  FROM (
    SELECT p.grantee AS oid, pg_catalog.jsonb_agg(p.privilege_type ORDER BY p.first) AS privileges
    FROM (
      -- A privilege that comes from several grantors counts once.
      SELECT item.grantee, item.privilege_type, pg_catalog.min(item.ordinality) AS first
      FROM pg_catalog.aclexplode(acl) WITH ORDINALITY AS item
      GROUP BY item.grantee, item.privilege_type
    ) AS p
    GROUP BY p.grantee
  ) AS grantee
  -- PUBLIC (OID 0) and a role dropped meanwhile have no row here.
  JOIN pg_catalog.pg_roles AS r ON r.oid = grantee.oid
  WHERE NOT __msar.is_reserved_name(r.rolname);
END;

CREATE FUNCTION msar.list_db_priv() RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN __msar.priv_list((
  SELECT COALESCE(d.datacl, pg_catalog.acldefault('d', d.datdba))
  FROM pg_catalog.pg_database AS d
  WHERE d.datname = pg_catalog.current_database()
));

CREATE FUNCTION msar.list_schema_privileges(sch_id regnamespace) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN __msar.priv_list((
  SELECT COALESCE(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
  FROM pg_catalog.pg_namespace AS n
  WHERE n.oid = sch_id
));

CREATE FUNCTION msar.list_table_privileges(tab_id regclass) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN __msar.priv_list((
  SELECT COALESCE(
    c.relacl,
    -- A sequence has defaults of its own.
    pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, c.relowner)
  )
  FROM pg_catalog.pg_class AS c
  WHERE c.oid = tab_id
));

-- These functions change privileges. The first statement of each calls a function in Rust; the second returns the new state.

CREATE FUNCTION msar.replace_database_privileges_for_roles(priv_spec jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.replace_database_privileges_for_roles(priv_spec);
  SELECT msar.list_db_priv();
END;

CREATE FUNCTION msar.replace_schema_privileges_for_roles(sch_id regnamespace, priv_spec jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.replace_schema_privileges_for_roles(sch_id, priv_spec);
  SELECT msar.list_schema_privileges(sch_id);
END;

CREATE FUNCTION msar.replace_table_privileges_for_roles(tab_id regclass, priv_spec jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.replace_table_privileges_for_roles(tab_id, priv_spec);
  SELECT msar.list_table_privileges(tab_id);
END;
