COMMENT ON FUNCTION msar.add_columns(oid, jsonb, boolean) IS
$$Adds columns to a table.

Arguments: tab_id: the table; col_defs: array of {"name", "type", "not_null", "default",
  "description", ...}, as msar.add_mathesar_table takes them; a column without a name is called
  Column; one whose name is taken gets a number.
  raw_default: whether "default" is an SQL expression (a string), not a value.
Returns: the attnums of the new columns, in the order of col_defs.
Errors: 22023 an unknown key, a value of the wrong kind, keys that do not go together; 42P01
  unknown table; 42501 the current role has not the rights of the owner; 42622 a name of more
  than 63 bytes; 42601 what should be an expression is none; 42704 unknown type; those of ALTER
  TABLE. Nothing is added then.

Example: SELECT msar.add_columns('public.book'::regclass, '[{"name": "pages", "type": {"name":
  "integer"}, "default": 0}]');$$;

COMMENT ON FUNCTION msar.alter_columns(oid, jsonb) IS
$$Changes columns of a table. All changes but names and comments are made at once, with one
rewrite of the table at most.

Arguments: tab_id: the table; col_alters: array of {"attnum" or "column": its name, "name": the
  new one, "type": as msar.add_columns takes it, or {"options"} alone to keep the type,
  "cast_options": {"group_sep", "decimal_p", "curr_pref", "curr_suff", "date_order"}, "not_null",
  "default": a value, or null for none, "default_expression": SQL, "identity", "generated",
  "collation", "description": text, or null to drop the comment, "delete": whether to drop it,
  "metadata"}; what is absent stays. With a new type, values are cast by msar.cast_to_<type>
  where PostgreSQL does not convert them by itself, and the default keeps its value.
Returns: the attnums of the columns that were changed, in the order of col_alters; NULL if none.
  A column id of type integer that is an identity column and the first of its table is left
  alone.
Errors: 22023 an unknown key, a value of the wrong kind, a column that comes twice; 42P01 unknown
  table; 42703 unknown column; 42501 the current role has not the rights of the owner; 42622 a
  name of more than 63 bytes; 42601 what should be an expression is none; 42704 unknown type;
  2BP01 a column to be dropped that something depends on; of a value that cannot be cast, what
  the cast raises; those of ALTER TABLE. Nothing is changed then.

Example: SELECT msar.alter_columns('public.book'::regclass, '[{"attnum": 3, "name": "price",
  "type": {"name": "numeric", "options": {"precision": 8, "scale": 2}}}]');$$;

COMMENT ON FUNCTION msar.drop_columns(oid, integer[]) IS
$$Drops columns of a table, without CASCADE.

Arguments: tab_id: the table; col_ids: attnums; nulls, and numbers that no column has, are passed
  over.
Returns: nothing.
Errors: 42P01 unknown table; 42703 no column has any of the numbers; 42501 the current role has
  not the rights of the owner; 2BP01 something depends on a column: msar.get_dependents tells
  what; 42P16 an inherited column. Nothing is dropped then.

Example: SELECT msar.drop_columns('public.book'::regclass, 4, 5);$$;
