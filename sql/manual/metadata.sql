COMMENT ON TABLE msar_catalog.stored_table_metadata IS
'Rows of the view msar_catalog.table_metadata, and rows that no longer match their table';
COMMENT ON TABLE msar_catalog.stored_column_metadata IS
'Rows of the view msar_catalog.column_metadata, and rows that no longer match their column';

COMMENT ON VIEW msar_catalog.table_metadata IS
'Display metadata of tables and views of which the current role may SELECT a column, or whose
owner''s privileges it has. msar.set_table_metadata changes it';
COMMENT ON COLUMN msar_catalog.table_metadata.table_oid IS 'The table';
COMMENT ON COLUMN msar_catalog.table_metadata.schema_name IS
'Name of its schema, kept up to date; the row counts only while it is right';
COMMENT ON COLUMN msar_catalog.table_metadata.table_name IS
'Its name, kept up to date; the row counts only while it is right';
COMMENT ON COLUMN msar_catalog.table_metadata.owner_name IS
'Its owner, to whom the metadata is offered again when a dropped table is created anew';
COMMENT ON COLUMN msar_catalog.table_metadata.import_verified IS
'Whether the user has confirmed the types that an import inferred';
COMMENT ON COLUMN msar_catalog.table_metadata.is_temp IS
'Whether the table only holds the rows of an import that is not finished';
COMMENT ON COLUMN msar_catalog.table_metadata.import_target_oid IS
'The table into which this one is to be imported';
COMMENT ON COLUMN msar_catalog.table_metadata.column_order IS
'Attnums of the columns in the order in which clients show them; other columns come last';
COMMENT ON COLUMN msar_catalog.table_metadata.preview_customized IS
'Whether a user set preview_template; if false, the default is in force';
COMMENT ON COLUMN msar_catalog.table_metadata.preview_template IS
'How a row is shown where other tables refer to it: an array of literal strings and of paths, which
are arrays of attnums: [2] is a column of the table, [5, 2] follows the foreign key of column 5 to
column 2 of the referenced table; {"path": [2], "raw": true} is a value without display options.
msar.set_preview_template takes it as text';
COMMENT ON COLUMN msar_catalog.table_metadata.mathesar_added_pkey_attnum IS
'The primary key column that a client added to a table without one';
COMMENT ON COLUMN msar_catalog.table_metadata.user_tracking_attnum IS
'The column in which clients store the user who wrote a row';
COMMENT ON COLUMN msar_catalog.table_metadata.refs IS
'What the numbers in this row mean, so that a restore can translate them, kept up to date:
{"<table OID>": {"schema": text, "name": text, "columns": {"<attnum>": "<name>"}, "targets":
{"<attnum>": "<OID of the table to which a path goes on from that column>"}}}. Names of dropped
columns stand under "lost", and "is_lost" marks a dropped table: these are never translated';
COMMENT ON COLUMN msar_catalog.table_metadata.created_at IS 'When the row was created';
COMMENT ON COLUMN msar_catalog.table_metadata.updated_at IS 'When an option was last changed';

COMMENT ON VIEW msar_catalog.column_metadata IS
'Display metadata of columns that the current role may SELECT, and of all columns of tables whose
owner''s privileges it has. msar.set_column_metadata changes it. The ui_type of a column decides
which options it takes; NULL is the default';
COMMENT ON COLUMN msar_catalog.column_metadata.table_oid IS 'The table';
COMMENT ON COLUMN msar_catalog.column_metadata.attnum IS 'The number of the column';
COMMENT ON COLUMN msar_catalog.column_metadata.schema_name IS
'Name of the schema, kept up to date; the row counts only while it is right';
COMMENT ON COLUMN msar_catalog.column_metadata.table_name IS
'Name of the table, kept up to date; the row counts only while it is right';
COMMENT ON COLUMN msar_catalog.column_metadata.column_name IS
'Name of the column, kept up to date; the row counts only while it is right';
COMMENT ON COLUMN msar_catalog.column_metadata.owner_name IS
'Owner of the table, to whom the metadata is offered again when a dropped table is created anew';
COMMENT ON COLUMN msar_catalog.column_metadata.bool_input IS
'Input of a boolean: dropdown or checkbox';
COMMENT ON COLUMN msar_catalog.column_metadata.bool_true IS
'Text shown for true; True by default';
COMMENT ON COLUMN msar_catalog.column_metadata.bool_false IS
'Text shown for false; False by default';
COMMENT ON COLUMN msar_catalog.column_metadata.num_min_frac_digits IS
'Fewest digits after the decimal point, 0 to 20';
COMMENT ON COLUMN msar_catalog.column_metadata.num_max_frac_digits IS
'Most digits after the decimal point, 0 to 20';
COMMENT ON COLUMN msar_catalog.column_metadata.num_show_as_perc IS
'Whether a number is shown as a percentage; false by default';
COMMENT ON COLUMN msar_catalog.column_metadata.num_grouping IS
'When digits are grouped: always, auto (where the format groups a number of that size) or never';
COMMENT ON COLUMN msar_catalog.column_metadata.num_format IS
'Separators of a number: english 1,234,567.89; german 1.234.567,89; french 1 234 567,89; hindi
12,34,567.89; swiss 1''234''567.89';
COMMENT ON COLUMN msar_catalog.column_metadata.mon_currency_symbol IS
'Currency symbol of an amount of money';
COMMENT ON COLUMN msar_catalog.column_metadata.mon_currency_location IS
'Where it stands: after-minus (-$5) or end-with-space (-5 $)';
COMMENT ON COLUMN msar_catalog.column_metadata.time_format IS
'Format of a time of day, in the template patterns of to_char: HH24:MI:SS';
COMMENT ON COLUMN msar_catalog.column_metadata.date_format IS
'Format of a date, in the template patterns of to_char: YYYY-MM-DD';
COMMENT ON COLUMN msar_catalog.column_metadata.duration_min IS
'Smallest unit in which a duration is shown: d, h, m, s or ms';
COMMENT ON COLUMN msar_catalog.column_metadata.duration_max IS
'Largest unit in which a duration is shown: d, h, m, s or ms';
COMMENT ON COLUMN msar_catalog.column_metadata.duration_show_units IS
'Whether units are shown with the numbers of a duration';
COMMENT ON COLUMN msar_catalog.column_metadata.label IS
'Label of the column on the screen, instead of its name';
COMMENT ON COLUMN msar_catalog.column_metadata.help_text IS
'Help text for people who fill in the column';
COMMENT ON COLUMN msar_catalog.column_metadata.is_hidden IS
'Whether clients leave the column out of tables that they show';
COMMENT ON COLUMN msar_catalog.column_metadata.display_width IS
'Width of the column on the screen, in pixels';
COMMENT ON COLUMN msar_catalog.column_metadata.file_backend IS
'The store in which a client keeps the files that this column refers to; the column''s ui_type is
file then';
COMMENT ON COLUMN msar_catalog.column_metadata.user_display_field IS
'For clients that know users: what is shown of the user to whom a value refers: full_name, email
or username';
COMMENT ON COLUMN msar_catalog.column_metadata.created_at IS 'When the row was created';
COMMENT ON COLUMN msar_catalog.column_metadata.updated_at IS 'When an option was last changed';

COMMENT ON FUNCTION __msar.may_set_template(oid, name) IS
'Whether the current role may write the preview template of a table, or of one still to be created';
COMMENT ON FUNCTION __msar.table_metadata_row() IS
$$Trigger of msar_catalog.stored_table_metadata: checks a row and fills in what follows
from the live object$$;

COMMENT ON FUNCTION __msar.column_metadata_row() IS
$$Trigger of msar_catalog.stored_column_metadata: checks a row and fills in what follows
from the live object$$;

COMMENT ON TRIGGER metadata_row ON msar_catalog.stored_table_metadata IS
'Checks a row and fills in what follows from the live object';

COMMENT ON TRIGGER metadata_row ON msar_catalog.stored_column_metadata IS
'Checks a row and fills in what follows from the live object';

COMMENT ON TRIGGER z_announce ON msar_catalog.stored_table_metadata IS
'Invalidates the statements that sessions compiled from the row';

COMMENT ON TRIGGER z_announce ON msar_catalog.stored_column_metadata IS
'Invalidates the statements that sessions compiled from the row';

COMMENT ON TRIGGER z_announce_truncate ON msar_catalog.stored_table_metadata IS
'Invalidates the statements that sessions compiled from rows';

COMMENT ON TRIGGER z_announce_truncate ON msar_catalog.stored_column_metadata IS
'Invalidates the statements that sessions compiled from rows';

COMMENT ON FUNCTION msar.get_table_metadata(regclass) IS
$$Returns the display metadata of a table or view.

Arguments:
  tab_id: the relation
Returns: a JSON object: {"oid", "name"}, those of import_verified, is_temp, import_target_oid,
  column_order, preview_customized, preview_template, mathesar_added_pkey_attnum,
  user_tracking_attnum that are set (the comments on the columns of msar_catalog.table_metadata
  describe them), "created_at" and "updated_at". NULL if there is none, if the current role may read
  no column of the relation and is not its owner, or for an unknown OID
Errors: none

Example:
  SELECT msar.get_table_metadata('public.book')->'column_order';$$;

COMMENT ON FUNCTION msar.list_table_metadata(regnamespace) IS
$$Lists the display metadata of the tables and views of a schema.

Arguments:
  sch_id: the schema
Returns: a JSON array of objects as msar.get_table_metadata returns them, ordered by name; relations
  without metadata, and those whose metadata the current role may not read, are left out; [] for an
  unknown schema
Errors: none

Example:
  SELECT m->>'name', m->'column_order'
  FROM jsonb_array_elements(msar.list_table_metadata('public'::regnamespace)) AS m;$$;

COMMENT ON FUNCTION msar.set_table_metadata(regclass, jsonb) IS
$$Changes the display metadata of a table or view. Only its owner may do that.

Arguments:
  tab_id: the relation
  patch: a JSON object with the options to change, which are those of msar.get_table_metadata; null
    clears an option, and an option that is left out does not change. Columns in values may be given
    by name: "column_order": ["title", 1]; they are stored and returned as attnums
Returns: the metadata, as msar.get_table_metadata returns it afterwards
Errors:
  42P01: unknown relation OID
  42809: an index, a sequence or a composite type
  42501: the current role is not the owner
  0A000: a temporary table
  22023: an unknown option, a value of the wrong type, or a path through a column that is in no
    foreign key
  42703: unknown attnum or name
  42702: a string that is the name of one column and the attnum of another
  Nothing changes then.

Example:
  SELECT msar.set_table_metadata('public.book', '{"column_order": [2, 1]}');$$;

COMMENT ON FUNCTION msar.get_column_metadata(regclass) IS
$$Returns the display metadata of the columns of a table or view.

Arguments:
  tab_id: the relation
Returns: a JSON array ordered by attnum, with an object for each column that has metadata and that
  the current role may read (the owner gets all): {"attnum", "name"}, the options that are set (the
  comments on the columns of msar_catalog.column_metadata describe them), "created_at" and
  "updated_at". [] for an unknown OID
Errors: none

Example:
  SELECT m->>'name', m->>'date_format'
  FROM jsonb_array_elements(msar.get_column_metadata('public.book')) AS m;$$;

COMMENT ON FUNCTION msar.set_column_metadata(regclass, jsonb) IS
$$Changes the display metadata of columns of a table or view. Only its owner may do that.

Arguments:
  tab_id: the relation
  patches: a JSON array with an object for each column to change: "attnum" or "name", and the
    options to change; null clears an option, and an option that is left out does not change
Returns: the metadata, as msar.get_column_metadata returns it afterwards
Errors:
  42P01: unknown relation OID
  42809: an index, a sequence or a composite type
  42501: the current role is not the owner
  0A000: a temporary table
  42703: unknown column
  22023: an unknown option, a value of the wrong type, an option that does not apply to the column's
    ui_type, or options that contradict each other
  Nothing changes then.

Example:
  SELECT msar.set_column_metadata('public.book',
    '[{"name": "published", "date_format": "YYYY-MM-DD"}]');$$;

COMMENT ON FUNCTION __msar.complete_table_metadata(jsonb, jsonb) IS
$$Returns the columns of a row of msar_catalog.stored_table_metadata besides its options. Only the
role that created the extension has EXECUTE.

Arguments:
  new_row: the row to write
  old_row: the stored row; NULL for a new row
Returns: a JSON object with schema_name, table_name, owner_name, refs, and updated_at if an option
  changes
Errors: 42P01, 42809, 0A000, 42703, 22023 as msar.set_table_metadata$$;

COMMENT ON FUNCTION __msar.complete_column_metadata(jsonb, jsonb) IS
$$Returns the columns of a row of msar_catalog.stored_column_metadata besides its options. Only the
role that created the extension has EXECUTE.

Arguments:
  new_row: the row to write
  old_row: the stored row; NULL for a new row
Returns: a JSON object with schema_name, table_name, owner_name, column_name, updated_at if an
  option changes, and null for each old option that no longer fits the column's type
Errors: 42P01, 42809, 0A000, 42703, 22023 as msar.set_column_metadata$$;

COMMENT ON FUNCTION __msar.unfit_column_options(oid, smallint, jsonb) IS
$$Lists the options that do not fit the type of a column.

Arguments:
  tab_id, attnum: the column
  options: a JSON object whose keys are options
Returns: the names of those that are set and that the column does not take; {} for an unknown column
Errors: none$$;
