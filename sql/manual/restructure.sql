COMMENT ON FUNCTION msar.extract_columns_from_table(oid, integer[], text, text) IS
$$Moves columns of a table into a new one, in which each combination of their values is one row;
a new column of the old table refers to it. Comments, metadata, defaults that are values, NOT
NULL, and constraints on these columns alone go along.

Arguments: tab_id: the table; col_ids: attnums of the columns; new_tab_name: the name of the new
  table, which gets a number if it is taken, NULL or empty for Table N; fk_col_name: the name of
  the column that refers to it, NULL or empty for <new table>_id; it may be that of a column that
  moves.
Returns: [OID of the new table, attnum of the column that refers to it]. The key of the new table
  is called id, or id 1 if a column of that name moves.
Errors: 22004 tab_id or col_ids is NULL; 22023 no columns; 42P01 unknown table; 42703 unknown
  column; 42501 the current role has not the rights of the owner, no CREATE on the schema, or
  row-level security hides rows; 42622 a name of more than 63 bytes; 2BP01 something else depends
  on a column. Nothing is changed then.

Example: SELECT msar.extract_columns_from_table('public.book'::regclass, '{4,5}', 'publisher',
  NULL);$$;

COMMENT ON FUNCTION msar.move_columns_to_referenced_table(regclass, regclass, smallint[]) IS
$$Moves columns of a table to another one that it refers to by one foreign key of one column. A
row there whose referring rows have several combinations of values becomes several rows, and the
referring ones are led to theirs; values of rows that refer to none get rows of their own.
Comments, metadata, defaults that are values, and constraints on these columns alone go along; a
name that is taken gets a number.

Arguments: source_tab_id: the table; target_tab_id: the one that it refers to; move_col_ids:
  attnums of the columns.
Returns: nothing.
Errors: 22004 an argument is NULL; 22023 no columns; 42P01 unknown table; 42703 unknown column;
  P0001 the column of the foreign key is among them, or there is not one such foreign key; 42501
  the current role has not the rights of both owners, or row-level security hides rows; 23502
  rows would have to be added, but get no key by themselves; 2BP01 something else depends on a
  column. Nothing is changed then.

Example: SELECT msar.move_columns_to_referenced_table('public.book', 'public.publisher', '{6}');$$;
