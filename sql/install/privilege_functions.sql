-- Privileges granted on the database, its schemas and its tables. Names are bound as in schema_functions.sql.

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

COMMENT ON FUNCTION __msar.priv_list(aclitem[]) IS $$The privileges of an access control list, by role.

Arguments: acl: the list; NULL is taken for an empty one
Returns: [{"role_oid": int, "direct": [privilege, ...]}], roles by name, privileges in the order of the list, each once.
PUBLIC and roles whose name begins with pg_ are left out; [] if nothing remains
Errors: none

Example: SELECT __msar.priv_list(acldefault('n', 'postgres'::regrole));$$;


CREATE FUNCTION msar.list_db_priv() RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN __msar.priv_list((
  SELECT COALESCE(d.datacl, pg_catalog.acldefault('d', d.datdba))
  FROM pg_catalog.pg_database AS d
  WHERE d.datname = pg_catalog.current_database()
));

COMMENT ON FUNCTION msar.list_db_priv() IS $$The privileges on the current database, by role.

Returns: [{"role_oid": int, "direct": [privilege, ...]}], of CREATE, TEMPORARY, CONNECT; roles by name. Only direct grants
count, without PUBLIC and roles whose name begins with pg_. As long as nothing was granted or revoked, the owner has all.
Errors: none

Example: SELECT msar.list_db_priv();$$;


CREATE FUNCTION msar.list_schema_privileges(sch_id regnamespace) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN __msar.priv_list((
  SELECT COALESCE(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
  FROM pg_catalog.pg_namespace AS n
  WHERE n.oid = sch_id
));

COMMENT ON FUNCTION msar.list_schema_privileges(regnamespace) IS $$The privileges on a schema, by role.

Arguments: sch_id: the schema
Returns: [{"role_oid": int, "direct": [privilege, ...]}], of USAGE, CREATE; roles by name. Only direct grants count,
without PUBLIC and roles whose name begins with pg_. As long as nothing was granted or revoked, the owner has all.
[] if there is no schema with this OID
Errors: none

Example: SELECT msar.list_schema_privileges('public'::regnamespace);$$;


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

COMMENT ON FUNCTION msar.list_table_privileges(regclass) IS $$The privileges on a table, view or other relation, by role.

Arguments: tab_id: the relation
Returns: [{"role_oid": int, "direct": [privilege, ...]}], of INSERT, SELECT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER
(and MAINTAIN since PostgreSQL 17); roles by name. Only direct grants on the whole relation count, without PUBLIC and
roles whose name begins with pg_. As long as nothing was granted or revoked, the owner has all.
[] if there is no relation with this OID
Errors: none

Example: SELECT msar.list_table_privileges('app.invoice');$$;
