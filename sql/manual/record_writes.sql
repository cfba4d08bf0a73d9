COMMENT ON FUNCTION msar.add_record_to_table(oid, jsonb, boolean, jsonb) IS
$$Adds a row to a table, or to an insertable view.

Arguments:
  tab_id: the relation
  rec_def: an object whose keys are attnums or names of columns; {} for a row of defaults. A column
    that is not named gets its default. JSON arrays are values of array columns, objects of
    composite and json columns; a string for a json column is JSON text.
  return_record_summaries: whether to return the preview of the row itself, too
  table_record_summary_templates: {"<table OID>": template} to use instead of the stored templates
Returns: {"results": [the record as it is stored], "record_summaries", "linked_record_summaries"},
  as msar.get_record_from_table; "results" is [] if the current role may not read the row. For a
  relation without a primary key, the row as it was inserted
Errors:
  42P01: unknown OID
  42809: the relation has no rows
  22004: tab_id or rec_def is NULL
  22023: rec_def is not an object
  42703: unknown column
  42701: a column is named twice
  428C9: a generated column, or an identity column GENERATED ALWAYS
  and the errors of INSERT. Nothing is inserted then.

Example:
  SELECT msar.add_record_to_table('public.book'::regclass, '{"title": "Emma", "3": ["novel"]}');$$;

COMMENT ON FUNCTION msar.patch_record_in_table(oid, anycompatible, jsonb, boolean, jsonb) IS
$$Changes one row of a table.

Arguments:
  tab_id: the table
  rec_id: the value of its primary key, or an object {"<attnum or name>": value} with the columns of
    the primary key or of a unique constraint
  rec_def: an object of the columns to change, as for msar.add_record_to_table
  return_record_summaries, table_record_summary_templates: as for msar.add_record_to_table
Returns: as msar.add_record_to_table, for the row as it is afterwards, under its new key
Errors:
  P0001: No rows updated, if no row has the key
  55000: the relation has no primary key
  22023: rec_id is not an object of the key's columns
  21000: the key is that of several rows, in child tables
  and the errors of msar.add_record_to_table and UPDATE. Nothing changes then.

Example:
  SELECT msar.patch_record_in_table('public.book'::regclass, 7, '{"title": "Emma"}');$$;

COMMENT ON FUNCTION msar.delete_records_from_table(oid, jsonb) IS
$$Deletes rows of a table.

Arguments:
  tab_id: the table
  rec_ids: an array of values of its primary key, or of objects with the columns of the primary key
    or of a unique constraint
Returns: a JSON array of the keys of the deleted rows, in the order of rec_ids. Keys that no row has
  are ignored.
Errors:
  42P01: unknown OID
  42809: the relation has no rows
  55000: the relation has no primary key
  22023: rec_ids is not an array, or a key is not an object of the key's columns
  21000: a key is that of several rows, in child tables
  and the errors of DELETE. Nothing is deleted then.

Example:
  SELECT msar.delete_records_from_table('public.book'::regclass, '[1, 2]');$$;

COMMENT ON FUNCTION msar.form_insert(jsonb, jsonb) IS
$$Adds the row of a form, and rows of other tables that it refers to, in one statement.

Arguments:
  field_info_list: an array with an object for each field, {"key", "parent_key", "table_oid",
    "column_attnum", "depth"}: a column, under a key that the caller chooses; "parent_key" is null
    for columns of the row itself, otherwise the key of the foreign key column to whose row the
    field belongs
  values_: {key: value}. For a foreign key column, {"type": "create"} creates a row from the fields
    below it and refers to that row; {"type": "pick", "value": value} means the value. A column
    without a value gets its default, or the value of the created row if it belongs to the same
    foreign key.
Returns: nothing
Errors:
  22023: a field or a value of the wrong shape, a value without a field, a parent that is not a
    field, a field of another table than its row, or create or pick for a column without foreign key
  P0001: create for a column whose foreign keys refer to different columns
  09000: a trigger suppressed a row that another one was to refer to
  and the errors of msar.add_record_to_table. Nothing is inserted then. An error in a value has the
  column, in DETAIL also the row.

Example:
  SELECT msar.form_insert(jsonb_build_array(jsonb_build_object(
    'key', 't', 'column_attnum', 2, 'table_oid', 'public.book'::regclass::oid)),
    '{"t": "Emma"}');$$;

COMMENT ON FUNCTION msar.add_records(regclass, jsonb, jsonb) IS
$$Adds many rows to a table, or to an insertable view, in one statement.

Arguments:
  tab_id: the relation
  rows: an array of objects, each as rec_def of msar.add_record_to_table. A column that a row does
    not name gets its default.
  options: {"on_conflict", "key"}. on_conflict says what becomes of rows whose key is there already:
    error (default); ignore; update: the columns that the new row names get its values. key: the
    columns of the unique key that is meant, by name or attnum; the primary key by default, and any
    key where rows are ignored. "on_error": raise (default) or report, which returns all errors and
    adds nothing. "input": raw (default) or display, by which texts are read as display options show
    them: 13/02/2024
Returns: {"count": number of rows inserted or updated, "keys": [their keys, in the order of rows,
  as msar.list_records returns them]};
  "keys" is null if the relation has no primary key, or the current role may not read it. With
  report also "errors": [{"index": of the row, from 0, "column", "code": SQLSTATE, "message",
  "detail", "constraint"}]
Errors:
  22023: rows is not an array of objects, or an unknown option
  42P10: no unique key has the columns of "key"
  55000: rows are to be updated, and the table has no primary key
  21000: two of the rows would update the same one
  and the errors of msar.add_record_to_table. Nothing is inserted then.

Example:
  SELECT msar.add_records('public.book',
    '[{"title": "Emma"}, {"title": "Ulysses", "year": 1922}]');$$;

COMMENT ON FUNCTION msar.update_records(regclass, jsonb, jsonb, jsonb) IS
$$Sets columns of many rows to the same values, in one statement.

Arguments:
  tab_id: the table, or an updatable view
  filter: which rows, as for msar.list_records: {"status": "open"}, ["due", "<", "2026-01-01"] or a
    tree; {} means all rows, NULL those of options.keys
  patch: an object of the columns to change, as rec_def of msar.add_record_to_table
  options: {"keys", "max_rows", "return", "dry_run", "on_error", "input", "dates", "numbers"}
    keys: only the rows of these keys: an array of values of the primary key, or of objects with the
      columns of the primary key or of a unique constraint
    max_rows: the call fails, and changes nothing, if more rows are meant
    return: count (default); keys, the keys that the rows have then; records, the rows as
      msar.list_records returns them, with previews
    on_error, input: as msar.add_records
    dates, numbers: the forms of what is returned, as for msar.list_records
    dry_run: whether to report only. Triggers and deferred constraints run, then all is rolled back
Returns: {"count", "dry_run"} and "keys", or "results", "record_summaries" and
  "linked_record_summaries", as asked for
Errors:
  22004: tab_id or patch is NULL, or neither a filter nor keys are passed
  P0003: more rows than max_rows are meant
  22023: patch is not an object or names no column, an unknown option, or a filter of another shape
  and the errors of msar.list_records about filters, of msar.patch_record_in_table, and of UPDATE.
  Nothing changes then.

Example:
  SELECT msar.update_records('public.book', '{"pages": null}', '{"pages": 100}',
    '{"max_rows": 10, "dry_run": true}');$$;

COMMENT ON FUNCTION msar.delete_records(regclass, jsonb, jsonb) IS
$$Deletes many rows in one statement.

Arguments:
  tab_id: the table, or an updatable view
  filter: which rows, as for msar.update_records; {} means all rows, NULL those of options.keys
  options: {"keys", "max_rows", "return", "dry_run", "on_error", "dates", "numbers"}, as for
    msar.update_records
Returns: as msar.update_records, about the rows as they were
Errors:
  22004: tab_id is NULL, or neither a filter nor keys are passed
  P0003: more rows than max_rows are meant
  23503: other rows refer to one of them
  and the errors of msar.update_records and DELETE. Nothing is deleted then.

Example:
  SELECT msar.delete_records('public.book', NULL, '{"keys": [7], "return": "keys"}');$$;

COMMENT ON FUNCTION __msar.read_rows(jsonb, oid, smallint[], integer, bigint) IS
$$Reads an array of objects as rows, as jsonb_to_recordset does, for statements that write records:
an error names the column and the row.

Arguments:
  rows: the array.
  relation, attnums: the columns of a relation that the declared columns are for, in their order.
  set: which rows of the call these are; -1 for all.
  first: the number of the first of them.

Returns: the rows, with the columns that the FROM clause declares.

Errors: those of the columns' types, with the column in the error's field COLUMN.

Example:
  SELECT * FROM __msar.read_rows('[{"a": 1}]', 0, '{1}', -1, 0) AS row(a integer);$$;

COMMENT ON FUNCTION __msar.read_row(jsonb, oid, smallint[]) IS
$$Reads an object as a row, as jsonb_to_record does, for statements that write records: an error
names the column.

Arguments:
  document: the object.
  relation, attnums: the columns of a relation that the declared columns are for, in their order.

Returns: the row, with the columns that the FROM clause declares.

Errors: those of the columns' types, with the column in the error's field COLUMN.

Example:
  SELECT * FROM __msar.read_row('{"a": 1}', 0, '{1}') AS row(a integer);$$;

COMMENT ON FUNCTION __msar.at_row(integer, bigint) IS
$$Notes which row a statement writes, so that an error can name it.

Arguments:
  set: which rows of the call these are; -1 for all.
  row: the number of the row among them.

Returns: true.

Example:
  SELECT __msar.at_row(-1, 0);$$;
