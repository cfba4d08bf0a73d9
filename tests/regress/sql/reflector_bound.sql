-- What expressions, filters and statements of reflections mean is settled when they are added, whatever others create later.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/problem.sql
SET client_min_messages = warning;
CREATE ROLE reflector_thief; CREATE ROLE reflector_mirror;
CREATE SCHEMA shared; GRANT USAGE, CREATE ON SCHEMA shared TO reflector_thief, reflector_mirror;
CREATE SCHEMA mirror AUTHORIZATION reflector_mirror; GRANT USAGE ON SCHEMA mirror TO reflector_thief;
CREATE TABLE shared.ran (what text, as_role name); GRANT INSERT, SELECT ON shared.ran TO PUBLIC;
SET ROLE reflector_mirror; SET search_path = shared, mirror, pg_catalog; SET DateStyle = 'SQL, DMY';
CREATE TABLE mirror.book (id int PRIMARY KEY, title text, out_on date, tags int[]);
CREATE TABLE mirror.sections (id int PRIMARY KEY, name text); INSERT INTO mirror.sections VALUES (1, 'novels');
CREATE TABLE mirror.counted (id int PRIMARY KEY, n int);
CREATE TABLE mirror.log (op text, id int, note text, path text);
CREATE FUNCTION mirror.label(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.concat('"', $1, '"') $$;
CREATE FUNCTION shared.any_of(anyelement, text DEFAULT '') RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.concat('any ', $1, $2) $$;
CREATE DOMAIN mirror.short AS text CHECK (pg_catalog.length(VALUE) < 100);
CREATE FUNCTION mirror.note_path() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.path := pg_catalog.current_setting('search_path'); RETURN NEW; END $$;
CREATE TRIGGER note_path BEFORE INSERT ON mirror.log FOR EACH ROW EXECUTE FUNCTION mirror.note_path();
INSERT INTO mirror.book VALUES (1, 'Emma', '1815-12-23', '{1,2,3}');
SELECT r->>'id' AS mapped FROM msar.add_reflection('mirror.book', '{"table": "mirror.shelf"}', '{"fields": {
  "id": "id", "label": "label(title)", "section": "(SELECT s.name FROM sections AS s WHERE s.id <= tags[1])",
  "short": "title::short", "some": "tags[1:2]", "is_old": "out_on < ''01/02/1900''"}, "filter": "id < 10"}') AS r \gset
SELECT r->>'id' AS own FROM msar.add_reflection('mirror.book', '{}', $${"copy": false,
  "statement": "INSERT INTO log (op, id, note) VALUES (:op, :new.id, label(:new.title) || (:new.tags)[1:2]::text)",
  "delete_statement": "DELETE FROM log WHERE id = :old.id"}$$) AS r \gset
SELECT r->>'id' AS loose FROM msar.add_reflection('mirror.book', '{"table": "mirror.loose"}', '{"fields": {"id": "id", "v": "any_of(id)"}}') AS r \gset
SELECT f ->> 'column', f ->> 'expression' FROM msar_catalog.reflections AS r, jsonb_array_elements(r.fields) AS f WHERE r.id IN (:mapped, :loose) AND f ? 'expression' ORDER BY r.id, 1;
SELECT filter FROM msar_catalog.reflections WHERE id = :mapped;
SELECT regexp_replace(s ->> 'statement', '\s+', ' ', 'g') FROM jsonb_array_elements(msar.get_reflection_status()) AS s WHERE s ->> 'id' = :'own';
SELECT r->>'id' AS merged FROM msar.add_reflection('mirror.book', '{}', $${"copy": false, "statement":
  "MERGE INTO counted AS c USING (SELECT :new.id AS id, :op AS op) AS s ON c.id = s.id WHEN MATCHED THEN UPDATE SET n = c.n + 1 WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, 1)",
  "delete_statement": "WITH gone AS (DELETE FROM counted WHERE id = :old.id RETURNING n) INSERT INTO counted AS c SELECT -1, n FROM gone ON CONFLICT (id) DO UPDATE SET n = c.n + EXCLUDED.n"}$$) AS r \gset
SELECT statement LIKE 'MERGE INTO mirror.counted%:new.id%:op%', delete_statement LIKE '%DELETE FROM mirror.counted%:old.id%INTO mirror.counted%' FROM msar_catalog.reflections WHERE id = :merged;
SELECT msar.run_reflections() - 'reflections';
-- Another role plants what would have been found first: functions, operators, tables, types.
SET ROLE reflector_thief;
CREATE FUNCTION shared.spy(what text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO shared.ran VALUES (what, current_user); END $$;
CREATE FUNCTION shared.label(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM shared.spy('label'); RETURN 'x'; END $$;
CREATE FUNCTION shared.less(int, int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM shared.spy('less'); RETURN true; END $$;
CREATE OPERATOR shared.< (FUNCTION = shared.less, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR shared.<= (FUNCTION = shared.less, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR shared.= (FUNCTION = shared.less, LEFTARG = int, RIGHTARG = int);
CREATE FUNCTION shared.joined(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM shared.spy('joined'); RETURN 'x'; END $$;
CREATE OPERATOR shared.|| (FUNCTION = shared.joined, LEFTARG = text, RIGHTARG = text);
CREATE FUNCTION shared.is_short(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM shared.spy('short'); RETURN true; END $$;
CREATE DOMAIN shared.short AS text CHECK (shared.is_short(VALUE));
CREATE VIEW shared.sections AS SELECT 1 AS id, shared.label('') AS name; GRANT SELECT ON shared.sections TO PUBLIC;
CREATE TABLE shared.counted (id int PRIMARY KEY, n int); GRANT ALL ON shared.counted TO PUBLIC;
CREATE TABLE shared.log (op text, id int, note text); GRANT ALL ON shared.log TO PUBLIC;
CREATE FUNCTION shared.on_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM shared.spy('log'); RETURN NEW; END $$;
CREATE TRIGGER on_log BEFORE INSERT OR DELETE ON shared.log FOR EACH ROW EXECUTE FUNCTION shared.on_log();
SET ROLE reflector_mirror;
INSERT INTO mirror.book VALUES (2, 'Persuasion', '1817-12-20', '{4,5,6}'), (30, 'Far away', '2020-01-01', '{}');
DELETE FROM mirror.book WHERE id OPERATOR(pg_catalog.=) 1;
SELECT msar.run_reflections() - 'reflections';
SELECT * FROM mirror.shelf ORDER BY id; SELECT * FROM mirror.log ORDER BY id; TABLE mirror.counted ORDER BY id; TABLE shared.counted;
SELECT msar.recopy_reflection(:mapped)->>'state'; SELECT msar.run_reflections() - 'reflections';
SELECT * FROM mirror.shelf ORDER BY id; SELECT * FROM mirror.loose ORDER BY id;
RESET ROLE; SELECT * FROM shared.ran;
-- A function that fits better in the very schema of the one that is meant: the reflection waits until it is gone.
SET ROLE reflector_thief;
CREATE FUNCTION shared.any_of(int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM shared.spy('any_of'); RETURN 'x'; END $$;
SET ROLE reflector_mirror;
INSERT INTO mirror.book VALUES (3, 'Sanditon', NULL, NULL);
SELECT e->'error'->>'sqlstate', e->'error'->>'message', e->'error'->>'detail', e->'error'->>'hint'
FROM msar.run_reflections() AS r, jsonb_array_elements(r->'reflections') AS e WHERE e ? 'error';
SELECT count(*) FROM mirror.loose;
SELECT msar.recopy_reflection(:loose)->>'state';
SELECT e->'error'->>'sqlstate' FROM msar.run_reflections(format('{"reflection": %s}', :loose)::jsonb) AS r, jsonb_array_elements(r->'reflections') AS e;
SET ROLE reflector_thief; DROP FUNCTION shared.any_of(int);
SET ROLE reflector_mirror;
SELECT msar.run_reflections(format('{"reflection": %s}', :loose)::jsonb) - 'reflections'; SELECT * FROM mirror.loose ORDER BY id;
-- Their owner may replace a function and a table; those of another role in the same places are not used.
DROP FUNCTION shared.any_of(anyelement, text);
CREATE FUNCTION shared.any_of(int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.concat('int ', $1) $$;
CREATE TABLE shared.audit (id int); GRANT ALL ON shared.audit TO reflector_thief;
SELECT r->>'id' AS audit FROM msar.add_reflection('mirror.book', '{}', '{"copy": false, "statement": "INSERT INTO audit SELECT :new.id"}') AS r \gset
INSERT INTO mirror.book VALUES (4, 'The Watsons', NULL, NULL);
SELECT msar.run_reflections() - 'reflections'; SELECT * FROM mirror.loose ORDER BY id; SELECT * FROM shared.audit;
DROP TABLE shared.audit;
SET ROLE reflector_thief; CREATE TABLE shared.audit (id int); GRANT ALL ON shared.audit TO PUBLIC;
CREATE TRIGGER on_log BEFORE INSERT ON shared.audit FOR EACH ROW EXECUTE FUNCTION shared.on_log();
SET ROLE reflector_mirror; INSERT INTO mirror.book VALUES (5, 'Lady Susan', NULL, NULL);
SELECT e->'error'->>'sqlstate', e->'error'->>'detail' FROM msar.run_reflections() AS r, jsonb_array_elements(r->'reflections') AS e WHERE e ? 'error';
SET ROLE reflector_thief; DROP TABLE shared.audit;
SET ROLE reflector_mirror; CREATE TABLE shared.audit (id int);
SELECT msar.resume_reflection(:audit)->>'state'; SELECT msar.run_reflections() - 'reflections'; SELECT * FROM shared.audit;
RESET ROLE; SELECT * FROM shared.ran;
-- Columns of the source that get other names, those of others among them, mean what they meant.
SET ROLE reflector_mirror; SET search_path = mirror;
ALTER TABLE mirror.book DROP COLUMN out_on; SELECT msar.drop_reflection(:mapped) IS NOT NULL;
SELECT r->>'id' AS named FROM msar.add_reflection('mirror.book', '{"table": "mirror.named"}', '{"fields": {"id": "id",
  "label": "label(title)", "section": "(SELECT s.name FROM mirror.sections AS s WHERE s.id = tags[1])"}, "filter": "title <> ''''"}') AS r \gset
SELECT msar.run_reflections(format('{"reflection": %s}', :named)::jsonb) - 'reflections';
ALTER TABLE mirror.book RENAME title TO "The Title"; ALTER TABLE mirror.book RENAME tags TO title; ALTER TABLE mirror.book ADD tags int[] DEFAULT '{1}';
INSERT INTO mirror.book (id, "The Title", title) VALUES (6, 'Catharine', '{1}'), (7, '', '{1}');
SELECT msar.run_reflections() - 'reflections';
SELECT * FROM mirror.named WHERE id OPERATOR(pg_catalog.>) 5; SELECT * FROM mirror.log WHERE id OPERATOR(pg_catalog.>) 5;
SELECT f ->> 'column', f ->> 'expression' FROM msar_catalog.reflections AS r, jsonb_array_elements(r.fields) AS f WHERE r.id IN (:named) AND f ? 'expression' ORDER BY r.id, 1;
SELECT filter FROM msar_catalog.reflections WHERE id = :named; SELECT pg_catalog.regexp_replace(statement, '\s+', ' ', 'g') FROM msar_catalog.reflections WHERE id = :own;
RESET ROLE; SELECT * FROM shared.ran;
-- What cannot be bound is refused.
SET ROLE reflector_mirror;
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('mirror.book', '{}', '{"statement": "SELECT :new.id INTO made"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('mirror.book', '{}', '{"statement": "INSERT INTO nowhere SELECT :new.id"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('mirror.book', '{"table": "mirror.shelf"}', '{"fields": {"id": "id", "label": "no_function(title)"}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('mirror.book', '{"table": "mirror.shelf"}', '{"fields": ["id"], "filter": "no_column"}')$$);
RESET ROLE; RESET search_path; SET client_min_messages = warning;
SELECT count(msar.drop_source_table(table_oid, true)) FROM msar_catalog.source_tables;
DROP SCHEMA mirror CASCADE; DROP SCHEMA shared CASCADE;
DROP ROLE reflector_thief; DROP ROLE reflector_mirror;
