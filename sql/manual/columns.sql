COMMENT ON FUNCTION msar.add_columns(oid, jsonb, boolean) IS
$$Adds columns to a table.

Arguments:
  tab_id: the table
  col_defs: array of {"name", "type", "not_null", "default", "description", ...}, as
    msar.add_mathesar_table takes them; a column without a name becomes Column, and one whose name
    is taken gets a number
  raw_default: whether "default" is an SQL expression (a string) instead of a value
Returns: the attnums of the new columns, in the order of col_defs
Errors:
  22023: an unknown key, a value of the wrong type, or keys that exclude each other
  42P01: unknown table
  42501: the current role is not the owner
  42622: a name of more than 63 bytes
  42601: text that is not one SQL expression
  42704: unknown type
  and the errors of ALTER TABLE. Nothing is added then.

Example:
  SELECT msar.add_columns('public.book'::regclass,
    '[{"name": "pages", "type": {"name": "integer"}, "default": 0}]');$$;

COMMENT ON FUNCTION msar.alter_columns(oid, jsonb) IS
$$Changes columns of a table. All changes except names and comments are one ALTER TABLE, with one
rewrite of the table at most.

Arguments:
  tab_id: the table
  col_alters: array of {"attnum" or "column": its name, "name": the new name, "type": as
    msar.add_columns takes it, or {"options"} to keep the type, "cast_options": {"group_sep",
    "decimal_p", "curr_pref", "curr_suff", "date_order"}, "not_null", "default": a value, or null
    for none, "default_expression": SQL, "identity", "generated", "collation", "description": text,
    or null to drop the comment, "delete": whether to drop the column, "metadata"}; or the keys of
    descriptions, "id", "nullable", "type_options" and "default": {"value"}. A key that is left out
    changes nothing. A new type casts the values by msar.cast_to_<type> unless PostgreSQL
    converts them implicitly, and the default keeps its value. A new identity column continues after
    its largest value and the sequence that it had.
Returns: the attnums of the changed columns, in the order of col_alters; NULL if there are none. An
  identity column id of type integer that is the first of its table is not changed by its attnum.
Errors:
  22023: an unknown key, a value of the wrong type, or a column that is named twice
  42P01: unknown table
  42703: unknown column
  42501: the current role is not the owner
  42622: a name of more than 63 bytes
  42601: text that is not one SQL expression
  42704: unknown type
  2BP01: other objects depend on a column to be dropped
  and the errors of the casts and of ALTER TABLE. Nothing changes then.

Example:
  SELECT msar.alter_columns('public.book'::regclass, '[{"attnum": 3, "name": "price",
    "type": {"name": "numeric", "options": {"precision": 8, "scale": 2}}}]');$$;

COMMENT ON FUNCTION msar.drop_columns(oid, integer[]) IS
$$Drops columns of a table, without CASCADE.

Arguments:
  tab_id: the table
  col_ids: attnums; NULLs and unknown attnums are ignored
Returns: nothing
Errors:
  42P01: unknown table
  42703: none of the attnums is that of a column
  42501: the current role is not the owner
  2BP01: other objects depend on a column; msar.get_dependents lists them
  42P16: an inherited column
  Nothing is dropped then.

Example:
  SELECT msar.drop_columns('public.book'::regclass, 4, 5);$$;

COMMENT ON FUNCTION msar.alter_columns(oid, jsonb, jsonb) IS
$$Changes columns, and returns which values do not fit new types.

Arguments:
  tab_id: the table
  col_alters: as msar.alter_columns of two arguments
  options: {"dry_run": whether nothing is changed, "on_error": what becomes of values that do not
    fit, raise (the call fails) or null (they become NULL), "misfits": how many of them are listed,
    100 by default}
Returns: {"attnums": of the changed columns, "misfits": [{"key": of the row, null without a primary
  key, "column", "value", "reason"}], "misfit_count": of all of them, "is_possible": whether the
  change could be made, "dry_run"}
Errors:
  as msar.alter_columns of two arguments; the error of a value that does not fit has the column

Example:
  SELECT msar.alter_columns('public.import'::regclass, '[{"column": "founded", "type": "date"}]',
    '{"dry_run": true}');$$;

COMMENT ON FUNCTION __msar.is_misfit(smallint, text) IS
$$Returns whether a value becomes NULL in the change of columns that runs.

Arguments:
  attnum: the column
  value: the value as text

Returns: true if the value does not fit the new type of the column.

Example:
  SELECT __msar.is_misfit(1::smallint, 'x');$$;
