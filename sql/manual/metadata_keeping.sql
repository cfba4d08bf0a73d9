COMMENT ON TABLE msar_catalog.stored_detached_metadata IS
'Rows of the view msar_catalog.detached_metadata, of all owners';

COMMENT ON VIEW msar_catalog.detached_metadata IS
'Display metadata without a table, the last copy for each name and owner. Roles that have the
privileges of the recorded owner see it. A new table of that name and owner gets it;
msar.attach_metadata attaches it to any table';
COMMENT ON COLUMN msar_catalog.detached_metadata.schema_name IS 'Schema of the table';
COMMENT ON COLUMN msar_catalog.detached_metadata.table_name IS 'Name of the table';
COMMENT ON COLUMN msar_catalog.detached_metadata.owner_name IS 'Owner of the table';
COMMENT ON COLUMN msar_catalog.detached_metadata.metadata IS
'As in msar.export_metadata: {"table": options of the table or null, "columns": {"<name>":
options}}';
COMMENT ON COLUMN msar_catalog.detached_metadata.reason IS 'Why it was detached';
COMMENT ON COLUMN msar_catalog.detached_metadata.waits IS
'Whether the table exists, but its options refer to another table that does not';
COMMENT ON COLUMN msar_catalog.detached_metadata.detached_at IS 'When it was detached';

COMMENT ON FUNCTION __msar.may_repair_metadata() IS
$$Returns whether the current role may see all rows of metadata, and remove those that match
nothing.

Returns: true for the role that created the extension, its members, and superusers
Errors: none

Example:
  SELECT __msar.may_repair_metadata();$$;

COMMENT ON FUNCTION __msar.place_restored_row() IS
$$Row trigger: writes a restored row with the OIDs and attnums that its names have in this database.

Returns: NULL, since the row has been written, or is in msar_catalog.detached_metadata if its object
  does not exist
Errors: none

Example: none, it serves triggers only$$;

COMMENT ON FUNCTION __msar.detached_metadata_row() IS
'Row trigger: removes the preview template from detached metadata of other roles';
COMMENT ON FUNCTION __msar.keep_restored_copy() IS
$$Row trigger: merges a restored copy of detached metadata with the copy that exists under its
names.

Returns: the row if the extension itself writes it; NULL if it has been merged
Errors: none

Example: none, it serves triggers only$$;

COMMENT ON TRIGGER a_guard ON msar_catalog.stored_detached_metadata IS
'Keeps preview templates only for roles that can be the owner';
COMMENT ON TRIGGER a_restore ON msar_catalog.stored_detached_metadata IS
'Merges a restored copy with metadata that the same restore has detached';

COMMENT ON VIEW __msar.metadata_state IS
'Rows of metadata, each with the reason why it does not match its object, NULL if it does; attnum
and column_name are NULL for rows of tables';
COMMENT ON COLUMN __msar.metadata_state.table_oid IS 'OID of the table, as stored';
COMMENT ON COLUMN __msar.metadata_state.attnum IS 'Attnum of the column, as stored';
COMMENT ON COLUMN __msar.metadata_state.schema_name IS 'Name of the schema, as stored';
COMMENT ON COLUMN __msar.metadata_state.table_name IS 'Name of the table, as stored';
COMMENT ON COLUMN __msar.metadata_state.column_name IS 'Name of the column, as stored';
COMMENT ON COLUMN __msar.metadata_state.reason IS
'Why the row is ignored; NULL if it is in force';

COMMENT ON FUNCTION msar.check_metadata() IS
$$Lists rows of metadata that do not match their objects, and are therefore ignored, and
placeholders of preview templates whose columns were dropped.

Rows do not match after changes that fired no event trigger: with event_triggers off, or in the
catalogs themselves. A template continues without the placeholders of dropped columns.

Returns: array of {"table_oid": int, "attnum": int or null, "schema": text, "table": text,
  "column": text or null, "reason": text}; [] if all is well. Rows that do not match are listed for
  the role that created the extension and for superusers.
Errors: none

Example:
  SELECT msar.check_metadata();$$;

COMMENT ON FUNCTION msar.list_detached_metadata() IS
$$Lists detached metadata: that of dropped tables, or of tables that a restore did not find.

Returns: array of {"schema": text, "table": text, "owner": text,
  "metadata": {"table": options or null, "columns": {"<name>": options}}, "reason": text,
  "detached_at": timestamp}, of the owners whose privileges the caller has
Errors: none

Example:
  SELECT d->>'table' FROM jsonb_array_elements(msar.list_detached_metadata()) AS d;$$;

COMMENT ON FUNCTION msar.forget_detached_metadata(text, text) IS
$$Deletes the detached metadata of a name.

Arguments:
  sch_name, tab_name: unquoted names of the schema and the table
Returns: {"forgotten": number of copies}; only copies of owners whose privileges the caller has are
  deleted
Errors: none

Example:
  SELECT msar.forget_detached_metadata('app', 'former_table');$$;

COMMENT ON EVENT TRIGGER mathesar_ext_command_end IS
'mathesar_ext: display metadata follows tables and columns that are renamed, moved and changed';

COMMENT ON EVENT TRIGGER mathesar_ext_drop IS
'mathesar_ext: display metadata of dropped tables and columns is detached or deleted';

COMMENT ON FUNCTION __msar.follow_command() IS
$$Event trigger for ddl_command_end and sql_drop: metadata follows its tables and columns.

Returns: nothing
Errors: none; a failure is a WARNING

Example: none, it serves event triggers only$$;

COMMENT ON FUNCTION __msar.announce_metadata_change() IS
$$Trigger of stored_table_metadata and stored_column_metadata, after a change: invalidates, at
commit, the statements that sessions compiled from the metadata of the table.

Returns: nothing
Errors:
  39P01: it is not called by a trigger

Example: none, it serves triggers only$$;

COMMENT ON FUNCTION __msar.place_restored_row(jsonb) IS
$$Writes a row of stored_table_metadata or stored_column_metadata that comes from a dump for the
objects that its names mean in this database. If they do not exist, it detaches the row.

Arguments:
  restored: the row
Returns: nothing
Errors: none. Only the role that created the extension has EXECUTE.

Example: none, it serves the triggers of these tables$$;

COMMENT ON FUNCTION __msar.keep_restored_copy(jsonb) IS
$$Merges a row of detached_metadata that comes from a dump with metadata of that table that the same
restore has detached.

Arguments:
  restored: the row
Returns: whether it has been merged; false if the extension itself writes the row
Errors: none. Only the role that created the extension has EXECUTE.

Example: none, it serves the trigger of this table$$;

COMMENT ON FUNCTION __msar.lost_placeholders(oid) IS
$$Lists the placeholders of a table's preview template whose columns or foreign keys were dropped.

Arguments:
  tab_id: the table
Returns: an array of placeholders, without braces; {} if there are none, or if the current role may
  read no column of the table
Errors: none

Example:
  SELECT __msar.lost_placeholders('public.book'::regclass);$$;

COMMENT ON FUNCTION msar.repair_metadata() IS
$$Repairs the metadata that msar.check_metadata lists, by the names that it was stored under.

Returns: {"mended": number of rows that match again, "kept_aside": number of rows that were
  detached because their names match nothing here; msar.list_detached_metadata lists them}
Errors:
  42501: the role did not create the extension, and is not a superuser

Example:
  SELECT msar.repair_metadata();$$;

COMMENT ON FUNCTION msar.export_metadata(regnamespace) IS
$$Returns the metadata of a schema, or of all schemas, as a document that has names instead of
numbers and so means the same in every database.

Arguments:
  sch_id: the schema; NULL for all
Returns: {"schemas": {"<schema>": {"<table>": {"table": options or null,
  "columns": {"<column>": options}}}}}, with all that the caller may see
Errors: none

Example:
  SELECT jsonb_pretty(msar.export_metadata('app'));$$;

COMMENT ON FUNCTION msar.import_metadata(jsonb, boolean) IS
$$Writes the metadata of a document of msar.export_metadata. Tables and columns in the document get
these options and no others; all other metadata stays.

Arguments:
  doc: the document
  dry_run: whether to return only what would be done
Returns: {"applied": [{"schema", "table", "options": whether the table got options,
  "columns": [names]}], "skipped": [{"schema", "table", "reason"}]}
Errors:
  22023: a document of another shape, an unknown option or an invalid value
  Nothing changes then.

Example:
  SELECT msar.import_metadata(msar.export_metadata('app'), dry_run => true);$$;

COMMENT ON FUNCTION msar.attach_metadata(regclass, text, text) IS
$$Attaches the detached metadata of a name to a table. Options that the table already has stay.

Arguments:
  tab_id: the table
  sch_name, tab_name: schema and name of the detached metadata; NULL for those of the table
Returns: {"applied": [...], "skipped": [...]} as msar.import_metadata; what is skipped stays
  detached
Errors:
  42P01: unknown table
  42501: the current role is not the owner
  42704: the caller sees no detached metadata of that name

Example:
  SELECT msar.attach_metadata('app.customer', 'app', 'client');$$;

COMMENT ON TABLE msar_catalog.stored_prepared_checks IS
$$Objects that prepared transactions have changed, and those that others had to leave because another
transaction held their rows. The next transaction that changes something looks at their metadata
again, and removes the row.$$;
COMMENT ON COLUMN msar_catalog.stored_prepared_checks.expected IS
'OIDs: {"relations", "renamed", "schemas"}';
