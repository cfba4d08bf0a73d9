-- Changes options of columns. What a patch does not name stays, also when another session changes it at this moment.
-- $1: {"table_oid", "columns": [{"attnum", "changes": {option: value}}]}
UPDATE msar_catalog.stored_column_metadata AS m
SET (
    bool_input, bool_true, bool_false, num_min_frac_digits, num_max_frac_digits, num_show_as_perc, num_grouping,
    num_format, mon_currency_symbol, mon_currency_location, time_format, date_format, duration_min, duration_max,
    duration_show_units, label, help_text, is_hidden, display_width, file_backend, user_display_field
  ) = (
    SELECT
      r.bool_input, r.bool_true, r.bool_false, r.num_min_frac_digits, r.num_max_frac_digits, r.num_show_as_perc,
      r.num_grouping, r.num_format, r.mon_currency_symbol, r.mon_currency_location, r.time_format, r.date_format,
      r.duration_min, r.duration_max, r.duration_show_units, r.label, r.help_text, r.is_hidden, r.display_width,
      r.file_backend, r.user_display_field
    FROM pg_catalog.jsonb_populate_record(m, c.changes) AS r
  )
FROM pg_catalog.jsonb_to_record($1) AS t(table_oid pg_catalog.oid, columns pg_catalog.jsonb),
  pg_catalog.jsonb_to_recordset(t.columns) AS c(attnum pg_catalog.int2, changes pg_catalog.jsonb)
WHERE m.table_oid = t.table_oid AND m.attnum = c.attnum;

-- Rows of a table's columns in which no option is set.
-- $1: {"table_oid"}
DELETE FROM msar_catalog.stored_column_metadata AS m
USING pg_catalog.jsonb_to_record($1) AS t(table_oid pg_catalog.oid)
WHERE m.table_oid = t.table_oid
  AND pg_catalog.num_nonnulls(
    m.bool_input, m.bool_true, m.bool_false, m.num_min_frac_digits, m.num_max_frac_digits, m.num_show_as_perc,
    m.num_grouping, m.num_format, m.mon_currency_symbol, m.mon_currency_location, m.time_format, m.date_format,
    m.duration_min, m.duration_max, m.duration_show_units, m.label, m.help_text, m.is_hidden, m.display_width,
    m.file_backend, m.user_display_field
  ) = 0;
