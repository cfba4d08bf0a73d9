COMMENT ON SEQUENCE msar_catalog.stored_data_files_id_seq IS 'Numbers of the files to import';
COMMENT ON TABLE msar_catalog.stored_data_files IS
'Files to import: read msar_catalog.data_files';
COMMENT ON COLUMN msar_catalog.stored_data_files.id IS 'Number of the file';
COMMENT ON COLUMN msar_catalog.stored_data_files.owner_oid IS 'Role of the user who added it';
COMMENT ON COLUMN msar_catalog.stored_data_files.owner_name IS 'Name of that role';
COMMENT ON COLUMN msar_catalog.stored_data_files.file IS 'Name of the file';
COMMENT ON COLUMN msar_catalog.stored_data_files.created_from IS 'file, paste or url';
COMMENT ON COLUMN msar_catalog.stored_data_files.type IS 'csv, tsv, json or json_lines';
COMMENT ON COLUMN msar_catalog.stored_data_files.base_name IS 'Its name without the extension';
COMMENT ON COLUMN msar_catalog.stored_data_files.header IS
  'Whether the first row has the columns'' names';
COMMENT ON COLUMN msar_catalog.stored_data_files.delimiter IS 'Delimiter';
COMMENT ON COLUMN msar_catalog.stored_data_files.escapechar IS
  'Character that escapes a quote character';
COMMENT ON COLUMN msar_catalog.stored_data_files.quotechar IS 'Quote character';
COMMENT ON COLUMN msar_catalog.stored_data_files.max_level IS 'For clients; not used';
COMMENT ON COLUMN msar_catalog.stored_data_files.sheet_index IS 'For clients; not used';
COMMENT ON COLUMN msar_catalog.stored_data_files.size IS 'Bytes';
COMMENT ON COLUMN msar_catalog.stored_data_files.created_at IS 'When it was added';
COMMENT ON TABLE msar_catalog.stored_data_file_chunks IS
'Contents of files to import: read msar_catalog.data_file_chunks';
COMMENT ON COLUMN msar_catalog.stored_data_file_chunks.data_file_id IS 'The file';
COMMENT ON COLUMN msar_catalog.stored_data_file_chunks.position IS 'Number of the part, from 0';
COMMENT ON COLUMN msar_catalog.stored_data_file_chunks.content IS 'Its bytes';
COMMENT ON TRIGGER place_data_file ON msar_catalog.stored_data_files IS
'Finds the owner by name, also for rows of a restore';
COMMENT ON FUNCTION __msar.place_data_file() IS
'Trigger of msar_catalog.stored_data_files: finds the owner of a file by name';

COMMENT ON VIEW msar_catalog.data_files IS
'The files to import that the user of the session added within a day';
COMMENT ON COLUMN msar_catalog.data_files.id IS 'Number of the file';
COMMENT ON COLUMN msar_catalog.data_files.file IS 'Name of the file';
COMMENT ON COLUMN msar_catalog.data_files.created_from IS 'file, paste or url';
COMMENT ON COLUMN msar_catalog.data_files.type IS 'csv, tsv, json or json_lines';
COMMENT ON COLUMN msar_catalog.data_files.base_name IS 'Its name without the extension';
COMMENT ON COLUMN msar_catalog.data_files.header IS 'Whether the first row has the columns'' names';
COMMENT ON COLUMN msar_catalog.data_files.delimiter IS 'Delimiter';
COMMENT ON COLUMN msar_catalog.data_files.escapechar IS 'Character that escapes a quote character';
COMMENT ON COLUMN msar_catalog.data_files.quotechar IS 'Quote character';
COMMENT ON COLUMN msar_catalog.data_files.max_level IS 'For clients; not used';
COMMENT ON COLUMN msar_catalog.data_files.sheet_index IS 'For clients; not used';
COMMENT ON COLUMN msar_catalog.data_files.owner_oid IS 'Role of the user who added it';
COMMENT ON COLUMN msar_catalog.data_files.size IS 'Bytes';
COMMENT ON COLUMN msar_catalog.data_files.created_at IS 'When it was added';
COMMENT ON VIEW msar_catalog.data_file_chunks IS
  'The contents of the files of msar_catalog.data_files';
COMMENT ON COLUMN msar_catalog.data_file_chunks.data_file_id IS 'The file';
COMMENT ON COLUMN msar_catalog.data_file_chunks.position IS 'Number of the part, from 0';
COMMENT ON COLUMN msar_catalog.data_file_chunks.content IS 'Its bytes';

COMMENT ON FUNCTION __msar.data_file_info() IS
$$Returns the files to import of the user of the session.

Returns: id, info: as msar.list_data_files
Errors: none

Example:
  SELECT info FROM __msar.data_file_info();$$;

COMMENT ON FUNCTION msar.list_data_files() IS
$$Returns the files to import that the user of the session added within a day.

Returns: array of {"id", "file": name, "user": OID of the user's role, "header": whether the first
  row has the columns' names, "delimiter", "escapechar", "quotechar", "created_from": file, paste or
  url, "max_level", "sheet_index", "type": csv, tsv, json or json_lines, "base_name", "size",
  "created_at"}
Errors: none

Example:
  SELECT msar.list_data_files();$$;

COMMENT ON FUNCTION msar.get_data_file(bigint) IS
$$Returns a file to import.

Arguments:
  id: the file
Returns: as an element of msar.list_data_files; NULL if the user of the session has no such file
Errors: none

Example:
  SELECT msar.get_data_file(1);$$;

COMMENT ON FUNCTION msar.add_data_file(text, bytea, jsonb) IS
$$Stores a file to import. It is deleted when it has been imported, or after a day.

Arguments:
  name: its name; .tsv makes it a TSV file
  content: its bytes, in any encoding
  options: {"header": whether the first row has the columns' names (true), "created_from": file
    (default), paste or url}
Returns: as an element of msar.list_data_files, with the detected properties of the file
Errors:
  22P04: the content cannot be read as a table
  22023: unknown option

Example:
  SELECT msar.add_data_file('towns.csv', E'name,founded\nBergen,1070');$$;

COMMENT ON FUNCTION msar.set_data_file(bigint, jsonb) IS
$$Changes whether the first row of a file to import has the columns' names.

Arguments:
  id: the file
  patch: {"header": boolean}
Returns: as an element of msar.list_data_files
Errors:
  42704: the user of the session has no such file
  22023: another key

Example:
  SELECT msar.set_data_file(1, '{"header": false}');$$;

COMMENT ON FUNCTION msar.delete_data_file(bigint) IS
$$Deletes a file to import.

Arguments:
  id: the file
Returns: nothing
Errors:
  42704: the user of the session has no such file

Example:
  SELECT msar.delete_data_file(1);$$;

COMMENT ON FUNCTION msar.import_data_file(bigint, regnamespace, text, text) IS
$$Creates a table of text columns with the rows of a file, and deletes the file.

Arguments:
  id: the file
  sch_id: the schema of the table
  tab_name: its name, with the first free number added if it is taken; NULL for the file's
  comment_: its comment, or NULL
Returns: {"oid", "name", "renamed_columns": {old: new}}
Errors:
  42704: the user of the session has no such file
  22P04: a row has another number of fields
  3F000: unknown schema
  42501: no CREATE on the schema

Example:
  SELECT msar.import_data_file(1, 'public', 'towns');$$;

COMMENT ON FUNCTION msar.insert_data_file(bigint, regclass, jsonb, boolean) IS
$$Inserts the rows of a file into a table, with values cast to its types, and deletes the file.

Arguments:
  id: the file
  tab_id: the table
  mappings: array of {"csv_column": {"index": from 0, "name": text}, "table_column": attnum or
    null}; with a header, one for each column of the file
  header: whether the first row has the columns' names
Returns: {"inserted_rows": int}
Errors:
  42704: the user of the session has no such file
  22P04: a row has another number of fields
  22023: the mappings are not those of the file's columns
  and those of INSERT (42501, 23505, ...) and of the casts

Example:
  SELECT msar.insert_data_file(1, 'public.town',
    '[{"csv_column": {"index": 0, "name": "name"}, "table_column": 2}]', true);$$;

COMMENT ON FUNCTION __msar.check_data_file(bigint) IS
'Raises 42704 unless the user of the session has this file. Arguments: id: the file';
COMMENT ON FUNCTION __msar.data_file_content(bigint) IS
'The bytes of a file of the user of the session. Arguments: id: the file';
COMMENT ON FUNCTION __msar.data_file_layout_options(bigint, boolean) IS
'The options of a file for __msar.inspect_file. Arguments: id: the file; header: overrides its own';
COMMENT ON FUNCTION __msar.store_data_file(text, bytea, jsonb) IS
'Does the work of msar.add_data_file. Arguments: as there. Returns: the number of the file';
COMMENT ON FUNCTION __msar.change_data_file(bigint, jsonb) IS
'Does the work of msar.set_data_file. Arguments: as there';
COMMENT ON FUNCTION __msar.remove_data_file(bigint) IS
'Does the work of msar.delete_data_file. Arguments: id: the file';
