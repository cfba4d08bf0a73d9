-- Columns and previews of rows that paths of foreign keys lead to, and values that are too large for a page.
\pset format unaligned
\pset null '(null)'
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.joined(tab regclass, target regclass, deepest int, member jsonb, options jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql
RETURN (SELECT jsonb_path_query_array(msar.list_records(tab, '{"keys": "names", "previews": false, "limit": 3}'::jsonb || options
    || jsonb_build_object('joined_columns', jsonb_build_array(jsonb_build_object('alias', 'joined', 'join_path', j.join_path) || member))), '$.results[*].joined')
  FROM msar.get_joinable_tables(deepest) AS j WHERE j.base = tab AND j.target = joined.target AND j.depth = deepest LIMIT 1);
-- As clients of Mathesar's SQL layer have it: the column that the path ends on.
SELECT pg_temp.joined('library.book', 'library.edition', 1, '{}');
-- What a person means: how the rows read, by a template, by the table's own.
SELECT pg_temp.joined('library.book', 'library.edition', 1, '{"template": "{publisher_id}, {year}"}');
SELECT pg_temp.joined('library.author', 'library.book', 2, '{"template": "{title} ({category_code})"}');
SELECT pg_temp.joined('library.author', 'library.book', 2, '{"template": true}');
SELECT pg_temp.joined('library.book', 'library.edition', 1, '{"column": "year"}');
SELECT pg_temp.joined('library.book', 'library.edition', 1, '{"template": false, "column": 5}');
-- In the functions of the contract, too, with all other members.
SELECT jsonb_pretty(msar.get_record_from_table('library.book'::regclass, 1, jsonb_build_array(
    jsonb_build_object('alias', 'editions', 'join_path', j.join_path, 'template', '{year}'),
    jsonb_build_object('alias', 'keys', 'join_path', j.join_path))) #- '{results,0,9}' #- '{results,0,8}')
FROM msar.get_joinable_tables(1) AS j WHERE j.base = 'library.book'::regclass AND j.target = 'library.edition'::regclass;
-- Wrong names.
SELECT pg_temp.joined('library.book', 'library.edition', 1, '{"template": "{yeer}"}');
SELECT pg_temp.joined('library.book', 'library.edition', 1, '{"template": "{year"}');
SELECT pg_temp.joined('library.book', 'library.edition', 1, '{"column": "yeer"}');
-- An alias that another member of the records has.
SELECT pg_temp.joined('library.book', 'library.edition', 1, '{"alias": "title"}');
SELECT pg_temp.joined('library.book', 'library.edition', 1, '{"alias": "2"}', '{"keys": "attnums"}');
SELECT pg_temp.joined('library.book', 'library.edition', 1, '{"alias": "title"}', '{"columns": ["id"]}') IS NOT NULL;
SELECT msar.list_records('library.book', jsonb_build_object('joined_columns', jsonb_build_array(m, m))), jsonb_build_object('alias', 'a', 'join_path', j.join_path)
FROM msar.get_joinable_tables(1) AS j, jsonb_build_object('alias', 'a', 'join_path', j.join_path) AS m WHERE j.base = 'library.book'::regclass AND j.target = 'library.edition'::regclass;
-- Rows that read alike are counted each; rows without a key are told apart by how they read.
CREATE SCHEMA joins;
CREATE TABLE joins.parent (id integer PRIMARY KEY, doc json);
CREATE TABLE joins.child (id integer PRIMARY KEY, parent integer REFERENCES joins.parent, name text, doc json);
CREATE TABLE joins.loose (parent integer REFERENCES joins.parent, name text);
INSERT INTO joins.parent VALUES (1), (2);
INSERT INTO joins.child SELECT i, 1, CASE WHEN i < 30 THEN 'same' END FROM generate_series(1, 31) AS i;
INSERT INTO joins.loose VALUES (1, 'a'), (1, 'a'), (1, 'b');
SELECT pg_temp.joined('joins.parent', 'joins.child', 1, '{"template": "{name}"}');
SELECT pg_temp.joined('joins.parent', 'joins.loose', 1, '{"template": "{name}!"}');
SELECT pg_temp.joined('joins.parent', 'joins.child', 1, '{"column": "doc"}');
-- A role sees no more than it may read.
CREATE ROLE joins_reader;
GRANT USAGE ON SCHEMA joins TO joins_reader;
GRANT SELECT ON joins.parent TO joins_reader;
GRANT SELECT (id, parent) ON joins.child TO joins_reader;
SET ROLE joins_reader;
SELECT pg_temp.joined('joins.parent', 'joins.child', 1, '{"template": "<{name}>", "alias": "joined"}', '{"columns": ["id"], "limit": 1}');
SELECT pg_temp.joined('joins.parent', 'joins.child', 1, '{"column": "name"}');
RESET ROLE;

-- Large values are left out with their sizes, unless they are asked for; keys never are.
CREATE TABLE joins.big (id text PRIMARY KEY, t text, b bytea, j jsonb, x xml, v varchar, n integer, c character(4));
INSERT INTO joins.big VALUES
  (repeat('k', 2000), repeat('x', 2000000), repeat('y', 1500000)::bytea, jsonb_build_object('a', repeat('z', 3000000)), NULL, 'v', 1, 'c'),
  ('l', 's', '\x01', '{"a": 1}', NULL, repeat('v', 1000001), 2, 'd'), ('m', NULL, NULL, NULL, NULL, NULL, 3, NULL);
SELECT r->'omitted' AS omitted, jsonb_path_query_array(r, '$.results[*].keyvalue().key') AS members, jsonb_path_query_array(r, '$.display[*].t') AS shown
FROM msar.list_records('joins.big', '{"keys": "names", "display": true, "count": "none"}') AS r;
SELECT r->'omitted' AS omitted, jsonb_path_query_array(r, '$.results[*].keyvalue().key') AS members
FROM msar.list_records('joins.big', '{"large_values": 0, "columns": ["n", "t", "v"]}') AS r;
SELECT r->'omitted' AS omitted, length(r->>'results') FROM msar.list_records('joins.big', '{"large_values": true}') AS r;
SELECT r->'omitted' AS omitted FROM msar.list_records('joins.big', '{"limit": 0}') AS r;
SELECT msar.list_records('joins.big', '{"large_values": "all"}');
DROP SCHEMA joins CASCADE;
DROP ROLE joins_reader;
