COMMENT ON FUNCTION msar.create_role(text, text, boolean) IS
$$Creates a role.

Arguments:
  rolename: its name, unquoted
  password_: its password, if it may log in; NULL for none. The password is in no statement text and
    no error of mathesar_ext. It is in the text of the client's own statement, unless the client
    passes it as a parameter.
  login_: whether the role may log in; NULL means false
Returns: the role, as msar.list_roles returns it
Errors:
  42501: the current role may not create roles
  42710: a role of this name exists
  42939: the name is reserved (public, none, pg_...)
  42622: the name is longer than 63 bytes
  42601: the name is empty
  22004: the name is NULL
  Nothing is created then.

Example:
  SELECT msar.create_role('librarian', 'open sesame', true)->>'oid';$$;

COMMENT ON FUNCTION msar.drop_role(regrole) IS
$$Drops a role.

Arguments:
  rol_id: the role
Returns: nothing
Errors:
  42704: no role has this OID
  2BP01: the role owns objects or has privileges, in this database or another, or the database
    system requires it
  55006: it is the current role or the session's
  42501: the current role may not drop it
  22004: rol_id is NULL

Example:
  SELECT msar.drop_role('librarian'::regrole);$$;

COMMENT ON FUNCTION msar.set_members_to_role(regrole, oid[]) IS
$$Replaces the direct members of a role.

Arguments:
  parent_rol_id: the role
  members: OIDs of all its members. A role that is a member already keeps its options (ADMIN and,
    since PostgreSQL 16, INHERIT and SET). Since PostgreSQL 16, a role that is not a superuser is a
    member of each role that it creates, and cannot remove itself.
Returns: the role, as msar.list_roles returns it afterwards
Errors:
  42704: no role has one of the OIDs
  42501: the current role lacks the ADMIN option, or the privileges of the role that granted a
    membership to be removed
  0LP01: a role would be a member of itself
  2BP01: memberships would be removed that are to stay
  22004: a member is NULL
  Nothing changes then.

Example:
  SELECT msar.set_members_to_role(
    'librarian'::regrole, ARRAY['amy', 'bob']::regrole[]::oid[])->'members';$$;

COMMENT ON FUNCTION __msar.role_info() IS
$$Lists all roles of the server, PostgreSQL's predefined roles among them.

Returns: rows (oid, name, info); info is {"oid": int, "name": text, "super": bool,
  "inherits": bool, "create_role": bool, "create_db": bool, "login": bool,
  "description": its comment or null,
  "members": null or [{"oid": int, "admin": bool}], the direct members by OID}
Errors: none

Example:
  SELECT info FROM __msar.role_info() WHERE name = current_user;$$;

COMMENT ON FUNCTION msar.list_roles() IS
$$Lists the roles of the server by name, without roles whose name begins with pg_.

Returns: [{"oid": int, "name": text, "super": bool, "inherits": bool, "create_role": bool,
  "create_db": bool, "login": bool, "description": its comment or null,
  "members": null or [{"oid": int, "admin": bool}], the direct members by OID}]
Errors: none

Example:
  SELECT r->>'name' FROM jsonb_array_elements(msar.list_roles()) AS r
  WHERE (r->>'login')::boolean;$$;

COMMENT ON FUNCTION msar.get_current_role() IS
$$Describes the current role, and the roles whose privileges it has without SET ROLE.

Returns: {"current_role": role, "parent_roles": [role, ...]}, roles as in msar.list_roles.
  parent_roles are the roles from which the current role inherits, directly or indirectly, by name;
  for a superuser all other roles. Roles whose name begins with pg_ are left out.
Errors: none

Example:
  SELECT msar.get_current_role()->'current_role'->>'name';$$;

COMMENT ON FUNCTION __msar.create_role(text, text, boolean) IS
$$Does the work of msar.create_role; returns nothing.$$;

COMMENT ON FUNCTION __msar.drop_role(oid) IS
$$Does the work of msar.drop_role.$$;

COMMENT ON FUNCTION __msar.set_members_to_role(oid, oid[]) IS
$$Does the work of msar.set_members_to_role; returns nothing.$$;
