COMMENT ON FUNCTION msar.create_role(text, text, boolean) IS
$$Creates a role.

Arguments: rolename: its name, unquoted
  password_: its password, if it may log in; NULL for none. It is never a part of the text of a
  statement or an error of ours; of a client's own statement it is one, unless the client passes
  it as a parameter
  login_: whether the role may log in; NULL is false
Returns: the role as msar.list_roles tells it
Errors: 42501 the current role may not create roles, 42710 there is a role of this name, 42939
  the name is reserved (public, none, pg_...), 42622 it is longer than 63 bytes, 42601 it is
  empty, 22004 it is NULL. Nothing is created then

Example: SELECT msar.create_role('librarian', 'open sesame', true)->>'oid';$$;

COMMENT ON FUNCTION msar.drop_role(regrole) IS
$$Drops a role.

Arguments: rol_id: the role
Returns: nothing
Errors: 42704 no role has this OID, 2BP01 it owns objects or has privileges, in this database or
  another, or the database system needs it, 55006 it is the current role or the session's, 42501
  the current role may not drop it, 22004 rol_id is NULL

Example: SELECT msar.drop_role('librarian'::regrole);$$;

COMMENT ON FUNCTION msar.set_members_to_role(regrole, oid[]) IS
$$Makes the direct members of a role exactly those given.

Arguments: parent_rol_id: the role
  members: the OIDs of its members. Who is a member already keeps its options (ADMIN and, since
  PostgreSQL 16, INHERIT and SET). Since PostgreSQL 16, a role that is no superuser is a member
  of each role that it creates, and cannot take itself out
Returns: the role as msar.list_roles tells it afterwards
Errors: 42704 no role has one of the OIDs, 42501 the current role has not the ADMIN option, or
  not the rights of the role that granted a membership which is to end, 0LP01 a role would be a
  member of itself, 2BP01 memberships would end that were to stay, 22004 a member is NULL.
  Nothing is changed then

Example: SELECT msar.set_members_to_role('librarian'::regrole, ARRAY['amy',
  'bob']::regrole[]::oid[])->'members';$$;

COMMENT ON FUNCTION __msar.role_info() IS
$$Every role of the server, PostgreSQL's predefined ones too.

Returns: rows (oid, name, info); info is {"oid": int, "name": text, "super": bool, "inherits":
  bool, "create_role": bool, "create_db": bool, "login": bool, "description": its comment or
  null, "members": null or [{"oid": int, "admin": bool}], the direct members by OID}
Errors: none

Example: SELECT info FROM __msar.role_info() WHERE name = current_user;$$;

COMMENT ON FUNCTION msar.list_roles() IS
$$The roles of the server, by name, without those whose name begins with pg_.

Returns: [{"oid": int, "name": text, "super": bool, "inherits": bool, "create_role": bool,
  "create_db": bool, "login": bool, "description": its comment or null, "members": null or
  [{"oid": int, "admin": bool}], the direct members by OID}]
Errors: none

Example: SELECT r->>'name' FROM jsonb_array_elements(msar.list_roles()) AS r WHERE
  (r->>'login')::boolean;$$;

COMMENT ON FUNCTION msar.get_current_role() IS
$$The current role, and the roles whose rights it has without SET ROLE.

Returns: {"current_role": role, "parent_roles": [role, ...]}, roles as in msar.list_roles.
  parent_roles are those from which the current role inherits, directly or not, by name; of a
  superuser all other roles. Names that begin with pg_ are left out.
Errors: none

Example: SELECT msar.get_current_role()->'current_role'->>'name';$$;

COMMENT ON FUNCTION __msar.create_role(text, text, boolean) IS
$$Does what msar.create_role tells; returns nothing.$$;

COMMENT ON FUNCTION __msar.drop_role(oid) IS
$$Does what msar.drop_role tells.$$;

COMMENT ON FUNCTION __msar.set_members_to_role(oid, oid[]) IS
$$Does what msar.set_members_to_role tells; returns nothing.$$;
