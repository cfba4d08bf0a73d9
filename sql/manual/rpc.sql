-- The manual of JSON-RPC.

COMMENT ON FUNCTION msar.rpc(jsonb) IS
$$Answers a request of JSON-RPC 2.0: calls a method as the current role.

Arguments: request: {"jsonrpc": "2.0", "method": text, "params": object or array, "id": any}, or an
array of such objects (a batch), which are run in order. Methods are those of Mathesar's web service
(tables.list, records.list, ...: docs/rpc.md), and every function of schema msar as
msar.<function>. rpc.discover describes them all
Returns: {"jsonrpc": "2.0", "id", "result"}, or {"jsonrpc": "2.0", "id", "error": {"code",
"message", "data"}}; of a batch an array of such objects. NULL where there is no answer: for
requests without "id" (notifications). Everything is one transaction; an element that fails undoes
itself alone
Errors: 57014 the statement was cancelled; all else is an answer

Example: SELECT msar.rpc('{"jsonrpc": "2.0", "id": 1, "method": "msar.list_schemas"}');$$;

COMMENT ON FUNCTION msar.rpc_text(text) IS
$$Answers a request that may be no JSON at all, as it comes from a network.

Arguments: request: as for msar.rpc, as text
Returns: the answer as text; for text that is no JSON, error -32700. NULL where there is no answer
Errors: as msar.rpc

Example: SELECT msar.rpc_text('{"jsonrpc": "2.0", "id": 1, "method": "msar.list_schemas"}');$$;

COMMENT ON FUNCTION __msar.rpc_column_metadata(jsonb) IS
'Display metadata of a column in the web service''s form.
Arguments: metadata: as msar.get_column_metadata';
COMMENT ON FUNCTION __msar.rpc_table_metadata(jsonb) IS
'Display metadata of a table in the web service''s form.
Arguments: metadata: as msar.get_table_metadata';
COMMENT ON FUNCTION __msar.rpc_table_metadata_patch(jsonb) IS
'The patch of msar.set_table_metadata for one in the web service''s form. Arguments: metadata: that';
COMMENT ON FUNCTION __msar.rpc_column_definitions(jsonb) IS
'The col_defs of msar.add_columns for those of columns.add. Arguments: definitions: these';
COMMENT ON FUNCTION __msar.rpc_column_alterations(jsonb) IS
'The col_alters of msar.alter_columns for those of columns.patch. Arguments: alterations: these';
COMMENT ON FUNCTION __msar.rpc_privileges(jsonb) IS
'Lists of privileges with the keys that are known. Arguments: privileges: the lists';
COMMENT ON FUNCTION __msar.rpc_note_added_key(regclass, jsonb) IS
'Keeps in the metadata of a table which key column was added.
Arguments: tab_id: the table; attnum: the column';
COMMENT ON FUNCTION __msar.refuse(text, text, text) IS
'Raises an error. Arguments: sqlstate_, message, hint: of the error';
COMMENT ON FUNCTION __msar.rpc_needs_service_columns(regclass) IS
'Whether values of a table mean users or files. Arguments: tab_id: the table';
COMMENT ON FUNCTION __msar.rpc_download_links(regclass) IS
'Links to the files of a page of records: none. Arguments: tab_id: the table';
COMMENT ON FUNCTION __msar.rpc_tracked_user(regclass) IS
'The member of a record that notes who wrote it. Arguments: tab_id: the table';
COMMENT ON FUNCTION __msar.rpc_with_user_names(regclass, jsonb) IS
'Records with the names of the users whom values mean.
Arguments: tab_id: the table; records: its records';
COMMENT ON FUNCTION __msar.rpc_refuse_drop_database(bigint) IS
'Says how a database is dropped. Arguments: database_oid: the database';
COMMENT ON FUNCTION __msar.rpc_update_extension(text) IS
'Updates the extension. Arguments: username: who does it, the current role if NULL';
COMMENT ON FUNCTION __msar.rpc_disconnect_database(bigint) IS
'Forgets a database of another server. Arguments: database_id: the database';
COMMENT ON FUNCTION __msar.rpc_connect_database(text, integer, text, text, text, jsonb, text, text) IS
'Notes a database of another server. Arguments: as databases.setup.connect_existing';
COMMENT ON FUNCTION __msar.rpc_with_database(jsonb) IS
'A document with the number of the current database. Arguments: info: the document';
COMMENT ON FUNCTION __msar.rpc_exploration(jsonb) IS
'An exploration in the web service''s form. Arguments: info: as msar.get_exploration';
COMMENT ON FUNCTION __msar.rpc_moment(timestamptz) IS
'A time in the web service''s form: 2026-01-02T03:04:05.678Z. Arguments: moment';
COMMENT ON FUNCTION __msar.rpc_form_source_info(jsonb) IS
'Tables and columns of a form in the service''s form. Arguments: info: as msar.get_form_source_info';
COMMENT ON FUNCTION __msar.rpc_form(jsonb) IS
'A form in the web service''s form. Arguments: info: as msar.get_form';
