COMMENT ON FUNCTION __msar.priv_list(aclitem[]) IS
$$The privileges of an access control list, by role.

Arguments: acl: the list; NULL is taken for an empty one
Returns: [{"role_oid": int, "direct": [privilege, ...]}], roles by name, privileges in the order
  of the list, each once. PUBLIC and roles whose name begins with pg_ are left out; [] if nothing
  remains
Errors: none

Example: SELECT __msar.priv_list(acldefault('n', 'postgres'::regrole));$$;

COMMENT ON FUNCTION msar.list_db_priv() IS
$$The privileges on the current database, by role.

Returns: [{"role_oid": int, "direct": [privilege, ...]}], of CREATE, TEMPORARY, CONNECT; roles by
  name. Only direct grants count, without PUBLIC and roles whose name begins with pg_. As long as
  nothing was granted or revoked, the owner has all.
Errors: none

Example: SELECT msar.list_db_priv();$$;

COMMENT ON FUNCTION msar.list_schema_privileges(regnamespace) IS
$$The privileges on a schema, by role.

Arguments: sch_id: the schema
Returns: [{"role_oid": int, "direct": [privilege, ...]}], of USAGE, CREATE; roles by name. Only
  direct grants count, without PUBLIC and roles whose name begins with pg_. As long as nothing
  was granted or revoked, the owner has all. [] if there is no schema with this OID
Errors: none

Example: SELECT msar.list_schema_privileges('public'::regnamespace);$$;

COMMENT ON FUNCTION msar.list_table_privileges(regclass) IS
$$The privileges on a table, view or other relation, by role.

Arguments: tab_id: the relation
Returns: [{"role_oid": int, "direct": [privilege, ...]}], of INSERT, SELECT, UPDATE, DELETE,
  TRUNCATE, REFERENCES, TRIGGER (and MAINTAIN since PostgreSQL 17); roles by name. Only direct
  grants on the whole relation count, without PUBLIC and roles whose name begins with pg_. As
  long as nothing was granted or revoked, the owner has all. [] if there is no relation with this
  OID
Errors: none

Example: SELECT msar.list_table_privileges('app.invoice');$$;

COMMENT ON FUNCTION msar.replace_database_privileges_for_roles(jsonb) IS
$$Makes the privileges of roles on the current database those given.

Arguments: priv_spec: array of {"role_oid": int, "direct": [privilege, ...]}: the role gets those
  of CONNECT, CREATE, TEMPORARY that are listed, and loses the others. Roles that are not listed
  keep theirs, and so does a role what somebody else granted to it
Returns: what msar.list_db_priv tells afterwards
Errors: 22023 an unknown key or privilege, a value of the wrong type, a role that is listed
  twice; 42704 no role has one of the OIDs, 42501 the current role has no grant option for one of
  the privileges to grant or to revoke, 2BP01 the role has granted to others what it is to lose.
  Nothing is changed then

Example: SELECT msar.replace_database_privileges_for_roles(
  jsonb_build_array(jsonb_build_object('role_oid', 'librarian'::regrole::oid::bigint, 'direct',
  '["CONNECT"]'::jsonb)));$$;

COMMENT ON FUNCTION msar.replace_schema_privileges_for_roles(regnamespace, jsonb) IS
$$Makes the privileges of roles on a schema those given.

Arguments: sch_id: the schema
  priv_spec: array of {"role_oid": int, "direct": [privilege, ...]}: the role gets those of
  USAGE, CREATE that are listed, and loses the others. Roles that are not listed keep theirs, and
  so does a role what somebody else granted to it
Returns: what msar.list_schema_privileges tells afterwards
Errors: 3F000 no schema has this OID, 42501 it is one of this extension or of the database
  system; and those of msar.replace_database_privileges_for_roles. Nothing is changed then

Example: SELECT msar.replace_schema_privileges_for_roles('public',
  jsonb_build_array(jsonb_build_object('role_oid', 'librarian'::regrole::oid::bigint, 'direct',
  '["USAGE"]'::jsonb)));$$;

COMMENT ON FUNCTION msar.replace_table_privileges_for_roles(regclass, jsonb) IS
$$Makes the privileges of roles on a table or a view those given.

Arguments: tab_id: the table or view
  priv_spec: array of {"role_oid": int, "direct": [privilege, ...]}: the role gets those of
  INSERT, SELECT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER (and MAINTAIN since PostgreSQL
  17) that are listed, and loses the others. Roles that are not listed keep theirs, and so does a
  role what somebody else granted to it, or what was granted to it on single columns
Returns: what msar.list_table_privileges tells afterwards
Errors: 42P01 no relation has this OID, 42809 it is an index, a sequence or a composite type,
  42501 it is in a schema of this extension or of the database system; and those of
  msar.replace_database_privileges_for_roles. Nothing is changed then

Example: SELECT msar.replace_table_privileges_for_roles('public.book',
  jsonb_build_array(jsonb_build_object('role_oid', 'librarian'::regrole::oid::bigint, 'direct',
  '["SELECT"]'::jsonb)));$$;

COMMENT ON FUNCTION __msar.replace_database_privileges_for_roles(jsonb) IS
$$Does what msar.replace_database_privileges_for_roles tells; returns nothing.$$;

COMMENT ON FUNCTION __msar.replace_schema_privileges_for_roles(oid, jsonb) IS
$$Does what msar.replace_schema_privileges_for_roles tells; returns nothing.$$;

COMMENT ON FUNCTION __msar.replace_table_privileges_for_roles(oid, jsonb) IS
$$Does what msar.replace_table_privileges_for_roles tells; returns nothing.$$;
