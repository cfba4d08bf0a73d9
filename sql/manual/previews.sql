COMMENT ON FUNCTION msar.set_preview_template(regclass, text) IS
$$Says how a row of a table is shown where other tables refer to it. Takes the rights of the
table's owner.

Arguments: tab_id: the table or view; template: text with placeholders, see docs/previews.md:
  {title} ({published_by.name}) shows a column, and a column of the row to which a foreign key
  column leads. Braces that stand for themselves are doubled, names with one of . : { } " are put
  in double quotes; {price:raw} shows the value without its display options. NULL goes back to
  the default.
Returns: the template in force then, as msar.get_preview_template gives it.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type; 42501 the
  current role has not the rights of the owner; 0A000 a temporary table; 42601 the template is
  not well-formed; 42703 unknown column; 22023 a path goes on from a column that is in no foreign
  key. The message tells the position. Nothing is changed then.

Example: SELECT msar.set_preview_template('public.book', '{title} ({published_by.name})');$$;

COMMENT ON FUNCTION msar.get_preview_template(regclass) IS
$$How a row of a table is shown where other tables refer to it, with the names that columns have
now.

Arguments: tab_id: the table or view.
Returns: the template that was set, without placeholders whose columns are gone; else the
  default: the first column of string category that the current role may read, or the first that
  it may read at all; NULL if it may read none. msar.get_table_metadata gives a template that was
  set in its JSON form.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type.

Example: SELECT msar.get_preview_template('public.book');$$;

COMMENT ON FUNCTION msar.preview_template_sql(regclass) IS
$$The SQL to which the preview template of a table compiles for the current role.

Arguments: tab_id: the table or view.
Returns: a SELECT statement that gives the primary key, where there is one, and the column
  preview of every row. It depends on no search_path.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type.

Example: SELECT msar.preview_template_sql('public.book') \gexec$$;

COMMENT ON FUNCTION msar.preview_rows(regclass, jsonb) IS
$$How rows of a table read, by their keys, in one statement.

Arguments: tab_id: the table; keys: an array of values of the primary key, or of objects with the
  attnum and value of each column of the primary key or of a unique constraint: [1, 2], [{"1": 7,
  "2": 3}].
Returns: a JSON array with an object for each key, in their order: {"key": as it was passed,
  "preview": text, or null when the current role sees no such row}.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type; 22023 the
  keys are not an array, or not those of a key; 22P02 and the like, a value that is none of the
  column's type; 42501 the current role may not read the key.

Example: SELECT msar.preview_rows('public.book', '[1, 2]');$$;
