-- Who may do what: writers, owners of sources and of reflections, those who have no business here.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/problem.sql
CREATE ROLE reflector_owner; CREATE ROLE reflector_writer; CREATE ROLE reflector_reader; CREATE ROLE reflector_other;
CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO PUBLIC; GRANT CREATE ON SCHEMA app TO reflector_owner, reflector_reader, reflector_other;
SET ROLE reflector_owner;
CREATE TABLE app.secret (id int PRIMARY KEY, v text);
SELECT msar.add_source_table('app.secret')->>'key_type';
GRANT INSERT, UPDATE, DELETE ON app.secret TO reflector_writer; GRANT SELECT (id) ON app.secret TO reflector_writer;
-- A writer needs rights on the source only.
SET ROLE reflector_writer;
INSERT INTO app.secret VALUES (1, 'one'), (2, 'two'); UPDATE app.secret SET v = 'changed' WHERE id = 1;
SELECT pg_temp.problem_text('SELECT * FROM msar_reflector.events_1');
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.secret', '{"table": "app.mine"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_source_table('app.secret')$$);
SELECT pg_temp.problem_text($$SELECT msar.drop_source_table('app.secret')$$);
SELECT pg_temp.problem_text($$SELECT __msar.note_gap(1, 'x')$$);
SELECT pg_temp.problem_text('SELECT __msar.prune_events(1)');
SELECT pg_temp.problem_text('TABLE msar_catalog.stored_reflections');
SELECT msar.list_source_tables();
-- A trigger of one's own with the number of somebody else's source writes nothing.
SET ROLE reflector_other;
CREATE TABLE app.forged (id int PRIMARY KEY, v text);
DO $$ BEGIN EXECUTE format('CREATE TRIGGER forged AFTER INSERT ON app.forged REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION __msar.capture_changes(%L)', 1); END $$;
CREATE TRIGGER odd AFTER INSERT ON app.forged REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION __msar.capture_changes('1; DROP TABLE app.secret', 'x');
CREATE TRIGGER rows_ AFTER INSERT ON app.forged FOR EACH ROW EXECUTE FUNCTION __msar.capture_changes('1');
SELECT pg_temp.problem_text($$INSERT INTO app.forged VALUES (66, 'forged')$$);
DROP TRIGGER rows_ ON app.forged;
INSERT INTO app.forged VALUES (66, 'forged');
-- One that reads the source may reflect it, into what it may write to.
RESET ROLE;
SELECT count(*) FROM msar_reflector.events_1;
GRANT SELECT ON app.secret TO reflector_reader;
SET ROLE reflector_reader;
CREATE TABLE app.copy (id int PRIMARY KEY, v text);
SELECT r->>'id' AS copy FROM msar.add_reflection('app.secret', '{"table": "app.copy"}') AS r \gset
SELECT msar.run_reflections() - 'reflections';
TABLE app.copy;
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.secret', '{}', '{"statement": "SELECT :old.v"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('app.secret', '{"table": "app.forged"}')$$);
-- Others see nothing of it, and do nothing to it; the source's owner may pause and drop it.
SET ROLE reflector_other;
SELECT msar.get_reflection_status(), (SELECT count(*) FROM msar_catalog.reflections), (SELECT count(*) FROM msar_catalog.dead_letters), (SELECT count(*) FROM msar_catalog.source_tables);
SELECT pg_temp.problem_text(format('SELECT msar.%s(%s)', f, :copy)) FROM unnest('{pause_reflection,resume_reflection,recopy_reflection,drop_reflection,skip_events,retry_dead_letters}'::text[]) AS f;
SELECT msar.run_reflections(format('{"reflection": %s}', :copy)::jsonb);
SET ROLE reflector_owner;
SELECT msar.pause_reflection(:copy)->>'state';
SELECT pg_temp.problem_text(format('SELECT msar.resume_reflection(%s)', :copy));
SELECT msar.run_reflections();
-- A role that loses its rights, or that row-level security binds, gets nothing more.
SET ROLE reflector_reader;
SELECT msar.resume_reflection(:copy)->>'state';
SET ROLE reflector_owner; REVOKE SELECT ON app.secret FROM reflector_reader; INSERT INTO app.secret VALUES (3, 'three');
SET ROLE reflector_reader;
SELECT r->'reflections'->0->'error'->>'message' FROM msar.run_reflections() AS r;
SELECT state, last_error->>'sqlstate' FROM msar_catalog.reflections ORDER BY state;
SET ROLE reflector_owner; GRANT SELECT ON app.secret TO reflector_reader; ALTER TABLE app.secret ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON app.secret TO reflector_reader USING (id < 2);
SET ROLE reflector_reader;
SELECT r->'reflections'->0->'error'->>'message' FROM msar.run_reflections(format('{"reflection": %s}', :copy)::jsonb) AS r;
SET ROLE reflector_owner; ALTER TABLE app.secret DISABLE ROW LEVEL SECURITY;
SET ROLE reflector_reader;
ALTER TABLE app.copy ENABLE ROW LEVEL SECURITY; ALTER TABLE app.copy FORCE ROW LEVEL SECURITY; CREATE POLICY r ON app.copy USING (true) WITH CHECK (v <> 'three');
SELECT r->'reflections'->0->'dead_letters' FROM msar.run_reflections(format('{"reflection": %s}', :copy)::jsonb) AS r;
SELECT key, sqlstate FROM msar_catalog.dead_letters;
-- Code of users runs as the role that writes, or as the reflection's owner: a cast and an operator of a type, a trigger of the target.
RESET ROLE;
CREATE TABLE app.ran (what text, as_role name); GRANT INSERT ON app.ran TO PUBLIC;
SET ROLE reflector_reader;
CREATE FUNCTION app.spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO app.ran VALUES (TG_NAME, current_user); RETURN NEW; END $$;
CREATE TRIGGER spy AFTER INSERT OR UPDATE ON app.copy FOR EACH ROW EXECUTE FUNCTION app.spy();
CREATE CONSTRAINT TRIGGER deferred_spy AFTER INSERT OR UPDATE ON app.copy DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.spy();
SET ROLE reflector_writer; INSERT INTO app.secret VALUES (4, 'four');
RESET ROLE;
SELECT msar.run_reflections();
SET ROLE reflector_reader;
SELECT msar.run_reflections() - 'reflections';
RESET ROLE;
SELECT DISTINCT what, as_role FROM app.ran ORDER BY 1;
CREATE TYPE app.pair AS (a int, b int); ALTER TYPE app.pair OWNER TO reflector_other;
SET ROLE reflector_other;
CREATE FUNCTION app.pair_text(app.pair) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO app.ran VALUES ('cast', current_user); RETURN 'x'; END $$;
CREATE CAST (app.pair AS text) WITH FUNCTION app.pair_text(app.pair) AS IMPLICIT;
RESET ROLE;
GRANT USAGE ON TYPE app.pair TO PUBLIC; CREATE TABLE app.typed (id int PRIMARY KEY, p app.pair) PARTITION BY LIST (id); CREATE TABLE app.typed_1 PARTITION OF app.typed FOR VALUES IN (1);
SELECT msar.add_reflection('app.typed', '{"table": "app.typed_copy"}')->>'state';
INSERT INTO app.typed VALUES (1, (1, 2));
SELECT msar.run_reflections() - 'reflections';
UPDATE app.typed SET p = (3, 4); TRUNCATE app.typed_1; INSERT INTO app.typed VALUES (1, (5, 6));
SELECT msar.run_reflections() - 'reflections';
TABLE app.typed_copy;
SELECT count(*) FROM app.ran WHERE what = 'cast';
-- The owner of a source gives a column a domain whose check would run as the reflection's owner: the reflection waits.
SET ROLE reflector_other;
CREATE TABLE app.checked (id int PRIMARY KEY, v text);
SELECT msar.add_source_table('app.checked')->>'id' IS NOT NULL;
RESET ROLE;
SELECT msar.add_reflection('app.checked', '{"table": "app.checked_copy"}')->>'state';
SET ROLE reflector_other;
CREATE FUNCTION app.check_value(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO app.ran VALUES ('check', current_user); RETURN true; END $$;
CREATE DOMAIN app.checked_text AS text CHECK (app.check_value(VALUE));
CREATE TYPE app.checked_row AS (t app.checked_text);
ALTER TABLE app.checked ALTER v TYPE app.checked_text, ADD r app.checked_row[];
INSERT INTO app.checked VALUES (1, 'one');
RESET ROLE;
SELECT e->'error'->>'sqlstate' AS sqlstate, e->'error'->>'message' AS message FROM msar.run_reflections() AS r, jsonb_array_elements(r->'reflections') AS e
WHERE e->'error'->>'message' ~ 'checked';
SELECT count(*) FROM app.ran WHERE what = 'check' AND as_role = current_user;

-- Triggers with the number of a source on what is no part of it are not looked at when the source is changed: a view's
-- functions do not run with the rights by which triggers are kept, no gap is forged, and nobody waits for those relations.
SET ROLE reflector_other;
CREATE TABLE app.own (id int PRIMARY KEY);
SELECT msar.add_source_table('app.own')->>'id' AS own \gset
CREATE FUNCTION app.trap() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO app.ran VALUES ('trap', current_user); RETURN true; END $$;
CREATE VIEW app.trap AS SELECT 1 AS id WHERE app.trap();
CREATE TRIGGER planted BEFORE INSERT ON app.trap FOR EACH STATEMENT EXECUTE FUNCTION __msar.capture_changes(:'own');
CREATE TRIGGER planted BEFORE TRUNCATE ON app.forged FOR EACH STATEMENT EXECUTE FUNCTION __msar.capture_changes(:'own');
ALTER TABLE app.forged DISABLE TRIGGER planted;
ALTER TABLE app.own ADD b int;
SELECT msar.drop_source_table('app.own');
RESET ROLE;
SELECT count(*) FROM app.ran WHERE what = 'trap';
SELECT tgrelid::regclass, tgenabled FROM pg_trigger WHERE tgname = 'planted' ORDER BY 1;
SET client_min_messages = warning;
SELECT count(msar.drop_source_table(table_oid, true)) FROM msar_catalog.source_tables;
DROP SCHEMA app CASCADE;
DROP ROLE reflector_owner; DROP ROLE reflector_writer; DROP ROLE reflector_reader; DROP ROLE reflector_other;
