-- Whoever may refer to a table of another owner can have code run where rows are looked up: in policies, in expressions of
-- indexes, in casts. Looking at one's own rows runs none of it.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
CREATE ROLE regress_planter; CREATE ROLE regress_owner; CREATE ROLE regress_reader;
CREATE SCHEMA app AUTHORIZATION regress_owner; CREATE SCHEMA planted AUTHORIZATION regress_planter;
GRANT USAGE ON SCHEMA app, planted TO PUBLIC;
SET ROLE regress_owner;
CREATE TABLE app.mine (id int PRIMARY KEY, note text);
CREATE TABLE app.detail (id int PRIMARY KEY, mine int REFERENCES app.mine);
INSERT INTO app.mine VALUES (1, 'a'); INSERT INTO app.detail VALUES (7, 1);
GRANT REFERENCES ON app.mine TO regress_planter; GRANT SELECT ON ALL TABLES IN SCHEMA app TO regress_reader;
SET ROLE regress_planter;
CREATE FUNCTION planted.code() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'code of another role runs as %', current_user; RETURN 1; END $$;
CREATE TABLE planted.refers (id int PRIMARY KEY, mine int REFERENCES app.mine);
INSERT INTO planted.refers VALUES (8, 1);
SET client_min_messages = warning;
CREATE INDEX ON planted.refers (mine) WHERE planted.code() = 1;
ALTER TABLE planted.refers ENABLE ROW LEVEL SECURITY;
CREATE POLICY code ON planted.refers USING (planted.code() = 1);
GRANT SELECT ON planted.refers TO PUBLIC;
RESET client_min_messages;

RESET ROLE;
\echo The owner, a superuser and a reader: each sees the rows of the owner of the table, and that there are others.
SET ROLE regress_owner;
SELECT l->'table'->>'name', l->'count', l->'records', l->'filter', l->>'unread' FROM jsonb_array_elements(msar.get_linked_records('app.mine', 1)->'links') AS l;
RESET ROLE;
SELECT l->'table'->>'name', l->'count', l->'unread' IS NULL FROM jsonb_array_elements(msar.get_linked_records('app.mine', 1)->'links') AS l;
SET ROLE regress_reader;
SELECT l->'table'->>'name', l->'count', l->'unread' IS NULL FROM jsonb_array_elements(msar.get_linked_records('app.mine', 1)->'links') AS l;
\echo Naming the foreign key is not enough: its name is the choice of the owner.
SELECT l->'table'->>'name', l->'count' FROM jsonb_array_elements(msar.get_linked_records('app.mine', 1, '{"constraints": ["refers_mine_fkey"]}')->'links') AS l;
\echo Asked for, they are read, and the code runs.
SET client_min_messages = warning;
SELECT l->'table'->>'name', l->'count', l->'unread' IS NULL FROM jsonb_array_elements(msar.get_linked_records('app.mine', 1, '{"trust": true}')->'links') AS l;
RESET client_min_messages;
SELECT msar.get_linked_records('app.mine', 1, '{"trust": "all"}');
RESET ROLE;
\echo A role that can become the caller is trusted, and a superuser.
GRANT regress_reader TO regress_planter;
SET client_min_messages = warning;
SET ROLE regress_reader;
SELECT l->'table'->>'name', l->'count', l->'unread' IS NULL FROM jsonb_array_elements(msar.get_linked_records('app.mine', 1)->'links') AS l;
RESET ROLE;
REVOKE regress_reader FROM regress_planter;
SET ROLE regress_reader;
SELECT l->'table'->>'name', l->'count', l->'unread' IS NULL FROM jsonb_array_elements(msar.get_linked_records('app.mine', 1)->'links') AS l;
RESET ROLE;
RESET client_min_messages;

-- Casts that the owner of an enum has made: comparing its values with text, and linking a column of text.
SET ROLE regress_planter;
CREATE TYPE planted.mood AS ENUM ('a', 'b');
CREATE FUNCTION planted.as_text(planted.mood) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'a cast of another role runs as %', current_user; RETURN 'a'; END $$;
CREATE CAST (planted.mood AS text) WITH FUNCTION planted.as_text(planted.mood) AS IMPLICIT;
SET ROLE regress_owner;
CREATE TABLE app.moody (id int PRIMARY KEY, mood planted.mood, word text, code varchar(10), moods planted.mood[], words text[]);
INSERT INTO app.moody VALUES (1, 'a', 'a', 'a', '{a}', '{a}'), (2, 'b', 'a', 'x', '{b}', '{a}');
CREATE TABLE app.named (id int PRIMARY KEY, name text, mood planted.mood);
INSERT INTO app.named VALUES (10, 'a', 'b'), (20, 'b', 'a');
SELECT f, jsonb_path_query_array(msar.list_records('app.moody', jsonb_build_object('filter', f::jsonb))::jsonb, '$.results[*]."1"')
FROM unnest(ARRAY[
  '{"type": "equal", "args": [{"type": "column", "value": "word"}, {"type": "column", "value": "mood"}]}',
  '{"type": "equal", "args": [{"type": "column", "value": "mood"}, {"type": "column", "value": "code"}]}',
  '{"type": "in", "args": [{"type": "column", "value": "mood"}, {"type": "column", "value": "word"}, {"type": "column", "value": "code"}]}',
  '{"type": "between", "args": [{"type": "column", "value": "word"}, {"type": "column", "value": "mood"}, {"type": "column", "value": "mood"}]}']) AS f;
SELECT msar.list_records('app.moody', '{"filter": {"type": "equal", "args": [{"type": "column", "value": "moods"}, {"type": "column", "value": "words"}]}}');
SELECT msar.run_exploration('{"base_table": {"schema": "app", "name": "moody"}, "initial_columns": [{"alias": "mood", "column": "mood"}, {"alias": "word", "column": "word"}],
  "transformations": [{"type": "filter", "spec": {"equal": [{"column_name": ["word"]}, {"column_name": ["mood"]}]}}]}')->'records'->'results';
SELECT msar.run_exploration(jsonb_build_object('base_table', '{"schema": "app", "name": "moody"}'::jsonb, 'initial_columns',
  jsonb_build_array('{"alias": "id", "column": "id"}'::jsonb, jsonb_build_object('alias', 'n', 'column', 'id', 'join_path',
    jsonb_build_array(jsonb_build_array(jsonb_build_array('app.moody'::regclass::oid::int, 3), jsonb_build_array('app.named'::regclass::oid::int, 3)))))));
SELECT msar.link_column('app.moody', 'mood', 'app.named', '{"by": "name", "dry_run": true}')->'matched';
SELECT msar.link_column('app.moody', 'mood', 'app.named', '{"by": "name", "on_missing": "create", "compare": "caseless", "dry_run": true}')->'matched';
SELECT msar.link_column('app.moody', 'word', 'app.named', '{"by": "mood", "dry_run": true}')->'matched';
SELECT msar.link_column('app.moody', 'mood', 'app.named', '{"by": "name"}')->'matched';
SELECT mood FROM app.moody ORDER BY id;
SELECT msar.delete_records('app.moody', '{"type": "equal", "args": [{"type": "column", "value": "word"}, {"type": "column", "value": "code"}]}')->'count';
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA planted CASCADE; DROP SCHEMA app CASCADE; DROP ROLE regress_planter, regress_owner, regress_reader;
