COMMENT ON TABLE msar_catalog.stored_detached_metadata IS
'Rows of the view msar_catalog.detached_metadata, of all owners';

COMMENT ON VIEW msar_catalog.detached_metadata IS
'Display metadata whose table is not there, the last copy per name and owner. Who has the rights
of the recorded owner sees it. A table of that name and owner gets it when it is created;
msar.attach_metadata gives it to any table';
COMMENT ON COLUMN msar_catalog.detached_metadata.schema_name IS 'Schema of the table';
COMMENT ON COLUMN msar_catalog.detached_metadata.table_name IS 'Name of the table';
COMMENT ON COLUMN msar_catalog.detached_metadata.owner_name IS 'Owner of the table';
COMMENT ON COLUMN msar_catalog.detached_metadata.metadata IS
'As in msar.export_metadata: {"table": options of the table or null, "columns": {"<name>":
options}}';
COMMENT ON COLUMN msar_catalog.detached_metadata.reason IS 'Why it is here';
COMMENT ON COLUMN msar_catalog.detached_metadata.waits IS
'Whether these are options of a table that is there; they speak of another one that is not';
COMMENT ON COLUMN msar_catalog.detached_metadata.detached_at IS 'Since when it is here';

COMMENT ON FUNCTION __msar.may_repair_metadata() IS
$$Whether the current role may see all rows of metadata, and take those away that match nothing.

Returns: true for the role that created the extension, its members, and superusers
Errors: none

Example: SELECT __msar.may_repair_metadata();$$;

COMMENT ON FUNCTION __msar.place_restored_row() IS
$$Row trigger: writes a restored row with the numbers that its names have here.

Returns: NULL, since the row has been written, or is kept in msar_catalog.detached_metadata when
  what it is about is not here
Errors: none of its own

Example: none, it serves triggers only$$;

COMMENT ON FUNCTION __msar.keep_restored_copy() IS
$$Row trigger: writes a copy of kept metadata that comes from a dump, together with what is there
under its names.

Returns: the row when the bookkeeping writes it, NULL when it has been written
Errors: none of its own

Example: none, it serves triggers only$$;

COMMENT ON TRIGGER a_restore ON msar_catalog.stored_detached_metadata IS
'Keeps a restored copy together with what the same restore has put aside';

COMMENT ON VIEW __msar.metadata_state IS
'Rows of metadata, each with the reason why it does not match what it names, NULL when it does;
attnum and column_name are NULL for those of tables';
COMMENT ON COLUMN __msar.metadata_state.table_oid IS 'The table, as stored';
COMMENT ON COLUMN __msar.metadata_state.attnum IS 'The number of the column, as stored';
COMMENT ON COLUMN __msar.metadata_state.schema_name IS 'Name of the schema, as stored';
COMMENT ON COLUMN __msar.metadata_state.table_name IS 'Name of the table, as stored';
COMMENT ON COLUMN __msar.metadata_state.column_name IS 'Name of the column, as stored';
COMMENT ON COLUMN __msar.metadata_state.reason IS
'Why the row counts for nobody; NULL when it counts';

COMMENT ON FUNCTION msar.check_metadata() IS
$$The rows of metadata that do not match the objects they name, and so do not count; and what
preview templates name that is gone.

Arguments: none. Rows that do not match come from changes of which PostgreSQL told us nothing:
  made with event_triggers off, or in the catalogs themselves. A template goes on without the
  placeholders whose columns were dropped.
Returns: array of {"table_oid": int, "attnum": int or null, "schema": text, "table": text,
  "column": text or null, "reason": text}, [] when all is well. Rows that do not match are shown
  to the extension's owner and to superusers
Errors: none

Example: SELECT msar.check_metadata();$$;

COMMENT ON FUNCTION msar.list_detached_metadata() IS
$$The metadata that is kept aside, of tables that are not there.

Returns: array of {"schema": text, "table": text, "owner": text, "metadata": {"table": options or
  null, "columns": {"<name>": options}}, "reason": text, "detached_at": timestamp}, as far as the
  caller has the rights of the owner
Errors: none

Example: SELECT d->>'table' FROM jsonb_array_elements(msar.list_detached_metadata()) AS d;$$;

COMMENT ON FUNCTION msar.forget_detached_metadata(text, text) IS
$$Deletes the metadata that is kept aside under a name.

Arguments: sch_name, tab_name: unquoted names of the schema and the table
Returns: {"forgotten": number of copies}, those of whose owner the caller has the rights
Errors: none

Example: SELECT msar.forget_detached_metadata('app', 'former_table');$$;

COMMENT ON EVENT TRIGGER mathesar_ext_command_end IS
'mathesar_ext: display metadata follows the tables and columns that are renamed, moved and
changed';

COMMENT ON EVENT TRIGGER mathesar_ext_drop IS
'mathesar_ext: display metadata goes with the tables and columns that are dropped';

COMMENT ON FUNCTION __msar.follow_command() IS
$$Event trigger for ddl_command_end and sql_drop: metadata follows what it is about.

Returns: nothing.
Errors: none; what it cannot do is told by a WARNING.

Example: none, it serves event triggers only.$$;

COMMENT ON FUNCTION __msar.announce_metadata_change() IS
$$Trigger of stored_table_metadata and stored_column_metadata, after a change: what sessions
compiled from the metadata of a table is out of date when the transaction commits.

Returns: nothing.
Errors: 39P01 when it is not called by a trigger.

Example: none, it serves triggers only.$$;

COMMENT ON FUNCTION __msar.place_restored_row(jsonb) IS
$$Writes a row of stored_table_metadata or stored_column_metadata that comes from a dump for what
its names mean in this database; where they mean nothing, puts it aside.

Arguments: restored: the row.
Returns: nothing.
Errors: none of its own. EXECUTE is granted to the extension's owner alone.

Example: none, it serves the triggers of these tables.$$;

COMMENT ON FUNCTION __msar.keep_restored_copy(jsonb) IS
$$Puts a row of detached_metadata that comes from a dump aside, together with what the same
restore has put aside of that table.

Arguments: restored: the row.
Returns: whether it has been written; false when it is the bookkeeping that writes the row.
Errors: none of its own. EXECUTE is granted to the extension's owner alone.

Example: none, it serves the trigger of this table.$$;

COMMENT ON FUNCTION __msar.lost_placeholders(oid) IS
$$What the preview template of a table names that is gone.

Arguments: tab_id: the table.
Returns: an array of the placeholders that are left out, without braces; {} if there are none, or
  the current role may read no column of the table.
Errors: none.

Example: SELECT __msar.lost_placeholders('public.book'::regclass);$$;

COMMENT ON FUNCTION msar.repair_metadata() IS
$$Mends the metadata that msar.check_metadata lists, by the names that it was stored under.

Returns: {"mended": number of rows that match again, "kept_aside": number of those whose names
  mean nothing here (see msar.list_detached_metadata)}.
Errors: 42501 the caller is neither the role that created the extension nor a superuser.

Example: SELECT msar.repair_metadata();$$;

COMMENT ON FUNCTION msar.export_metadata(regnamespace) IS
$$The metadata of a schema, or of all schemas, as a document that means the same in every
database: all by names.

Arguments: sch_id: the schema; NULL for all.
Returns: {"schemas": {"<schema>": {"<table>": {"table": options or null, "columns": {"<column>":
  options}}}}}, as far as the caller may see it.
Errors: none of its own.

Example: SELECT jsonb_pretty(msar.export_metadata('app'));$$;

COMMENT ON FUNCTION msar.import_metadata(jsonb, boolean) IS
$$Writes the metadata of a document of msar.export_metadata. Tables and columns that it names get
these options and no others; the rest stays.

Arguments: doc: the document; dry_run: tell what would be done, and do nothing.
Returns: {"applied": [{"schema", "table", "options": whether the table got options, "columns":
  [names]}], "skipped": [{"schema", "table", "reason"}]}.
Errors: 22023 the document has another shape, an unknown option or a wrong value; then nothing is
  changed.

Example: SELECT msar.import_metadata(msar.export_metadata('app'), dry_run => true);$$;

COMMENT ON FUNCTION msar.attach_metadata(regclass, text, text) IS
$$Gives a table the metadata that is kept aside under a name. Options that the table has already
stay as they are.

Arguments: tab_id: the table; sch_name, tab_name: schema and name under which the metadata is
  kept; NULL for those of the table.
Returns: {"applied": [...], "skipped": [...]} as msar.import_metadata; what is skipped stays
  aside.
Errors: 42P01 there is no such table; 42501 the caller has not the rights of its owner; 42704
  nothing that the caller may see is kept under that name.

Example: SELECT msar.attach_metadata('app.customer', 'app', 'client');$$;
