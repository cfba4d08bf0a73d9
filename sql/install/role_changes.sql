-- Roles, privileges and owners: what changes them. Names are bound as in schema_functions.sql.
--
-- The work is done by functions in Rust, which have run when the second statement tells how things are then.

CREATE FUNCTION msar.create_role(rolename text, password_ text, login_ boolean) RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.create_role(rolename, password_, login_);
  SELECT r.info FROM __msar.role_info() AS r WHERE r.name = rolename;
END;

COMMENT ON FUNCTION msar.create_role(text, text, boolean) IS $$Creates a role.

Arguments: rolename: its name, unquoted
password_: its password, if it may log in; NULL for none. It is never a part of the text of a statement or an error of ours; of
a client's own statement it is one, unless the client passes it as a parameter
login_: whether the role may log in; NULL is false
Returns: the role as msar.list_roles tells it
Errors: 42501 the current role may not create roles, 42710 there is a role of this name, 42939 the name is reserved (public,
none, pg_...), 42622 it is longer than 63 bytes, 42601 it is empty, 22004 it is NULL. Nothing is created then

Example: SELECT msar.create_role('librarian', 'open sesame', true)->>'oid';$$;


CREATE FUNCTION msar.drop_role(rol_id regrole) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN __msar.drop_role(rol_id);

COMMENT ON FUNCTION msar.drop_role(regrole) IS $$Drops a role.

Arguments: rol_id: the role
Returns: nothing
Errors: 42704 no role has this OID, 2BP01 it owns objects or has privileges, in this database or another, or the database system
needs it, 55006 it is the current role or the session's, 42501 the current role may not drop it, 22004 rol_id is NULL

Example: SELECT msar.drop_role('librarian'::regrole);$$;


CREATE FUNCTION msar.set_members_to_role(parent_rol_id regrole, members oid[]) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.set_members_to_role(parent_rol_id, members);
  SELECT r.info FROM __msar.role_info() AS r WHERE r.oid = parent_rol_id;
END;

COMMENT ON FUNCTION msar.set_members_to_role(regrole, oid[]) IS $$Makes the direct members of a role exactly those given.

Arguments: parent_rol_id: the role
members: the OIDs of its members. Who is a member already keeps its options (ADMIN and, since PostgreSQL 16, INHERIT and SET).
Since PostgreSQL 16, a role that is no superuser is a member of each role that it creates, and cannot take itself out
Returns: the role as msar.list_roles tells it afterwards
Errors: 42704 no role has one of the OIDs, 42501 the current role has not the ADMIN option, or not the rights of the role that
granted a membership which is to end, 0LP01 a role would be a member of itself, 2BP01 memberships would end that were to stay,
22004 a member is NULL. Nothing is changed then

Example: SELECT msar.set_members_to_role('librarian'::regrole, ARRAY['amy', 'bob']::regrole[]::oid[])->'members';$$;


CREATE FUNCTION msar.replace_database_privileges_for_roles(priv_spec jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.replace_database_privileges_for_roles(priv_spec);
  SELECT msar.list_db_priv();
END;

COMMENT ON FUNCTION msar.replace_database_privileges_for_roles(jsonb) IS $$Makes the privileges of roles on the current database those given.

Arguments: priv_spec: array of {"role_oid": int, "direct": [privilege, ...]}: the role gets those of CONNECT, CREATE, TEMPORARY
that are listed, and loses the others. Roles that are not listed keep theirs, and so does a role what somebody else granted to it
Returns: what msar.list_db_priv tells afterwards
Errors: 22023 an unknown key or privilege, a value of the wrong type, a role that is listed twice; 42704 no role has one of the
OIDs, 42501 the current role has no grant option for one of the privileges to grant or to revoke, 2BP01 the role has granted to
others what it is to lose. Nothing is changed then

Example: SELECT msar.replace_database_privileges_for_roles(
  jsonb_build_array(jsonb_build_object('role_oid', 'librarian'::regrole::oid::bigint, 'direct', '["CONNECT"]'::jsonb)));$$;


CREATE FUNCTION msar.replace_schema_privileges_for_roles(sch_id regnamespace, priv_spec jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.replace_schema_privileges_for_roles(sch_id, priv_spec);
  SELECT msar.list_schema_privileges(sch_id);
END;

COMMENT ON FUNCTION msar.replace_schema_privileges_for_roles(regnamespace, jsonb) IS $$Makes the privileges of roles on a schema those given.

Arguments: sch_id: the schema
priv_spec: array of {"role_oid": int, "direct": [privilege, ...]}: the role gets those of USAGE, CREATE that are listed, and
loses the others. Roles that are not listed keep theirs, and so does a role what somebody else granted to it
Returns: what msar.list_schema_privileges tells afterwards
Errors: 3F000 no schema has this OID, 42501 it is one of this extension or of the database system; and those of
msar.replace_database_privileges_for_roles. Nothing is changed then

Example: SELECT msar.replace_schema_privileges_for_roles('public',
  jsonb_build_array(jsonb_build_object('role_oid', 'librarian'::regrole::oid::bigint, 'direct', '["USAGE"]'::jsonb)));$$;


CREATE FUNCTION msar.replace_table_privileges_for_roles(tab_id regclass, priv_spec jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.replace_table_privileges_for_roles(tab_id, priv_spec);
  SELECT msar.list_table_privileges(tab_id);
END;

COMMENT ON FUNCTION msar.replace_table_privileges_for_roles(regclass, jsonb) IS $$Makes the privileges of roles on a table or a view those given.

Arguments: tab_id: the table or view
priv_spec: array of {"role_oid": int, "direct": [privilege, ...]}: the role gets those of INSERT, SELECT, UPDATE, DELETE,
TRUNCATE, REFERENCES, TRIGGER (and MAINTAIN since PostgreSQL 17) that are listed, and loses the others. Roles that are not listed
keep theirs, and so does a role what somebody else granted to it, or what was granted to it on single columns
Returns: what msar.list_table_privileges tells afterwards
Errors: 42P01 no relation has this OID, 42809 it is an index, a sequence or a composite type, 42501 it is in a schema of this
extension or of the database system; and those of msar.replace_database_privileges_for_roles. Nothing is changed then

Example: SELECT msar.replace_table_privileges_for_roles('public.book',
  jsonb_build_array(jsonb_build_object('role_oid', 'librarian'::regrole::oid::bigint, 'direct', '["SELECT"]'::jsonb)));$$;


CREATE FUNCTION msar.transfer_database_ownership(new_owner_oid regrole) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.transfer_database_ownership(new_owner_oid);
  SELECT msar.get_current_database_info();
END;

COMMENT ON FUNCTION msar.transfer_database_ownership(regrole) IS $$Gives the current database to another role.

Arguments: new_owner_oid: the role
Returns: what msar.get_current_database_info tells afterwards
Errors: 42704 no role has this OID, 42501 the current role has not the rights of the owner, cannot become the new one, or may not
create databases

Example: SELECT msar.transfer_database_ownership('librarian'::regrole);$$;


CREATE FUNCTION msar.transfer_schema_ownership(sch_id regnamespace, new_owner_oid regrole) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.transfer_schema_ownership(sch_id, new_owner_oid);
  SELECT s.info FROM __msar.schema_info() AS s WHERE s.oid = sch_id;
END;

COMMENT ON FUNCTION msar.transfer_schema_ownership(regnamespace, regrole) IS $$Gives a schema to another role; what is in it keeps its owners.

Arguments: sch_id: the schema; new_owner_oid: the role
Returns: the schema as msar.get_schema tells it afterwards
Errors: 3F000 no schema has this OID, 42704 no role has this OID, 42501 the schema is one of this extension or of the database
system, or the current role has not the rights of the owner, cannot become the new one, or may not create schemas

Example: SELECT msar.transfer_schema_ownership('lending', 'librarian');$$;


CREATE FUNCTION msar.transfer_table_ownership(tab_id regclass, new_owner_oid regrole) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.transfer_table_ownership(tab_id, new_owner_oid);
  SELECT msar.get_table(tab_id);
END;

COMMENT ON FUNCTION msar.transfer_table_ownership(regclass, regrole) IS $$Gives a table or a view to another role.

Arguments: tab_id: the table or view; new_owner_oid: the role, which must have CREATE on the schema
Returns: the table as msar.get_table tells it afterwards
Errors: 42P01 no relation has this OID, 42704 no role has this OID, 42809 an index, a sequence or a composite type, 42501 it is in
a schema of this extension or of the database system, or the current role has not the rights of the owner or cannot become the new
one, or the new one has not CREATE on the schema

Example: SELECT msar.transfer_table_ownership('public.book', 'librarian');$$;
