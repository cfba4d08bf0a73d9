COMMENT ON FUNCTION msar.transfer_database_ownership(regrole) IS
$$Changes the owner of the current database.

Arguments:
  new_owner_oid: the role that becomes the owner
Returns: the database, as msar.get_current_database_info returns it afterwards
Errors:
  42704: no role has this OID
  42501: the current role is not the owner, cannot SET ROLE to the new owner, or may not create
    databases

Example:
  SELECT msar.transfer_database_ownership('librarian'::regrole);$$;

COMMENT ON FUNCTION msar.transfer_schema_ownership(regnamespace, regrole) IS
$$Changes the owner of a schema. The objects in it keep their owners.

Arguments:
  sch_id: the schema
  new_owner_oid: the role that becomes the owner
Returns: the schema, as msar.get_schema returns it afterwards
Errors:
  3F000: no schema has this OID
  42704: no role has this OID
  42501: the schema belongs to this extension or to the database system, or the current role is not
    the owner, cannot SET ROLE to the new owner, or may not create schemas

Example:
  SELECT msar.transfer_schema_ownership('lending', 'librarian');$$;

COMMENT ON FUNCTION msar.transfer_table_ownership(regclass, regrole) IS
$$Changes the owner of a table or view.

Arguments:
  tab_id: the table or view
  new_owner_oid: the role that becomes the owner; it needs CREATE on the schema
Returns: the table, as msar.get_table returns it afterwards
Errors:
  42P01: no relation has this OID
  42704: no role has this OID
  42809: an index, a sequence or a composite type
  42501: the table is in a schema of this extension or of the database system, or the current role
    is not the owner or cannot SET ROLE to the new owner, or the new owner has no CREATE on the
    schema

Example:
  SELECT msar.transfer_table_ownership('public.book', 'librarian');$$;

COMMENT ON FUNCTION __msar.transfer_database_ownership(oid) IS
$$Does the work of msar.transfer_database_ownership; returns nothing.$$;

COMMENT ON FUNCTION __msar.transfer_schema_ownership(oid, oid) IS
$$Does the work of msar.transfer_schema_ownership; returns nothing.$$;

COMMENT ON FUNCTION __msar.transfer_table_ownership(oid, oid) IS
$$Does the work of msar.transfer_table_ownership; returns nothing.$$;
