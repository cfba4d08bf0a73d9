COMMENT ON FUNCTION msar.create_schema(text, regrole, text) IS
$$Creates a schema.

Arguments:
  sch_name: its name, unquoted
  own_id: its owner; NULL for the current role
  description: its comment; NULL or empty (default) for none
Returns: the schema, as msar.get_schema returns it
Errors:
  42P06: a schema of this name exists
  42939: the name begins with pg_
  42622: the name is longer than 63 bytes
  42601: the name is empty
  22004: the name is NULL
  42501: the current role may not create schemas in this database, or cannot SET ROLE to the owner
  42704: no role has the OID own_id
  Nothing is created then.

Example:
  SELECT msar.create_schema('lending', NULL, 'Loans and reservations')->>'oid';$$;

COMMENT ON FUNCTION msar.patch_schema(oid, jsonb) IS
$$Renames a schema, or changes its comment.

Arguments:
  sch_id: the schema
  patch: {"name": text, "description": text or null}; a key that is left out changes nothing, and
    null drops the comment
Returns: the schema, as msar.get_schema returns it afterwards
Errors:
  3F000: no schema has this OID
  42501: the schema belongs to this extension or to the database system, or the current role is not
    the owner
  22023: an unknown key or a value of the wrong type
  42P06: another schema has this name
  42622: the name is longer than 63 bytes
  42601: the name is empty
  42939: the name begins with pg_
  Nothing changes then.

Example:
  SELECT msar.patch_schema('lending'::regnamespace, '{"name": "loans", "description": null}');$$;

COMMENT ON FUNCTION msar.drop_schemas(regnamespace[]) IS
$$Drops schemas with their contents, and no object of any other schema: all of them, or nothing.

Arguments:
  sch_ids: the schemas. Their objects may depend on each other, also across these schemas.
Returns: nothing
Errors:
  2BP01: objects of other schemas depend on objects of these schemas (a view, a foreign key, a
    column of a type, a partition, ...), or an object belongs to an extension of another schema; the
    DETAIL lists them
  3F000: no schema has one of the OIDs
  42501: a schema belongs to this extension or to the database system, or the current role is not
    its owner
  22004: an element is NULL
  Nothing is dropped then.

Example:
  SELECT msar.drop_schemas(ARRAY['lending', 'archive']::regnamespace[]);$$;

COMMENT ON FUNCTION __msar.is_reserved_name(name) IS
$$Returns whether PostgreSQL reserves a schema or role name for itself.

Arguments:
  object_name: unquoted name of a schema or role
Returns: true for names that begin with pg_
Errors: none

Example:
  SELECT __msar.is_reserved_name('pg_toast');  -- true$$;

COMMENT ON FUNCTION __msar.is_system_schema(name) IS
$$Returns whether a schema belongs to PostgreSQL itself.

Arguments:
  sch_name: unquoted name of a schema
Returns: true for information_schema and for names that begin with pg_
Errors: none

Example:
  SELECT __msar.is_system_schema('pgx');  -- false$$;

COMMENT ON FUNCTION __msar.schema_info() IS
$$Lists all schemas of the database, PostgreSQL's own among them.

Returns: rows (oid, name, info); info is the object that msar.get_schema returns
Errors: none

Example:
  SELECT info FROM __msar.schema_info() WHERE name = 'public';$$;

COMMENT ON FUNCTION msar.list_schemas(boolean) IS
$$Lists schemas, and says which belong to PostgreSQL or to an extension.

Arguments:
  include_system: true for all schemas; false for those that users made.

Returns: an array of objects as list_schemas() returns them, by name, with "extension" (the name of
  the extension to which the schema belongs, or null) and "is_system" (whether it is PostgreSQL's).

Example:
  SELECT s->>'name', s->>'extension' FROM jsonb_array_elements(msar.list_schemas(true)) AS s;$$;

COMMENT ON FUNCTION msar.list_schemas() IS
$$Lists the schemas of the database by name.

Returns: array of objects as msar.get_schema returns them. information_schema and schemas whose name
  begins with pg_ are left out, and the schemas of this extension but msar, __msar and
  mathesar_types, by whose names clients recognize it.
Errors: none

Example:
  SELECT s->>'name' FROM jsonb_array_elements(msar.list_schemas()) AS s;$$;

COMMENT ON FUNCTION msar.get_schema(regnamespace) IS
$$Describes one schema.

Arguments:
  sch_id: the schema
Returns: {"oid": int, "name": text, "description": its comment or null, "owner_oid": int,
  "current_role_priv": those of USAGE, CREATE that the current role has,
  "current_role_owns": whether the current role has the owner's privileges,
  "table_count": int, of ordinary tables}; NULL if no schema has this OID
Errors: none

Example:
  SELECT msar.get_schema('public'::regnamespace);$$;

COMMENT ON FUNCTION __msar.create_schema(text, oid, text) IS
$$Does the work of msar.create_schema; returns nothing.$$;

COMMENT ON FUNCTION __msar.patch_schema(oid, jsonb) IS
$$Does the work of msar.patch_schema; returns nothing.$$;

COMMENT ON FUNCTION __msar.drop_schemas(oid[]) IS
$$Does the work of msar.drop_schemas.$$;

COMMENT ON FUNCTION __msar.own_schemas() IS
$$Lists the schemas of this extension.

Returns: their OIDs
Errors: none

Example:
  SELECT s::regnamespace FROM __msar.own_schemas() AS s;$$;
