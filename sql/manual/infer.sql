COMMENT ON FUNCTION msar.infer_table_column_data_types(regclass) IS
$$Suggests types for the columns of type text of a table, by all of their values.

Arguments: tab_id: a table, or anything else that rows can be read from
Returns: {"<attnum>": {"type": name of a type, "details": {"mathesar_casting": true, "group_sep",
  "decimal_p", "curr_pref", "curr_suff", "date_order"}}} for all columns. The type of a column of
  type text is the first of boolean, date, numeric, mathesar_types.mathesar_money, uuid,
  timestamp without time zone, timestamp with time zone, time without time zone, interval,
  mathesar_types.email, mathesar_types.mathesar_json_array, mathesar_types.mathesar_json_object,
  mathesar_types.uri that all of its values can be cast to; text if there is none, or no value.
  Columns of other types keep them. "details" is missing where the type stays, and gives the cast
  what it needs (cast_options): separators of numbers and money (empty for none), marks of the
  currency, and the order of day, month and year (YMD, DMY, MDY) where it is not the session's
Errors: 42P01 unknown relation, 42501 no SELECT on a column of type text

Example: SELECT msar.infer_table_column_data_types('public.import');$$;

COMMENT ON FUNCTION msar.infer_types(regclass, jsonb) IS
$$Tells which types the columns of type text of a table could have, and why.

Arguments: tab_id: a table, or anything else that rows can be read from
  options: {"integers": whether whole numbers become integer or bigint instead of numeric
  (false), "enum_max_values": suggest an enum (_enum) for columns of text with at most so many
  distinct values that come twice on average (0: never), "misfits": how many values that do not
  fit are shown of each type (3)}
Returns: {"<attnum>": {"name", "type": "text", "rows": int, "nulls": int, "distinct": int, null
  if more than 10,000, "suggestion": {"type", "cast_options": null or an object, "enum_values":
  of an enum}, "candidates": [{"type", "fits": int, "share": of the values that are not null, 0
  to 1, "misfits": [the first different values that do not fit]}]}}. Candidates are all types
  that some value fits, in the order of msar.infer_table_column_data_types
Errors: 22023 unknown option, 42P01 unknown relation, 42501 no SELECT on a column of type text

Example: SELECT msar.infer_types('public.import', '{"integers": true}');$$;
