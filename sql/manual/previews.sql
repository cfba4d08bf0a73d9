COMMENT ON FUNCTION msar.set_preview_template(regclass, text) IS
$$Sets how a row of a table is shown where other tables refer to it. Only its owner may do that.

Arguments:
  tab_id: the table or view
  template: text with placeholders: {title} is the value of a column, {published_by.name} that of a
    column of the row to which a foreign key column refers, {price:raw} a value without display
    options. A literal brace is doubled; names that contain one of . : { } " are double-quoted.
    docs/previews.md describes all. NULL restores the default.
Returns: the template in force afterwards, as msar.get_preview_template returns it
Errors:
  42P01: unknown relation OID
  42809: an index, a sequence or a composite type
  42501: the current role is not the owner
  0A000: a temporary table
  42601: the template is not well-formed
  42703: unknown column
  22023: a path continues from a column that is in no foreign key
  The message has the position. Nothing changes then.

Example:
  SELECT msar.set_preview_template('public.book', '{title} ({published_by.name})');$$;

COMMENT ON FUNCTION msar.get_preview_template(regclass) IS
$$Returns how a row of a table is shown where other tables refer to it, with the current names of
columns.

Arguments:
  tab_id: the table or view
Returns: the template that was set, without placeholders whose columns were dropped; otherwise the
  default: a name or a title, the first column of text that belongs to no key, or the first column,
    of those that the current role may read; NULL if it may read none. docs/previews.md has the
    rules, and setting mathesar_ext.default_preview chooses between them. msar.get_table_metadata
    returns the JSON form of a template that was set.
Errors:
  42P01: unknown relation OID
  42809: an index, a sequence or a composite type

Example:
  SELECT msar.get_preview_template('public.book');$$;

COMMENT ON FUNCTION msar.preview_template_sql(regclass) IS
$$Returns the SQL to which the preview template of a table compiles for the current role.

Arguments:
  tab_id: the table or view
Returns: a SELECT statement that returns the primary key, if there is one, and the column preview
  for every row. It runs under any search_path.
Errors:
  42P01: unknown relation OID
  42809: an index, a sequence or a composite type

Example:
  SELECT msar.preview_template_sql('public.book') \gexec$$;

COMMENT ON FUNCTION msar.preview_rows(regclass, jsonb) IS
$$Returns previews of rows by their keys, in one statement.

Arguments:
  tab_id: the table
  keys: an array of values of the primary key, or of objects with the attnum or name and value of
    each column of the primary key or of a unique constraint: [1, 2], [{"1": 7, "2": 3}]
Returns: a JSON array with an object for each key, in the same order: {"key": as it was passed,
  "preview": text, or null if the current role sees no such row}
Errors:
  42P01: unknown relation OID
  42809: an index, a sequence or a composite type
  22023: keys is not an array, or its columns are not a key
  42501: the current role may not read the key
  and those of the column's type for an invalid value, 22P02 for example

Example:
  SELECT msar.preview_rows('public.book', '[1, 2]');$$;
