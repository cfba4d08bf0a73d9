-- What is returned can be passed again: keys of columns whose names are numbers, filters of links; and comparisons without an
-- operator are errors of the request.
\pset tuples_only on
\pset format unaligned
CREATE SCHEMA amb;
CREATE TABLE amb.o2 (a int, k1 int, k2 int, "2" int, PRIMARY KEY (k1, k2));
INSERT INTO amb.o2 VALUES (1, 1, 1, 1), (2, 2, 2, 2);
SELECT msar.list_records('amb.o2', '{"limit": 1}')->'next';
SELECT msar.list_records('amb.o2', jsonb_build_object('limit', 1, 'after', msar.list_records('amb.o2', '{"limit": 1}')->'next'))->'results';
CREATE TABLE amb.named (a int, "1" int, k int, PRIMARY KEY ("1", k));
INSERT INTO amb.named VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3);
SELECT msar.list_records('amb.named', '{"limit": 1}')->'next', msar.list_records('amb.named', '{"limit": 1, "keys": "names"}')->'next';
SELECT msar.list_records('amb.named', jsonb_build_object('limit', 1, 'keys', 'names', 'after', msar.list_records('amb.named', '{"limit": 1, "keys": "names"}')->'next'))->'results';
SELECT msar.update_records('amb.o2', '{"a": 2}', '{"a": 5}', '{"return": "keys"}') AS written \gset
SELECT :'written';
SELECT msar.delete_records('amb.o2', (:'written'::jsonb)->'keys');

-- Filters of links.
CREATE TYPE amb.pair AS (x int, y text);
CREATE TABLE amb.target (id int PRIMARY KEY, numbers int[] UNIQUE, pair amb.pair UNIQUE);
INSERT INTO amb.target VALUES (1, '{1,2}', '(1,one)'), (2, '{1}', '(2,two)');
CREATE TABLE amb.source (type int REFERENCES amb.target, numbers int[] REFERENCES amb.target (numbers), pair amb.pair REFERENCES amb.target (pair));
INSERT INTO amb.source VALUES (1, '{1,2}', '(1,one)'), (2, '{1}', '(2,two)');
SELECT l->'filter', msar.list_records('amb.source', jsonb_build_object('filter', l->'filter'))->'results'
FROM jsonb_array_elements(msar.get_linked_records('amb.target', 1)->'links') AS l;

-- Without an operator.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
SELECT msar.list_records('library.book', '{"filter": {"type": "equal", "args": [{"type": "column", "value": "title"}, {"type": "column", "value": "id"}]}}');
SELECT msar.list_records('library.book', '{"filter": {"type": "between", "args": [{"type": "column", "value": "id"}, {"type": "literal", "value": 1}, {"type": "column", "value": "title"}]}}');
SELECT msar.run_exploration('{"base_table": {"schema": "library", "name": "book"}, "initial_columns": [{"alias": "id", "column": "id"}, {"alias": "t", "column": "title"}],
  "transformations": [{"type": "filter", "spec": {"lesser": [{"column_name": ["id"]}, {"column_name": ["t"]}]}}]}');
CREATE TABLE amb.words (word text PRIMARY KEY);
\set VERBOSITY terse
DO $$ BEGIN
  PERFORM msar.run_exploration(format('{"base_table": {"schema": "amb", "name": "o2"}, "initial_columns": [{"alias": "w", "column": "word", "join_path": [[[%s, 1], [%s, 1]]]}]}',
    'amb.o2'::regclass::oid, 'amb.words'::regclass::oid)::jsonb);
EXCEPTION WHEN undefined_function THEN RAISE NOTICE '%', SQLERRM;
END $$;
DO $$ BEGIN
  PERFORM msar.list_records('amb.o2', format('{"joined_columns": [{"alias": "w", "join_path": [[[%s, 1], [%s, 1]]]}]}', 'amb.o2'::regclass::oid, 'amb.words'::regclass::oid)::jsonb);
EXCEPTION WHEN undefined_function THEN RAISE NOTICE '%', SQLERRM;
END $$;
-- Values of different types that have one.
SELECT count(*) FROM jsonb_array_elements(msar.list_records('amb.source', '{"filter": {"type": "lesser", "args": [{"type": "attnum", "value": 1}, {"type": "literal", "value": 2}]}}')->'results');

-- Whoever may read nothing learns of no column.
CREATE ROLE regress_stranger; GRANT USAGE ON SCHEMA amb TO regress_stranger;
SET ROLE regress_stranger;
\set VERBOSITY sqlstate
SELECT msar.list_records('amb.o2', '{"filter": {"nope": 1}}');
SELECT msar.list_records('amb.o2', '{"order": [{"column": "nope"}]}');
SELECT msar.update_records('amb.o2', '{"nope": 1}', '{"nope": 2}');
SELECT msar.update_records('amb.o2', '{"a": 1}', '{"nope": 2}');
SELECT msar.delete_records('amb.o2', '{"nope": 1}');
RESET ROLE;
SELECT msar.list_records('amb.o2', '{"filter": {"nope": 1}}');
SET client_min_messages = warning;
DROP SCHEMA amb CASCADE; DROP ROLE regress_stranger;
