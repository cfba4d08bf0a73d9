COMMENT ON FUNCTION msar.extract_columns_from_table(oid, integer[], text, text) IS
$$Moves columns of a table into a new table, which has one row for each distinct combination of
their values. A new column of the old table refers to it. Comments, metadata, defaults that are
values, NOT NULL, and constraints on these columns alone move with them.

Arguments:
  tab_id: the table
  col_ids: attnums of the columns
  new_tab_name: name of the new table; NULL or empty for the first free name of Table 1, Table 2,
    ...
  fk_col_name: name of the column that refers to it, which may be the name of a column that moves;
    NULL or empty for <new table>_id
Returns: [OID of the new table, attnum of the column that refers to it]. The key of the new table is
  called id, or id 1 if a column of that name moves.
Errors:
  22004: tab_id or col_ids is NULL
  22023: no columns
  42P01: unknown table
  42703: unknown column
  42501: the current role is not the owner or has no CREATE on the schema, or row-level security
    hides rows
  42622: a name of more than 63 bytes
  42P07: the schema has a relation of that name; msar.link_column refers to an existing table
  2BP01: something else depends on a column
  Nothing changes then.

Example:
  SELECT msar.extract_columns_from_table('public.book'::regclass, '{4,5}', 'publisher', NULL);$$;

COMMENT ON FUNCTION msar.move_columns_to_referenced_table(regclass, regclass, smallint[]) IS
$$Moves columns of a table to another table, to which it has one foreign key of one column. A
referenced row whose referring rows have several combinations of values becomes several rows, and
each referring row refers to the row with its values. Values of rows that refer to none get new
rows. Comments, metadata, defaults that are values, and constraints on these columns alone move with
them. A column whose name is taken gets a number.

Arguments:
  source_tab_id: the table
  target_tab_id: the table that it refers to
  move_col_ids: attnums of the columns
Returns: nothing
Errors:
  22004: an argument is NULL
  22023: no columns
  42P01: unknown table
  42703: unknown column
  P0001: the column of the foreign key is among the columns, or there is not exactly one such
    foreign key
  42501: the current role is not the owner of both tables, or row-level security hides rows
  23502: rows have to be added, but their key has no default
  2BP01: something else depends on a column
  Nothing changes then.

Example:
  SELECT msar.move_columns_to_referenced_table('public.book', 'public.publisher', '{6}');$$;

COMMENT ON FUNCTION __msar.linked_key(text, anyelement) IS
$$Returns the key for a text while msar.link_column rewrites a column. Fails at any other time.

Arguments:
  value: the text
  key_type: NULL of the type of the key$$;

COMMENT ON FUNCTION msar.link_column(regclass, text, regclass, jsonb) IS
$$Makes a column of text a foreign key to a table that exists: each text becomes the key of its row.

Arguments:
  tab_id: the table
  column: its column, by name or attnum
  referent: the table to which the column is to refer, by its primary key of one column
  options: {"by", "compare", "on_missing", "name", "examples", "dry_run"}
    by: the column of the referent that has the texts, by name or attnum; by default its rows are
      compared by their previews, as msar.preview_rows returns them
    compare: exact (default), or caseless: whatever the case and the blanks around; a blank text
      then counts as none
    on_missing: error (default) refuses the call if a text leads to no row, or to several; null
      makes these NULL; create adds a row to the referent for each text that no row has, and needs
      by
    name: a new name of the column
    examples: how many values of each sort are listed; 20 by default
    dry_run: whether to report only, and change nothing
Returns: {"column": attnum, "name", "type", "referent": OID, "matched": {"values", "rows"},
  "missing": {"values", "rows", "examples": [{"value", "rows"}]}, "ambiguous": the same, with the
  first and the last of the "keys" that have the value, "empty_rows": those without a text,
  "created": rows added to the referent, "is_possible", "dry_run", "statements"}. The column keeps
  its attnum, comment, privileges and display metadata; its default is dropped
Errors:
  23503: values are missing or ambiguous; DETAIL has the first of them
  42830: the referent has no primary key of one column
  42703: unknown column
  42501: the current role is not the owner, or row-level security hides rows of the table
  22023: an unknown option, or on_missing is create without by
  and those of ALTER TABLE and INSERT. Nothing changes then.

Example:
  SELECT msar.link_column('public.import', 'name', 'public.publisher',
    '{"by": "name", "compare": "caseless", "dry_run": true}');$$;
