-- The manual of JSON-RPC.

COMMENT ON FUNCTION msar.rpc(jsonb) IS
$$Answers a request of JSON-RPC 2.0: calls a method as the current role.

Arguments: request: {"jsonrpc": "2.0", "method": text, "params": object or array, "id": any}, or an
array of such objects (a batch), which are run in order. Methods are those of Mathesar's web service
(tables.list, records.list, ...: docs/rpc.md), and every function of schema msar as
msar.<function>. rpc.discover describes them all
Returns: {"jsonrpc": "2.0", "id", "result"}, or {"jsonrpc": "2.0", "id", "error": {"code",
"message", "data"}}; an array of such objects for a batch. NULL if there is no answer, as for
requests without "id" (notifications). Everything is one transaction; if an element fails, only its
own changes are undone
Errors: 57014: the statement was cancelled; all other errors are answers

Example: SELECT msar.rpc('{"jsonrpc": "2.0", "id": 1, "method": "msar.list_schemas"}');$$;

COMMENT ON FUNCTION msar.rpc_text(text) IS
$$Answers a request that comes from a network, and may not be valid JSON.

Arguments: request: as for msar.rpc, as text
Returns: the answer as text; error -32700 if request is not JSON; NULL if there is no answer
Errors: as msar.rpc

Example: SELECT msar.rpc_text('{"jsonrpc": "2.0", "id": 1, "method": "msar.list_schemas"}');$$;

COMMENT ON FUNCTION __msar.rpc_column_metadata(jsonb) IS
'Returns display metadata of a column in the web service''s form.
Arguments: metadata: as msar.get_column_metadata';
COMMENT ON FUNCTION __msar.rpc_table_metadata(jsonb) IS
'Returns display metadata of a table in the web service''s form.
Arguments: metadata: as msar.get_table_metadata';
COMMENT ON FUNCTION __msar.rpc_table_metadata_patch(jsonb) IS
'Returns the patch of msar.set_table_metadata for one of the web service. Arguments: metadata: that';
COMMENT ON FUNCTION __msar.rpc_column_definitions(jsonb) IS
'Returns the col_defs of msar.add_columns for those of columns.add. Arguments: definitions: these';
COMMENT ON FUNCTION __msar.rpc_column_alterations(jsonb) IS
'Returns the col_alters of msar.alter_columns for those of columns.patch.
Arguments: alterations: these';
COMMENT ON FUNCTION __msar.rpc_privileges(jsonb) IS
'Returns lists of privileges with only the known keys. Arguments: privileges: the lists';
COMMENT ON FUNCTION __msar.rpc_note_added_key(regclass, jsonb) IS
'Stores in the metadata of a table which key column was added.
Arguments: tab_id: the table; attnum: the column';
COMMENT ON FUNCTION __msar.refuse(text, text, text) IS
'Raises an error. Arguments: sqlstate_, message, hint: of the error';
COMMENT ON FUNCTION __msar.rpc_needs_service_columns(regclass) IS
'Returns whether values of a table refer to users or files. Arguments: tab_id: the table';
COMMENT ON FUNCTION __msar.rpc_download_links(regclass) IS
'Returns the links to files of a page of records, which are none. Arguments: tab_id: the table';
COMMENT ON FUNCTION __msar.rpc_tracked_user(regclass) IS
'Returns the key in a record of the user who wrote it. Arguments: tab_id: the table';
COMMENT ON FUNCTION __msar.rpc_with_user_names(regclass, jsonb) IS
'Returns records with the names of the users to whom values refer.
Arguments: tab_id: the table; records: its records';
COMMENT ON FUNCTION __msar.rpc_refuse_drop_database(bigint) IS
'Raises an error that says how to drop a database. Arguments: database_oid: the database';
COMMENT ON FUNCTION __msar.rpc_update_extension(text) IS
'Updates the extension. Arguments: username: who does it, the current role if NULL';
COMMENT ON FUNCTION __msar.rpc_disconnect_database(bigint) IS
'Removes a registered database of another server. Arguments: database_id: the database';
COMMENT ON FUNCTION __msar.rpc_connect_database(text, integer, text, text, text, jsonb, text, text) IS
'Registers a database of another server. Arguments: as databases.setup.connect_existing';
COMMENT ON FUNCTION __msar.rpc_with_database(jsonb) IS
'Returns a document with the number of the current database. Arguments: info: the document';
COMMENT ON FUNCTION __msar.rpc_exploration(jsonb) IS
'Returns an exploration in the web service''s form. Arguments: info: as msar.get_exploration';
COMMENT ON FUNCTION __msar.rpc_moment(timestamptz) IS
'Returns a time in the web service''s form: 2026-01-02T03:04:05.678Z. Arguments: moment';
COMMENT ON FUNCTION __msar.rpc_form_source_info(jsonb) IS
'Returns the tables and columns of a form as the web service has them.
Arguments: info: as msar.get_form_source_info';
COMMENT ON FUNCTION __msar.rpc_form(jsonb) IS
'Returns a form as the web service has it. Arguments: info: as msar.get_form';
