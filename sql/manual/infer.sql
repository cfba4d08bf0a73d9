COMMENT ON FUNCTION msar.infer_table_column_data_types(regclass) IS
$$Suggests types for the columns of type text of a table, by all of their values.

Arguments:
  tab_id: a table, or any other relation that has rows
Returns: {"<attnum>": {"type": name of a type, "details": {"mathesar_casting": true, "group_sep",
  "decimal_p", "curr_pref", "curr_suff", "date_order", "date_order_proven"}, "undecided"}} for all
  columns. For a column of type text the type is the first that all of its values plainly are, of
  boolean, date, numeric, mathesar_types.mathesar_money, uuid, timestamp without time zone,
  timestamp with time zone, time without time zone, interval, mathesar_types.email,
  mathesar_types.mathesar_json_array, mathesar_types.multicurrency_money,
  mathesar_types.mathesar_json_object, mathesar_types.uri; it is text if there is none, or if there
  are no values. Columns of other types keep their type.
  "details" is missing if the type does not change. It has the cast_options: the separators of
  numbers and money (an empty string for none), currency marks, and the order of day, month and
  year (YMD, DMY, MDY) if it matters, with "date_order_proven": true if the values allow no other.
  "undecided" is present if all values fit a type but can be read in two ways (1,500; 1.500 EUR;
  01/02/2024): {"type", "needs": the key of cast_options that decides it}.
Errors:
  42P01: unknown relation
  42501: no SELECT on a column of type text

Example:
  SELECT msar.infer_table_column_data_types('public.import');$$;

COMMENT ON FUNCTION __msar.infer_columns(regclass, jsonb) IS
$$Suggests types for the columns of type text of a table, for msar.import_text.

Arguments:
  tab_id: the table
  options: {"date_order": YMD, DMY or MDY, for dates whose values leave it open, or null,
    "decimal_p": . or , likewise for numbers and money, or null, "integers": whether whole numbers
    become integer or bigint instead of numeric}
Returns: as msar.infer_table_column_data_types, and "runner_up" as msar.import_text
Errors:
  22023: invalid options
  and those of msar.infer_table_column_data_types

Example:
  SELECT __msar.infer_columns('public.import', '{"date_order": "DMY"}');$$;

COMMENT ON FUNCTION msar.infer_types(regclass, jsonb) IS
$$Lists the types that the values of text columns fit, with the values that do not fit.

Arguments:
  tab_id: a table, or any other relation that has rows
  options: {"integers": whether whole numbers become integer or bigint instead of numeric (false),
    "enum_max_values": suggest an enum (_enum) for columns of text with at most so many distinct
    values, each occurring twice on average (0: never),
    "misfits": the number of values to list for each type that do not fit it (3),
    "date_order": YMD, DMY or MDY, for dates whose values leave it open,
    "decimal_p": . or , likewise for numbers and money}
Returns: {"<attnum>": {"name", "type": "text", "rows": int, "nulls": int,
  "distinct": int, or null if it is more than 10,000,
  "suggestion": {"type", "cast_options": null or an object, "undecided": as returned by
  msar.infer_table_column_data_types, "enum_values": of an enum},
  "candidates": [{"type", "fits": int, "share": of the values that are not null, 0 to 1,
  "misfits": [the first distinct values that do not fit]}]}}. Candidates are all types that some
  value fits, in the order of msar.infer_table_column_data_types.
Errors:
  22023: unknown option
  42P01: unknown relation
  42501: no SELECT on a column of type text

Example:
  SELECT msar.infer_types('public.import', '{"integers": true}');$$;
