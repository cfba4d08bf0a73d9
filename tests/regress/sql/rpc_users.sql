-- Users, the roles that they act as, servers, credentials and data files, by the methods of the web service.
\pset null '(null)'
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
-- Ids are OIDs: shown are names.
CREATE FUNCTION public.call(method text, params jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT COALESCE(answer #- '{error,data}' -> 'result', answer -> 'error' #- '{data}')
  FROM (SELECT msar.rpc(jsonb_build_object('jsonrpc', '2.0', 'id', 1, 'method', method, 'params', params)) AS answer) AS a
$$;
CREATE FUNCTION public.db() RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('database_id', oid::bigint) FROM pg_database WHERE datname = current_database()
$$;
GRANT CREATE ON SCHEMA public TO PUBLIC;

-- A user is a login role with a profile.
SELECT public.call('users.add', '{"user_def": {"username": "regress_ada", "password": "correct horse", "is_superuser": true,
  "email": "ada@a.example", "full_name": "Ada"}}') - 'id';
SELECT public.call('users.add', '{"user_def": {"username": "regress_bob", "password": "correct horse", "is_superuser": false}}') - 'id';
SELECT public.call('users.add', '{"user_def": {"username": "regress_bob", "password": "x", "is_superuser": false}}') ->> 'code';
SELECT public.call('users.add', '{"user_def": {"username": "regress_eve", "password": "", "is_superuser": false}}') ->> 'message';
SELECT public.call('users.add', '{"user_def": {"username": "regress_eve", "is_superuser": false}}') ->> 'message';
SELECT rolname, rolsuper, rolcreaterole, rolcanlogin, rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname ~ '^regress_(ada|bob)$' ORDER BY 1;
SELECT role_name, email, full_name, display_language, password_change_needed FROM msar_catalog.user_profiles ORDER BY 1;
SELECT public.call('users.get', '{"user_id": "regress_nobody"}') ->> 'code', public.call('users.get', '{"user_id": 1}') ->> 'code';
-- Its password is SCRAM whatever the setting is, and in no statement.
SET password_encryption = md5;
SELECT public.call('users.password.revoke', '{"user_id": "regress_bob", "new_password": "battery staple"}');
RESET password_encryption;
SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'regress_bob';

-- A user sees and changes the own profile, and no other's.
SET ROLE regress_bob;
SELECT u ->> 'username', u ->> 'email' FROM jsonb_array_elements(public.call('users.list')) AS u WHERE u ->> 'username' LIKE 'regress%' ORDER BY 1;
SELECT public.call('users.patch_self', '{"username": "regress_bob", "email": "bob@a.example", "full_name": "Bob", "display_language": "fr"}') - 'id';
SELECT public.call('users.patch_self', '{"username": "regress_bob", "email": "b", "full_name": "Bob", "display_language": "no language"}') ->> 'code';
SELECT public.call('users.patch_other', '{"user_id": "regress_ada", "username": "regress_ada", "is_superuser": true, "email": "", "full_name": "", "display_language": "en"}') ->> 'code';
SELECT public.call('users.password.revoke', '{"user_id": "regress_ada", "new_password": "x"}') ->> 'code';
SELECT public.call('users.add', '{"user_def": {"username": "regress_eve", "password": "x", "is_superuser": false}}') ->> 'code';
SELECT public.call('users.delete', '{"user_id": "regress_ada"}') ->> 'code';
SELECT public.call('users.password.replace_own', '{"old_password": "correct horse", "new_password": "third"}');
SELECT public.call('users.password.replace_own', '{"old_password": "battery staple", "new_password": "third"}');
SELECT public.call('users.password.replace_own', '{"old_password": "battery staple", "new_password": "fourth"}') ->> 'code';
SELECT password_change_needed FROM msar_catalog.user_profiles;
-- Nothing of what is stored is reached directly.
TABLE msar_catalog.stored_user_profiles;
INSERT INTO msar_catalog.user_profiles (role_name, email) VALUES ('regress_ada', 'x');
RESET ROLE;

-- Ada has CREATEROLE: she may do with users what PostgreSQL lets her.
SET ROLE regress_ada;
SELECT public.call('users.add', '{"user_def": {"username": "regress_eve", "password": "x", "is_superuser": false, "email": "eve@a.example"}}') - 'id';
SELECT public.call('users.patch_other', jsonb_build_object('user_id', 'postgres'::regrole::oid::bigint, 'username', 'postgres', 'is_superuser', false, 'email', '', 'full_name', '', 'display_language', 'en')) ->> 'message';
SELECT public.call('users.patch_other', '{"user_id": "regress_eve", "username": "regress_mallory", "is_superuser": false, "email": "m@a.example", "full_name": "M", "display_language": "de"}') - 'id';
SELECT public.call('users.delete', '{"user_id": "regress_mallory"}');
RESET ROLE;
SELECT count(*) FROM msar_catalog.stored_user_profiles WHERE role_name IN ('regress_eve', 'regress_mallory');

-- The role that a user acts as.
CREATE ROLE regress_editor;
SELECT public.call('collaborators.list', public.db());
SELECT public.call('collaborators.add', public.db() || '{"user_id": "regress_bob", "configured_role_id": "regress_editor"}') ->> 'user_id'
  = 'regress_bob'::regrole::oid::text;
SELECT public.call('collaborators.add', public.db() || '{"user_id": "regress_bob", "configured_role_id": "regress_editor"}') ->> 'code';
SELECT setconfig FROM pg_db_role_setting WHERE setrole = 'regress_bob'::regrole;
SELECT (c ->> 'user_id')::oid::regrole, (c ->> 'configured_role_id')::oid::regrole FROM jsonb_array_elements(public.call('collaborators.list', public.db())) AS c;
SELECT pg_has_role('regress_bob', 'regress_editor', 'MEMBER');
SET ROLE regress_bob;
SELECT public.call('collaborators.add', public.db() || '{"user_id": "regress_bob", "configured_role_id": "postgres"}') ->> 'code';
SELECT public.call('collaborators.set_role', '{"collaborator_id": "regress_bob", "configured_role_id": "regress_ada"}') ->> 'code';
RESET ROLE;
-- A session that acts as the role is the user's; one that is set to the role by another login is not.
SET SESSION AUTHORIZATION regress_bob;
SELECT msar.current_user_id()::oid::regrole;
SET ROLE regress_editor;
SELECT current_user, msar.current_user_id()::oid::regrole;
SELECT public.call('users.patch_self', '{"username": "regress_bob", "email": "b@a.example", "full_name": "Bob", "display_language": "fr"}') ->> 'email';
-- The password of the user is not the role's to change.
SELECT public.call('users.password.replace_own', '{"old_password": "third", "new_password": "fourth"}') ->> 'code';
RESET SESSION AUTHORIZATION;
SET ROLE regress_editor;
SELECT msar.current_user_id()::oid::regrole;
RESET ROLE;
SELECT public.call('collaborators.delete', '{"collaborator_id": "regress_bob"}');
SELECT public.call('collaborators.delete', '{"collaborator_id": "regress_bob"}') ->> 'code';
SELECT pg_has_role('regress_bob', 'regress_editor', 'MEMBER'), count(*) FROM pg_db_role_setting WHERE setrole = 'regress_bob'::regrole;

-- Who wrote a record, and how users are shown.
CREATE TABLE public.note (id integer PRIMARY KEY, written_by bigint, word text);
GRANT ALL ON public.note TO regress_bob;
SELECT public.call('tables.metadata.set', public.db() || '{"table_oid": "public.note", "metadata": {"user_tracking_attnum": 2}}');
SELECT public.call('columns.metadata.set', public.db() || '{"table_oid": "public.note", "column_meta_data_list": [{"attnum": 2, "user_display_field": "full_name"}, {"attnum": 3, "file_backend": "default"}]}');
SET ROLE regress_bob;
SELECT a #>> '{results,0,2}' = 'regress_bob'::regrole::oid::text, a #>> ARRAY['linked_record_summaries', '2', 'regress_bob'::regrole::oid::text]
FROM public.call('records.add', public.db() || '{"table_oid": "public.note", "record_def": {"1": 1, "2": 7, "3": "a"}}') AS a;
SELECT a #>> ARRAY['linked_record_summaries', '2', 'regress_bob'::regrole::oid::text], a -> 'download_links', a -> 'count'
FROM public.call('records.list', public.db() || '{"table_oid": "public.note"}') AS a;
RESET ROLE;

-- Another database is no connection.
SELECT public.call('tables.list', '{"database_id": 1, "schema_oid": "public"}');
SELECT public.call('tables.list', '{"schema_oid": "public"}'), public.call('tables.list', '{"database_id": "x", "schema_oid": "public"}');
SET mathesar_ext.rpc_compat = on;
SELECT public.call('tables.list', '{"schema_oid": "public"}'), public.call('tables.list', '{"database_id": "x", "schema_oid": "public"}'),
  public.call('tables.list', public.db()), public.call('tables.add', '{"database_id": 0}' || public.db()),
  jsonb_typeof(public.call('tables.list', public.db() || '{"schema_oid": "public", "more": 1}')),
  public.call('users.list', '{"more": 1}'), public.call('tables.list', public.db() || '{"schema_oid": {}}'),
  public.call('columns.patch', public.db() || '{"table_oid": "public.note", "column_data_list": [{"name": "x"}]}'),
  public.call('tables.get', public.db() || '{"table_oid": 1}');
RESET mathesar_ext.rpc_compat;

-- Other servers: foreign servers that anybody with USAGE on the wrapper can create.
SET ROLE regress_bob;
SELECT s ->> 'id', s ->> 'sslmode' FROM jsonb_array_elements(public.call('servers.configured.list')) AS s;
SELECT public.call('databases.setup.connect_existing', '{"host": "db.a.example", "database": "old", "role": "reader", "password": "secret"}') ->> 'code';
RESET ROLE;
GRANT USAGE ON FOREIGN DATA WRAPPER mathesar_ext TO regress_bob;
SET ROLE regress_bob;
SELECT jsonb_pretty(a #- '{server,id}' #- '{database,id}' #- '{database,server_id}' #- '{configured_role,id}' #- '{configured_role,server_id}')
FROM public.call('databases.setup.connect_existing', '{"host": "db.a.example", "database": "old", "role": "reader", "password": "secret", "nickname": "Old", "sslmode": "require"}') AS a;
SELECT d - 'id' - 'server_id' FROM jsonb_array_elements(public.call('databases.configured.list')) AS d WHERE d ->> 'nickname' = 'Old';
SELECT public.call('servers.configured.patch', jsonb_build_object('server_id', s -> 'id', 'patch', '{"port": 5433}'::jsonb)) - 'id',
  public.call('servers.configured.patch', jsonb_build_object('server_id', s -> 'id', 'patch', '{"port": 99999}'::jsonb)) ->> 'message',
  public.call('servers.configured.patch', jsonb_build_object('server_id', s -> 'id', 'patch', '{"sslmode": "maybe"}'::jsonb)) ->> 'code'
FROM jsonb_array_elements(public.call('servers.configured.list')) AS s WHERE s ->> 'id' <> '0';
SELECT public.call('servers.configured.patch', '{"server_id": 0, "patch": {"port": 5433}}') ->> 'code', public.call('servers.configured.patch', '{"server_id": 1, "patch": {"port": 5433}}') ->> 'code';
RESET ROLE;
SELECT srvname, srvowner::regrole FROM pg_foreign_server;
SELECT usename, umoptions FROM pg_user_mappings;
-- Another role sees neither.
SET ROLE regress_ada;
SELECT public.call('servers.configured.list') -> 1, jsonb_array_length(public.call('databases.configured.list'));
RESET ROLE;
SET ROLE regress_bob;
SELECT public.call('databases.configured.disconnect', jsonb_build_object('database_id', d -> 'id')) FROM jsonb_array_elements(public.call('databases.configured.list')) AS d WHERE d ->> 'nickname' = 'Old';
SELECT public.call('databases.configured.disconnect', public.db()) ->> 'code';
RESET ROLE;

-- Files are their owner's, and gone after the import.
SET ROLE regress_bob;
SELECT msar.add_data_file('Towns.TSV', E'name\tfounded\nBergen\t1070\n\t\n') - 'id' - 'user' - 'created_at';
SELECT msar.add_data_file('a', E'', '{}');
SELECT msar.add_data_file('a', 'b', '{"nothing": 1}');
CREATE TEMPORARY TABLE sent AS SELECT (f ->> 'id')::bigint AS id FROM jsonb_array_elements(msar.list_data_files()) AS f;
GRANT SELECT ON sent TO PUBLIC;
SELECT msar.set_data_file(id, '{"header": true}') -> 'header' FROM sent;
RESET ROLE;
SET ROLE regress_ada;
SELECT msar.list_data_files(), msar.get_data_file(id), (SELECT count(*) FROM msar_catalog.data_file_chunks) FROM sent;
SELECT public.call('tables.import', public.db() || jsonb_build_object('data_file_id', id, 'schema_oid', 'public')) ->> 'code' FROM sent;
SELECT msar.delete_data_file(id) FROM sent;
RESET ROLE;
SET ROLE regress_bob;
SELECT public.call('tables.import', public.db() || jsonb_build_object('data_file_id', id, 'schema_oid', 'public')) - 'oid' FROM sent;
SELECT * FROM public."Towns" ORDER BY 1;
SELECT msar.list_data_files();
CREATE TABLE public.town (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, founded integer);
SELECT msar.insert_data_file((msar.add_data_file('t.csv', E'name,founded,more\nBergen,1070,x\nTurku,1229,y') ->> 'id')::bigint, 'public.town',
  '[{"csv_column": {"index": 2, "name": "more"}, "table_column": null}, {"csv_column": {"index": 0, "name": "name"}, "table_column": 2}, {"csv_column": {"index": 1, "name": "founded"}, "table_column": 3}]', true);
TABLE public.town;
SELECT msar.insert_data_file((msar.add_data_file('t.csv', E'name,founded\nBergen,1070') ->> 'id')::bigint, 'public.town',
  '[{"csv_column": {"index": 0, "name": "name"}, "table_column": 2}]', true);
RESET ROLE;
-- A day later it is gone.
UPDATE msar_catalog.stored_data_files SET created_at = now() - interval '2 days';
SET ROLE regress_bob;
SELECT msar.list_data_files();
SELECT msar.add_data_file('t.csv', 'a,b') IS NOT NULL;
RESET ROLE;
SELECT count(*) FROM msar_catalog.stored_data_files;

DROP TABLE public.note, public.town, public."Towns";
REVOKE USAGE ON FOREIGN DATA WRAPPER mathesar_ext FROM regress_bob;
DROP OWNED BY regress_bob, regress_ada;
DROP ROLE regress_bob, regress_ada, regress_editor;
