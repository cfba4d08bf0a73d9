-- msar.replace_database_privileges_for_roles, replace_schema_..., replace_table_...
\getenv folder PG_ABS_SRCDIR
\set problem :folder '/include/problem.sql'
\i :problem
\pset format unaligned
\pset null '(null)'
BEGIN;
CREATE ROLE regress_owner;
CREATE ROLE "regress ""odd'";
CREATE ROLE regress_reader;
CREATE ROLE regress_clerk;
CREATE ROLE regress_visitor;
CREATE SCHEMA "lend.ing" AUTHORIZATION regress_owner;
CREATE TABLE "lend.ing"."bo""ok" (id int, title text, price numeric);
ALTER TABLE "lend.ing"."bo""ok" OWNER TO regress_owner;

CREATE FUNCTION pg_temp.spec(role regrole, VARIADIC direct text[]) RETURNS jsonb LANGUAGE sql AS
$$SELECT jsonb_build_array(jsonb_build_object('role_oid', role::oid::bigint, 'direct', array_remove(direct, NULL)))$$;
CREATE FUNCTION pg_temp.by_name(privileges jsonb) RETURNS TABLE (role regrole, direct jsonb) LANGUAGE sql AS
$$SELECT (p->>'role_oid')::oid::regrole, (p->'direct') - 'MAINTAIN' FROM jsonb_array_elements(privileges) AS p
  WHERE (p->>'role_oid')::oid::regrole::text ~ 'regress'$$;

-- Listed privileges are granted, the others revoked; roles that are not listed keep theirs. As the owner, who is no superuser.
SET ROLE regress_owner;
GRANT INSERT ON "lend.ing"."bo""ok" TO regress_clerk;
SELECT * FROM pg_temp.by_name(msar.replace_table_privileges_for_roles('"lend.ing"."bo""ok"', pg_temp.spec('regress_reader', 'SELECT', 'DELETE')));
SELECT * FROM pg_temp.by_name(msar.replace_table_privileges_for_roles('"lend.ing"."bo""ok"', pg_temp.spec('regress_reader', 'UPDATE', 'SELECT')
  || pg_temp.spec('"regress ""odd''"', 'TRUNCATE', 'REFERENCES', 'TRIGGER')));
SELECT * FROM pg_temp.by_name(msar.replace_table_privileges_for_roles('"lend.ing"."bo""ok"', pg_temp.spec('regress_reader', NULL)));
SELECT * FROM pg_temp.by_name(msar.replace_table_privileges_for_roles('"lend.ing"."bo""ok"', '[]'));
SELECT * FROM pg_temp.by_name(msar.replace_schema_privileges_for_roles('"lend.ing"', pg_temp.spec('regress_reader', 'USAGE')
  || pg_temp.spec('"regress ""odd''"', 'CREATE', 'USAGE')));
SELECT * FROM pg_temp.by_name(msar.replace_schema_privileges_for_roles('"lend.ing"', pg_temp.spec('"regress ""odd''"', 'USAGE')));
GRANT USAGE ON SCHEMA "lend.ing" TO PUBLIC;
-- The owner's own privileges, too.
SELECT * FROM pg_temp.by_name(msar.replace_table_privileges_for_roles('"lend.ing"."bo""ok"', pg_temp.spec('regress_owner', 'SELECT')));
SELECT * FROM pg_temp.by_name(msar.replace_table_privileges_for_roles('"lend.ing"."bo""ok"',
  pg_temp.spec('regress_owner', 'INSERT', 'SELECT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER')));

-- A view.
CREATE VIEW "lend.ing".titles AS SELECT title FROM "lend.ing"."bo""ok";
SELECT * FROM pg_temp.by_name(msar.replace_table_privileges_for_roles('"lend.ing".titles', pg_temp.spec('regress_reader', 'SELECT')));

-- What was granted on single columns is not touched, nor are grant options.
GRANT SELECT (title), UPDATE (title) ON "lend.ing"."bo""ok" TO regress_reader;
GRANT UPDATE (price) ON "lend.ing"."bo""ok" TO regress_reader WITH GRANT OPTION;
GRANT SELECT, UPDATE ON "lend.ing"."bo""ok" TO regress_reader;
GRANT SELECT ON "lend.ing"."bo""ok" TO regress_clerk WITH GRANT OPTION;
SELECT * FROM pg_temp.by_name(msar.replace_table_privileges_for_roles('"lend.ing"."bo""ok"',
  pg_temp.spec('regress_reader', 'INSERT') || pg_temp.spec('regress_clerk', 'SELECT')));
SELECT attname, attacl FROM pg_attribute WHERE attrelid = '"lend.ing"."bo""ok"'::regclass AND attacl IS NOT NULL ORDER BY attnum;
SELECT has_table_privilege('regress_clerk', '"lend.ing"."bo""ok"', 'SELECT WITH GRANT OPTION') AS keeps_option;

-- What somebody else granted is not touched: the owner cannot revoke it.
SET ROLE regress_clerk;
SELECT * FROM pg_temp.by_name(msar.replace_table_privileges_for_roles('"lend.ing"."bo""ok"', pg_temp.spec('regress_visitor', 'SELECT')))
WHERE role = 'regress_visitor'::regrole;
SET ROLE regress_owner;
SELECT * FROM pg_temp.by_name(msar.replace_table_privileges_for_roles('"lend.ing"."bo""ok"', pg_temp.spec('regress_visitor', 'INSERT')))
WHERE role = 'regress_visitor'::regrole;
-- A role that has the grant option by membership revokes what was granted in that way.
RESET ROLE;
CREATE ROLE regress_deputy IN ROLE regress_clerk;
SET ROLE regress_deputy;
SELECT * FROM pg_temp.by_name(msar.replace_table_privileges_for_roles('"lend.ing"."bo""ok"', pg_temp.spec('"regress ""odd''"', 'SELECT')))
WHERE role = '"regress ""odd''"'::regrole;
SELECT * FROM pg_temp.by_name(msar.replace_table_privileges_for_roles('"lend.ing"."bo""ok"', pg_temp.spec('"regress ""odd''"', NULL)))
WHERE role = '"regress ""odd''"'::regrole;
SET ROLE regress_owner;
-- Nor what a role has passed on, while it has it.
SELECT code, message FROM pg_temp.problem(format('SELECT msar.replace_table_privileges_for_roles(%L, %L)', '"lend.ing"."bo""ok"',
  pg_temp.spec('regress_clerk', 'DELETE')));
SELECT has_table_privilege('regress_clerk', '"lend.ing"."bo""ok"', 'DELETE') AS changed;

-- Who has the grant option for one privilege may give that one, and nothing else, in part neither.
SET ROLE regress_clerk;
SELECT * FROM pg_temp.problem(format('SELECT msar.replace_table_privileges_for_roles(%L, %L)', '"lend.ing"."bo""ok"',
  pg_temp.spec('regress_visitor', 'SELECT', 'DELETE')));
SET ROLE regress_visitor;
SELECT * FROM pg_temp.problem(format('SELECT msar.replace_table_privileges_for_roles(%L, %L)', '"lend.ing"."bo""ok"',
  pg_temp.spec('regress_visitor', 'SELECT')));
SELECT * FROM pg_temp.problem(format('SELECT msar.replace_schema_privileges_for_roles(%L, %L)', '"lend.ing"',
  pg_temp.spec('regress_visitor', 'CREATE')));
SELECT * FROM pg_temp.problem(format('SELECT msar.replace_database_privileges_for_roles(%L)', pg_temp.spec('regress_visitor', 'CREATE')));
RESET ROLE;

-- The database.
SELECT * FROM pg_temp.by_name(msar.replace_database_privileges_for_roles(pg_temp.spec('regress_reader', 'CONNECT', 'TEMPORARY')));
SELECT * FROM pg_temp.by_name(msar.replace_database_privileges_for_roles(pg_temp.spec('regress_reader', 'CREATE')));

-- What is refused; nothing is changed then. Of two roles, the first neither.
SELECT p.code, p.message, p.detail FROM (VALUES ('{}'), ('[1]'), ('[[10, []]]'), ('[{"role_oid": 10}]'), ('[{"role_oid": -1, "direct": []}]'),
  ('[{"role_oid": 10, "direct": ["SELECT"]}]'), ('[{"role_oid": 10, "direct": ["usage"]}]'), ('[{"role_oid": 10, "direct": "USAGE"}]'),
  ('[{"role_oid": 10, "direct": [], "with": 1}]'), ('[{"role_oid": 0, "direct": []}]'),
  ('[{"role_oid": 10, "direct": []}, {"role_oid": 10, "direct": ["USAGE"]}]')) AS v(spec),
  pg_temp.problem(format('SELECT msar.replace_schema_privileges_for_roles(%L, %L)', '"lend.ing"', v.spec)) AS p;
SELECT code, message FROM pg_temp.problem(format('SELECT msar.replace_schema_privileges_for_roles(%L, %L)', '"lend.ing"',
  pg_temp.spec('regress_visitor', 'CREATE') || '[{"role_oid": 4000000000, "direct": []}]'));
SELECT has_schema_privilege('regress_visitor', 'lend.ing', 'CREATE') AS changed;
SELECT p.code, p.message FROM (VALUES ('schema', '4000000000::oid'), ('schema', '''msar'''), ('schema', '''pg_catalog'''), ('table', '4000000000::oid'),
  ('table', '''msar_catalog.table_metadata'''), ('table', '''pg_catalog.pg_class'''), ('table', '''library.book_pkey''')) AS v(kind, object),
  pg_temp.problem(format('SELECT msar.replace_%s_privileges_for_roles(%s, %L)', v.kind, v.object, pg_temp.spec('regress_visitor', NULL))) AS p;
SELECT msar.replace_schema_privileges_for_roles(NULL, '[]') IS NULL AS null_schema, msar.replace_table_privileges_for_roles('library.book', NULL) IS NULL AS null_spec;
ROLLBACK;
