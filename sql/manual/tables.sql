COMMENT ON FUNCTION msar.add_mathesar_table(oid, text, jsonb, jsonb, jsonb, regrole, text) IS
$$Creates a table with a primary key column, followed by the given columns.

Arguments:
  sch_id: the schema
  tab_name: its name, with a number added if it is taken; NULL or empty for Table N. The numbers
    begin after the number of tables in the schema
  pk_col_def: {"name": "id" by default, "type": IDENTITY (default; an integer from a sequence) or
    UUIDv4}; NULL for the defaults, or for no such column if con_defs has a primary key
  col_defs: array of {"name", "type": {"name", "options"} or {"schema", "name", "options"} or
    {"id", "modifier"} or a type name, "not_null", "default": a value, "default_expression": SQL,
    "identity", "generated", "collation", "description", "metadata"}; a column without a name
    becomes Column N, and one whose name is taken gets a number
  con_defs: array of {"name", "type": p, u, f, c or x, "columns": [names, or positions in the
    table], "deferrable", "fkey_relation_id", "fkey_columns", ...}; docs/definitions.md lists all
    keys
  own_id: its owner; NULL for the current role
  comment_: its comment, or NULL
Returns: {"oid", "name", "renamed_columns": {old: new}, "pkey_column_attnum"}
Errors:
  22023: an unknown key, a value of the wrong type, or keys that exclude each other
  3F000: unknown schema
  42501: no CREATE on the schema, or a schema of PostgreSQL or of this extension
  42622: a name of more than 63 bytes
  42601: text that is not one SQL expression
  42704: unknown type or role
  and the errors of CREATE TABLE

Example:
  SELECT msar.add_mathesar_table('public'::regnamespace, 'book', NULL,
    '[{"name": "title", "type": {"name": "text"}, "not_null": true}]', NULL, NULL, NULL);$$;

COMMENT ON FUNCTION msar.alter_table(oid, jsonb) IS
$$Changes the name, schema, comment and columns of a table.

Arguments:
  tab_id: the table
  tab_alters: {"name", "schema", "description": text, or null to drop the comment, "columns": as
    msar.alter_columns takes them, "metadata": as msar.set_table_metadata takes it}; a key that is
    left out changes nothing
Returns: the name of the table afterwards, with its schema unless the table is found without it;
  NULL for an unknown OID
Errors:
  22023: an unknown key or a value of the wrong type
  42501: the current role is not the owner, or a schema of PostgreSQL or of this extension
  42622: a name of more than 63 bytes
  and the errors of msar.alter_columns and of ALTER TABLE. Nothing changes then.

Example:
  SELECT msar.alter_table('public.book'::regclass,
    '{"name": "volume", "description": "The books on the shelves"}');$$;

COMMENT ON FUNCTION msar.drop_table(oid, boolean) IS
$$Drops a table.

Arguments:
  tab_id: the table
  cascade_: whether dependent objects are dropped, too; msar.preview_drop lists them
Returns: the name that the table had, with its schema, quoted if necessary
Errors:
  42P01: unknown table
  42809: the relation is not a table
  42501: the current role is not the owner
  2BP01: other objects depend on it
  Nothing is dropped then.

Example:
  SELECT msar.drop_table('public.book'::regclass, false);$$;
