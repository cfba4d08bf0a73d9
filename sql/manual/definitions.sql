COMMENT ON TYPE __msar.col_def IS
'Column to be created, in SQL: __msar.col_defs makes it of JSON';
COMMENT ON COLUMN __msar.col_def.name_ IS 'Name, quoted where it must be';
COMMENT ON COLUMN __msar.col_def.type_ IS
'Type with its modifiers, and its collation if one is asked for';
COMMENT ON COLUMN __msar.col_def.not_null IS 'Whether it takes no nulls';
COMMENT ON COLUMN __msar.col_def.default_ IS
'SQL expression of the default: a literal, or in parentheses; null if there is none';
COMMENT ON COLUMN __msar.col_def.identity_ IS 'Whether it is an identity column';
COMMENT ON COLUMN __msar.col_def.description IS
'Text that is to be its comment; null if there is none';

COMMENT ON TYPE __msar.con_def IS
'Constraint to be created, in SQL: __msar.con_defs makes it of JSON';
COMMENT ON COLUMN __msar.con_def.name_ IS
'Name, quoted where it must be; null for PostgreSQL''s own';
COMMENT ON COLUMN __msar.con_def.type_ IS
'p primary key, u unique, f foreign key, c check, x exclusion';
COMMENT ON COLUMN __msar.con_def.col_names IS 'Names of its columns, quoted where they must be';
COMMENT ON COLUMN __msar.con_def.deferrable_ IS
'Whether its check can wait until the end of the transaction';
COMMENT ON COLUMN __msar.con_def.definition IS 'All of it, as ALTER TABLE ... ADD takes it';
COMMENT ON COLUMN __msar.con_def.description IS
'Text that is to be its comment; null if there is none';

COMMENT ON FUNCTION __msar.col_defs(oid, jsonb) IS
$$Columns that are given as JSON, checked and in SQL.

Arguments: tab_id: the table that they are for, whose names are taken; NULL for a new one;
  col_defs: as msar.add_columns
Returns: a row for each column, in their order
Errors: 22023 an unknown key, a value of the wrong kind, a generated column; 42P01 unknown table;
  42622 a name of more than 63 bytes; 42601 what should be an expression is none; 42704 unknown
  type

Example: SELECT name_, type_ FROM __msar.col_defs(NULL, '[{"name": "Unit price", "type": {"name":
  "numeric(8,2)"}}]');$$;

COMMENT ON FUNCTION __msar.con_defs(oid, jsonb) IS
$$Constraints that are given as JSON, checked and in SQL.

Arguments: tab_id: the table that they are for; NULL for a new one, whose columns must be given
  by name; con_defs: as msar.add_constraints
Returns: a row for each constraint, in their order
Errors: 22023 an unknown key, a value of the wrong kind, keys that do not go together; 42P01
  unknown table; 42703 unknown column; 42622 a name of more than 63 bytes; 42601 what should be
  an expression is none

Example: SELECT definition FROM __msar.con_defs('public.book'::regclass, '[{"type": "u",
  "columns": [2]}]');$$;

COMMENT ON FUNCTION __msar.type_in_full(jsonb) IS
$$The SQL form of a type that is given as JSON.

Arguments: type: {"id": OID, "modifier": int}, or {"schema": unquoted, "name": unquoted,
  "options"}, or {"name": type name as SQL has it, "options"}, or such a name; options: those of
  "length", "precision", "scale", "fields", "array" that the type takes.
Returns: the type with its modifiers, and with its schema if it is none of PostgreSQL's.
Errors: 22023 an unknown key or a wrong value; 42704 unknown type.

Example: SELECT __msar.type_in_full('{"name": "numeric", "options": {"precision": 8, "scale":
  2}}');  -- numeric(8,2)$$;

COMMENT ON FUNCTION __msar.cast_expression(text, regtype, regtype, jsonb) IS
$$The SQL expression that casts a value, as retyping, previews and imports do.

Arguments: value: SQL expression of the value, a name or in parentheses; source, target: types;
  options: cast options (group_sep, decimal_p, curr_pref, curr_suff, date_order), or NULL.
Returns: a call of msar.cast_to_<type> where there is one for the target, else PostgreSQL's own
  cast.
Errors: 22023 wrong options; 42704 unknown type; the expression may fail.

Example: SELECT __msar.cast_expression('price', 'text', 'numeric', '{"decimal_p": ","}');  --
  msar.cast_to_numeric(price, '', ',')$$;

COMMENT ON FUNCTION __msar.resolved_col_defs(oid, jsonb) IS
$$What __msar.col_defs makes its rows of.

Arguments: tab_id, col_defs: as __msar.col_defs.
Returns: a JSON array of objects with the attributes of __msar.col_def.
Errors: those of __msar.col_defs.

Example: SELECT __msar.resolved_col_defs(NULL, '[{"name": "title"}]');$$;

COMMENT ON FUNCTION __msar.resolved_con_defs(oid, jsonb) IS
$$What __msar.con_defs makes its rows of.

Arguments: tab_id, con_defs: as __msar.con_defs.
Returns: a JSON array of objects with the attributes of __msar.con_def.
Errors: those of __msar.con_defs.

Example: SELECT __msar.resolved_con_defs('public.book'::regclass, '[{"type": "u", "columns":
  ["isbn"]}]');$$;
