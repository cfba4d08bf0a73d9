COMMENT ON FUNCTION __msar.priv_list(aclitem[]) IS
$$Converts an access control list to JSON, by role.

Arguments:
  acl: the list; NULL means an empty one
Returns: [{"role_oid": int, "direct": [privilege, ...]}], roles by name, privileges in the order of
  the list, each once. PUBLIC and roles whose name begins with pg_ are left out. [] if nothing
  remains
Errors: none

Example:
  SELECT __msar.priv_list(acldefault('n', 'postgres'::regrole));$$;

COMMENT ON FUNCTION msar.list_db_priv() IS
$$Lists the privileges on the current database, by role.

Returns: [{"role_oid": int, "direct": [privilege, ...]}], of CREATE, TEMPORARY, CONNECT; roles by
  name. Only direct grants are listed; PUBLIC and roles whose name begins with pg_ are left out. If
  nothing was ever granted or revoked, the owner has all privileges.
Errors: none

Example:
  SELECT msar.list_db_priv();$$;

COMMENT ON FUNCTION msar.list_schema_privileges(regnamespace) IS
$$Lists the privileges on a schema, by role.

Arguments:
  sch_id: the schema
Returns: [{"role_oid": int, "direct": [privilege, ...]}], of USAGE, CREATE; roles by name. Only
  direct grants are listed; PUBLIC and roles whose name begins with pg_ are left out. If nothing was
  ever granted or revoked, the owner has all privileges. [] if no schema has this OID
Errors: none

Example:
  SELECT msar.list_schema_privileges('public'::regnamespace);$$;

COMMENT ON FUNCTION msar.list_table_privileges(regclass) IS
$$Lists the privileges on a table, view or other relation, by role.

Arguments:
  tab_id: the relation
Returns: [{"role_oid": int, "direct": [privilege, ...]}], of INSERT, SELECT, UPDATE, DELETE,
  TRUNCATE, REFERENCES, TRIGGER (and MAINTAIN since PostgreSQL 17); roles by name. Only direct
  grants on the whole relation are listed; PUBLIC and roles whose name begins with pg_ are left out.
  If nothing was ever granted or revoked, the owner has all privileges. [] if no relation has this
  OID
Errors: none

Example:
  SELECT msar.list_table_privileges('app.invoice');$$;

COMMENT ON FUNCTION msar.replace_database_privileges_for_roles(jsonb) IS
$$Replaces the privileges of roles on the current database.

Arguments:
  priv_spec: array of {"role_oid": int, "direct": [privilege, ...]}: the role gets those of CONNECT,
    CREATE, TEMPORARY that are listed, and loses the others. Roles that are not listed keep their
    privileges. Privileges that another role granted stay.
Returns: the privileges, as msar.list_db_priv returns them afterwards
Errors:
  22023: an unknown key or privilege, a value of the wrong type, or a role that is listed twice
  42704: no role has one of the OIDs
  42501: the current role lacks the grant option for one of the privileges to grant or revoke
  2BP01: the role has granted a privilege that it would lose to others
  Nothing changes then.

Example:
  SELECT msar.replace_database_privileges_for_roles(jsonb_build_array(jsonb_build_object(
    'role_oid', 'librarian'::regrole::oid::bigint, 'direct', '["CONNECT"]'::jsonb)));$$;

COMMENT ON FUNCTION msar.replace_schema_privileges_for_roles(regnamespace, jsonb) IS
$$Replaces the privileges of roles on a schema.

Arguments:
  sch_id: the schema
  priv_spec: array of {"role_oid": int, "direct": [privilege, ...]}: the role gets those of USAGE,
    CREATE that are listed, and loses the others. Roles that are not listed keep their privileges.
    Privileges that another role granted stay.
Returns: the privileges, as msar.list_schema_privileges returns them afterwards
Errors:
  3F000: no schema has this OID
  42501: the schema belongs to this extension or to the database system
  and the errors of msar.replace_database_privileges_for_roles. Nothing changes then.

Example:
  SELECT msar.replace_schema_privileges_for_roles('public', jsonb_build_array(jsonb_build_object(
    'role_oid', 'librarian'::regrole::oid::bigint, 'direct', '["USAGE"]'::jsonb)));$$;

COMMENT ON FUNCTION msar.replace_table_privileges_for_roles(regclass, jsonb) IS
$$Replaces the privileges of roles on a table or view.

Arguments:
  tab_id: the table or view
  priv_spec: array of {"role_oid": int, "direct": [privilege, ...]}: the role gets those of INSERT,
    SELECT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER (and MAINTAIN since PostgreSQL 17) that
    are listed, and loses the others. Roles that are not listed keep their privileges. Privileges
    that another role granted stay, and so do privileges on single columns.
Returns: the privileges, as msar.list_table_privileges returns them afterwards
Errors:
  42P01: no relation has this OID
  42809: an index, a sequence or a composite type
  42501: the table is in a schema of this extension or of the database system
  and the errors of msar.replace_database_privileges_for_roles. Nothing changes then.

Example:
  SELECT msar.replace_table_privileges_for_roles('public.book', jsonb_build_array(
    jsonb_build_object(
      'role_oid', 'librarian'::regrole::oid::bigint, 'direct', '["SELECT"]'::jsonb)));$$;

COMMENT ON FUNCTION __msar.replace_database_privileges_for_roles(jsonb) IS
$$Does the work of msar.replace_database_privileges_for_roles; returns nothing.$$;

COMMENT ON FUNCTION __msar.replace_schema_privileges_for_roles(oid, jsonb) IS
$$Does the work of msar.replace_schema_privileges_for_roles; returns nothing.$$;

COMMENT ON FUNCTION __msar.replace_table_privileges_for_roles(oid, jsonb) IS
$$Does the work of msar.replace_table_privileges_for_roles; returns nothing.$$;
