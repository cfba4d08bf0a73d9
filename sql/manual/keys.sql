COMMENT ON FUNCTION msar.add_pkey_column(regclass, msar.pkey_kind, boolean, text) IS
$$Adds a column to a table as its primary key, in place of the current one.

Arguments:
  tab_id: the table
  pkey_type: IDENTITY (integers from a sequence) or UUIDv4 (random)
  drop_old_pkey_col: whether the columns of the old key are dropped (default false)
  col_name: name of the column (default id), with a number added if it is taken
Returns: the attnum of the new column
Errors:
  22004: tab_id or pkey_type is NULL
  42P01: unknown table
  42501: the current role is not the owner
  42622: a name of more than 63 bytes
  2BP01: other objects depend on the old key, foreign keys for example
  Nothing changes then.

Example:
  SELECT msar.add_pkey_column('public.book', 'IDENTITY');$$;

COMMENT ON FUNCTION msar.set_pkey_column(regclass, integer, msar.pkey_kind, boolean) IS
$$Makes a column the primary key of its table, in place of the current one.

Arguments:
  tab_id: the table
  col_id: attnum of the column
  default_type: where its values come from: IDENTITY (a sequence that continues after the largest
    value; a column of a type other than smallint, integer and bigint becomes integer), UUIDv4
    (random, for a column of type uuid), NULL (default) for no change
  drop_old_pkey_col: whether the columns of the old key are dropped (default false)
Returns: nothing
Errors:
  22004: tab_id or col_id is NULL
  42P01: unknown table
  42703: unknown column
  42501: the current role is not the owner
  23505: duplicate values
  23502: NULLs
  42804: UUIDv4 for a column of another type
  2BP01: other objects depend on the old key
  Nothing changes then.

Example:
  SELECT msar.set_pkey_column('public.import', 1);$$;

COMMENT ON FUNCTION msar.add_foreign_key_column(text, oid, oid, boolean) IS
$$Adds a column with a foreign key to another table.

Arguments:
  col_name: its name, with a number added if it is taken
  rel_id: the table that gets the column
  frel_id: the table that it refers to, by a primary key of one column, whose type the new column
    has
  unique_link: whether the column is unique, so that at most one row refers to each row (default
    false)
Returns: the attnum of the new column
Errors:
  42P01: unknown table
  42830: the other table has no primary key of one column
  42501: the current role is not the owner, or has no REFERENCES on the other table
  42622: a name of more than 63 bytes
  Nothing is added then.

Example:
  SELECT msar.add_foreign_key_column(
    'author_id', 'public.book'::regclass, 'public.author'::regclass);$$;

COMMENT ON FUNCTION msar.add_mapping_table(oid, text, jsonb) IS
$$Creates a table that links the rows of other tables: a primary key id, and a foreign key column
for each of the tables.

Arguments:
  sch_id: its schema
  tab_name: its name, with a number added if it is taken
  mapping_columns: array of {"column_name", "referent_table_oid"}
Returns: the OID of the table
Errors:
  22023: an unknown key or a value of the wrong type
  3F000: unknown schema
  42P01: unknown table
  42830: a table without a primary key of one column
  42501: no CREATE on the schema, or no REFERENCES on a table
  42622: a name of more than 63 bytes
  Nothing is created then.

Example:
  SELECT msar.add_mapping_table('public'::regnamespace, 'book_author', jsonb_build_array(
    jsonb_build_object(
      'column_name', 'book_id', 'referent_table_oid', 'public.book'::regclass::oid::bigint)));$$;
