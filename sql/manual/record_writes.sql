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
  and the errors of msar.add_record_to_table. Nothing is inserted then.

Example:
  SELECT msar.form_insert(jsonb_build_array(jsonb_build_object(
    'key', 't', 'column_attnum', 2, 'table_oid', 'public.book'::regclass::oid)),
    '{"t": "Emma"}');$$;

COMMENT ON FUNCTION msar.add_records(regclass, jsonb) IS
$$Adds many rows to a table, or to an insertable view, in one statement.

Arguments:
  tab_id: the relation
  rows: an array of objects, each as rec_def of msar.add_record_to_table. A column that a row does
    not name gets its default.
Returns: {"count": number of rows inserted, "keys": [their keys, in the order of rows]}; "keys" is
  null if the relation has no primary key, or the current role may not read it
Errors:
  22023: rows is not an array of objects
  and the errors of msar.add_record_to_table. Nothing is inserted then.

Example:
  SELECT msar.add_records('public.book',
    '[{"title": "Emma"}, {"title": "Ulysses", "year": 1922}]');$$;
