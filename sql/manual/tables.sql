COMMENT ON FUNCTION msar.add_mathesar_table(oid, text, jsonb, jsonb, jsonb, regrole, text) IS
$$Creates a table: a primary key column first, then the columns given.

Arguments: sch_id: the schema; tab_name: its name, which gets a number if it is taken; NULL or
  empty for Table N.
  pk_col_def: {"name": "id" if absent, "type": IDENTITY (integer, counted up; if absent) or
  UUIDv4}; NULL for that, or for no such column if con_defs names a primary key.
  col_defs: array of {"name", "type": {"name", "options"} or {"schema", "name", "options"} or
  {"id", "modifier"} or a type's name, "not_null", "default": a value, "default_expression": SQL,
  "identity", "generated", "collation", "description", "metadata"}; a column without a name is
  Column N; one whose name is taken gets a number.
  con_defs: array of {"name", "type": p, u, f, c or x, "columns": [names, or positions in the
  table], "deferrable", "fkey_relation_id", "fkey_columns", ...}: docs/definitions.md has all
  keys.
  own_id: its owner, NULL for the current role; comment_: its comment, or NULL.
Returns: {"oid", "name", "renamed_columns": {old: new}, "pkey_column_attnum"}.
Errors: 22023 an unknown key, a value of the wrong kind, keys that do not go together; 3F000
  unknown schema; 42501 no CREATE on it, or a schema of PostgreSQL or of this extension; 42622 a
  name of more than 63 bytes; 42601 what should be an expression is none; 42704 unknown type or
  role; those of CREATE TABLE.

Example: SELECT msar.add_mathesar_table('public'::regnamespace, 'book', NULL, '[{"name": "title",
  "type": {"name": "text"}, "not_null": true}]', NULL, NULL, NULL);$$;

COMMENT ON FUNCTION msar.alter_table(oid, jsonb) IS
$$Changes a table: its name, schema, comment and columns.

Arguments: tab_id: the table; tab_alters: {"name", "schema", "description": text, or null to drop
  the comment, "columns": as msar.alter_columns takes them, "metadata": as
  msar.set_table_metadata}; what is absent stays.
Returns: the name that the table then has, with its schema if it is not found without; NULL for
  an unknown OID.
Errors: 22023 an unknown key or a value of the wrong kind; 42501 the current role has not the
  rights of the owner, or a schema of PostgreSQL or of this extension; 42622 a name of more than
  63 bytes; those of msar.alter_columns; those of ALTER TABLE. Nothing is changed then.

Example: SELECT msar.alter_table('public.book'::regclass, '{"name": "volume", "description":
  "What stands on the shelves"}');$$;

COMMENT ON FUNCTION msar.drop_table(oid, boolean) IS
$$Drops a table.

Arguments: tab_id: the table; cascade_: whether what depends on it is dropped too:
  msar.preview_drop tells what that is.
Returns: the name that it had, with its schema, quoted as needed.
Errors: 42P01 unknown table; 42809 it is no table; 42501 the current role has not the rights of
  the owner; 2BP01 something depends on it. Nothing is dropped then.

Example: SELECT msar.drop_table('public.book'::regclass, false);$$;
