COMMENT ON TABLE msar_catalog.stored_changes IS
  'The change log: what commands changed in this database. The view changes shows it';
COMMENT ON TABLE msar_catalog.stored_change_gaps IS
  'Transactions whose changes are missing in the log';
COMMENT ON TABLE msar_catalog.stored_change_log IS
  'One row: the number of the log, from where on it is complete, and up to where it was reconciled';
COMMENT ON TABLE msar_catalog.stored_known_relations IS
  'The relations that were there when the log was last compared with the catalogs';
COMMENT ON VIEW msar_catalog.changes IS
  'The change log, as msar.list_changes returns it';

COMMENT ON COLUMN msar_catalog.changes.transaction IS 'The transaction that made the change';
COMMENT ON COLUMN msar_catalog.changes.number IS 'Order of the change within its transaction';
COMMENT ON COLUMN msar_catalog.changes.happened_at IS 'When the command ended';
COMMENT ON COLUMN msar_catalog.changes.role_name IS 'The role that was in force';
COMMENT ON COLUMN msar_catalog.changes.tag IS
  'Tag of the command; empty for metadata and for changes that were found by reconciling';
COMMENT ON COLUMN msar_catalog.changes.kind IS
  'Kind of the object: table, column, constraint, index, type, metadata, ...';
COMMENT ON COLUMN msar_catalog.changes.action IS
  'created, altered, renamed, moved, dropped, owner, privileges, comment or metadata';
COMMENT ON COLUMN msar_catalog.changes.class_oid IS 'Catalog of the object';
COMMENT ON COLUMN msar_catalog.changes.object_oid IS 'The object; for a column, its relation';
COMMENT ON COLUMN msar_catalog.changes.attnum IS 'Number of the column, or 0';
COMMENT ON COLUMN msar_catalog.changes.schema_oid IS 'Schema of the object';
COMMENT ON COLUMN msar_catalog.changes.schema_name IS 'Name of its schema';
COMMENT ON COLUMN msar_catalog.changes.object_name IS 'Name of the object';
COMMENT ON COLUMN msar_catalog.changes.old_schema_oid IS
  'Its schema before it was renamed or moved';
COMMENT ON COLUMN msar_catalog.changes.old_schema_name IS 'Name of that schema';
COMMENT ON COLUMN msar_catalog.changes.old_object_name IS
  'Its name before it was renamed or moved';
COMMENT ON COLUMN msar_catalog.changes.relation_oid IS 'The relation to which the object belongs';
COMMENT ON COLUMN msar_catalog.changes.extension_name IS
  'The extension whose script made the change';
COMMENT ON COLUMN msar_catalog.changes.found_by IS
  'event, or reconcile: found by msar.reconcile_changes';
COMMENT ON COLUMN msar_catalog.stored_changes.affects IS
  'Other relations on which the object depended before';
COMMENT ON COLUMN msar_catalog.stored_changes.command_xid IS
  'The transaction number in the rows of the catalogs that the command wrote';
COMMENT ON COLUMN msar_catalog.stored_changes.differences IS
  'Old and new values of the changed properties: for msar.undo_changes';
COMMENT ON COLUMN msar_catalog.stored_change_gaps.transaction IS 'The transaction';
COMMENT ON COLUMN msar_catalog.stored_change_gaps.happened_at IS 'When it committed';
COMMENT ON COLUMN msar_catalog.stored_change_gaps.reason IS 'Why its changes are missing';
COMMENT ON COLUMN msar_catalog.stored_change_log.epoch IS
  'A number that differs for each creation of the extension';
COMMENT ON COLUMN msar_catalog.stored_change_log.horizon IS
  'Changes of transactions before this one may have been pruned';
COMMENT ON COLUMN msar_catalog.stored_change_log.reconciled IS
  'Up to which snapshot the log is known to agree with the catalogs';
COMMENT ON COLUMN msar_catalog.stored_known_relations.relation_oid IS 'The relation';
COMMENT ON COLUMN msar_catalog.stored_known_relations.schema_oid IS 'Its schema';
COMMENT ON COLUMN msar_catalog.stored_known_relations.schema_name IS 'Name of its schema';
COMMENT ON COLUMN msar_catalog.stored_known_relations.relation_name IS 'Its name';
COMMENT ON COLUMN msar_catalog.stored_known_relations.kind IS 'Its kind';
COMMENT ON COLUMN msar_catalog.stored_known_relations.parts IS
  'Number of its constraints, foreign keys to it, comments, parents and indexes';
COMMENT ON COLUMN msar_catalog.stored_known_relations.fingerprint IS
  'Hash of what commands define of it: name, owner, privileges, options';

COMMENT ON FUNCTION __msar.known_relations() IS
$$Returns the current relations, in the form of msar_catalog.stored_known_relations.

Returns: rows
Errors: none

Example: none, it serves msar.reconcile_changes.$$;

COMMENT ON FUNCTION msar.sync_schema(regnamespace, text) IS
$$Returns what has changed in a schema since a token, for a client that keeps its description.

Arguments:
  sch_id: the schema
  token: the token of the last answer; NULL for the first time
Returns: {"token": text, "complete": boolean, "schema": object or null, "relations": [...],
  "removed": [OIDs]}. relations has the details (as in msar.get_schema_table_details) of each
  relation that may look different to the caller, removed the OIDs of relations that left the
  schema. complete is true when the client must replace everything that it holds with relations:
  without a token, or when the token cannot be served (it is from another database or too old, the
  caller's memberships or the settings that the description depends on have changed, or changes are
  missing in the log).
  schema is as in msar.get_schema; null when there is no such schema
Errors:
  22023: the text is not a token

Example:
  SELECT msar.sync_schema('public', msar.sync_schema('public')->>'token');$$;

COMMENT ON FUNCTION msar.list_changes(text, jsonb) IS
$$Lists the changes of the database's objects since a token, oldest first.

Arguments:
  token: a token; NULL for the whole log
  options: {"schemas": [OIDs], "relations": [OIDs], "kinds": [text], "actions": [text],
    "limit": integer (1000)}; a change is listed if it matches all that are given
Returns: {"token": text, "complete": boolean, "more": boolean, "changes": [{"kind", "action", "oid",
  "attnum", "schema", "schema_name", "name", "old_schema", "old_schema_name", "old_name",
  "relation", "tag", "role", "time", "transaction", "number", "extension", "found_by"}]}. action is
  created, altered, renamed, moved, dropped, owner, privileges, comment or metadata. complete is
  true when the token could not be served, and this is all that the log has. When more is true, ask
  again with the new token. msar.list_changes_schema() returns the JSON Schema
Errors:
  22023: the text is not a token, or an unknown option

Example:
  SELECT c->>'action', c->>'kind', c->>'name'
  FROM jsonb_array_elements(msar.list_changes(options => '{"limit": 10}')->'changes') AS c;$$;

COMMENT ON FUNCTION msar.list_changes_schema() IS
$$Returns the JSON Schema of the options and the result of msar.list_changes.

Returns: a JSON Schema whose $defs/options is that of the options, $defs/result that of the result,
  $defs/change that of a change, and $defs/undone that of the result of msar.undo_changes
Errors: none

Example:
  SELECT jsonb_pretty(msar.list_changes_schema());$$;

COMMENT ON FUNCTION msar.get_change_token() IS
$$Returns a token that covers the changes that the running statement sees.

Returns: a token for msar.sync_schema and msar.list_changes. Changes of transactions that commit
  later are delivered for it, whenever they began
Errors:
  55000: the tables of the change log were altered

Example:
  SELECT msar.list_changes(msar.get_change_token());$$;

COMMENT ON FUNCTION msar.reconcile_changes(regnamespace) IS
$$Compares the change log with the catalogs, and adds changes that fired no event trigger. If another
transaction has called it, it waits until that one ends, since both would add the same changes.

Arguments:
  sch_id: the schema of which differences are returned; NULL for all. All are added to the log
Returns: a JSON array with an object for each difference: kind, action, oid, schema, schema_name,
  name, old_schema_name, old_name and found_by, which is reconcile
Errors:
  55000: the tables of the change log were altered

Example:
  SELECT jsonb_array_length(msar.reconcile_changes());$$;

COMMENT ON FUNCTION msar.undo_changes(jsonb, boolean) IS
$$Undoes changes of the log, newest first; all or none.

Arguments:
  changes: an array of at most 10000 changes as msar.list_changes returns them. Only "transaction"
    and "number" of each are read; the log says what was changed. A change that created a table
    which now has rows, or a column which now has values, also needs "drop_data": true
  dry_run: true to return the statements, and leave everything as it is
Returns: {"dry_run": boolean, "changes": [{"transaction", "number", "kind", "action",
  "schema_name", "name", "undone": boolean, "statements": [text], "reason": text or null}]}. The
  statements run with the caller's privileges. reason says why there are none: a dropped object
  cannot be restored, and parts are dropped with the object that was created. In a dry run, undone
  says whether the change can be undone
Errors:
  22023: changes is not such an array
  42501: the caller may not change the object
  54000: there are more than 10000 changes
  55000: one of the changes cannot be undone, or data would be lost; DETAIL says why
  P0002: the log has no such change
  2BP01: something depends on what was created
  Others: whatever a statement raises

Example:
  SELECT msar.undo_changes(
    msar.list_changes(msar.get_change_token())->'changes',
    dry_run => true
  );$$;

COMMENT ON FUNCTION msar.find_object(text, oid, timestamptz) IS
$$Finds objects by a name that they have or had, or by their OID, in the change log.

Arguments:
  name: a name without its schema; NULL for any
  object_id: an OID; NULL for any
  at: the time at which the object had that name; NULL for any time
Returns: a JSON array with an object for each object, the last changed first: {"oid", "attnum",
  "kind", "schema", "name": what it is called now, "dropped_at": time or null, "schema_then",
  "name_then": what it was called at that time}. Objects of which the log has no change are missing
Errors: none

Example:
  SELECT msar.find_object('book');$$;
