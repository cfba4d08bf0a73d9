-- msar.create_role, drop_role, set_members_to_role, transfer_database_ownership, transfer_table_ownership, drop_database_query.
\getenv folder PG_ABS_SRCDIR
\set problem :folder '/include/problem.sql'
\i :problem
\pset format unaligned
\pset null '(null)'
BEGIN;
CREATE ROLE regress_staff CREATEROLE;
CREATE ROLE regress_visitor;

-- create_role: with LOGIN and a password, or neither. Any name, any password.
SELECT msar.create_role('regress_amy', 'secret', true) - 'oid' AS role;
SELECT msar.create_role('regress_bob', 'secret', false) - 'oid' AS role;
SELECT rolname, rolcanlogin, rolpassword IS NOT NULL AS has_password FROM pg_authid
WHERE rolname IN ('regress_amy', 'regress_bob') ORDER BY rolname;
CREATE TABLE made AS SELECT msar.create_role(v.name, 'it''s a \ "pass" $$; --', true) AS role
FROM (VALUES ('regress"quoted'), ('regress''; DROP ROLE regress_amy; --'), ('current_user'), ('regress $$ %s \'), (repeat('ß', 31))) AS v(name);
SELECT rolname, rolcanlogin, rolpassword IS NOT NULL AS has_password FROM made JOIN pg_authid AS a
ON rolname = role->>'name' AND a.oid = (role->>'oid')::oid ORDER BY a.oid;

-- A password is stored as PostgreSQL stores it: the one that was given, with any character.
SET LOCAL password_encryption = md5;
SET LOCAL client_min_messages = error; -- md5 is deprecated
SELECT msar.create_role('regress_md5', 'a''b\c$$"ä', true) IS NOT NULL AS made;
SELECT rolpassword = 'md5' || md5('a''b\c$$"ä' || rolname) AS is_stored FROM pg_authid WHERE rolname = 'regress_md5';
RESET password_encryption;
RESET client_min_messages;

-- Without a password, or without anything known.
SELECT msar.create_role('regress_none', NULL, true)->'login' AS login, msar.create_role('regress_neither', NULL, NULL)->'login' AS null_login;
SELECT count(*) AS with_password FROM pg_authid WHERE rolname IN ('regress_none', 'regress_neither') AND rolpassword IS NOT NULL;

-- What it refuses.
SELECT p.* FROM (VALUES ('''regress_amy'''), ('NULL'), (''''''), ('''public'''), ('''none'''), ('''pg_own'''), ('repeat(''x'', 64)')) AS v(name),
  pg_temp.problem(format('SELECT msar.create_role(%s, ''hush'', true)', v.name)) AS p;

-- A password is no part of an error, nor of its context.
SET ROLE regress_visitor;
DO $$
DECLARE
  password text := 'hush';
  told text;
BEGIN
  PERFORM msar.create_role('regress_own', password, true);
EXCEPTION WHEN insufficient_privilege THEN
  GET STACKED DIAGNOSTICS told = PG_EXCEPTION_CONTEXT;
  RAISE NOTICE 'tells the password: %, but tells %', (SQLERRM || told) LIKE '%hush%', split_part(told, E'\n', 1);
END
$$;
SELECT code FROM pg_temp.problem('SELECT msar.create_role(''regress_own'', ''hush'', true)');
RESET ROLE;
SELECT count(*) AS made FROM pg_roles WHERE rolname = 'regress_own';

-- drop_role.
SELECT msar.drop_role('regress_neither'::regrole);
SELECT msar.drop_role(quote_ident('regress''; DROP ROLE regress_amy; --')::regrole);
SELECT msar.drop_role('"current_user"'::regrole);
SELECT count(*) AS left_over FROM pg_roles WHERE rolname IN ('regress_neither', 'regress''; DROP ROLE regress_amy; --', 'current_user');
CREATE TABLE owned (id int);
ALTER TABLE owned OWNER TO regress_bob;
SELECT p.* FROM (VALUES ('''regress_bob'''), ('4000000000::oid'), ('NULL'), ('''pg_monitor''')) AS v(role),
  pg_temp.problem(format('SELECT msar.drop_role(%s)', v.role)) AS p;
SELECT code FROM pg_temp.problem('SELECT msar.drop_role(current_user::regrole)');
SET ROLE regress_visitor;
SELECT code FROM pg_temp.problem('SELECT msar.drop_role(''regress_amy'')');
RESET ROLE;

-- set_members_to_role: exactly those given; options of those who stay are kept.
CREATE FUNCTION pg_temp.members(info jsonb) RETURNS text LANGUAGE sql AS
$$SELECT string_agg((m->>'oid')::oid::regrole || CASE WHEN (m->'admin')::bool THEN ' (admin)' ELSE '' END, ', ' ORDER BY (m->>'oid')::oid)
  FROM jsonb_array_elements(NULLIF(info->'members', 'null')) AS m$$;
CREATE ROLE regress_team;
SELECT msar.set_members_to_role('regress_team', '{}') - 'oid' AS role;
SELECT pg_temp.members(msar.set_members_to_role('regress_team', ARRAY['regress_amy', 'regress_bob', 'regress_amy']::regrole[]::oid[]));
GRANT regress_team TO regress_amy WITH ADMIN OPTION;
SELECT pg_temp.members(msar.set_members_to_role('regress_team', ARRAY['regress_amy', 'regress_staff', '"regress""quoted"']::regrole[]::oid[]));
SELECT pg_temp.members(msar.set_members_to_role('regress_team', ARRAY['regress_staff']::regrole[]::oid[]));
SELECT pg_temp.members(msar.set_members_to_role('regress_team', '{}')), msar.set_members_to_role('regress_team', NULL) IS NULL AS null_members;

-- A role of the system can have members.
SELECT pg_temp.members(msar.set_members_to_role('pg_monitor', ARRAY['regress_amy']::regrole[]::oid[]));

-- What it refuses, and that nothing is changed then.
GRANT regress_team TO regress_amy;
SELECT p.* FROM (VALUES ('''regress_team'', ''{4000000000}'''), ('''regress_team'', ''{NULL}'''), ('4000000000::oid, ''{}'''),
  ('''regress_team'', ARRAY[''regress_bob'', ''regress_team'']::regrole[]::oid[]')) AS v(arguments),
  pg_temp.problem(format('SELECT msar.set_members_to_role(%s)', v.arguments)) AS p;
GRANT regress_team TO regress_bob;
SELECT code FROM pg_temp.problem('SELECT msar.set_members_to_role(''regress_bob'', ARRAY[''regress_team'']::regrole[]::oid[])');
SET ROLE regress_visitor;
SELECT code FROM pg_temp.problem('SELECT msar.set_members_to_role(''regress_team'', ''{}'')');
RESET ROLE;
SELECT count(*) AS members FROM pg_auth_members WHERE roleid = 'regress_team'::regrole;

-- Who has the ADMIN option may, and needs no other right.
GRANT regress_team TO regress_visitor WITH ADMIN OPTION;
REVOKE regress_team FROM regress_amy, regress_bob;
SET ROLE regress_visitor;
SELECT pg_temp.members(msar.set_members_to_role('regress_team', ARRAY['regress_visitor', 'regress_bob']::regrole[]::oid[]));
SELECT pg_temp.members(msar.set_members_to_role('regress_team', ARRAY['regress_visitor', 'regress_amy']::regrole[]::oid[]));
RESET ROLE;

-- Who goes takes along the memberships that it granted (since PostgreSQL 16), but not those of who is to stay.
SELECT pg_temp.members(msar.set_members_to_role('regress_team', ARRAY['regress_amy']::regrole[]::oid[]));
GRANT regress_team TO regress_amy WITH ADMIN OPTION;
SET ROLE regress_amy;
GRANT regress_team TO regress_bob WITH ADMIN OPTION;
GRANT regress_team TO regress_none;
RESET ROLE;
SET ROLE regress_bob;
GRANT regress_team TO regress_visitor;
RESET ROLE;
SELECT pg_temp.members(msar.set_members_to_role('regress_team', ARRAY['regress_bob', 'regress_visitor']::regrole[]::oid[]));

-- transfer_table_ownership: tables, views, sequences not.
CREATE SCHEMA lending;
GRANT USAGE, CREATE ON SCHEMA lending TO regress_amy;
CREATE TABLE lending."odd "" table" (id int PRIMARY KEY);
CREATE VIEW lending.odd AS SELECT id FROM lending."odd "" table";
CREATE SEQUENCE lending.counter;
SELECT msar.transfer_table_ownership('lending."odd "" table"', 'regress_amy') - 'oid' - 'schema' - 'owner_oid' AS info;
SELECT (msar.transfer_table_ownership('lending.odd', 'regress_amy')->>'owner_oid')::oid::regrole AS owner;
SELECT p.* FROM (VALUES ('''lending.counter'''), ('''lending."odd "" table_pkey"'''), ('4000000000::oid'), ('''msar_catalog.table_metadata'''),
  ('''pg_catalog.pg_class''')) AS v(relation),
  pg_temp.problem(format('SELECT msar.transfer_table_ownership(%s, ''regress_amy'')', v.relation)) AS p;
SELECT * FROM pg_temp.problem('SELECT msar.transfer_table_ownership(''lending.odd'', 4000000000::oid)');
SELECT * FROM pg_temp.problem('SELECT msar.transfer_table_ownership(''lending.odd'', ''regress_visitor'')'); -- a superuser can
SET ROLE regress_amy;
SELECT code FROM pg_temp.problem('SELECT msar.transfer_table_ownership(''lending.odd'', ''regress_amy'')');
SELECT code FROM pg_temp.problem('SELECT msar.transfer_table_ownership(''lending."odd "" table"'', ''regress_bob'')');
RESET ROLE;

-- A temporary table is its session's own.
CREATE TEMPORARY TABLE mine (id int);
SELECT (msar.transfer_table_ownership('pg_temp.mine', 'regress_amy')->>'owner_oid')::oid::regrole AS owner;

-- transfer_database_ownership.
SET ROLE regress_amy;
SELECT code FROM pg_temp.problem('SELECT msar.transfer_database_ownership(''regress_amy'')');
RESET ROLE;
SELECT (msar.transfer_database_ownership('regress_amy')->>'owner_oid')::oid::regrole AS owner;
SELECT * FROM pg_temp.problem('SELECT msar.transfer_database_ownership(4000000000::oid)');

-- drop_database_query: a statement, which is not run.
SELECT msar.drop_database_query(oid) AS query, msar.drop_database_query(NULL) AS null_database FROM pg_database WHERE datname = 'regression';
SELECT * FROM pg_temp.problem('SELECT msar.drop_database_query(4000000000)');
UPDATE pg_database SET datname = 'odd " name' WHERE datname = 'template0';
SELECT msar.drop_database_query(oid) AS query FROM pg_database WHERE datname = 'odd " name';
ROLLBACK;
