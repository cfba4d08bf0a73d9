-- Roles: what msar.list_roles and msar.get_current_role tell about them. Names are bound as in schema_functions.sql.

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

COMMENT ON FUNCTION __msar.role_info() IS $$Every role of the server, PostgreSQL's predefined ones too.

Returns: rows (oid, name, info); info is {"oid": int, "name": text, "super": bool, "inherits": bool, "create_role": bool,
  "create_db": bool, "login": bool, "description": its comment or null,
  "members": null or [{"oid": int, "admin": bool}], the direct members by OID}
Errors: none

Example: SELECT info FROM __msar.role_info() WHERE name = current_user;$$;


CREATE FUNCTION msar.list_roles() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(pg_catalog.jsonb_agg(r.info ORDER BY r.name), '[]')
  FROM __msar.role_info() AS r
  WHERE NOT __msar.is_reserved_name(r.name);
END;

COMMENT ON FUNCTION msar.list_roles() IS $$The roles of the server, by name, without those whose name begins with pg_.

Returns: [{"oid": int, "name": text, "super": bool, "inherits": bool, "create_role": bool, "create_db": bool,
  "login": bool, "description": its comment or null,
  "members": null or [{"oid": int, "admin": bool}], the direct members by OID}]
Errors: none

Example: SELECT r->>'name' FROM jsonb_array_elements(msar.list_roles()) AS r WHERE (r->>'login')::boolean;$$;


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

COMMENT ON FUNCTION msar.get_current_role() IS $$The current role, and the roles whose rights it has without SET ROLE.

Returns: {"current_role": role, "parent_roles": [role, ...]}, roles as in msar.list_roles. parent_roles are those from
which the current role inherits, directly or not, by name; of a superuser all other roles. Names that begin with pg_ are
left out.
Errors: none

Example: SELECT msar.get_current_role()->'current_role'->>'name';$$;
