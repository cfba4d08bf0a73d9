COMMENT ON TYPE __msar.col_def IS
'Column to be created, in SQL. __msar.col_defs makes it from JSON';
COMMENT ON COLUMN __msar.col_def.name_ IS 'Name, quoted if necessary';
COMMENT ON COLUMN __msar.col_def.type_ IS 'Type with its modifiers, and its collation if given';
COMMENT ON COLUMN __msar.col_def.not_null IS 'Whether it is NOT NULL';
COMMENT ON COLUMN __msar.col_def.default_ IS
'SQL expression of the default, a literal or in parentheses; null for none';
COMMENT ON COLUMN __msar.col_def.identity_ IS 'Whether it is an identity column';
COMMENT ON COLUMN __msar.col_def.description IS 'Text of its comment; null for none';

COMMENT ON TYPE __msar.con_def IS
'Constraint to be created, in SQL. __msar.con_defs makes it from JSON';
COMMENT ON COLUMN __msar.con_def.name_ IS
'Name, quoted if necessary; null if PostgreSQL is to choose it';
COMMENT ON COLUMN __msar.con_def.type_ IS
'p primary key, u unique, f foreign key, c check, x exclusion';
COMMENT ON COLUMN __msar.con_def.col_names IS 'Names of its columns, quoted if necessary';
COMMENT ON COLUMN __msar.con_def.deferrable_ IS 'Whether it is DEFERRABLE';
COMMENT ON COLUMN __msar.con_def.definition IS
'The whole constraint, as ALTER TABLE ... ADD takes it';
COMMENT ON COLUMN __msar.con_def.description IS 'Text of its comment; null for none';

COMMENT ON FUNCTION __msar.col_defs(oid, jsonb) IS
$$Checks columns that are given as JSON, and returns them in SQL.

Arguments:
  tab_id: the table that gets the columns, whose names are taken; NULL for a new table
  col_defs: as msar.add_columns
Returns: a row for each column, in the order given
Errors:
  22023: an unknown key, a value of the wrong type, or a generated column
  42P01: unknown table
  42622: a name of more than 63 bytes
  42601: text that is not one SQL expression
  42704: unknown type

Example:
  SELECT name_, type_
  FROM __msar.col_defs(NULL, '[{"name": "Unit price", "type": {"name": "numeric(8,2)"}}]');$$;

COMMENT ON FUNCTION __msar.con_defs(oid, jsonb) IS
$$Checks constraints that are given as JSON, and returns them in SQL.

Arguments:
  tab_id: the table that gets the constraints; NULL for a new table, whose columns are given by name
  con_defs: as msar.add_constraints
Returns: a row for each constraint, in the order given
Errors:
  22023: an unknown key, a value of the wrong type, or keys that exclude each other
  42P01: unknown table
  42703: unknown column
  42622: a name of more than 63 bytes
  42601: text that is not one SQL expression

Example:
  SELECT definition
  FROM __msar.con_defs('public.book'::regclass, '[{"type": "u", "columns": [2]}]');$$;

COMMENT ON FUNCTION __msar.type_in_full(jsonb) IS
$$Returns the SQL form of a type that is given as JSON.

Arguments:
  type: {"id": OID, "modifier": int}, or {"schema": unquoted, "name": unquoted, "options"}, or
    {"name": type name as in SQL, "options"}, or a type name; options: those of "length",
    "precision", "scale", "fields", "array" that the type takes
Returns: the type with its modifiers, and with its schema unless it is pg_catalog
Errors:
  22023: an unknown key or an invalid value
  42704: unknown type

Example:
  SELECT __msar.type_in_full(
    '{"name": "numeric", "options": {"precision": 8, "scale": 2}}');  -- numeric(8,2)$$;

COMMENT ON FUNCTION __msar.cast_expression(text, regtype, regtype, jsonb) IS
$$Returns the SQL expression that casts a value, as retyping, previews and imports do.

Arguments:
  value: SQL expression of the value, a name or in parentheses
  source, target: the types
  options: cast options (group_sep, decimal_p, curr_pref, curr_suff, date_order), or NULL
Returns: a call of msar.cast_to_<type> if there is one for the target, otherwise PostgreSQL's cast
Errors:
  22023: invalid options
  42704: unknown type

Example:
  SELECT __msar.cast_expression('price', 'text', 'numeric', '{"decimal_p": ","}');
  -- msar.cast_to_numeric(price, '', ',')$$;

COMMENT ON FUNCTION __msar.resolved_col_defs(oid, jsonb) IS
$$Returns the rows of __msar.col_defs as JSON.

Arguments:
  tab_id, col_defs: as __msar.col_defs
Returns: a JSON array of objects with the attributes of __msar.col_def
Errors: as __msar.col_defs

Example:
  SELECT __msar.resolved_col_defs(NULL, '[{"name": "title"}]');$$;

COMMENT ON FUNCTION __msar.resolved_con_defs(oid, jsonb) IS
$$Returns the rows of __msar.con_defs as JSON.

Arguments:
  tab_id, con_defs: as __msar.con_defs
Returns: a JSON array of objects with the attributes of __msar.con_def
Errors: as __msar.con_defs

Example:
  SELECT __msar.resolved_con_defs(
    'public.book'::regclass, '[{"type": "u", "columns": ["isbn"]}]');$$;
