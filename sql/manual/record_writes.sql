COMMENT ON FUNCTION msar.add_record_to_table(oid, jsonb, boolean, jsonb) IS
$$Adds a row to a table, or to a view that takes rows.

Arguments: tab_id: the relation; rec_def: an object whose keys are attnums or names of columns,
  {} for a row of defaults: a column that is not named gets its default. JSON arrays go into
  array columns, objects into composite and json columns; a string for a json column is JSON
  text; return_record_summaries: whether the preview of the row itself is returned too;
  table_record_summary_templates: {"<table oid>": template}, in place of the stored ones.
Returns: {"results": [the record as the table has it], "record_summaries",
  "linked_record_summaries"}, as msar.get_record_from_table; "results" is [] if the current role
  may not read the row. Of a relation without a primary key, the row as it was inserted.
Errors: 42P01 unknown OID; 42809 nothing that holds rows; 22004 tab_id or rec_def is NULL; 22023
  rec_def is no object; 42703 unknown column; 42701 a column named twice; 428C9 a generated or
  GENERATED ALWAYS identity column; PostgreSQL's own for what it refuses. Nothing is inserted
  then.

Example: SELECT msar.add_record_to_table('public.book'::regclass, '{"title": "Emma", "3":
  ["novel"]}');$$;

COMMENT ON FUNCTION msar.patch_record_in_table(oid, anycompatible, jsonb, boolean, jsonb) IS
$$Changes one row of a table.

Arguments: tab_id: the table; rec_id: the value of its primary key, or for a key of several
  columns an object {"<attnum>": value}; rec_def: an object of the columns to change and their
  values, as for msar.add_record_to_table; return_record_summaries,
  table_record_summary_templates: likewise.
Returns: what msar.add_record_to_table returns, of the row as it is afterwards, under the key
  that it then has.
Errors: P0001 No rows updated, if there is no such row; 55000 the relation has no primary key;
  22023 a key of several columns that is no object of them; 21000 tables that inherit from this
  one have rows of the same key; and those of msar.add_record_to_table. Nothing is changed then.

Example: SELECT msar.patch_record_in_table('public.book'::regclass, 7, '{"title": "Emma"}');$$;

COMMENT ON FUNCTION msar.delete_records_from_table(oid, jsonb) IS
$$Deletes rows of a table.

Arguments: tab_id: the table; rec_ids: an array of values of its primary key, or for a key of
  several columns of objects {"<attnum>": value}.
Returns: a JSON array of the keys of the rows that were deleted, in the order of rec_ids. Keys
  that no row has are ignored.
Errors: 42P01 unknown OID; 42809 nothing that holds rows; 55000 the relation has no primary key;
  22023 rec_ids is no array, or a key of several columns that is no object of them; 21000 tables
  that inherit from this one have rows of the same key; PostgreSQL's own for what it refuses.
  Nothing is deleted then.

Example: SELECT msar.delete_records_from_table('public.book'::regclass, '[1, 2]');$$;

COMMENT ON FUNCTION msar.form_insert(jsonb, jsonb) IS
$$Adds the row that a form says, and rows of other tables that it refers to, in one statement.

Arguments: field_info_list: an array with an object for each field, {"key", "parent_key",
  "table_oid", "column_attnum", "depth"}: a column, under a key of the caller's; "parent_key" is
  null for the columns of the row itself, and else the key of the foreign key column whose row
  the field belongs to; values_: {key: value}. In a foreign key column {"type": "create"} makes a
  row of the fields below and refers to it, {"type": "pick", "value": value} is the same as the
  value. A column that has no value gets its default, or, next to another column of its foreign
  key, what the created row has.
Returns: nothing.
Errors: 22023 a field or a value of the wrong shape, a value without a field, a parent that is no
  field, a field of another table than its row, create or pick in a column without foreign key;
  P0001 create in a column whose foreign keys refer to different columns; 09000 a trigger keeps
  out a row that is to be referred to; and those of msar.add_record_to_table. Nothing is inserted
  then.

Example: SELECT msar.form_insert(jsonb_build_array(jsonb_build_object('key', 't',
  'column_attnum', 2, 'table_oid', 'public.book'::regclass::oid)), '{"t": "Emma"}');$$;

COMMENT ON FUNCTION msar.add_records(regclass, jsonb) IS
$$Adds many rows to a table, or to a view that takes rows, in one statement.

Arguments: tab_id: the relation; rows: an array of objects, each as rec_def of
  msar.add_record_to_table: a column that a row does not name gets its default.
Returns: {"count": number of rows inserted, "keys": [their keys, in the order of rows]}; "keys"
  is null if the relation has no primary key or the current role may not read it.
Errors: those of msar.add_record_to_table; 22023 rows is no array of objects. Nothing is inserted
  then.

Example: SELECT msar.add_records('public.book', '[{"title": "Emma"}, {"title": "Ulysses", "year":
  1922}]');$$;
