COMMENT ON FUNCTION msar.create_schema(text, regrole, text) IS
$$Creates a schema.

Arguments: sch_name: its name, unquoted
  own_id: its owner; NULL for the current role
  description: its comment; NULL or empty (the default) for none
Returns: the schema as msar.get_schema tells it
Errors: 42P06 there is a schema of this name, 42939 the name begins with pg_, 42622 it is longer
  than 63 bytes, 42601 it is empty, 22004 it is NULL, 42501 the current role may not create
  schemas in this database or not become the owner, 42704 no role has the OID own_id. Nothing is
  created then

Example: SELECT msar.create_schema('lending', NULL, 'What is lent to whom')->>'oid';$$;

COMMENT ON FUNCTION msar.patch_schema(oid, jsonb) IS
$$Renames a schema, or changes its comment.

Arguments: sch_id: the schema
  patch: {"name": text, "description": text or null}; what is left out stays, and null removes
  the comment
Returns: the schema as msar.get_schema tells it afterwards
Errors: 3F000 no schema has this OID, 42501 it is one of this extension or of the database
  system, or the current role has not the rights of its owner, 22023 an unknown key or a value of
  the wrong type, 42P06 there is another schema of this name, 42622 the name is longer than 63
  bytes, 42601 it is empty, 42939 it begins with pg_. Nothing is changed then

Example: SELECT msar.patch_schema('lending'::regnamespace, '{"name": "loans", "description":
  null}');$$;

COMMENT ON FUNCTION msar.drop_schemas(regnamespace[]) IS
$$Drops schemas with all that is in them, and nothing that is in any other schema: all of it, or
nothing.

Arguments: sch_ids: the schemas. Objects in them may depend on each other, across schemas too
Returns: nothing
Errors: 2BP01 objects elsewhere depend on something in these schemas, as a view, a foreign key, a
  column of a type or a partition in another schema does, or what is in them belongs to an
  extension elsewhere: the DETAIL lists them; 3F000 no schema has one of the OIDs, 42501 one is
  of this extension or of the database system, or the current role has not the rights of its
  owner, 22004 an element is NULL. Nothing is dropped then

Example: SELECT msar.drop_schemas(ARRAY['lending', 'archive']::regnamespace[]);$$;

COMMENT ON FUNCTION __msar.is_reserved_name(name) IS
$$Whether PostgreSQL reserves a schema or role name for itself.

Arguments: object_name: unquoted name of a schema or role
Returns: true for names that begin with pg_
Errors: none

Example: SELECT __msar.is_reserved_name('pg_toast');  -- true$$;

COMMENT ON FUNCTION __msar.is_system_schema(name) IS
$$Whether a schema is one of PostgreSQL's own.

Arguments: sch_name: unquoted name of a schema
Returns: true for information_schema and for names that begin with pg_
Errors: none

Example: SELECT __msar.is_system_schema('pgx');  -- false$$;

COMMENT ON FUNCTION __msar.schema_info() IS
$$Every schema of the database, PostgreSQL's own too.

Returns: rows (oid, name, info); info is the object that msar.get_schema returns
Errors: none

Example: SELECT info FROM __msar.schema_info() WHERE name = 'public';$$;

COMMENT ON FUNCTION msar.list_schemas() IS
$$The schemas of the database, by name.

Returns: array of objects as msar.get_schema returns them. Left out are information_schema and
  schemas whose name begins with pg_; the schemas of this extension are included.
Errors: none

Example: SELECT s->>'name' FROM jsonb_array_elements(msar.list_schemas()) AS s;$$;

COMMENT ON FUNCTION msar.get_schema(regnamespace) IS
$$One schema.

Arguments: sch_id: the schema
Returns: {"oid": int, "name": text, "description": its comment or null, "owner_oid": int,
  "current_role_priv": those of USAGE, CREATE that the current role has, "current_role_owns":
  whether the current role has the rights of the owner, "table_count": int, ordinary tables
  only}; NULL if there is no schema with this OID
Errors: none

Example: SELECT msar.get_schema('public'::regnamespace);$$;

COMMENT ON FUNCTION __msar.create_schema(text, oid, text) IS
$$Does what msar.create_schema tells; returns nothing.$$;

COMMENT ON FUNCTION __msar.patch_schema(oid, jsonb) IS
$$Does what msar.patch_schema tells; returns nothing.$$;

COMMENT ON FUNCTION __msar.drop_schemas(oid[]) IS
$$Does what msar.drop_schemas tells.$$;
