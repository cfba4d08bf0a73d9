-- Writes are those of the caller: his rights on table and columns, the policies that apply to him, his search_path.
\pset format unaligned
\pset tuples_only on
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE ROLE regress_owner;
CREATE ROLE regress_writer;   -- of some columns
CREATE ROLE regress_dropbox;  -- may put in, and not look
CREATE ROLE regress_stranger;
CREATE SCHEMA app AUTHORIZATION regress_owner;
CREATE SCHEMA closed AUTHORIZATION regress_owner;
CREATE SCHEMA trap AUTHORIZATION regress_owner;
GRANT USAGE ON SCHEMA app TO regress_writer, regress_dropbox;
SET ROLE regress_owner;
SET search_path = app;
CREATE TABLE city (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
CREATE TABLE letter (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  text text,
  secret text DEFAULT 'sealed',
  city_id integer REFERENCES city
);
CREATE TABLE closed.letter (id integer PRIMARY KEY);
GRANT ALL ON closed.letter TO regress_stranger;
GRANT SELECT (id, text, city_id), INSERT (text, city_id), UPDATE (text), DELETE ON letter TO regress_writer;
GRANT INSERT ON letter, city TO regress_dropbox;

-- Columns that the role may not read are neither told nor in the way.
SET ROLE regress_writer;
SELECT msar.add_record_to_table('letter'::regclass, '{"text": "a"}');
SELECT msar.patch_record_in_table('letter'::regclass, 1, '{"text": "b"}', true);
SELECT msar.add_record_to_table('letter'::regclass, '{"text": "a", "secret": "x"}');
SELECT msar.add_records('letter', '[{"text": "c"}, {"secret": null}]');
SELECT msar.patch_record_in_table('letter'::regclass, 1, '{"city_id": 1}');
SELECT msar.add_records('letter', '[{"text": "c"}, {"text": "d"}]');
SELECT msar.delete_records_from_table('letter'::regclass, '[1]');
SELECT msar.add_record_to_table('city'::regclass, '{"name": "x"}');
-- A role that may insert, and read nothing: written it is, told it is not.
SET ROLE regress_dropbox;
SELECT msar.add_record_to_table('letter'::regclass, '{"text": "from the box", "secret": "s"}');
SELECT msar.add_records('letter', '[{"text": "x"}, {"text": "y", "secret": "s"}]');
SELECT msar.patch_record_in_table('letter'::regclass, 3, '{"text": "z"}');
SELECT msar.delete_records_from_table('letter'::regclass, '[3]');
SELECT msar.form_insert(jsonb_build_array(
  jsonb_build_object('key', 't', 'column_attnum', 2, 'table_oid', 'letter'::regclass::oid, 'depth', 0)), '{"t": "by form"}');
-- What is to be referred to must be readable.
SELECT msar.form_insert(jsonb_build_array(
  jsonb_build_object('key', 'c', 'column_attnum', 4, 'table_oid', 'letter'::regclass::oid, 'depth', 0),
  jsonb_build_object('key', 'n', 'parent_key', 'c', 'column_attnum', 2, 'table_oid', 'city'::regclass::oid, 'depth', 1)),
  '{"c": {"type": "create"}, "n": "Basel"}');
-- A role without any rights; one without rights on the schema alone.
SET ROLE regress_stranger;
SELECT msar.add_record_to_table(oid, '{}') FROM pg_class WHERE oid = (SELECT conrelid FROM pg_constraint WHERE conname = 'letter_city_id_fkey');
SELECT msar.add_record_to_table(c.oid, '{"id": 1}') FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname = 'closed' AND relname = 'letter';
SET ROLE regress_owner;
SELECT * FROM letter ORDER BY id;

-- Policies. A row that the role may write and not read is written; one that it may not write is not.
CREATE TABLE post (id integer PRIMARY KEY, author text DEFAULT current_user, public boolean DEFAULT true, text text);
ALTER TABLE post ENABLE ROW LEVEL SECURITY;
CREATE POLICY reading ON post FOR SELECT USING (public AND author = current_user);
CREATE POLICY writing ON post FOR INSERT WITH CHECK (author = current_user);
CREATE POLICY changing ON post FOR UPDATE USING (true) WITH CHECK (author = current_user);
CREATE POLICY deleting ON post FOR DELETE USING (true);
GRANT ALL ON post TO regress_writer;
SET ROLE regress_writer;
SELECT msar.add_record_to_table('post'::regclass, '{"id": 1, "text": "seen"}');
SELECT msar.add_record_to_table('post'::regclass, '{"id": 2, "public": false, "text": "unseen"}');
SELECT msar.add_record_to_table('post'::regclass, '{"id": 3, "author": "somebody"}');
SELECT msar.add_record_to_table('post'::regclass, '{"id": 1}');
SELECT msar.add_records('post', '[{"id": 4}, {"id": 5, "text": "x"}]');
SELECT msar.add_records('post', '[{"id": 6, "public": false}, {"id": 7, "public": true}]');
SELECT msar.add_records('post', '[{"id": 8}, {"id": 9, "public": false}]');
SELECT msar.add_records('post', '[{"id": 10}, {"id": 11, "author": "somebody"}]');
SELECT msar.patch_record_in_table('post'::regclass, 1, '{"text": "changed"}');
SELECT msar.patch_record_in_table('post'::regclass, 2, '{"text": "changed"}');
SELECT msar.patch_record_in_table('post'::regclass, 1, '{"public": false}');
SELECT msar.delete_records_from_table('post'::regclass, '[1, 2, 4]');
SET ROLE regress_owner;
SELECT * FROM post ORDER BY id;

-- The caller's search_path is in force for triggers, and decides nothing of ours.
CREATE TABLE audit (what text);
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (TG_OP || ' ' || array_to_string(current_schemas(false), ' ')); RETURN NULL; END $$;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON city FOR EACH ROW EXECUTE FUNCTION note_change();
CREATE FUNCTION trap.jsonb_to_record(jsonb) RETURNS record LANGUAGE sql AS 'SELECT 666';
CREATE FUNCTION trap.jsonb_to_recordset(jsonb) RETURNS SETOF record LANGUAGE sql AS 'SELECT 666';
CREATE FUNCTION trap.to_jsonb(integer) RETURNS jsonb LANGUAGE sql AS $$SELECT '666'::jsonb$$;
CREATE FUNCTION trap.is_equal(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR trap.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = trap.is_equal);
CREATE DOMAIN trap.text AS integer;
CREATE TYPE trap.int4 AS ENUM ('x');
CREATE TABLE trap.city (id text, name text);
SET search_path = trap, pg_catalog, app;
SELECT msar.add_record_to_table('app.city'::regclass, '{"name": "Bern"}')->'results';
SELECT msar.add_records('app.city', '[{"name": "Chur"}, {"2": "Genf"}]');
SELECT msar.add_records('app.city', '[{"name": "Chur"}, {"name": "Genf"}]');
SELECT msar.patch_record_in_table('app.city'::regclass, '2'::pg_catalog.text, '{"name": "Cuera"}')->'results';
SELECT msar.delete_records_from_table('app.city'::regclass, '[2, 99]');
RESET search_path;
TABLE app.city;
TABLE app.audit;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA app, closed, trap CASCADE;
DROP ROLE regress_owner, regress_writer, regress_dropbox, regress_stranger;
