-- Schemas: what creates, changes and drops them. Names are bound as in schema_functions.sql.
--
-- The work is done by functions in Rust, which have run when the second statement tells how things are then.

CREATE FUNCTION msar.create_schema(sch_name text, own_id regrole, description text DEFAULT ''::text) RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.create_schema(sch_name, own_id, description);
  SELECT s.info FROM __msar.schema_info() AS s WHERE s.name = sch_name;
END;

COMMENT ON FUNCTION msar.create_schema(text, regrole, text) IS $$Creates a schema.

Arguments: sch_name: its name, unquoted
own_id: its owner; NULL for the current role
description: its comment; NULL or empty (the default) for none
Returns: the schema as msar.get_schema tells it
Errors: 42P06 there is a schema of this name, 42939 the name begins with pg_, 42622 it is longer than 63 bytes, 42601 it is
empty, 22004 it is NULL, 42501 the current role may not create schemas in this database or not become the owner, 42704 no
role has the OID own_id. Nothing is created then

Example: SELECT msar.create_schema('lending', NULL, 'What is lent to whom')->>'oid';$$;


CREATE FUNCTION msar.patch_schema(sch_id oid, patch jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.patch_schema(sch_id, patch);
  SELECT s.info FROM __msar.schema_info() AS s WHERE s.oid = sch_id;
END;

COMMENT ON FUNCTION msar.patch_schema(oid, jsonb) IS $$Renames a schema, or changes its comment.

Arguments: sch_id: the schema
patch: {"name": text, "description": text or null}; what is left out stays, and null removes the comment
Returns: the schema as msar.get_schema tells it afterwards
Errors: 3F000 no schema has this OID, 42501 it is one of this extension or of the database system, or the current role has
not the rights of its owner, 22023 an unknown key or a value of the wrong type, 42P06 there is another schema of this name,
42622 the name is longer than 63 bytes, 42601 it is empty, 42939 it begins with pg_. Nothing is changed then

Example: SELECT msar.patch_schema('lending'::regnamespace, '{"name": "loans", "description": null}');$$;


CREATE FUNCTION msar.drop_schemas(sch_ids regnamespace[]) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
RETURN __msar.drop_schemas(sch_ids::oid[]);

COMMENT ON FUNCTION msar.drop_schemas(regnamespace[]) IS $$Drops schemas with all that is in them, and nothing that is in any other schema: all of it, or nothing.

Arguments: sch_ids: the schemas. Objects in them may depend on each other, across schemas too
Returns: nothing
Errors: 2BP01 objects elsewhere depend on something in these schemas, as a view, a foreign key, a column of a type or a
partition in another schema does, or what is in them belongs to an extension elsewhere: the DETAIL lists them; 3F000 no schema
has one of the OIDs, 42501 one is of this extension or of the database system, or the current role has not the rights of its
owner, 22004 an element is NULL. Nothing is dropped then

Example: SELECT msar.drop_schemas(ARRAY['lending', 'archive']::regnamespace[]);$$;
