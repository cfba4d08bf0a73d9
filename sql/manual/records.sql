COMMENT ON FUNCTION
  msar.list_records_from_table(oid, integer, integer, jsonb, jsonb, jsonb, jsonb, boolean, jsonb) IS
$$Returns a page of records of a table, view or foreign table, with previews of the rows that they
refer to.

Arguments:
  tab_id: the relation
  limit_, offset_: the page; NULL for all records
  order_: [{"attnum", "direction": "asc" or "desc"}]; the primary key is added
  filter_: {"type": key, "args": [...]}
  group_: {"columns": [attnum], "preproc": [key or null]}
  joined_columns: [{"alias", "join_path", "template" or "column": what is shown of the last table}]
  return_record_summaries: whether to return previews of the records themselves, too
  table_record_summary_templates: {"<table OID>": template} to use instead of the stored templates
  docs/records.md describes the documents.
Returns: {"count": of all records, whatever the page, "results": [{"<attnum>": value}], "grouping",
  "linked_record_summaries": {"<attnum>": {"<key>": text}}, "record_summaries": {"<key>": text},
  "joined_record_summaries"}. Columns that the current role may not read are left out.
Errors:
  42P01: unknown relation OID
  42809: an index, a sequence or a composite type
  42703: unknown column
  42501: no SELECT on a column
  22023: an unknown filter or direction, or a document of another shape
  and those of the column's type for an invalid literal, 22P02 for example

Example:
  SELECT msar.list_records_from_table('app.book'::regclass, 50, 0,
    '[{"attnum": 2, "direction": "asc"}]', NULL, NULL);$$;

COMMENT ON FUNCTION msar.get_record_from_table(oid, anycompatible, jsonb, boolean, jsonb) IS
$$Returns one record by its key.

Arguments:
  tab_id: the table
  rec_id: the value of its primary key, of any type, or a JSON object {"<attnum or name>": value}
    with the columns of the primary key or of a unique constraint
  joined_columns, return_record_summaries, table_record_summary_templates: as for
    msar.list_records_from_table
Returns: as msar.list_records_from_table; "count" is 0 and "results" [] if there is no such record
Errors:
  42P01: unknown relation OID
  42809: an index, a sequence or a composite type
  55000: the table has no primary key
  42501: the current role may not read a column of the key
  42702: digits that are the name of one column and the attnum of another
  22023: the key lacks a column, or has an unknown one
  and those of the key's type for an invalid value, 22P02 for example

Example:
  SELECT msar.get_record_from_table('app.book'::regclass, 1);$$;

COMMENT ON FUNCTION msar.search_records_from_table(oid, jsonb, integer, integer, boolean, jsonb) IS
$$Returns records that contain texts, best first.

Arguments:
  tab_id: the relation
  search_: [{"attnum", "literal"}]: the text is searched in the text of the column, ignoring case; %
    and _ are literal. An equal text scores 4, one at the beginning 3, one inside 2.
    A JSON number in a column of numbers is compared as a number: an equal one scores 4.
  limit_, offset_: the page
  return_record_summaries, table_record_summary_templates: as for msar.list_records_from_table
Returns: {"count": of all records found, "results": [{"<attnum>": value}],
  "linked_record_summaries", "record_summaries"}. All records if search_ is empty
Errors:
  42P01: unknown relation OID
  42809: an index, a sequence or a composite type
  42703: unknown column
  42501: no SELECT on a column
  22023: a document of another shape

Example:
  SELECT msar.search_records_from_table('app.book'::regclass,
    '[{"attnum": 2, "literal": "night"}]', 20);$$;

COMMENT ON FUNCTION msar.list_by_record_summaries(oid, integer, integer, text, jsonb, jsonb) IS
$$Returns keys and previews of records, ordered by preview, for a client that lets a user pick one.

Arguments:
  tab_id: the table
  limit_, offset_: the page; NULL for all records
  search_: only previews that contain this text, ignoring case
  table_record_summary_templates: as for msar.list_records_from_table
  linked_record_path: {"record_pkey", "join_path"}: a record of another table, and the path from it
    through a mapping table
Returns: {"count": of all that match, "results": [{"key": value, or {"<attnum>": value} for a key of
  several columns, "summary": text}], "mapping": null, or {"join_table": its OID,
  "joined_values": {"<key>": [keys of the rows of the mapping table that link the record]}}}. The
  count is 0 for a table without a primary key.
Errors:
  42P01: unknown relation OID
  42809: an index, a sequence or a composite type
  P0001: a path that has not exactly two steps or does not lead to the table
  42703: unknown column
  22023: a document of another shape

Example:
  SELECT msar.list_by_record_summaries('app.author'::regclass, 20, 0, 'woolf');$$;

COMMENT ON FUNCTION msar.get_table_columns_and_records(oid, integer, integer, jsonb, jsonb) IS
$$Returns all records of a relation, one per row, for an export. Rows are produced as they are
fetched, in the select list of a query or through a cursor.

Arguments:
  tab_id: the relation
  limit_, offset_: which records; NULL for all
  order_, filter_: as for msar.list_records_from_table
Returns: rows: first {"<attnum>": name of the column}, then {"<attnum>": value} for each record
Errors: as msar.list_records_from_table

Example:
  SELECT msar.get_table_columns_and_records('app.book'::regclass, NULL, NULL, NULL, NULL);$$;

COMMENT ON FUNCTION msar.list_records(regclass, jsonb) IS
$$Returns a page of records of a table, view or foreign table, with previews of the rows that they
refer to.

Arguments:
  tab_id: the relation
  options: {"limit": 50, "offset": 0, or "after": key of the last row of the previous page,
    "order": [{"attnum" or "column", "direction", "nulls"}], "filter": {"type", "args"} or short,
    {"country": "Germany"}, "search": a text, {"text", "columns"} or an array of these,
    "group": {"columns", "preproc"}, "columns": only these and the key, "keys": "attnums" or
    "names", "count": "exact", "estimated" or "none", "previews": true, false or a list of columns,
    "links": previews beside the records, "record_summaries": false, "display": false, "numbers":
    "json" or "text", "dates": "iso" or "contract", "joined_columns": [{"alias", "join_path",
    "template" or "column"}], "large_values": true or the most bytes of a value}, all optional.
    order, filter and search also name columns along foreign keys, "customer_id.name", and previews
    of links, "{customer_id}".
    msar.list_records_schema() returns their JSON Schema, docs/records.md describes them.
Returns: {"count", "results": [{"<attnum or name>": value}], "grouping", "linked_record_summaries",
  "links": {"<columns>": [text of each record]}, "record_summaries", "display": [{"<attnum or
  name>": text}] or null, "omitted": [{"<attnum or name>": bytes}] for values that are too large,
  "next": the key to pass as "after" for the next page, or null}
Errors:
  55000: "after" for a table without a primary key
  P0002: the row of "after" does not exist, and the order is not by the key alone
  22023: an unknown option
  and the errors of msar.list_records_from_table

Example:
  SELECT msar.list_records('app.book',
    '{"limit": 20, "order": [{"column": "title"}], "count": "none"}');$$;

COMMENT ON FUNCTION msar.list_records_schema() IS
$$Returns the JSON Schema of options and result of msar.list_records.

Returns: a JSON Schema (draft 2020-12), with "options" and "result" among its "$defs"
Errors: none

Example:
  SELECT jsonb_pretty(msar.list_records_schema());$$;

COMMENT ON FUNCTION msar.get_linked_records(regclass, anycompatible, jsonb) IS
$$Returns the rows that refer to one row: for every foreign key to it, how many there are, and the
first of them.

Arguments:
  tab_id: the table
  key: the key of the row: the value of its primary key, or an object {"<attnum or name>": value}
    with the columns of the primary key or of a unique constraint
  options: {"limit": rows of each foreign key, 10 by default, null for all, "count": "exact" or
    "none", "constraints": only the foreign keys of these names, "numbers", "dates", "keys": as for
    msar.list_records, "trust": true to read tables of all owners}
Returns: {"links": [{"constraint", "table": {"oid", "schema", "name"}, "columns": [{"attnum",
  "name"}], "count", "records": [{"key", "preview", "record": {"<attnum>": value}}], "filter"}]},
  by schema, table and name of the constraint. filter is the one by which msar.list_records lists
  all rows of the foreign key. Foreign keys of any number of columns, of any schema, and of the
  table itself are listed, if the current role may read both of their sides. Reading a table can run
  code of its owner. So the rows of tables whose owner is neither a superuser nor can become the
  current role or the owner of tab_id are left out unless "trust" is true; "unread" says why
Errors:
  P0002: no row has the key
  55000: the table has no primary key
  22023: key is not one of the table, or an unknown option
  42P01: unknown relation

Example:
  SELECT l->'table'->>'name', l->'count'
  FROM jsonb_array_elements(msar.get_linked_records('public.publisher', 1)->'links') AS l;$$;

COMMENT ON FUNCTION msar.get_export_query(regclass, jsonb) IS
$$Writes the SELECT of an export: the rows of a table or view, for COPY (...) TO.

The statement has the values of the filter in its text, and reads with the privileges of the role
that runs it. Its headings are the names of the columns.

Arguments:
  tab_id: the table or view
  options: {"filter", "order", "columns"}, each as msar.list_records takes it. Without "columns",
    all columns that the current role may read; without "order", the rows come in any order.
Returns: the SQL. NULL if an argument is NULL.
Errors:
  22023: the options are wrong
  42703: a column does not exist
  42501: the current role may not read a column that the options name

Example: SELECT msar.get_export_query('public.book', '{"columns": ["title"]}');$$;
