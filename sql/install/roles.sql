-- Roles: listing, creating and dropping them, and their members. Names are bound as in schemas.sql.

CREATE FUNCTION __msar.role_info() RETURNS TABLE (oid oid, name name, info jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    r.oid,
    r.rolname,
    pg_catalog.jsonb_build_object(
      'oid', r.oid::bigint,
      'name', r.rolname,
      'super', r.rolsuper,
      'inherits', r.rolinherit,
      'create_role', r.rolcreaterole,
      'create_db', r.rolcreatedb,
      'login', r.rolcanlogin,
      'description', pg_catalog.shobj_description(r.oid, 'pg_authid'),
      'members', members.list
    )
  -- pg_roles, because only superusers may read pg_authid.
  FROM pg_catalog.pg_roles AS r
  LEFT JOIN (
    SELECT
      m.roleid,
      pg_catalog.jsonb_agg(
        pg_catalog.jsonb_build_object('oid', m.member::bigint, 'admin', m.admin) ORDER BY m.member
      ) AS list
    FROM (
      -- Since PostgreSQL 16 each grantor of a membership has a row of its own.
      SELECT a.roleid, a.member, pg_catalog.bool_or(a.admin_option) AS admin
      FROM pg_catalog.pg_auth_members AS a
      GROUP BY a.roleid, a.member
    ) AS m
    GROUP BY m.roleid
  ) AS members ON members.roleid = r.oid;
END;

CREATE FUNCTION msar.list_roles() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(pg_catalog.jsonb_agg(r.info ORDER BY r.name), '[]')
  FROM __msar.role_info() AS r
  WHERE NOT __msar.is_reserved_name(r.name);
END;

CREATE FUNCTION msar.get_current_role() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.jsonb_build_object(
    'current_role',
    (SELECT r.info FROM __msar.role_info() AS r WHERE r.name = current_user),
    'parent_roles',
    (
      SELECT COALESCE(pg_catalog.jsonb_agg(r.info ORDER BY r.name), '[]')
      FROM __msar.role_info() AS r
      WHERE pg_catalog.pg_has_role(r.oid, 'USAGE')
        AND r.name <> current_user
        AND NOT __msar.is_reserved_name(r.name)
    )
  );
END;

-- These functions change roles. The first statement of each calls a function in Rust; the second returns the new state.

CREATE FUNCTION msar.create_role(rolename text, password_ text, login_ boolean) RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.create_role(rolename, password_, login_);
  SELECT r.info FROM __msar.role_info() AS r WHERE r.name = rolename;
END;

CREATE FUNCTION msar.drop_role(rol_id regrole) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN __msar.drop_role(rol_id);

CREATE FUNCTION msar.set_members_to_role(parent_rol_id regrole, members oid[]) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.set_members_to_role(parent_rol_id, members);
  SELECT r.info FROM __msar.role_info() AS r WHERE r.oid = parent_rol_id;
END;
