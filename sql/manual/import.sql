COMMENT ON FUNCTION __msar.check_relation(oid) IS
$$Raises an error if a relation does not exist.

Arguments:
  tab_id: its OID
Returns: nothing
Errors:
  42P01: no relation has this OID

Example:
  SELECT __msar.check_relation('public.book'::regclass);$$;

COMMENT ON FUNCTION __msar.preview_query(regclass, jsonb, integer) IS
$$Returns the statement that msar.get_preview runs.

Arguments:
  tab_id, col_cast_def, rec_limit: as msar.get_preview
Returns: a SELECT of one value
Errors:
  22023: an unknown key, a column that is listed twice, a pseudo-type
  42P01: unknown relation
  42703: unknown column
  42704: unknown type

Example:
  SELECT __msar.preview_query(
    'public.import', '[{"attnum": 2, "type": {"name": "date"}}]', 10);$$;

COMMENT ON FUNCTION msar.get_preview(oid, jsonb, integer) IS
$$Returns the first rows of a table, with columns cast to other types. The table is not changed.

Arguments:
  tab_id: the table
  col_cast_def: array of {"attnum": int, "type": {"id", "modifier"} or {"schema", "name",
    "options"}, "cast_options": null or {"group_sep", "decimal_p", "curr_pref", "curr_suff",
    "date_order"}}, as msar.alter_columns takes it; other columns that the caller may read are
    returned unchanged
  rec_limit: number of rows; NULL for all
Returns: array of objects with the columns' names as keys, and values as to_jsonb returns them; NULL
  if there are no rows
Errors:
  22023: an unknown key, a column that is listed twice, a pseudo-type
  42P01: unknown relation
  42703: unknown column
  42704: unknown type
  and the errors of the casts

Example:
  SELECT msar.get_preview(
    'public.import'::regclass, '[{"attnum": 2, "type": {"name": "date"}}]', 10);$$;

COMMENT ON FUNCTION __msar.import_statement(regclass, regclass, jsonb) IS
$$Returns the statement that msar.insert_from_select runs.

Arguments:
  src_tab_id, dst_tab_id, mappings: as msar.insert_from_select
Returns: an INSERT ... SELECT
Errors:
  22023: no mapping, or an unknown key
  42P01: unknown relation
  42703: unknown column

Example:
  SELECT __msar.import_statement('public.import', 'public.book',
    '[{"src_table_attnum": 1, "dst_table_attnum": 2}]');$$;

COMMENT ON FUNCTION __msar.array_literal(text) IS
$$Writes a JSON array in the form that the input functions of array types read.

Arguments:
  value: a text
Returns: a JSON array in that form; any other text unchanged
Errors: none

Example:
  SELECT __msar.array_literal('["a", "b"]')::text[];  -- {a,b}$$;

COMMENT ON FUNCTION __msar.array_of_numbers(text, text, text, text, text) IS
$$Reads the elements of an array of numbers by their separators and currency marks.

Arguments:
  value: an array of texts as PostgreSQL prints it, or a JSON array
  group_sep, decimal_p, curr_pref, curr_suff: as msar.cast_to_mathesar_money; '' for none
Returns: an array of numbers, as PostgreSQL prints it; an array of arrays unchanged
Errors: those of msar.cast_to_numeric and msar.cast_to_mathesar_money

Example:
  SELECT __msar.array_of_numbers('["1.500,5"]', '.', ',', '', '')::numeric[];  -- {1500.5}$$;

COMMENT ON FUNCTION __msar.array_of_moments(text, text) IS
$$Reads the elements of an array of dates or timestamps in an order of day, month and year.

Arguments:
  value: an array of texts as PostgreSQL prints it, or a JSON array
  date_order: YMD, DMY or MDY
Returns: an array of timestamps, as PostgreSQL prints it; an array of arrays unchanged
Errors: those of msar.cast_to_timestamp_without_time_zone

Example:
  SELECT __msar.array_of_moments('{01/02/2024}', 'DMY')::timestamp[];  -- 1 February$$;

COMMENT ON FUNCTION __msar.array_of_rows(text, anyelement) IS
$$Writes a JSON array of objects in the form that the input functions of arrays of rows read.

Arguments:
  value: a text
  base: NULL of the type of the rows
Returns: a JSON array in that form; any other text unchanged
Errors: those of the types of the fields

Example:
  SELECT __msar.array_of_rows('[{"value": 5}]',
    NULL::mathesar_types.multicurrency_money)::mathesar_types.multicurrency_money[];$$;

COMMENT ON FUNCTION __msar.read_array_of_rows(text, regtype, jsonb) IS
$$Reads a JSON array of objects as an array of rows, each text in them by its separators, currency
marks and order of day, month and year.

Arguments:
  value: a text
  row_type: the type of the rows
  options: cast options, as msar.alter_columns takes them
Returns: the array in the form that the input functions of arrays of rows read; any other text
  unchanged
Errors: those of the casts of the fields; 42846 for a type that is none of rows

Example:
  SELECT __msar.read_array_of_rows('[{"weight_kg": "1,5"}]', 'library.edition',
    '{"decimal_p": ","}')::library.edition[];$$;

COMMENT ON FUNCTION __msar.remember_import_target(regclass, regclass) IS
$$Stores in the metadata of an imported table into which table its rows were inserted, if the current
role may change the metadata.

Arguments:
  src_tab_id, dst_tab_id: the tables
Returns: nothing
Errors: none

Example:
  SELECT __msar.remember_import_target('import', 'public.book');$$;

COMMENT ON FUNCTION msar.insert_from_select(regclass, regclass, jsonb) IS
$$Inserts the rows of one table into another, with values cast to the types of the other.

Arguments:
  src_tab_id, dst_tab_id: the tables
  mappings: array of {"src_table_attnum": int, "dst_table_attnum": int, "cast_options": as
    msar.alter_columns takes them, or absent}
Returns: the number of inserted rows. Without cast_options, text columns whose values are all
  numbers, amounts or dates are read with the separators, currency marks and order of dates that
  msar.infer_table_column_data_types returns, into any type of numbers or dates; dates whose order
  the values leave open, by the session's DateStyle. If an import made the source, its metadata gets
  the other table as import_target_oid.
Errors:
  22023: no mapping, or an unknown key
  22P02: the values are numbers that can be read in two ways (1,500); cast_options says which
  42P01: unknown relation
  42703: unknown column
  and those of INSERT (42501, 23505, 23502, ...) and of the casts

Example:
  SELECT msar.insert_from_select('import', 'public.book',
    '[{"src_table_attnum": 1, "dst_table_attnum": 2}]');$$;

COMMENT ON FUNCTION __msar.copy_statement(regclass) IS
$$Returns the statement that fills the columns of type text of a table.

Arguments:
  tab_id: the table
Returns: COPY schema.table (columns) FROM STDIN
Errors: none

Example:
  SELECT __msar.copy_statement('public.import');$$;

COMMENT ON FUNCTION msar.prepare_table_for_import(oid, text, text[], text) IS
$$Creates a table of text columns with a primary key id, for COPY to fill.

Arguments:
  sch_id: its schema
  tab_name: its name, with the first free number added if it is taken; NULL or empty for the first
    free name of Table 1, Table 2, ...
  col_names: names of the columns; NULL or empty for Column N; a name that is taken (such as id)
    gets a number
  comment_: its comment, or NULL
Returns: {"copy_sql": the COPY statement, "table_oid": int, "table_name": text,
  "renamed_columns": {old: new}, "pkey_column_attnum": 1}
Errors:
  3F000: unknown schema
  42501: no CREATE on the schema

Example:
  SELECT msar.prepare_table_for_import('public'::regnamespace, 'import', '{name,price}', NULL);$$;

COMMENT ON FUNCTION msar.prepare_temp_table_for_import(text, text[]) IS
$$Creates a temporary table of text columns without a key, for COPY to fill.

Arguments:
  tab_name: its name; NULL, empty, or the name of any temporary table for Temp Table N
  col_names: names of the columns; NULL, empty or id for Column N; a name that is taken gets a
    number
Returns: {"copy_sql": the COPY statement, "table_oid": int}
Errors:
  42501: no TEMPORARY on the database

Example:
  SELECT msar.prepare_temp_table_for_import('import', '{name,price}');$$;

COMMENT ON FUNCTION __msar.reset_mash_statement(regclass, smallint, jsonb) IS
$$Returns the statement that msar.reset_mash runs.

Arguments:
  tab_id, col_id, uri_mash_map: as msar.reset_mash
Returns: an UPDATE; NULL for an unknown column
Errors: none

Example:
  SELECT __msar.reset_mash_statement('public.book', 5::smallint, '{"s3://a": "1f"}');$$;

COMMENT ON FUNCTION msar.reset_mash(regclass, smallint, jsonb) IS
$$Sets the check values of files: in a column of {"uri": text, "mash": text}, it sets mash in the
rows with the given URIs.

Arguments:
  tab_id: the table
  col_id: attnum of the column, of type json, jsonb or a domain over it
  uri_mash_map: {uri: mash}
Returns: nothing
Errors:
  42703: unknown column
  42501: no UPDATE on the column

Example:
  SELECT msar.reset_mash('public.book', 5::smallint, '{"s3://covers/1.png": "5f2b"}');$$;

COMMENT ON FUNCTION __msar.inspect_file(bytea, jsonb) IS
$$Finds the layout of a file and its bad rows, for msar.import_text. No row is kept.

Arguments:
  data, options: as msar.import_text
Returns: {"format", "encoding", "delimiter", "header", "header_confidence", "header_reason",
  "columns": [names, empty if missing], "rows": number of rows that can be imported,
  "bad_rows": [{"line", "reason", "text"}]}
Errors:
  22023: invalid options
  22P04: the file cannot be read, or has bad rows that are not to be skipped
  53200: out of memory
  54000: more than 10000 bad rows to be skipped
  54011: more than 1600 columns

Example:
  SELECT __msar.inspect_file(E'a,b\n1,2', '{}');$$;

COMMENT ON FUNCTION __msar.fill_table(regclass, bytea, jsonb, jsonb) IS
$$Copies the rows of a file, except the bad ones, into the columns of type text of a table, in
their order.

Arguments:
  tab_id: the table
  data, options: as msar.import_text
  layout: the result of __msar.inspect_file for them; bad_rows may be missing
Returns: the number of rows
Errors:
  0A000: row-level security applies to the role
  22023: the file has another number of columns than the table
  42501: no INSERT on the table
  and those of COPY

Example:
  SELECT __msar.fill_table('public.import', E'a,b\n1,2',
    __msar.inspect_file(E'a,b\n1,2', '{}'), '{}');$$;

COMMENT ON FUNCTION __msar.inferred_type(text) IS
$$Returns the type of a name that inference gives, whatever else has such a name.

Arguments:
  type_name: the name; of one word for a type of PostgreSQL's own, else with its schema
Returns: the type
Errors:
  42704: no such type

Example:
  SELECT __msar.inferred_type('date');$$;

COMMENT ON FUNCTION __msar.retype_statement(regclass, jsonb, bigint) IS
$$Returns the statement that gives columns their inferred types, with one rewrite of the table.

Arguments:
  tab_id: the table
  inferred: result of msar.infer_table_column_data_types for the table
  row_count: the number of rows in the table
Returns: an ALTER TABLE; NULL if all columns have these types already
Errors: none

Example:
  SELECT __msar.retype_statement('public.import',
    msar.infer_table_column_data_types('public.import'));$$;

COMMENT ON FUNCTION msar.import_text(regnamespace, text, bytea, jsonb) IS
$$Creates a table from a small file or a pasted text, with inferred types. For large files use
msar.prepare_table_for_import and COPY.

Arguments:
  sch_id: the schema of the table
  tab_name: its name, as msar.prepare_table_for_import
  data: the file, in any encoding; bytea, since the server refuses text that is not in the client's
    encoding
  options: {"format": csv, tsv, json_lines or json (an array of objects), "encoding": a name as on
    the web (latin1, utf-16le), "delimiter", "quote", "escape": single ASCII characters, "header":
    whether the first row has the columns' names, "null": text that means NULL in csv and tsv (the
    empty string by default), "bad_rows": refuse (the whole file) or skip, "date_order": YMD, DMY or
    MDY, for dates whose values leave it open, "decimal_p": . or , likewise for numbers and money,
    "integers": whether whole numbers become integer or bigint instead of numeric}; an option that
    is left out is detected
Returns: {"table_oid", "table_name", "renamed_columns", "pkey_column_attnum": as
  msar.prepare_table_for_import, "renamed": [{"attnum", "heading", "name"}] for the columns whose
  names are not the headings of the file, "columns": as msar.infer_table_column_data_types, and for
  a column that stays text although nine of ten values fit a type "runner_up": {"type", "fits":
  number of values, "share", "misfits": ten of the others}, "rows": number of imported rows,
  "bad_rows": [{"line": int, in a JSON array the number of the object, "reason", "text"}], "format",
  "encoding", "delimiter", "header": as given or detected, "header_confidence": given, high, medium
  or low, "header_reason": why the first line was taken for a header or for values}
Errors:
  22004: data is NULL
  22023: unknown option
  22P04: a file that cannot be read or has bad rows
  3F000: unknown schema
  42501: no CREATE on the schema
  53200: out of memory
  54000: more than 10000 bad rows to be skipped
  54011: more than 1600 columns

Example:
  SELECT msar.import_text('public', 'towns', E'name,founded\nBergen,1070-01-01');$$;

COMMENT ON FUNCTION msar.import_text(regnamespace, text, text, jsonb) IS
$$Creates a table from a pasted text, with inferred types: as the function of that name that takes
bytea.

Arguments:
  sch_id, tab_name, options: as there, without an encoding
  data: the text; one that is the hexadecimal form of bytea (\x6129) is read as that
Returns: as there
Errors:
  22023: an encoding
  and those of the other function

Example:
  SELECT msar.import_text('public', 'towns', 'name;founded
Bergen;1070-01-01'::text);$$;

COMMENT ON FUNCTION __msar.found_display_options(jsonb) IS
$$Returns display options by which values are shown as they were written in a file.

Arguments:
  inferred: result of msar.infer_table_column_data_types
Returns: an argument of msar.set_column_metadata: currency symbols, separators, order of dates

Example:
  SELECT __msar.found_display_options('{"2": {"type": "date", "details": {"date_order": "DMY"}}}');
  -- [{"attnum": 2, "date_format": "DD/MM/YYYY"}]$$;

COMMENT ON FUNCTION __msar.import_column_names(jsonb, jsonb) IS
$$Chooses names for the columns of a table to be imported into.

Arguments:
  col_names: array of the requested names; null or empty for Column N, N being the position; a name
    that is too long is truncated
  reserved: array of names that are taken
Returns: array of as many distinct names; a name that is taken gets a blank and 1, 2, ...
Errors:
  54011: more names than a table can have columns

Example:
  SELECT __msar.import_column_names('["id", "name", "name"]', '["id"]');
  -- ["id 1", "name", "name 1"]$$;

COMMENT ON FUNCTION __msar.import_table_name(oid, text, text) IS
$$Chooses a free name for a table to be imported into.

Arguments:
  sch_id: its schema
  wanted: the requested name, which is truncated if it is too long; NULL or empty for the fallback
  fallback: the name to number if none is requested
Returns: the requested name; if it is taken or empty, the first free name of that name or the
  fallback followed by 1, 2, ...
Errors: none

Example:
  SELECT __msar.import_table_name('public'::regnamespace, '', 'Table');  -- Table 1$$;

COMMENT ON FUNCTION msar.get_preview(oid, jsonb, integer, jsonb) IS
$$Returns rows of a table with columns cast to other types, and all values that do not fit these.

Arguments:
  tab_id, col_cast_def, rec_limit: as msar.get_preview of three arguments
  options: {"misfits": the most values that are listed; 100 by default}
Returns: {"records": as msar.get_preview of three arguments, with null for values that do not fit,
  "misfits": [{"key": of the row, null without a primary key, "column", "value", "reason"}],
  "misfit_count": of all rows}
Errors:
  22004: tab_id or options is NULL
  22023: unknown option
  42703: unknown column
  42P01: unknown table
  42501: no SELECT on the table

Example:
  SELECT msar.get_preview('public.import'::regclass, '[{"column": "founded", "type": "date"}]', 10,
    '{"misfits": 20}');$$;

COMMENT ON FUNCTION __msar.renamed_headings(jsonb) IS
$$Returns the columns of an imported table whose names are not the headings of the file.

Arguments:
  file: the result of __msar.inspect_file
Returns: array of {"attnum", "heading", "name"}, ordered by attnum; [] without a header
Errors: none

Example:
  SELECT __msar.renamed_headings('{"columns": ["a", "a"], "header": true}');
  -- [{"name": "a 1", "attnum": 3, "heading": "a"}]$$;
