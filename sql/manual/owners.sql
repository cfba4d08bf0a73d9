COMMENT ON FUNCTION msar.transfer_database_ownership(regrole) IS
$$Gives the current database to another role.

Arguments: new_owner_oid: the role
Returns: what msar.get_current_database_info tells afterwards
Errors: 42704 no role has this OID, 42501 the current role has not the rights of the owner,
  cannot become the new one, or may not create databases

Example: SELECT msar.transfer_database_ownership('librarian'::regrole);$$;

COMMENT ON FUNCTION msar.transfer_schema_ownership(regnamespace, regrole) IS
$$Gives a schema to another role; what is in it keeps its owners.

Arguments: sch_id: the schema; new_owner_oid: the role
Returns: the schema as msar.get_schema tells it afterwards
Errors: 3F000 no schema has this OID, 42704 no role has this OID, 42501 the schema is one of this
  extension or of the database system, or the current role has not the rights of the owner,
  cannot become the new one, or may not create schemas

Example: SELECT msar.transfer_schema_ownership('lending', 'librarian');$$;

COMMENT ON FUNCTION msar.transfer_table_ownership(regclass, regrole) IS
$$Gives a table or a view to another role.

Arguments: tab_id: the table or view; new_owner_oid: the role, which must have CREATE on the
  schema
Returns: the table as msar.get_table tells it afterwards
Errors: 42P01 no relation has this OID, 42704 no role has this OID, 42809 an index, a sequence or
  a composite type, 42501 it is in a schema of this extension or of the database system, or the
  current role has not the rights of the owner or cannot become the new one, or the new one has
  not CREATE on the schema

Example: SELECT msar.transfer_table_ownership('public.book', 'librarian');$$;

COMMENT ON FUNCTION __msar.transfer_database_ownership(oid) IS
$$Does what msar.transfer_database_ownership tells; returns nothing.$$;

COMMENT ON FUNCTION __msar.transfer_schema_ownership(oid, oid) IS
$$Does what msar.transfer_schema_ownership tells; returns nothing.$$;

COMMENT ON FUNCTION __msar.transfer_table_ownership(oid, oid) IS
$$Does what msar.transfer_table_ownership tells; returns nothing.$$;
