-- Types in pg_temp come before PostgreSQL's own, for everybody who works in the session. Code that runs as the role of a share
-- or form leaves none there, and none of the extension's functions takes one for a type of PostgreSQL's own.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
SET client_min_messages = warning;
\i tests/regress/include/problem.sql
CREATE ROLE regress_evil;
CREATE SCHEMA evil AUTHORIZATION regress_evil;
GRANT USAGE ON SCHEMA evil TO public;
SET ROLE regress_evil;
CREATE FUNCTION evil.plant(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RETURN true;
END $$;

-- A policy of a shared table, for each sort of object that is made so.
CREATE TABLE evil.shared (id integer PRIMARY KEY, statement text);
INSERT INTO evil.shared VALUES (1, 'CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (evil.plant($q$SELECT 1$q$))');
ALTER TABLE evil.shared ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY plants ON evil.shared USING (evil.plant(statement));
SELECT msar.share_table('evil.shared')->>'slug' AS slug \gset
RESET ROLE;
-- Recent versions of PostgreSQL refuse a type there by themselves (42501); else the call ends with an error of ours (2F003).
SELECT code IN ('2F003', '42501') FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'slug'));
-- This session had made a function in pg_temp before. A visitor whose session has nothing of that kind:
CREATE FUNCTION public.visit(slug uuid) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM msar.read_share(slug);
  RETURN 'read';
EXCEPTION WHEN SQLSTATE '2F003' OR insufficient_privilege THEN
  RETURN 'refused';
END $$;
\connect -
\pset tuples_only on
\pset format unaligned
SELECT public.visit(:'slug');
UPDATE evil.shared SET statement = 'CREATE TYPE pg_temp.regclass AS ENUM (''a'')';
SELECT public.visit(:'slug');
UPDATE evil.shared SET statement = 'CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS $q$SELECT 1$q$';
SELECT public.visit(:'slug');
UPDATE evil.shared SET statement = 'CREATE TEMPORARY TABLE t ()';
SELECT public.visit(:'slug');
SELECT count(*) FROM pg_catalog.pg_type WHERE typnamespace = pg_catalog.pg_my_temp_schema();
-- What does no harm is read, in a session with temporary objects too.
UPDATE evil.shared SET statement = 'SELECT 1';
SELECT public.visit(:'slug');
CREATE TEMPORARY TABLE own (a integer);
SELECT public.visit(:'slug');
-- A trigger on a form's table.
CREATE TABLE evil.entry (id integer GENERATED ALWAYS AS IDENTITY, a text);
ALTER TABLE evil.entry OWNER TO regress_evil;
CREATE FUNCTION evil.on_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM evil.plant('CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS $q$SELECT 1$q$');
  RETURN new;
END $$;
CREATE TRIGGER plants BEFORE INSERT ON evil.entry FOR EACH ROW EXECUTE FUNCTION evil.on_entry();
SET ROLE regress_evil;
SELECT f->>'id' AS form, f->>'token' AS token FROM msar.add_form(jsonb_build_object('name', 'Entry', 'version', 1,
  'base_table_oid', 'evil.entry'::regclass::oid::bigint, 'header_title', '{}'::jsonb,
  'fields', '[{"key": "a", "index": 0, "kind": "scalar_column", "column_attnum": 2}]'::jsonb)) AS f \gset
SELECT msar.set_form_publish(:form, true);
RESET ROLE;
\set VERBOSITY verbose
SELECT msar.submit_form(:'token', '{"a": "x"}');
\set VERBOSITY default
SELECT count(*) FROM evil.entry;

-- The view of an exploration is made again for another owner as the one of before: reading a literal can run the check of a
-- domain. And one of a document is made by whoever imports it.
CREATE FUNCTION evil.check_number(integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF session_user <> 'regress_evil' AND current_user = 'regress_evil' THEN
    PERFORM evil.plant('CREATE DOMAIN pg_temp.planted AS pg_catalog.text');
  ELSIF current_user <> 'regress_evil' THEN
    RAISE WARNING 'planted code runs as %', current_user;
  END IF;
  RETURN true;
END $$;
GRANT CREATE ON DATABASE :DBNAME TO regress_evil;
SET SESSION AUTHORIZATION regress_evil;
CREATE DOMAIN evil.number AS integer CHECK (evil.check_number(VALUE));
CREATE TYPE evil.pair AS (a evil.number, b text);
CREATE TABLE evil.pairs (id integer PRIMARY KEY, pair evil.pair);
SELECT msar.save_exploration('{"name": "pairs", "base_table": {"schema": "evil", "name": "pairs"}, "view": true,
  "initial_columns": [{"alias": "id", "column": "id"}, {"alias": "pair", "column": "pair"}],
  "transformations": [{"type": "filter", "spec": {"equal": [{"column_name": ["pair"]}, {"literal": ["(1,x)"]}]}}]}')->'id' AS id \gset
SELECT msar.export_explorations('evil') AS document \gset
RESET SESSION AUTHORIZATION;
SELECT msar.import_explorations(:'document');
-- The warning is ours, or PostgreSQL's in recent versions.
SET client_min_messages = error;
SELECT msar.set_exploration_owner(:id, 'postgres')->'name';
SET client_min_messages = warning;
SELECT count(*) FROM pg_catalog.pg_type WHERE typname = 'planted';
SELECT count(*) FROM pg_catalog.pg_views WHERE schemaname = 'msar_queries';

-- Types that nobody can use, with the names of all of PostgreSQL's own that are no words of its grammar. (What follows writes
-- these names with their schema.)
\connect -
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
CREATE TABLE public.types AS SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typrelid = 0 AND typelem = 0;
DO $$
DECLARE
  name pg_catalog.name;
BEGIN
  FOR name IN SELECT typname FROM public.types ORDER BY typname OPERATOR(pg_catalog.=) 'text' LOOP
    EXECUTE pg_catalog.format('CREATE TYPE pg_temp.%I', name);
  END LOOP;
END $$;
SELECT 'x'::text;
-- The declarations of functions that are bound when they run. Those with a path of their own find nothing in pg_temp first.
SELECT p.oid::pg_catalog.regprocedure, p.proconfig
FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
WHERE l.lanname = 'plpgsql' AND p.pronamespace IN ('msar'::pg_catalog.regnamespace, '__msar'::pg_catalog.regnamespace)
  AND p.proconfig IS NOT NULL AND p.proconfig <> ARRAY['search_path=pg_catalog, pg_temp'];
SELECT count(pg_catalog.plpgsql_validator(p.oid)) > 20
FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
WHERE l.lanname = 'plpgsql' AND p.pronamespace IN ('msar'::pg_catalog.regnamespace, '__msar'::pg_catalog.regnamespace)
  AND p.proconfig IS NULL;
-- Their casts: none to a type without a schema, but for words of the grammar.
SELECT p.oid::pg_catalog.regprocedure, c.found[1]
FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang,
  pg_catalog.regexp_matches(p.prosrc, '::\s*([a-z_0-9]+)(?![a-z_0-9.])', 'g') AS c(found)
WHERE l.lanname IN ('plpgsql', 'sql') AND p.pronamespace IN ('msar'::pg_catalog.regnamespace, '__msar'::pg_catalog.regnamespace)
  AND p.proconfig IS NULL AND c.found[1] NOT IN ('integer', 'bigint', 'smallint', 'boolean', 'numeric', 'double', 'timestamp');
-- Their words that look for an operator by a name without a schema: NULLIF, CASE ... WHEN, BETWEEN, IN, LIKE, IS DISTINCT FROM.
SELECT p.oid::pg_catalog.regprocedure, c.found[1]
FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang,
  pg_catalog.regexp_matches(p.prosrc, '(NULLIF|CASE [a-z_.]+\s+WHEN|BETWEEN|IN \(|LIKE |DISTINCT FROM (?!NULL))', 'g') AS c(found)
WHERE l.lanname IN ('plpgsql', 'sql') AND p.pronamespace IN ('msar'::pg_catalog.regnamespace, '__msar'::pg_catalog.regnamespace)
  AND p.proconfig IS NULL AND p.prosqlbody IS NULL AND pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE') ORDER BY 1, 2;
-- And they run.
SET client_min_messages = warning;
SELECT pg_catalog.jsonb_path_query_array(msar.import_text('public', 'imported', E'n,day,what\n1,2001-01-01,x\n2,2001-02-03,y\n'::pg_catalog.text), '$.columns.*.type');
SELECT attname, atttypid::pg_catalog.regtype FROM pg_catalog.pg_attribute WHERE attrelid = 'public.imported'::pg_catalog.regclass AND attnum > 0 ORDER BY attnum;
SELECT msar.get_preview('public.imported'::pg_catalog.regclass, '[{"attnum": 3, "type": {"schema": "pg_catalog", "name": "text"}}]', 1);
SELECT (msar.prepare_table_for_import('public'::pg_catalog.regnamespace, 'prepared', ARRAY['a', 'b'], NULL)) OPERATOR(pg_catalog.->>) 'table_name';
SELECT pg_catalog.regexp_replace((msar.prepare_temp_table_for_import('temporary', ARRAY['a', 'b'])) OPERATOR(pg_catalog.->>) 'copy_sql', '_\d+', '');
SELECT (msar.add_data_file('f.csv', 'a,b
1,2001-01-01
')) OPERATOR(pg_catalog.->>) 'id' AS file \gset
SELECT msar.import_data_file(:file, 'public'::pg_catalog.regnamespace, 'from_file') OPERATOR(pg_catalog.->>) 'name';

\connect -
SET client_min_messages = warning;
DROP OWNED BY regress_evil CASCADE;
DROP ROLE regress_evil;
