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
$$The same for a request that may be no JSON at all, as it comes from a network.

Arguments: request: as for msar.rpc, as text
Returns: the answer as text; for text that is no JSON, error -32700. NULL where there is no answer
Errors: as msar.rpc

Example: SELECT msar.rpc_text('{"jsonrpc": "2.0", "id": 1, "method": "msar.list_schemas"}');$$;
