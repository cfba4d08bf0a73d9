COMMENT ON FUNCTION
  msar.list_records_from_table(oid, integer, integer, jsonb, jsonb, jsonb, jsonb, boolean, jsonb) IS
$$A page of records of a table, view or foreign table, with previews of the rows that they link
to.

Arguments: tab_id: the relation; limit_, offset_: which part, NULL for all; order_: [{"attnum",
  "direction": "asc" or "desc"}], to which the primary key is added; filter_: {"type": key,
  "args": [...]}; group_: {"columns": [attnum], "preproc": [key or null]}; joined_columns:
  [{"alias", "join_path"}]; return_record_summaries: whether the previews of the records
  themselves are told; table_record_summary_templates: {"<table OID>": template} to use instead
  of those that are stored. docs/records.md tells more.
Returns: {"count": of all rows, whatever the bounds, "results": [{"<attnum>": value}],
  "grouping", "linked_record_summaries": {"<attnum>": {"<key>": text}}, "record_summaries":
  {"<key>": text}, "joined_record_summaries"}. Only columns that the current role may read are
  told.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type; 42703 unknown
  column; 42501 no SELECT on a column; 22023 an unknown filter or direction, or a document of
  another shape; 22P02 and others of PostgreSQL for a literal that the type of its column does
  not take.

Example: SELECT msar.list_records_from_table('app.book'::regclass, 50, 0, '[{"attnum": 2,
  "direction": "asc"}]', NULL, NULL);$$;

COMMENT ON FUNCTION msar.get_record_from_table(oid, anycompatible, jsonb, boolean, jsonb) IS
$$One record, by its primary key.

Arguments: tab_id: the table; rec_id: the value of its key column, of any type; for a key of
  several columns, a JSON object {"<attnum>": value}; joined_columns, return_record_summaries,
  table_record_summary_templates: as for msar.list_records_from_table.
Returns: as msar.list_records_from_table; "count" 0 and "results" [] if there is no such record.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type; 55000 the
  table has no primary key, or the current role may not read it; 22023 the key lacks a column, or
  names another; 22P02 and others of PostgreSQL for a value that the type of the key does not
  take.

Example: SELECT msar.get_record_from_table('app.book'::regclass, 1);$$;

COMMENT ON FUNCTION msar.search_records_from_table(oid, jsonb, integer, integer, boolean, jsonb) IS
$$Records in which texts are found, best first.

Arguments: tab_id: the relation; search_: [{"attnum", "literal"}]: a text is looked for in the
  text of each column, without regard to case and literally (% and _ mean themselves); equal
  counts 4, at the beginning 3, within 2; limit_, offset_: which part; return_record_summaries,
  table_record_summary_templates: as for msar.list_records_from_table.
Returns: {"count": of all records found, "results": [{"<attnum>": value}],
  "linked_record_summaries", "record_summaries"}. All records if search_ is empty.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type; 42703 unknown
  column; 42501 no SELECT on a column; 22023 a document of another shape.

Example: SELECT msar.search_records_from_table('app.book'::regclass, '[{"attnum": 2, "literal":
  "night"}]', 20);$$;

COMMENT ON FUNCTION msar.list_by_record_summaries(oid, integer, integer, text, jsonb, jsonb) IS
$$Records by their previews, in the order of those: what a client shows to pick a record from.

Arguments: tab_id: the table; limit_, offset_: which part, NULL for all; search_: only previews
  that contain this text, without regard to case; table_record_summary_templates: as for
  msar.list_records_from_table; linked_record_path: {"record_pkey", "join_path"}: a record of
  another table and the way from there over a mapping table.
Returns: {"count": of all that match, "results": [{"key": value, or {"<attnum>": value} for a key
  of several columns, "summary": text}], "mapping": null, or {"join_table": its OID,
  "joined_values": {"<key>": [keys of the rows of the mapping table that link that record]}}}.
  Count 0 for a table without a primary key.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type; P0001 a path
  that has not two steps or does not lead to the table; 42703 unknown column; 22023 a document of
  another shape.

Example: SELECT msar.list_by_record_summaries('app.author'::regclass, 20, 0, 'woolf');$$;

COMMENT ON FUNCTION msar.get_table_columns_and_records(oid, integer, integer, jsonb, jsonb) IS
$$All records of a relation, one a row, for an export. Rows are made as they are fetched, in the
target list of a query or through a cursor.

Arguments: tab_id: the relation; limit_, offset_: which part, NULL for all; order_, filter_: as
  for msar.list_records_from_table.
Returns: rows: first {"<attnum>": name of the column}, then {"<attnum>": value} for each record.
Errors: as msar.list_records_from_table.

Example: SELECT msar.get_table_columns_and_records('app.book'::regclass, NULL, NULL, NULL, NULL);$$;

COMMENT ON FUNCTION msar.list_records(regclass, jsonb) IS
$$A page of records of a table, view or foreign table, with previews of the rows that they link
to, as a client wants it.

Arguments: tab_id: the relation; options: {"limit": 50, "offset": 0, or "after": key of the last
  row of the page before, "order": [{"attnum" or "column", "direction", "nulls"}], "filter":
  {"type", "args"}, "group": {"columns", "preproc"}, "columns": only these, "count": "exact",
  "estimated" or "none", "previews": true, false or a list of columns, "record_summaries": false,
  "numbers": "json" or "text", "dates": "contract" or "iso"}, none of them needed.
  msar.list_records_schema() gives its JSON Schema, docs/records.md tells more.
Returns: {"count", "results": [{"<attnum>": value}], "grouping", "linked_record_summaries",
  "record_summaries", "next": the key to pass as "after" for the next page, or null}.
Errors: as msar.list_records_from_table; 55000 "after" for a table without a primary key; P0002
  the row of "after" is not there, and the order is not by the key alone; 22023 an unknown
  option.

Example: SELECT msar.list_records('app.book', '{"limit": 20, "order": [{"column": "title"}],
  "count": "none"}');$$;

COMMENT ON FUNCTION msar.list_records_schema() IS
$$What msar.list_records takes and returns.

Returns: a JSON Schema (draft 2020-12), with "options" and "result" among its "$defs".
Errors: none.

Example: SELECT jsonb_pretty(msar.list_records_schema());$$;
