COMMENT ON FUNCTION msar.add_pkey_column(regclass, msar.pkey_kind, boolean, text) IS
$$Gives a table a new column as its primary key, in place of the one that it has.

Arguments: tab_id: the table; pkey_type: IDENTITY (integer, counted up) or UUIDv4 (at random);
  drop_old_pkey_col: whether the columns of the old key are dropped too (default false);
  col_name: the name of the new one (default id), which gets a number if it is taken.
Returns: the attnum of the new column.
Errors: 22004 tab_id or pkey_type is NULL; 42P01 unknown table; 42501 the current role has not
  the rights of the owner; 42622 a name of more than 63 bytes; 2BP01 something depends on the old
  key, a foreign key above all. Nothing is changed then.

Example: SELECT msar.add_pkey_column('public.book', 'IDENTITY');$$;

COMMENT ON FUNCTION msar.set_pkey_column(regclass, integer, msar.pkey_kind, boolean) IS
$$Makes a column the primary key of its table, in place of the one that it has.

Arguments: tab_id: the table; col_id: attnum of the column; default_type: where it gets values
  from: IDENTITY (counted up behind the largest number that is there; a column of another type
  than smallint, integer and bigint becomes integer), UUIDv4 (at random, for a column of type
  uuid), NULL (default) for no change; drop_old_pkey_col: whether the columns of the old key are
  dropped (default false).
Returns: nothing.
Errors: 22004 tab_id or col_id is NULL; 42P01 unknown table; 42703 unknown column; 42501 the
  current role has not the rights of the owner; 23505 values that are there twice; 23502 nulls;
  42804 UUIDv4 for a column of a type that no uuid fits; 2BP01 something depends on the old key.
  Nothing is changed then.

Example: SELECT msar.set_pkey_column('public.book', 2, 'IDENTITY');$$;

COMMENT ON FUNCTION msar.add_foreign_key_column(text, oid, oid, boolean) IS
$$Adds a column that refers to the rows of another table.

Arguments: col_name: its name, which gets a number if it is taken; rel_id: the table that gets
  it; frel_id: the table that it refers to, by its primary key of one column, whose type the new
  one has; unique_link: whether no two rows refer to the same one (default false).
Returns: the attnum of the new column.
Errors: 42P01 unknown table; 42830 the other table has no primary key of one column; 42501 the
  current role has not the rights of the owner, or not REFERENCES on the other table; 42622 a
  name of more than 63 bytes. Nothing is added then.

Example: SELECT msar.add_foreign_key_column('author_id', 'public.book'::regclass,
  'public.author'::regclass);$$;

COMMENT ON FUNCTION msar.add_mapping_table(oid, text, jsonb) IS
$$Creates a table that links the rows of others: a primary key id, and a column for each of them
that refers to it.

Arguments: sch_id: its schema; tab_name: its name, which gets a number if it is taken;
  mapping_columns: array of {"column_name", "referent_table_oid"}.
Returns: the OID of the table.
Errors: 22023 an unknown key or a value of the wrong kind; 3F000 unknown schema; 42P01 unknown
  table; 42830 a table without a primary key of one column; 42501 no CREATE on the schema, or not
  REFERENCES on a table; 42622 a name of more than 63 bytes. Nothing is created then.

Example: SELECT msar.add_mapping_table('public'::regnamespace, 'book_author',
  jsonb_build_array(jsonb_build_object('column_name', 'book_id', 'referent_table_oid',
  'public.book'::regclass::oid::bigint)));$$;
