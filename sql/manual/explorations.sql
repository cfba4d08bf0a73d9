COMMENT ON FUNCTION msar.run_exploration(jsonb, jsonb) IS
$$Runs an exploration that need not be saved, in one statement. Returns its rows and columns.

Arguments:
  exploration: {"base_table_oid": OID, "initial_columns": [{"alias", "attnum", "join_path"}],
    "transformations": [{"type", "spec"}], "display_names": {alias: name}}; docs/explorations.md
    describes the transformations and functions
  options: {"limit": 100, "offset": 0, or "after": "next" of the previous page, "count": "exact",
    "estimated" or "none", "numbers": "json" or "text", "dates": "contract" or "iso", "previews":
    false, "display": false, "compat": false}. A limit of 0 or null means no limit. "display" adds
    the values as display options show them. "compat" returns the shape and the values of Mathesar's
    contract
Returns: {"query": the exploration with whole summaries, "records": {"count", "results": [{alias:
  value}]}, "output_columns": [alias], "column_metadata": {alias: {"alias", "display_name", "type",
  "primary_key", "type_options", "metadata", "is_initial_column", "input_column_name",
  "input_table_name", "input_table_id", "input_alias"}}, "limit", "offset",
  "linked_record_summaries", "next"}.
Errors:
  22023: a document of another shape, with the place of the problem
  42703: an unknown column
  42804: a function that does not take the type
  42712: an alias that is taken
  42P01: an unknown relation
  42501: no SELECT on a column
  55000: "after", but the order does not distinguish all rows
  22P02 and others of PostgreSQL: a literal that is invalid for its type

Example: SELECT msar.run_exploration(jsonb_build_object('base_table_oid', 'app.book'::regclass::oid,
  'initial_columns', '[{"alias": "title", "column": "title"}]'::jsonb));$$;

COMMENT ON FUNCTION msar.exploration_sql(jsonb, jsonb) IS
$$Returns the SQL to which an exploration is compiled: readable, complete, with the values in it.

Arguments:
  exploration: as for msar.run_exploration
  options: {"limit", "offset"}, none by default
Returns: a SELECT whose columns have the aliases as names.
Errors: as msar.run_exploration.

Example: SELECT msar.exploration_sql(jsonb_build_object('base_table_oid', 'app.book'::regclass::oid,
  'initial_columns', '[{"alias": "title", "column": "title"}]'::jsonb));$$;

COMMENT ON FUNCTION msar.run_saved_exploration(bigint, jsonb) IS
$$Runs a saved exploration. It needs the caller's own privileges on the tables.

Arguments:
  id: the exploration
  options: as for msar.run_exploration
Returns: as msar.run_exploration.
Errors:
  42704: there is no such exploration, or the current role does not see it
  42P01, 42703: a table or a column of it no longer exists
  others: as msar.run_exploration

Example: SELECT msar.run_saved_exploration(1, '{"limit": 20}');$$;

COMMENT ON FUNCTION msar.get_exploration_export_query(bigint, jsonb) IS
$$Returns the SQL of a saved exploration, with display names as the names of its columns: for COPY
(...) TO.

Arguments:
  id: the exploration
  options: {"limit", "offset"}, none by default
Returns: a SELECT with the values in it.
Errors: as msar.run_saved_exploration.

Example: SELECT msar.get_exploration_export_query(1);$$;

COMMENT ON FUNCTION msar.save_exploration(jsonb) IS
$$Saves an exploration: a new one, which the current role owns, or in the place of the one with its
"id".

Arguments:
  exploration: as for msar.run_exploration, with "name" (unique in the database, at most 128
    characters), "description", "display_options" (any), and "view": true for a view
    msar_queries."<name>" whose columns have the display names as names
Returns: as msar.get_exploration.
Errors:
  22023: a document of another shape, with the place of the problem
  23505: the name is taken
  42501: the current role is no editor of the exploration, or not its owner where there is a view
  2BP01: something depends on the view, whose columns would change
  others: as msar.run_exploration, since an exploration must run to be saved

Example: SELECT msar.save_exploration(jsonb_build_object('name', 'Titles', 'base_table_oid',
  'app.book'::regclass::oid,
  'initial_columns', '[{"alias": "title", "column": "title"}]'::jsonb));$$;

COMMENT ON FUNCTION msar.get_exploration(bigint) IS
$$Returns a saved exploration, with the current OIDs and attnums of its tables and columns.

Arguments:
  id: the exploration
Returns: {"id", "name", "base_table_oid", "schema_oid", "initial_columns", "transformations",
  "display_options", "display_names", "description", "owner", "view": whether it has a view,
  "level": "viewer", "editor", "manager" or "owner", "created_at", "updated_at"}, and "problem"
  where a table or a column is gone.
Errors:
  42704: there is no such exploration, or the current role does not see it

Example: SELECT msar.get_exploration(1);$$;

COMMENT ON FUNCTION msar.list_explorations(regnamespace) IS
$$Returns the explorations that the current role may see, by name.

Arguments:
  sch_id: the schema of their base tables; NULL for all
Returns: an array, each element as msar.get_exploration returns it.
Errors:
  3F000: there is no such schema

Example: SELECT msar.list_explorations('app');$$;

COMMENT ON FUNCTION msar.delete_exploration(bigint) IS
$$Deletes an exploration and its view.

Arguments:
  id: the exploration
Returns: its id.
Errors:
  42704: there is no such exploration, or the current role does not see it
  42501: the current role is no manager of it, or not its owner where there is a view
  2BP01: something depends on the view

Example: SELECT msar.delete_exploration(1);$$;

COMMENT ON FUNCTION msar.rename_exploration(bigint, text) IS
$$Renames an exploration and its view.

Arguments:
  id: the exploration
  name: the new name
Returns: as msar.get_exploration.
Errors:
  42704: there is no such exploration, or the current role does not see it
  42501: the current role is no editor of it, or not its owner where there is a view
  23505: the name is taken

Example: SELECT msar.rename_exploration(1, 'All titles');$$;

COMMENT ON FUNCTION msar.set_exploration_owner(bigint, regrole) IS
$$Changes the owner of an exploration and its view. The view is created again from the exploration,
as the former owner reads it: changes that this owner made to the view are lost, and of the
privileges on it only SELECT is kept. If the view cannot be created, it is left out with a warning.

Arguments:
  id: the exploration
  new_owner: a role that the current one can set
Returns: as msar.get_exploration.
Errors:
  42704: there is no such exploration, the current role does not see it, or there is no such role
  42501: the current role does not own it, or cannot set the new owner
  2BP01: something depends on the view

Example: SELECT msar.set_exploration_owner(1, 'librarian');$$;

COMMENT ON FUNCTION msar.grant_exploration(text, regrole, bigint, regnamespace) IS
$$Grants a role a level on one exploration, or on all whose base table is in a schema. Once there is
a grant on an exploration, only its owner and roles with a granted level see it. Running it needs
privileges on the tables as well.

Arguments:
  level: viewer (sees and runs), editor (changes, too) or manager (deletes and grants, too)
  grantee: the role; NULL for PUBLIC
  exploration_id, sch_id: one of the two
Returns: the grants after the call: [{"exploration_id", "schema_name", "grantee", "level"}].
Errors:
  22023: an unknown level; both arguments or none
  42501: the current role is no manager of the exploration, or not the owner of the schema
  42704: there is no such exploration or role

Example: SELECT msar.grant_exploration('editor', 'librarian', 1);$$;

COMMENT ON FUNCTION msar.revoke_exploration(regrole, bigint, regnamespace) IS
$$Revokes a level that msar.grant_exploration granted.

Arguments:
  grantee: the role; NULL for PUBLIC
  exploration_id, sch_id: one of the two
Returns: the grants that are left.
Errors: as msar.grant_exploration.

Example: SELECT msar.revoke_exploration('librarian', 1);$$;

COMMENT ON FUNCTION msar.check_explorations(regnamespace) IS
$$Returns the explorations that cannot run, of those that the current role sees, with the reason.

Arguments:
  sch_id: the schema of their base tables; NULL for all
Returns: [{"id", "name", "problem": {"message", "detail", "sqlstate"}}]
Errors:
  3F000: there is no such schema

Example: SELECT msar.check_explorations();$$;

COMMENT ON FUNCTION msar.export_explorations(regnamespace) IS
$$Returns the explorations of a schema as a document for other databases, with names instead of
numbers.

Arguments:
  sch_id: the schema of their base tables
Returns: {"format", "version", "explorations": [...]}, in the order of their names.
Errors:
  3F000: there is no such schema

Example: SELECT jsonb_pretty(msar.export_explorations('app'));$$;

COMMENT ON FUNCTION msar.import_explorations(jsonb) IS
$$Saves the explorations of a document. One replaces the exploration of the same name, if there is
one. All or none are saved.

Arguments:
  document: as msar.export_explorations returns it
Returns: the saved explorations, each as msar.get_exploration returns it.
Errors:
  22023: a document of another shape, with the place of the problem
  42P01, 42703: a table or a column does not exist
  others: as msar.save_exploration

Example:
  SELECT msar.import_explorations('{"format": "mathesar_ext explorations", "version": 1,
    "explorations": []}');$$;

COMMENT ON FUNCTION msar.register_view_as_exploration(regclass, text) IS
$$Saves a view as an exploration of all of its columns that the current role may read.

Arguments:
  view_id: the view, or any other relation
  name: the name of the exploration; that of the view by default
Returns: as msar.get_exploration.
Errors: as msar.save_exploration.

Example: SELECT msar.register_view_as_exploration('library.book_catalogue');$$;

COMMENT ON FUNCTION __msar.place_exploration(jsonb, boolean) IS
$$Finds the numbers that the names in a row of stored_explorations mean in this database. Called by
the trigger of that table.

Arguments:
  stored: the row
  is_restored: whether it comes from another database, where only names count
Returns: {"base_table_oid", "initial_columns", "refs"}
Errors:
  55000: the row is not one that mathesar_ext wrote

Example: none, it serves a trigger only.$$;

COMMENT ON FUNCTION __msar.current_relation(oid, jsonb) IS
$$Returns the relation that a stored number means now: the one that had it, or one of the same name
and owner that was created again.

Arguments:
  relation: the number
  refs: {"<table OID>": {"schema", "name", "owner", "columns": {"<attnum>": name}}}
Returns: the OID; NULL if what was meant is gone.
Errors: none.

Example: none, it serves the views of explorations, shares and forms only.$$;

COMMENT ON FUNCTION __msar.has_returned(jsonb) IS
$$Returns whether tables that references mark as dropped exist again, with their columns.

Arguments:
  refs: as for __msar.current_relation
Returns: true if they all exist; false if none was dropped.
Errors: none.

Example: none, it serves the bookkeeping only.$$;

COMMENT ON FUNCTION __msar.end_shares_of_others() IS
$$Trigger of stored_explorations: disables the shares whose creator the writer cannot become.

Returns: nothing.
Errors: none.

Example: none, it serves a trigger only.$$;

COMMENT ON FUNCTION __msar.forget_exploration() IS
$$Trigger of stored_explorations: deletes the grants on an exploration, and its shares.

Returns: nothing.
Errors: none.

Example: none, it serves a trigger only.$$;

COMMENT ON FUNCTION __msar.put_query_view(name, text, name, boolean) IS
$$Creates a view in msar_queries whose columns are all null, for a role that puts a query into it.
Only the owner of the extension's tables can run it.

Arguments:
  view_name: the view in msar_queries
  columns: what it selects
  owner_name: the owner that it gets
  replaces: whether it takes the place of one of that name
Returns: nothing.
Errors: as CREATE VIEW.

Example: none, it serves msar.save_exploration only.$$;

COMMENT ON FUNCTION __msar.rename_query_view(name, name) IS
$$Renames a view. Only the owner of the extension's tables can run it.

Arguments: view_name: the view in msar_queries; new_name: its new name
Returns: nothing.
Errors: as ALTER VIEW.

Example: none, it serves msar.rename_exploration only.$$;

COMMENT ON FUNCTION __msar.drop_query_view(name) IS
$$Drops a view of an exploration that prevents a change of a table, whichever role owns it.

Arguments: view_name: the view in msar_queries
Returns: nothing
Errors: 2BP01: something depends on the view

Example: none, it serves msar.drop_columns, msar.alter_columns and msar.drop_table only.$$;

COMMENT ON FUNCTION __msar.give_query_view(name, name) IS
$$Gives a recreated view of an exploration back to the owner of the exploration.

Arguments: view_name: the view in msar_queries; role_name: the new owner
Returns: nothing

Example: none, it serves msar.drop_columns and msar.alter_columns only.$$;

COMMENT ON FUNCTION __msar.exploration_row() IS
$$Trigger of stored_explorations: a row means its tables by their names, and its owner by its name.

Returns: the row.
Errors: none.

Example: none, it serves a trigger only.$$;

COMMENT ON FUNCTION __msar.exploration_grant_row() IS
$$Trigger of stored_exploration_grants: a row means its role by its name.

Returns: the row, or none for a role that is not there.
Errors: none.

Example: none, it serves a trigger only.$$;

COMMENT ON SCHEMA msar_queries IS 'Explorations as views: msar.save_exploration makes them';
COMMENT ON SEQUENCE msar_catalog.stored_explorations_id_seq IS 'Numbers for new explorations';
COMMENT ON SEQUENCE msar_catalog.stored_exploration_grants_id_seq IS
  'Numbers for new grants on explorations';
COMMENT ON TABLE msar_catalog.stored_explorations IS
  'Saved explorations. Read them by the view msar_catalog.explorations';
COMMENT ON COLUMN msar_catalog.stored_explorations.owner_oid IS
  'The role that owns it; 0 where a restore found none of its name';
COMMENT ON COLUMN msar_catalog.stored_explorations.owner_name IS
  'The name of that role, for other clusters';
COMMENT ON TABLE msar_catalog.stored_exploration_grants IS
  'Grants on explorations. Read them by the view msar_catalog.exploration_grants';
COMMENT ON COLUMN msar_catalog.stored_exploration_grants.id IS 'The grant';
COMMENT ON COLUMN msar_catalog.stored_exploration_grants.schema_oid IS
  'The schema, if it is on all of one';
COMMENT ON COLUMN msar_catalog.stored_exploration_grants.schema_owner_oid IS
  'The owner of that schema: pg_upgrade gives schemas other numbers';
COMMENT ON COLUMN msar_catalog.stored_exploration_grants.grantee_oid IS 'The role; 0 is PUBLIC';
COMMENT ON COLUMN msar_catalog.stored_exploration_grants.grantee_name IS
  'The name of that role, for other clusters';
COMMENT ON VIEW msar_catalog.explorations IS
  'The explorations that the current role sees, with its level: 4 owner, 3 manager, 2 editor, 1 viewer';
COMMENT ON COLUMN msar_catalog.explorations.id IS 'The exploration';
COMMENT ON COLUMN msar_catalog.explorations.name IS 'Its name, unique in the database';
COMMENT ON COLUMN msar_catalog.explorations.description IS 'What it is about';
COMMENT ON COLUMN msar_catalog.explorations.owner IS 'The role that owns it';
COMMENT ON COLUMN msar_catalog.explorations.base_table_oid IS 'The relation that it begins with';
COMMENT ON COLUMN msar_catalog.explorations.schema_name IS
  'The schema of that relation, kept up to date';
COMMENT ON COLUMN msar_catalog.explorations.table_name IS
  'The name of that relation, kept up to date';
COMMENT ON COLUMN msar_catalog.explorations.initial_columns IS
  'The columns that it begins with: [{"alias", "attnum", "join_path"}]';
COMMENT ON COLUMN msar_catalog.explorations.transformations IS
  'The steps that transform the rows: [{"type", "spec"}]';
COMMENT ON COLUMN msar_catalog.explorations.display_options IS 'How a client shows it';
COMMENT ON COLUMN msar_catalog.explorations.display_names IS 'The names of columns: {alias: name}';
COMMENT ON COLUMN msar_catalog.explorations.view_name IS 'Its view in msar_queries, if it has one';
COMMENT ON COLUMN msar_catalog.explorations.refs IS
  $$The names of the objects that the numbers mean, kept up to date:
{"<table OID>": {"schema", "name", "owner", "columns": {"<attnum>": name}}}$$;
COMMENT ON COLUMN msar_catalog.explorations.level IS
  'The level of the current role: 4 owner, 3 manager, 2 editor, 1 viewer';
COMMENT ON COLUMN msar_catalog.explorations.created_at IS 'When it was first saved';
COMMENT ON COLUMN msar_catalog.explorations.updated_at IS 'When it was last changed';
COMMENT ON VIEW msar_catalog.exploration_grants IS
  'The grants on explorations that the current role sees';
COMMENT ON COLUMN msar_catalog.exploration_grants.exploration_id IS
  'The exploration, if it is on one';
COMMENT ON COLUMN msar_catalog.exploration_grants.schema_name IS
  'The schema, if it is on all explorations of one';
COMMENT ON COLUMN msar_catalog.exploration_grants.grantee IS 'The role; public for everybody';
COMMENT ON COLUMN msar_catalog.exploration_grants.level IS 'viewer, editor or manager';
COMMENT ON COLUMN msar_catalog.exploration_grants.created_at IS 'When it was granted';
COMMENT ON COLUMN msar_catalog.exploration_grants.updated_at IS 'When it was last granted';

COMMENT ON FUNCTION __msar.follow_names(jsonb) IS
$$Returns the names that stored numbers mean after a command that may have renamed tables, columns or
schemas.

Arguments:
  refs: {"<table OID>": {"schema", "name", "owner", "columns": {"<attnum>": name}}}
Returns: the same with the names of now, where the object was renamed. What was dropped is marked:
  "is_dropped" of a table, "dropped_columns".
Errors: none.

Example: none, it serves the bookkeeping only.$$;

COMMENT ON FUNCTION __msar.contract_moments(json) IS
$$Returns dates, times and timestamps of an array as Mathesar's service prints them: ISO 8601, six
digits of a fraction if there is one.

Arguments: moments: an array, as to_json prints it
Returns: the array

Example: SELECT __msar.contract_moments('["2020-01-02T03:04:05.5+00:00"]');$$;

COMMENT ON FUNCTION __msar.contract_durations(interval[]) IS
$$Returns intervals of an array as Mathesar's service prints them: days and seconds, with 30 days a
month and 365 a year.

Arguments: durations: an array
Returns: the array, with one dimension

Example: SELECT __msar.contract_durations('{1 day 02:03:04}');$$;
