-- JSON-RPC 2.0: requests, batches, notifications, errors; and every function of ours as a method.
\pset null '(null)'
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;

-- An answer has the id as it came, of any kind; a request without id has none.
SELECT msar.rpc(jsonb_build_object('jsonrpc', '2.0', 'method', 'msar.uri_scheme', 'params', '["https://a.example"]'::jsonb, 'id', id))
FROM unnest('{1,1.50,"\"a\"",true,"[1]","{\"a\": 1.0}"}'::jsonb[]) AS t(id);
SELECT msar.rpc('{"jsonrpc": "2.0", "method": "msar.uri_scheme", "params": ["https://a.example"], "id": 12345678901234567890.1200}');
SELECT msar.rpc('{"jsonrpc": "2.0", "method": "msar.uri_scheme", "params": ["https://a.example"], "id": {"deep": [1, {"x": null}]}}');
SELECT msar.rpc('{"jsonrpc": "2.0", "method": "msar.uri_scheme", "params": ["https://a.example"], "id": null}');
SELECT msar.rpc('{"jsonrpc": "2.0", "method": "msar.uri_scheme", "params": ["https://a.example"]}');
SELECT msar.rpc(NULL);

-- What is no request.
SELECT msar.rpc(request) FROM unnest('{1,null,true,"\"a\"","{}","[]","[1, []]","{\"method\": 1, \"params\": \"bar\"}",
  "{\"method\": null, \"id\": 1}","{\"method\": \"\", \"id\": 1}","{\"method\": \"a\", \"id\": 1}",
  "{\"method\": \"a\", \"jsonrpc\": \"1.0\", \"id\": 1}","{\"method\": \"a\", \"jsonrpc\": 2.0, \"id\": 1}",
  "{\"method\": \"a\", \"jsonrpc\": \"2.0\", \"params\": 1, \"id\": 1}","{\"method\": \"a\", \"jsonrpc\": \"2.0\", \"id\": 1}",
  "{\"method\": \"msar.a\", \"jsonrpc\": \"2.0\", \"id\": 1}","{\"method\": \"msar.\", \"jsonrpc\": \"2.0\", \"id\": 1}",
  "{\"method\": \"msar.rpc\", \"jsonrpc\": \"2.0\", \"params\": [{}], \"id\": 1}"}'::jsonb[]) AS t(request);
SELECT msar.rpc_text('{'), msar.rpc_text(''), msar.rpc_text('[{"jsonrpc": "2.0", "method": "msar.uri_scheme", "params": ["a:b"], "id": 1}');
SELECT msar.rpc_text('{"jsonrpc": "2.0", "method": "msar.uri_scheme", "params": ["a:\u0000"], "id": 1}');
SELECT msar.rpc_text(repeat('[', 100000)) ~ '-32700';
SELECT msar.rpc_text('{"jsonrpc": "2.0", "method": "msar.uri_scheme", "params": ["a:b"], "id": 1}');

-- With mathesar_ext.rpc_compat as Mathesar's web service has it.
SET mathesar_ext.rpc_compat = on;
SELECT msar.rpc(request) FROM unnest('{"[]","{\"method\": \"a\", \"jsonrpc\": \"1.0\", \"id\": 1}","{\"method\": \"a\", \"id\": 1}",
  "{\"method\": \"msar.list_roles\", \"jsonrpc\": \"2.0\", \"id\": null}",
  "{\"method\": \"msar.uri_scheme\", \"jsonrpc\": \"2.0\", \"params\": 1, \"id\": 1}"}'::jsonb[]) AS t(request);
RESET mathesar_ext.rpc_compat;

-- Where a function takes the OID of a table or of a schema, a call may name it, in every form of the function.
CREATE TABLE public.named (id integer PRIMARY KEY, note text);
SELECT r - 'id' - 'jsonrpc' FROM unnest('{"{\"method\": \"msar.add_columns\", \"params\": [\"named\", [{\"name\": \"more\"}]]}", "{\"method\": \"msar.alter_columns\", \"params\": {\"tab_id\": \"public.named\", \"col_alters\": [{\"attnum\": 2, \"name\": \"text\"}]}}",
  "{\"method\": \"msar.list_records_from_table\", \"params\": {\"tab_id\": \"named\", \"limit_\": 1, \"offset_\": 0, \"order_\": null, \"filter_\": null, \"group_\": null}}", "{\"method\": \"msar.drop_columns\", \"params\": [\"named\", [3]]}",
  "{\"method\": \"msar.patch_schema\", \"params\": {\"sch_id\": \"nowhere\", \"patch\": {}}}", "{\"method\": \"msar.drop_table\", \"params\": {\"tab_id\": \"nothing\", \"cascade_\": false}}", "{\"method\": \"msar.drop_table\", \"params\": {\"tab_id\": true, \"cascade_\": false}}",
  "{\"method\": \"msar.drop_table\", \"params\": {\"tab_id\": \"named\", \"cascade_\": false}}"}'::jsonb[]) AS request, msar.rpc('{"jsonrpc": "2.0", "id": 1}' || request) AS r;

-- A batch is one transaction; each element undoes itself alone.
CREATE TABLE public.entry (id integer PRIMARY KEY, word text CHECK (word <> 'bad'));
SELECT jsonb_pretty(msar.rpc('[
  {"jsonrpc": "2.0", "id": 1, "method": "msar.add_records", "params": ["public.entry", [{"id": 1, "word": "a"}]]},
  {"jsonrpc": "2.0", "id": 2, "method": "msar.add_records", "params": ["public.entry", [{"id": 2, "word": "b"}, {"id": 1, "word": "a"}]]},
  {"jsonrpc": "2.0", "id": 3, "method": "msar.add_records", "params": ["public.entry", [{"id": 3, "word": "bad"}]]},
  {"jsonrpc": "2.0", "method": "msar.add_records", "params": ["public.entry", [{"id": 4, "word": "d"}]]},
  {"jsonrpc": "2.0", "method": "msar.add_records", "params": ["public.entry", [{"id": 5, "word": "bad"}]]},
  7,
  {"jsonrpc": "2.0", "id": 6, "method": "msar.list_records", "params": {"tab_id": "public.entry", "options": {"limit": 10}}}
]'));
SELECT * FROM public.entry ORDER BY id;
SELECT msar.rpc('[{"jsonrpc": "2.0", "method": "msar.uri_scheme", "params": ["a:b"]}]');

-- Digits are kept.
SELECT msar.rpc('{"jsonrpc": "2.0", "id": 1, "method": "msar.cast_to_numeric(text)", "params": ["123456789012345678901234567890"]}');
SELECT msar.rpc('{"jsonrpc": "2.0", "id": 1, "method": "msar.cast_to_text(numeric)", "params": [12345678901234567890.12345678901234567890]}');

-- Forms of one name are told apart by their parameters, or named by their types.
SELECT msar.rpc(jsonb_build_object('jsonrpc', '2.0', 'id', 1, 'method', method, 'params', params))
FROM (VALUES ('msar.cast_to_text', '[1.50]'::jsonb), ('msar.cast_to_text', '["a"]'), ('msar.cast_to_text', '[true]'),
  ('msar.cast_to_text(date)', '["2020-01-02"]'), ('msar.cast_to_text(nothing)', '["a"]'), ('msar.cast_to_text', '[{"a": 1}]'),
  ('msar.cast_to_uuid', '[{}]'),
  ('msar.get_joinable_tables', '{"max_depth": 0}'), ('msar.drop_constraint', '{"sch_name": "public", "tab_name": "entry", "con_name": "entry_word_check"}'),
  ('msar.drop_constraint', '{"tab_id": 1, "con_name": "x"}')) AS t(method, params);

-- Parameters are checked.
SELECT msar.rpc(jsonb_build_object('jsonrpc', '2.0', 'id', 1, 'method', 'msar.list_by_record_summaries', 'params', params))
FROM (VALUES ('{"tab_id": 1}'::jsonb), ('{"tab_id": "1", "limit_": 1, "offset_": 0}'), ('{"tab_id": -1, "limit_": 1, "offset_": 0}'),
  ('{"tab_id": 1, "limit_": 1.5, "offset_": 0}'), ('{"tab_id": 1, "limit_": 99999999999, "offset_": 0}'), ('{"tab_id": 1, "limit": 1, "offset_": 0}'),
  ('[1, 2, 3, 4, 5, 6, 7]'), ('[1, 2, 3, ["a"]]'), ('{"tab_id": 1, "limit_": null, "offset_": 0e0}')) AS t(params);

-- Arrays, OIDs, rows, and nothing.
SELECT msar.rpc(jsonb_build_object('jsonrpc', '2.0', 'id', 1, 'method', 'msar.add_columns',
  'params', '["public.entry", [{"name": "x"}, {"name": "y"}]]'::jsonb || '[]')) #- '{error,data}';
SELECT msar.rpc(jsonb_build_object('jsonrpc', '2.0', 'id', 1, 'method', 'msar.add_columns',
  'params', jsonb_build_array('public.entry'::regclass::oid::bigint, '[{"name": "x"}, {"name": "y"}]'::jsonb)));
SELECT msar.rpc(jsonb_build_object('jsonrpc', '2.0', 'id', 1, 'method', 'msar.drop_columns',
  'params', jsonb_build_array('public.entry'::regclass::oid::bigint, '[3, 4]'::jsonb)));
SELECT jsonb_path_query_array(msar.rpc(jsonb_build_object('jsonrpc', '2.0', 'id', 1, 'method', 'msar.get_constraints_for_table',
  'params', jsonb_build_array('public.entry'::regclass::oid::bigint))), '$.result[*].keyvalue() ? (@.value.type() == "number").key');
SELECT msar.rpc('{"jsonrpc": "2.0", "id": 1, "method": "msar.prepare_temp_table_for_import", "params": ["a\"b", ["x,y", "{z}", null, "\"q\\"]]}')
  #>> '{result,copy_sql}' LIKE '%."a""b" ("x,y", "{z}", "Column 3", """q\") FROM STDIN';
-- The document of type json.
SELECT msar.rpc('{"jsonrpc": "2.0", "id": 1, "method": "msar.get_table_details", "params": ["public.entry"]}') #> '{result,name}';

-- A caller without rights gets what SQL gives, and nothing of the caller's is looked up in our place.
CREATE ROLE regress_rpc_visitor;
SET ROLE regress_rpc_visitor;
SELECT msar.rpc('{"jsonrpc": "2.0", "id": 1, "method": "msar.list_records", "params": ["public.entry"]}');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION msar.uri_scheme(text) FROM PUBLIC;
SET ROLE regress_rpc_visitor;
SELECT msar.rpc('{"jsonrpc": "2.0", "method": "msar.uri_scheme", "params": ["a:b"], "id": 1}');
RESET ROLE;
DROP ROLE regress_rpc_visitor;

-- Read-only transactions read, and refuse the rest.
BEGIN READ ONLY;
SELECT msar.rpc('[{"jsonrpc": "2.0", "id": 1, "method": "msar.get_table", "params": ["public.entry"]},
  {"jsonrpc": "2.0", "id": 2, "method": "msar.add_records", "params": ["public.entry", [{"id": 9}]]}]') #- '{0,result}' #- '{1,error,message}';
COMMIT;

-- A cancel ends the whole.
SET statement_timeout = '200ms';
CREATE VIEW public.slow AS SELECT 1 AS id, pg_sleep(5)::text AS slept;
SELECT msar.rpc('[{"jsonrpc": "2.0", "id": 1, "method": "msar.list_records", "params": ["public.slow"]}]');
RESET statement_timeout;
