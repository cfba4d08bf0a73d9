COMMENT ON SCHEMA msar_reflector IS
'One event table for each source table of the reflector. Nothing in it is for callers.';

COMMENT ON FUNCTION msar.add_source_table(regclass, jsonb) IS
$$Makes a table a source: from now on each change of its rows is written to its event table, in the
same transaction, by statement triggers. A role that writes to the table needs no other privilege.
The call waits for transactions that write to the table.

Arguments:
  tab_id: an ordinary or partitioned table, which the current role owns
  options: {"on_error": "recopy" (a row that is too large to be an event is written, and the
    reflections say that they must be copied again) or "fail" (the statement fails), "max_events":
    the most events that wait for a reflection, "max_age": the most seconds that they wait,
    "when_full": "recopy" (a reflection that is further behind is given up and must be copied
    again; seen when reflections run) or "refuse" (statements that change the table fail with
    SQLSTATE 53400 until a run makes room; seen by each session once a second)}
Returns: {"id", "table_oid", "schema", "name", "columns", "key_type": "primary", "unique",
  "replica identity", "full" or "none", "key", "captures": the operations, "event_table",
  "is_live", "reflections", "warnings", "on_error", "max_events", "max_age", "when_full",
  "created_at"}
Errors:
  0A000: capture from the write-ahead log
  22023: an unknown option
  42501: the current role does not own the table
  42710: the table is a source already
  42809: a view, a foreign table, a partition, a temporary table, a table of the system

Example: SELECT msar.add_source_table('library.author');$$;

COMMENT ON FUNCTION msar.list_source_tables() IS
$$Lists the source tables that the current role may read.

Returns: an array, each element as msar.add_source_table returns it. "warnings" say which changes
  are not captured: those of tables without a key, of foreign partitions, of subscriptions.
Errors: none.

Example: SELECT msar.list_source_tables();$$;

COMMENT ON FUNCTION msar.drop_source_table(regclass, boolean) IS
$$Drops the event table and the triggers of a source table. The table itself stays.

Arguments:
  tab_id: the source table, which the current role owns
  cascade: whether its reflections are dropped, too
Returns: nothing.
Errors:
  2BP01: it has reflections
  42501: the current role does not own the table
  42704: the table is no source

Example: SELECT msar.add_source_table('library.author');
SELECT msar.drop_source_table('library.author');$$;

COMMENT ON FUNCTION msar.add_reflection(regclass, jsonb, jsonb) IS
$$Makes a table follow a source table, or runs a statement for each change. msar.run_reflections
applies the changes with the privileges of the current role, which owns the reflection.

Arguments:
  source: the table that is followed; it is made a source if it is none
  target: {"table": "schema.name" or {"schema", "name"}, "server": a foreign server of the wrapper
    mathesar_ext, by default this database}; the table is created if it is missing. With a
    statement {} or {"server"}: where it runs
  options: {"fields": {"target column": "expression over the source's columns"} or ["column"] (by
    default the columns of the same names), "filter": "expression": a row that begins to match it
    is inserted, one that no longer matches is deleted, "ignore_deletes": true (deletes are applied
    by default), "statement": an INSERT, UPDATE, DELETE, MERGE or SELECT that runs once for each
    event, with parameters :new.column, :old.column and :op ('INSERT', 'UPDATE', 'DELETE'),
    "delete_statement": another one for deletes, "copy": false (existing rows are copied by
    default), "on_error":
    "dead_letter" (an event that cannot be applied is stored) or "stop"}
Returns: as an element of msar.get_reflection_status.
Errors:
  08001, 2F003, 42704, ...: the server cannot be used: see docs/reflector.md
  0A000: mappings of tables with replica identity FULL and no key
  22023: an unknown option; fields without the key; not one statement; a target that is the source
  42501: the current role may not read the source, or row-level security hides rows of it
  42601, 42703, 42804, ...: PostgreSQL refuses a field, the filter or a statement

Example: SELECT msar.add_reflection('library.author', '{"table": "library.author_copy"}');$$;

COMMENT ON FUNCTION msar.run_reflections(jsonb) IS
$$Applies the events that wait for the reflections of the current role, and copies rows where a copy
is to be made. All of it is one transaction: rows and progress are committed together. Call it
from cron, or in a loop.

Arguments:
  options: {"reflection": only this one, also before its pause after a failure is over,
    "max_events": the most events and rows for each reflection, "max_seconds": the time after which
    no further batch begins}
Returns: {"events", "copied", "reflections": [{"id", "state", "events", "copied", "dead_letters",
  "error"}]}
Errors:
  0A000: the isolation level is not READ COMMITTED
  22023: an unknown option
  An error of a reflection is in its element, and in msar.get_reflection_status.

Example: SELECT msar.run_reflections();$$;

COMMENT ON FUNCTION msar.pause_reflection(bigint) IS
$$Pauses a reflection. Its events wait until it is resumed.

Arguments:
  id: a reflection of the current role, or of a source table of it
Returns: as an element of msar.get_reflection_status.
Errors:
  42704: the current role sees no such reflection

Example: SELECT msar.pause_reflection((r->>'id')::bigint)
FROM msar.add_reflection('library.author', '{"table": "library.paused"}') AS r;$$;

COMMENT ON FUNCTION msar.resume_reflection(bigint) IS
$$Resumes a reflection at once, where it stopped. One that was restored from a dump is copied again.

Arguments:
  id: a reflection of the current role
Returns: as an element of msar.get_reflection_status.
Errors:
  42501: the current role does not own the reflection, or the source table of a restored one
  42704: the current role sees no such reflection
  42P01: there is no table of the name of the source

Example: SELECT msar.resume_reflection((r->>'id')::bigint)
FROM msar.add_reflection('library.author', '{"table": "library.resumed"}') AS r;$$;

COMMENT ON FUNCTION msar.recopy_reflection(bigint) IS
$$Copies all rows of the source again, and removes rows of the target that the source does not have
(unless deletes are ignored, or other sources reflect into the target). A statement of its own
runs for each row again.

Arguments:
  id: a reflection of the current role
Returns: as an element of msar.get_reflection_status.
Errors: as msar.resume_reflection.

Example: SELECT msar.recopy_reflection((r->>'id')::bigint)
FROM msar.add_reflection('library.author', '{"table": "library.recopied"}') AS r;$$;

COMMENT ON FUNCTION msar.drop_reflection(bigint) IS
$$Drops a reflection. Its target stays as it is.

Arguments:
  id: a reflection of the current role, or of a source table of it
Returns: its id.
Errors:
  42704: the current role sees no such reflection

Example: SELECT msar.drop_reflection((r->>'id')::bigint)
FROM msar.add_reflection('library.author', '{"table": "library.followed"}') AS r;$$;

COMMENT ON FUNCTION msar.skip_events(bigint, bigint) IS
$$Skips events that wait for a reflection. Its status says from then on that it must be copied again
to be complete.

Arguments:
  id: a reflection of the current role
  count: how many, in their order; all that wait by default
Returns: how many were skipped.
Errors:
  22023: the reflection is running
  42501: the current role does not own it
  42704: the current role sees no such reflection
  55000: it is not copied yet

Example: SELECT msar.skip_events((r->>'id')::bigint)
FROM msar.add_reflection('library.author', '{"table": "library.skipped"}', '{"copy": false}') AS
r;$$;

COMMENT ON FUNCTION msar.retry_dead_letters(bigint) IS
$$Tries the dead letters of a reflection again, in the order of their events. A mapping takes their
rows as they are now; a statement of the reflection's own gets the events as they were.

Arguments:
  id: a reflection of the current role
Returns: {"applied", "failed"}
Errors:
  22023: the reflection is running
  42501: the current role does not own it
  42704: the current role sees no such reflection
  55000: it was restored and not resumed

Example: SELECT msar.retry_dead_letters((r->>'id')::bigint)
FROM msar.add_reflection('library.author', '{"table": "library.retried"}') AS r;$$;

COMMENT ON FUNCTION msar.get_reflection_status() IS
$$Returns the state of the current role's reflections, and of those of its tables: what each one is
doing, how far behind it is, and why.

Returns: an array of {"id", "source": {"id", "schema", "name"}, "target": {"schema", "name"},
  "statement", "owner", "state": "copying", "active", "failed" or "paused", "recopy_needed",
  "recopy_reason", "events_waiting", "lag_seconds": since the oldest of them, "rate": events a
  second in the last run that applied some, "applied": events, "copy": {"rows", "started_at",
  "finished_at", "progress": 0 to 1, "seconds_left"}, "dead_letters", "last_error": {"sqlstate",
  "message", "detail", "hint", "statement", "key"}, "failures", "retry_at", "last_run_at",
  "created_at"}
Errors: none.

Example: SELECT msar.get_reflection_status();$$;

COMMENT ON FUNCTION msar.start_reflector() IS
$$Starts a background worker that runs the reflections of the current role in this database. It looks
for events ten times a second, and applies each batch in a transaction of its own.
msar.stop_reflector ends it. After a restart of the server it starts again: at once if mathesar_ext
is in shared_preload_libraries, otherwise with the next session that changes a source table, if the
setting mathesar_ext.restart_reflector is on. In pg_stat_activity its backend_type is
'mathesar_ext reflector', and application_name says what it has done.

Returns: the process ID of the worker, which may already be running.
Errors:
  42501: the current role cannot log in
  53000: the server has no slot for another worker

Example: SELECT msar.start_reflector() > 0, msar.stop_reflector();$$;

COMMENT ON FUNCTION msar.stop_reflector() IS
$$Stops the background worker of the current role in this database after its current batch.

Returns: whether there was one.
Errors: none.

Example: SELECT msar.stop_reflector();$$;

COMMENT ON FUNCTION msar.reflection_as_publication(bigint) IS
$$Returns statements by which PostgreSQL's logical replication does the same as a plain reflection.

Arguments:
  id: a reflection of the current role, or of a source table of it, whose fields are columns of
    the same names
Returns: {"publication": run it where the source is, "subscription": run it in the target's
  database, where a table of the source's name must be, "notes": what else is needed}
Errors:
  0A000: logical replication cannot do what the reflection does
  42704: the current role sees no such reflection

Example: SELECT msar.reflection_as_publication((r->>'id')::bigint)
FROM msar.add_reflection('library.author', '{"table": "library.published"}') AS r;$$;

COMMENT ON FUNCTION __msar.capture_changes() IS
'Trigger function of source tables: writes events';

COMMENT ON VIEW msar_catalog.source_tables IS 'Source tables of the reflector that the current role may read.';
COMMENT ON COLUMN msar_catalog.source_tables.id IS 'The number of the source; its events are in msar_reflector.events_<id>.';
COMMENT ON COLUMN msar_catalog.source_tables.table_oid IS 'The table.';
COMMENT ON COLUMN msar_catalog.source_tables.schema_name IS 'Its schema.';
COMMENT ON COLUMN msar_catalog.source_tables.table_name IS 'Its name.';
COMMENT ON COLUMN msar_catalog.source_tables.column_names IS 'The columns of an event, dropped ones among them.';
COMMENT ON COLUMN msar_catalog.source_tables.key_type IS 'primary, unique, replica identity, full or none.';
COMMENT ON COLUMN msar_catalog.source_tables.key_names IS 'The columns that identify a row.';
COMMENT ON COLUMN msar_catalog.source_tables.keeps_old_rows IS 'Whether events hold whole rows from before a change.';
COMMENT ON COLUMN msar_catalog.source_tables.on_error IS 'What happens to rows that are too large: recopy or fail.';
COMMENT ON COLUMN msar_catalog.source_tables.max_events IS 'The most events that wait for a reflection.';
COMMENT ON COLUMN msar_catalog.source_tables.max_age IS 'The most seconds that events wait for a reflection.';
COMMENT ON COLUMN msar_catalog.source_tables.when_full IS 'What happens when more wait: recopy or refuse.';
COMMENT ON COLUMN msar_catalog.source_tables.is_live IS 'False for a source that was restored, or whose table was dropped.';
COMMENT ON COLUMN msar_catalog.source_tables.created_at IS 'When it was added.';

COMMENT ON VIEW msar_catalog.reflections IS 'Reflections of the current role, and those of its tables.';
COMMENT ON COLUMN msar_catalog.reflections.id IS 'The number of the reflection.';
COMMENT ON COLUMN msar_catalog.reflections.source_id IS 'Its source: msar_catalog.source_tables.id.';
COMMENT ON COLUMN msar_catalog.reflections.source_schema IS 'The schema of the source table.';
COMMENT ON COLUMN msar_catalog.reflections.source_name IS 'The name of the source table.';
COMMENT ON COLUMN msar_catalog.reflections.owner IS 'The role that it runs as.';
COMMENT ON COLUMN msar_catalog.reflections.server IS 'The foreign server of the target; NULL: this database.';
COMMENT ON COLUMN msar_catalog.reflections.target_schema IS 'The schema of the target table; with a statement, on a server that of the progress.';
COMMENT ON COLUMN msar_catalog.reflections.target_name IS 'The name of the target table; NULL with a statement.';
COMMENT ON COLUMN msar_catalog.reflections.fields IS 'How the columns of the target get their values.';
COMMENT ON COLUMN msar_catalog.reflections.statement IS 'The statement that runs for each event.';
COMMENT ON COLUMN msar_catalog.reflections.delete_statement IS 'The statement that runs for deletes.';
COMMENT ON COLUMN msar_catalog.reflections.filter IS 'Which rows are reflected.';
COMMENT ON COLUMN msar_catalog.reflections.ignore_deletes IS 'Whether deletes are ignored.';
COMMENT ON COLUMN msar_catalog.reflections.on_error IS 'dead_letter or stop.';
COMMENT ON COLUMN msar_catalog.reflections.state IS 'copying, active, failed or paused.';
COMMENT ON COLUMN msar_catalog.reflections.recopy_reason IS 'Why it must be copied again to be complete.';
COMMENT ON COLUMN msar_catalog.reflections.snapshot IS 'Events of transactions that it sees are applied.';
COMMENT ON COLUMN msar_catalog.reflections.applied IS 'Number of applied events.';
COMMENT ON COLUMN msar_catalog.reflections.copied IS 'Number of rows that the last copy copied.';
COMMENT ON COLUMN msar_catalog.reflections.copy_started_at IS 'When the last copy began.';
COMMENT ON COLUMN msar_catalog.reflections.copied_at IS 'When it was done.';
COMMENT ON COLUMN msar_catalog.reflections.rate IS 'Events a second in the last run that applied some.';
COMMENT ON COLUMN msar_catalog.reflections.dead_letters IS 'Number of events that could not be applied.';
COMMENT ON COLUMN msar_catalog.reflections.last_error IS 'The last error.';
COMMENT ON COLUMN msar_catalog.reflections.failures IS 'Number of runs that failed in a row.';
COMMENT ON COLUMN msar_catalog.reflections.retry_at IS 'When it is tried again.';
COMMENT ON COLUMN msar_catalog.reflections.last_run_at IS 'When it ran last.';
COMMENT ON COLUMN msar_catalog.reflections.created_at IS 'When it was added.';

COMMENT ON VIEW msar_catalog.dead_letters IS 'Events that could not be applied.';
COMMENT ON COLUMN msar_catalog.dead_letters.id IS 'The number of the dead letter.';
COMMENT ON COLUMN msar_catalog.dead_letters.reflection_id IS 'The reflection.';
COMMENT ON COLUMN msar_catalog.dead_letters.seq IS 'The number of the event.';
COMMENT ON COLUMN msar_catalog.dead_letters.operation IS 'INSERT, UPDATE, DELETE or TRUNCATE.';
COMMENT ON COLUMN msar_catalog.dead_letters.key IS 'The key of the row.';
COMMENT ON COLUMN msar_catalog.dead_letters.sqlstate IS 'The SQLSTATE of the error.';
COMMENT ON COLUMN msar_catalog.dead_letters.message IS 'Its message.';
COMMENT ON COLUMN msar_catalog.dead_letters.error IS 'All fields of the error.';
COMMENT ON COLUMN msar_catalog.dead_letters.attempts IS 'Number of attempts.';
COMMENT ON COLUMN msar_catalog.dead_letters.failed_at IS 'When it failed last.';

COMMENT ON FUNCTION __msar.has_parent_table(oid) IS
$$Returns whether a table inherits from another one or is a partition, so that statements which do
not name it can change it.

Arguments:
  tab_id: the table
Returns: true if it does.
Errors: none.

Example: SELECT __msar.has_parent_table('library.author'::regclass);$$;

COMMENT ON FUNCTION __msar.source_is_live(bigint, oid) IS
'Whether the event table of a source is the one that this database made for it';
COMMENT ON FUNCTION __msar.table_tree(oid) IS 'A table and all that PostgreSQL reads as part of it';
COMMENT ON FUNCTION __msar.captured_columns(oid) IS
'The columns of a table that are captured: all but virtual generated ones';
COMMENT ON FUNCTION __msar.source_key(oid) IS 'The columns that identify the rows of a table, and which key they are';
COMMENT ON FUNCTION __msar.note_gap(bigint, text) IS 'Adds an event to a source that says that events are missing';
COMMENT ON FUNCTION __msar.create_event_table(bigint) IS 'Creates the event table of a source, as a member of the extension';
COMMENT ON FUNCTION __msar.drop_event_table(bigint) IS 'Drops the event table of a source, if it is there';
COMMENT ON FUNCTION __msar.capture_triggers(bigint) IS 'The triggers of a source: which tables have them, and how they are enabled';
COMMENT ON FUNCTION __msar.add_capture_triggers(bigint, oid, boolean) IS
'Gives a table the triggers that it lacks, and says whether it lacked any';
COMMENT ON FUNCTION __msar.drop_capture_triggers(bigint, oid) IS 'Drops the triggers of a source from a table';
COMMENT ON FUNCTION __msar.has_rows(oid) IS 'Whether a table itself has rows; those of its children do not count';
COMMENT ON FUNCTION __msar.add_event_table(oid) IS 'Makes a part of an event table a member of the extension';
COMMENT ON FUNCTION __msar.remove_event_table(oid) IS 'Takes a part of an event table out of the extension, so that it can be dropped';
COMMENT ON FUNCTION __msar.add_capture_trigger(oid, text) IS 'Lets a trigger be dropped with the extension';
COMMENT ON FUNCTION __msar.source_is_followed(bigint) IS 'Whether the stored facts about a source, and its triggers, match the catalogs';
COMMENT ON FUNCTION __msar.follow_source_table(bigint) IS
'Makes the stored facts about a source, and its triggers, match the catalogs again';
COMMENT ON FUNCTION __msar.store_source_table(oid, bigint, text, bigint, double precision, text) IS 'Adds a source table, or makes a restored one live again';
COMMENT ON FUNCTION __msar.forget_source_table(bigint) IS 'Removes a source with its triggers, events and reflections';
COMMENT ON FUNCTION __msar.waiting_events(bigint, pg_snapshot, pg_snapshot, bigint) IS
'How many events wait for a reflection, and since when';
COMMENT ON FUNCTION __msar.has_due_events(bigint, pg_snapshot) IS 'Whether events wait for a reflection';
COMMENT ON FUNCTION __msar.reflections_over_limit(bigint) IS 'Reflections for which more events wait than their source allows.';
COMMENT ON FUNCTION __msar.prune_events(bigint) IS 'Truncates tables of events that every reflection has done';
COMMENT ON FUNCTION __msar.event_slot() IS 'Which of the four tables of events is filled in this minute';
COMMENT ON FUNCTION __msar.restored_source_table() IS 'Trigger of stored_source_tables: a restored source has no event table';
COMMENT ON FUNCTION __msar.first_writer(name) IS 'The role that wrote a row first, which a dump carries';
COMMENT ON FUNCTION __msar.dead_letter_row() IS 'Trigger of stored_dead_letters: notes the role that writes it';
COMMENT ON FUNCTION __msar.restored_reflection() IS 'Trigger of stored_reflections: a restored one means its owner by name';

COMMENT ON SEQUENCE msar_catalog.stored_source_tables_id_seq IS 'Numbers for new source tables';
COMMENT ON SEQUENCE msar_catalog.stored_reflections_id_seq IS 'Numbers for new reflections';
COMMENT ON SEQUENCE msar_catalog.stored_dead_letters_id_seq IS 'Numbers for new dead letters';
COMMENT ON TABLE msar_catalog.stored_source_tables IS 'Source tables; callers read msar_catalog.source_tables';
COMMENT ON COLUMN msar_catalog.stored_source_tables.attnums IS 'The columns of the table at the positions of an event';
COMMENT ON COLUMN msar_catalog.stored_source_tables.column_types IS 'Their types; if one of them changes, events are missing';
COMMENT ON COLUMN msar_catalog.stored_source_tables.key_attnums IS 'The columns that identify a row';
COMMENT ON COLUMN msar_catalog.stored_source_tables.members IS 'The tables that made up the source when it was last examined';
COMMENT ON COLUMN msar_catalog.stored_source_tables.event_table IS 'The event table; 0 where a restore brought the row';
COMMENT ON TABLE msar_catalog.stored_reflections IS 'Reflections; callers read msar_catalog.reflections';
COMMENT ON COLUMN msar_catalog.stored_reflections.owner_oid IS 'The role that owns it; 0 where a restore found none of its name';
COMMENT ON COLUMN msar_catalog.stored_reflections.owner_name IS 'The name of that role, for other clusters';
COMMENT ON COLUMN msar_catalog.stored_reflections.server_oid IS 'The foreign server of the target; NULL: this database';
COMMENT ON COLUMN msar_catalog.stored_reflections.server_name IS 'Its name, by which a restore finds it';
COMMENT ON COLUMN msar_catalog.stored_reflections.incarnation IS 'What the other server calls the reflection, since its last copy began';
COMMENT ON COLUMN msar_catalog.stored_reflections.target_token IS 'The last progress there that is known here';
COMMENT ON COLUMN msar_catalog.stored_reflections.target_oid IS 'The target table, in this database';
COMMENT ON COLUMN msar_catalog.stored_reflections.uses IS 'What its texts use in this database, as OIDs';
COMMENT ON COLUMN msar_catalog.stored_reflections.next_snapshot IS 'The snapshot whose events are applied in several steps';
COMMENT ON COLUMN msar_catalog.stored_reflections.last_seq IS 'The last of them that is done';
COMMENT ON COLUMN msar_catalog.stored_reflections.copy_position IS 'The key up to which rows are copied';
COMMENT ON COLUMN msar_catalog.stored_reflections.copy_is_again IS 'Whether the copy removes rows that the source does not have';
COMMENT ON TABLE msar_catalog.stored_reflectors IS 'Roles that want a worker for their reflections';
COMMENT ON COLUMN msar_catalog.stored_reflectors.role_oid IS 'The role as which the worker logs in';
COMMENT ON COLUMN msar_catalog.stored_reflectors.started_at IS 'When it asked for it';
COMMENT ON TABLE msar_catalog.stored_dead_letters IS 'Dead letters; callers read msar_catalog.dead_letters';
COMMENT ON COLUMN msar_catalog.stored_reflections.written_by IS 'The role that wrote the row first, in a dump as well';
COMMENT ON COLUMN msar_catalog.stored_dead_letters.written_by IS 'The role that wrote it first, in a dump as well';
COMMENT ON COLUMN msar_catalog.stored_dead_letters.old_row IS 'The row before the change, as texts at the positions of an event';
COMMENT ON COLUMN msar_catalog.stored_dead_letters.new_row IS 'The row after the change';
COMMENT ON COLUMN msar_catalog.stored_dead_letters.writer_oid IS 'The role that wrote it; the letter is applied only if this role can be the owner of the reflection';
