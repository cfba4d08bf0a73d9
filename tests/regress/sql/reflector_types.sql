-- Types whose owners are not trusted: their casts, operators and checks do not run as the owner of a reflection.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/problem.sql
CREATE ROLE reflector_evil; CREATE ROLE reflector_victim;
CREATE SCHEMA app; GRANT USAGE, CREATE ON SCHEMA app TO reflector_evil, reflector_victim;
CREATE TABLE app.ran (what text, as_role name); GRANT INSERT, TRUNCATE ON app.ran TO PUBLIC;
SET ROLE reflector_evil;
CREATE TYPE app.mood AS ENUM ('happy', 'sad'); CREATE TYPE app.pair AS (a int, b int);
CREATE FUNCTION app.spy(what text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO app.ran VALUES (what, current_user); END $$;
CREATE FUNCTION app.mood_text(app.mood) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM app.spy('mood to text'); RETURN 'x'; END $$;
CREATE FUNCTION app.text_mood(text) RETURNS app.mood LANGUAGE plpgsql AS $$ BEGIN PERFORM app.spy('text to mood'); RETURN enum_first(NULL::app.mood); END $$;
CREATE FUNCTION app.pair_int(app.pair) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM app.spy('pair to int'); RETURN 1; END $$;
CREATE FUNCTION app.text_pair(text) RETURNS app.pair LANGUAGE plpgsql AS $$ BEGIN PERFORM app.spy('text to pair'); RETURN (1, 1); END $$;
CREATE FUNCTION app.mood_is(app.mood, app.mood) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM app.spy('mood = mood'); RETURN true; END $$;
CREATE FUNCTION app.text_is(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM app.spy('text = text'); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
CREATE CAST (app.mood AS text) WITH FUNCTION app.mood_text(app.mood) AS ASSIGNMENT;
CREATE CAST (text AS app.mood) WITH FUNCTION app.text_mood(text) AS ASSIGNMENT;
CREATE CAST (app.pair AS int) WITH FUNCTION app.pair_int(app.pair) AS IMPLICIT;
CREATE CAST (text AS app.pair) WITH FUNCTION app.text_pair(text) AS ASSIGNMENT;
CREATE OPERATOR app.= (FUNCTION = app.mood_is, LEFTARG = app.mood, RIGHTARG = app.mood);
CREATE OPERATOR app.= (FUNCTION = app.text_is, LEFTARG = text, RIGHTARG = text);
CREATE TABLE app.src (id int PRIMARY KEY, m app.mood, p app.pair, ms app.mood[], t text);
GRANT SELECT ON app.src TO reflector_victim;
SELECT msar.add_source_table('app.src')->>'key_type';
INSERT INTO app.src VALUES (1, 'sad'::app.mood, ROW(1, 2), '{sad}', 'one'), (2, NULL, ROW(3, NULL), NULL, 'two');
-- Carried into columns of the same types, the values arrive as they are, in the copy and later.
SET ROLE reflector_victim; SET search_path = app, pg_catalog;
SELECT r->>'id' AS carried FROM msar.add_reflection('app.src', '{"table": "app.carried"}') AS r \gset
SELECT msar.run_reflections() - 'reflections';
SET ROLE reflector_evil;
UPDATE app.src SET m = 'happy'::app.mood WHERE id OPERATOR(pg_catalog.=) 2; UPDATE app.src SET id = 3 WHERE id OPERATOR(pg_catalog.=) 1; TRUNCATE app.ran;
SET ROLE reflector_victim;
SELECT msar.run_reflections() - 'reflections';
SELECT * FROM app.carried ORDER BY id;
SELECT msar.recopy_reflection(:carried)->>'state'; SELECT msar.run_reflections() - 'reflections';
SELECT * FROM app.carried ORDER BY id;
RESET ROLE; SELECT * FROM app.ran;
-- In any other way they are not reflected: other types, expressions, filters, statements.
SET ROLE reflector_victim;
CREATE TABLE app.other (id int PRIMARY KEY, m text, p int, t text);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.src', '{"table": "app.other"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.src', '{"table": "app.other"}', '{"fields": ["id", "p"]}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.src', '{"table": "app.other"}', '{"fields": {"id": "id", "m": "(SELECT src.m)"}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.src', '{"table": "app.newer"}', '{"fields": {"id": "id", "m": "m::text"}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.src', '{"table": "app.other"}', '{"fields": ["id"], "filter": "m = ''sad''"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.src', '{"table": "app.other"}', '{"fields": ["id"], "filter": "(p).a = 1"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.src', '{}', '{"statement": "INSERT INTO app.other VALUES (:new.id, :new.m)"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.src', '{}', '{"statement": "SELECT :new.id", "delete_statement": "SELECT :old.\"ms\""}')$$);
-- The rest of the table can be used as ever, and no operator on the search_path stands in for PostgreSQL's.
TRUNCATE app.ran;
SELECT msar.add_reflection('app.src', '{"table": "app.other"}', '{"fields": {"id": "id", "t": "upper(t)"}, "filter": "id < 10"}')->>'state';
SELECT msar.run_reflections() - 'reflections';
SELECT * FROM app.other ORDER BY id;
RESET ROLE; SELECT * FROM app.ran;
-- The owner of the source gives a column another type when the reflection is there: it waits, for a superuser as well.
SET ROLE reflector_evil; CREATE TABLE app.later (id int PRIMARY KEY, v text, k int NOT NULL); GRANT SELECT ON app.later TO reflector_victim;
SELECT msar.add_source_table('app.later')->>'key_type';
INSERT INTO app.later VALUES (1, 'one', 1);
SET ROLE reflector_victim;
SELECT msar.add_reflection('app.later', '{"table": "app.later_victim"}', '{"fields": {"id": "id", "v": "lower(v)"}}')->>'state';
SELECT msar.run_reflections() - 'reflections';
RESET ROLE;
SELECT msar.add_reflection('app.later', '{"table": "app.later_super"}')->>'state';
SELECT msar.run_reflections() - 'reflections';
SET ROLE reflector_evil; SET client_min_messages = error;
ALTER TABLE app.later ALTER v TYPE app.mood USING 'sad'; INSERT INTO app.later VALUES (2, 'sad'::app.mood, 2);
TRUNCATE app.ran;
SET ROLE reflector_victim;
SELECT e->'error'->>'sqlstate' AS sqlstate, e->'error'->>'message' AS message FROM msar.run_reflections() AS r, jsonb_array_elements(r->'reflections') AS e WHERE e ? 'error';
RESET ROLE;
SELECT e->'error'->>'sqlstate' AS sqlstate, e->'error'->>'message' AS message FROM msar.run_reflections() AS r, jsonb_array_elements(r->'reflections') AS e WHERE e ? 'error';
SELECT owner, state FROM msar_catalog.reflections WHERE source_name = 'later' ORDER BY 1;
SELECT * FROM app.ran;
-- A range has the checks of its bounds.
SET ROLE reflector_evil;
CREATE FUNCTION app.check_value(int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM app.spy('check'); RETURN true; END $$;
CREATE DOMAIN app.checked AS int CHECK (app.check_value(VALUE)); CREATE TYPE app.checked_range AS RANGE (SUBTYPE = app.checked);
CREATE TABLE app.ranges (id int PRIMARY KEY, r app.checked_multirange); GRANT SELECT ON app.ranges TO reflector_victim;
SELECT msar.add_source_table('app.ranges')->>'key_type';
SET ROLE reflector_victim;
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.ranges', '{"table": "app.ranges_copy"}')$$);
RESET ROLE; SELECT DISTINCT * FROM app.ran WHERE as_role <> 'reflector_evil' AND what <> 'text = text';
-- A key of such a type is none for others. The types' owner does all this with the rights that it has.
SET ROLE reflector_evil;
CREATE TABLE app.keyed (m app.mood PRIMARY KEY, t text); GRANT SELECT ON app.keyed TO reflector_victim;
SELECT msar.add_source_table('app.keyed')->>'key_type';
INSERT INTO app.keyed VALUES ('sad'::app.mood, 'one');
SET ROLE reflector_victim;
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.keyed', '{"table": "app.keyed_copy"}')$$);
SET ROLE reflector_evil;
SELECT msar.add_reflection('app.keyed', '{"table": "app.keyed_copy"}')->>'state';
SELECT msar.add_reflection('app.src', '{"table": "app.texts"}', '{"fields": {"id": "id", "m": "m::text"}}')->>'state';
SELECT msar.run_reflections() - 'reflections';
RESET ROLE; TABLE app.keyed_copy;
RESET ROLE; SELECT DISTINCT * FROM app.ran WHERE as_role <> 'reflector_evil' AND what <> 'text = text';
-- Nor does a type of the search_path stand in for one of PostgreSQL's.
SET ROLE reflector_evil;
CREATE FUNCTION app.check_text(pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM app.spy('text'); RETURN true; END $$;
CREATE DOMAIN app.text AS pg_catalog.text CHECK (app.check_text(VALUE));
INSERT INTO app.src SELECT i, NULL, NULL, NULL, 'many' FROM generate_series(100, 299) AS i;
SET ROLE reflector_victim;
SELECT msar.run_reflections() - 'reflections';
RESET ROLE; SELECT DISTINCT as_role FROM app.ran WHERE what = 'text' AND as_role <> 'reflector_evil';
SELECT count(*) FROM app.carried WHERE id >= 100;
RESET search_path; SET client_min_messages = warning;
SELECT count(msar.drop_source_table(table_oid, true)) FROM msar_catalog.source_tables;
DROP SCHEMA app CASCADE;
DROP ROLE reflector_evil; DROP ROLE reflector_victim;
