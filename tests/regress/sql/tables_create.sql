-- Tables from JSON: msar.add_mathesar_table, msar.alter_table, msar.drop_table.
\set VERBOSITY terse
\pset null '(null)'
\i tests/regress/include/problem.sql
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('sad', 'happy');
CREATE DOMAIN shop.percent AS numeric CHECK (VALUE BETWEEN 0 AND 100);

-- The key first, then the columns: types by name, by schema and name, by OID, with options; defaults are values.
SELECT made - 'oid' AS made FROM msar.add_mathesar_table('shop'::regnamespace, 'book', NULL, '[
  {"name": "title", "type": {"name": "text"}, "not_null": true, "default": "it''s; \\ $1 %s", "description": "What it''s called"},
  {"name": "price", "type": {"name": "numeric", "options": {"precision": 8, "scale": 2}}, "default": 9.90},
  {"name": "sold", "type": {"id": 1043, "modifier": 24}},
  {"name": "mood", "type": {"schema": "shop", "name": "mood"}, "default": "happy"},
  {"name": "discount", "type": {"name": "shop.percent"}, "default": 0},
  {"name": "tags", "type": {"name": "text", "options": {"array": true}}, "default": ["a", "b \"c\"", null, "NULL", "{}"]},
  {"name": "matrix", "type": "integer[]", "default": [[1, 2], [3, 4]]},
  {"name": "documents", "type": "jsonb[]", "default": [{"a": [1]}, [2]]},
  {"name": "document", "type": "jsonb", "default": {"a": [1, "x"]}},
  {"name": "lent", "type": {"name": "interval", "options": {"fields": "Day to Second", "precision": 3}}},
  {"name": "huge", "type": "numeric", "default": 123456789012345678901234567890.0100},
  {"name": "seen", "type": "timestamp(0) with time zone", "default_expression": "now() -- in this transaction"},
  {"name": "doubled", "type": "numeric", "generated": {"expression": "price * 2"}},
  {"name": "number", "type": "bigint", "identity": {"generation": "always", "start": 100, "increment": 10}},
  {"name": "plain"},
  {"name": "word", "type": "text", "collation": {"schema": "pg_catalog", "name": "C"}}
]', '[{"type": "u", "name": "one title", "columns": ["title", "sold"], "deferrable": true},
      {"type": "c", "name": "sensible", "expression": "price >= 0", "description": "No gifts"}]', NULL, 'What we sell') AS made;
\d shop.book
INSERT INTO shop.book DEFAULT VALUES;
SELECT title, price, mood, tags, matrix, documents, document, huge, doubled, number FROM shop.book;
SELECT obj_description('shop.book'::regclass), col_description('shop.book'::regclass, 2),
  obj_description(c.oid, 'pg_constraint') FROM pg_constraint AS c WHERE conname = 'sensible';

-- Names: of the table, of columns without one, of those that are taken.
SELECT made ->> 'name' AS name, made -> 'renamed_columns' AS renamed, made -> 'pkey_column_attnum' AS key
FROM (VALUES
  (msar.add_mathesar_table('shop'::regnamespace, 'book', NULL, '[{"name": "id"}, {}, {"name": "id"}, {"name": ""}]', NULL, NULL, NULL)),
  (msar.add_mathesar_table('shop'::regnamespace, NULL, '{"name": "key", "type": "UUIDv4"}', '[{"name": "id"}]', NULL, NULL, '')),
  (msar.add_mathesar_table('shop'::regnamespace, '', NULL, NULL, '[]', NULL, NULL))
) AS v(made);
\d shop."book 2"
\d shop."Table 3"

-- A composite key instead of the key column. In a new table, a number is the position of a column.
SELECT made -> 'pkey_column_attnum' AS key FROM msar.add_mathesar_table('shop'::regnamespace, 'shelf', NULL,
  '[{"name": "room", "type": "text"}, {"name": "number", "type": "integer"}]',
  '[{"type": "p", "columns": ["number", 1]}]', NULL, NULL) AS made;
\d shop.shelf
SELECT made -> 'pkey_column_attnum' AS key FROM msar.add_mathesar_table('shop'::regnamespace, 'place', NULL,
  '[{"name": "shelf", "type": "integer"}, {"name": "room", "type": "text"}, {"name": "during", "type": "int4range"}, {"name": "code", "type": "uuid"}]',
  '[{"type": "primary", "columns": ["code"]},
    {"type": "f", "columns": ["shelf", "room"], "fkey_relation": {"schema": "shop", "name": "shelf"}, "fkey_match_type": "f", "fkey_update_action": "c", "fkey_delete_action": "n", "initially_deferred": true},
    {"type": "x", "elements": [{"column": "during", "operator": {"schema": "pg_catalog", "name": "&&"}}], "predicate": "shelf IS NOT NULL"}]', NULL, NULL) AS made;
\d shop.place

-- Hostile names reach the catalog as they are.
CREATE TEMPORARY TABLE hostile AS SELECT name FROM unnest(ARRAY['a"b', 'a.b', '$1', 'a;DROP TABLE shop.book;--', '%I%s', 'back\slash',
  'select', '😀', ' ', '/*', '\'::text || chr(39), '$$', E'two\nlines', repeat('x', 62)]) AS name;
CREATE TEMPORARY TABLE made AS SELECT name, msar.add_mathesar_table('shop'::regnamespace, name, NULL,
    jsonb_build_array(jsonb_build_object('name', name, 'description', name), jsonb_build_object('name', name || '2', 'default', name)),
    jsonb_build_array(jsonb_build_object('type', 'u', 'name', name || '3', 'columns', jsonb_build_array(name))), NULL, name) AS made
FROM hostile;
SELECT count(*) AS names,
  bool_and(made ->> 'name' = name AND c.relname = name AND obj_description(c.oid) = name) AS tables,
  bool_and((SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 1) = ARRAY[name, name || '2']) AS columns,
  bool_and(col_description(c.oid, 2) = name) AS comments,
  bool_and((SELECT info #>> '{default,value}' FROM jsonb_array_elements(msar.get_column_info(c.oid)) AS info WHERE info -> 'id' = '3') = name) AS defaults,
  bool_and(EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid AND conname = name || '3')) AS constraints
FROM made JOIN pg_class AS c ON c.oid = (made ->> 'oid')::oid;
-- 63 bytes are a name, 64 are not.
SELECT msar.add_mathesar_table('shop'::regnamespace, repeat('y', 63), NULL, NULL, NULL, NULL, NULL) ->> 'name' = repeat('y', 63) AS taken;
SELECT msar.add_mathesar_table('shop'::regnamespace, repeat('y', 63), NULL, NULL, NULL, NULL, NULL) ->> 'name' AS numbered;

-- Errors. Nothing is created.
CREATE FUNCTION pg_temp.add(col_defs jsonb, con_defs jsonb DEFAULT NULL, tab_name text DEFAULT 'new', pk_col_def jsonb DEFAULT NULL)
RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.problem_text(format(
  'SELECT msar.add_mathesar_table(%s, %L, %L, %L, %L, NULL, NULL)', 'shop'::regnamespace::oid, tab_name, pk_col_def, col_defs, con_defs)) $$;
\pset format unaligned
\pset tuples_only on
SELECT pg_temp.add('[{"name": "a", "typ": "text"}]');
SELECT pg_temp.add('[{"name": "a", "type": {"name": "text", "option": {}}}]');
SELECT pg_temp.add('{"name": "a"}');
SELECT pg_temp.add('[{"name": 5}]');
SELECT pg_temp.add('[]', pk_col_def => '{"type": "SERIAL"}');
SELECT pg_temp.add('[]', pk_col_def => '{"kind": "IDENTITY"}');
SELECT pg_temp.add('[{"name": "a", "type": "nonsense"}]');
SELECT pg_temp.add('[{"name": "a", "type": "text; DROP SCHEMA shop"}]');
SELECT pg_temp.add('[{"name": "a", "type": {"schema": "shop", "name": "nonsense"}}]');
SELECT pg_temp.add('[{"name": "a", "type": {"id": 1}}]');
SELECT pg_temp.add('[{"name": "a", "type": {"id": 1186, "modifier": 7}}]');
SELECT pg_temp.add('[{"name": "a", "type": {"name": "numeric", "options": {"precision": 5000}}}]');
SELECT pg_temp.add('[{"name": "a", "type": {"name": "numeric", "options": {"scale": 2}}}]');
SELECT pg_temp.add('[{"name": "a", "type": {"name": "interval", "options": {"fields": "second to day"}}}]');
SELECT pg_temp.add('[{"name": "a", "type": {"name": "interval", "options": {"fields": "year", "precision": 3}}}]');
SELECT pg_temp.add('[{"name": "a", "type": "integer", "default": "many"}]');
SELECT pg_temp.add('[{"name": "a", "default_expression": "1, 2"}]');
SELECT pg_temp.add('[{"name": "a", "default_expression": "1) CHECK (false"}]');
SELECT pg_temp.add('[{"name": "a", "default_expression": "1 FROM shop.book"}]');
SELECT pg_temp.add('[{"name": "a", "default_expression": "1 AS one"}]');
SELECT pg_temp.add('[{"name": "a", "default_expression": ""}]');
SELECT pg_temp.add('[{"name": "a", "default": 1, "identity": "always"}]');
SELECT pg_temp.add('[{"name": "a", "collation": "nowhere"}]');
SELECT pg_temp.add('[]', '[{"type": "c"}]');
SELECT pg_temp.add('[]', '[{"type": "u", "columns": ["none"]}]');
SELECT pg_temp.add('[]', '[{"type": "u", "columns": [7]}]');
SELECT pg_temp.add('[]', '[{"type": "f", "columns": [1], "fkey_relation_id": 1}]');
SELECT pg_temp.add('[]', '[{"type": "x", "elements": [{"column": "id", "operator": "=); DROP TABLE shop.book; --"}]}]');
SELECT pg_temp.add('[]', '[{"type": "u", "columns": ["id"], "description": "x"}]');
SELECT pg_temp.add('[]', tab_name => repeat('z', 64));
SELECT pg_temp.add(jsonb_build_array(jsonb_build_object('name', repeat('é', 32))));
SELECT pg_temp.problem_text('SELECT msar.add_mathesar_table(1, NULL, NULL, NULL, NULL, NULL, NULL)');
SELECT pg_temp.problem_text('SELECT msar.add_mathesar_table(NULL, NULL, NULL, NULL, NULL, NULL, NULL)');
SELECT pg_temp.problem_text(format('SELECT msar.add_mathesar_table(%s, NULL, NULL, NULL, NULL, 1, NULL)', 'shop'::regnamespace::oid));
SELECT name, pg_temp.problem_text(format('SELECT msar.add_mathesar_table(%s, NULL, NULL, NULL, NULL, NULL, NULL)', name::regnamespace::oid))
FROM unnest('{pg_catalog,information_schema,msar,__msar,msar_catalog,mathesar_types,pg_toast}'::text[]) AS name;
SELECT count(*) AS "none was created" FROM pg_class WHERE relname = 'new';
\pset tuples_only off
\pset format aligned

-- Changes of a table.
SELECT msar.alter_table('shop.shelf'::regclass, '{"name": "Shelf", "description": "Where books stand"}');
SELECT obj_description('shop."Shelf"'::regclass);
SELECT msar.alter_table('shop."Shelf"'::regclass, '{"description": null, "name": "Shelf", "columns": [{"attnum": 1, "description": "Which room"}, {"column": "number", "name": "no"}]}');
SELECT obj_description('shop."Shelf"'::regclass), col_description('shop."Shelf"'::regclass, 1);
SELECT msar.alter_table('shop."Shelf"'::regclass, '{}'), msar.alter_table(1, '{"name": "x"}'), msar.alter_table(NULL, '{}');
SELECT msar.alter_table('shop."Shelf"'::regclass, '{"schema": "public", "name": "shelf"}');
CREATE VIEW shop.cheap AS SELECT * FROM shop.book WHERE price < 5;
SELECT msar.alter_table('shop.cheap'::regclass, '{"name": "bargain", "description": "Cheap ones", "columns": [{"column": "title", "name": "called"}]}');
\pset format unaligned
\pset tuples_only on
SELECT pg_temp.problem_text($$SELECT msar.alter_table('public.shelf'::regclass, '{"nam": "x"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.alter_table('public.shelf'::regclass, '{"name": null, "description": 5}')$$);
SELECT pg_temp.problem_text($$SELECT msar.alter_table('shop.book'::regclass, '{"name": "place"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.alter_table('shop.book'::regclass, '{"schema": "nowhere"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.alter_table('shop.book'::regclass, '{"schema": "msar"}')$$);
SELECT pg_temp.problem_text(format('SELECT msar.alter_table(%L::regclass, jsonb_build_object(''name'', repeat(''x'', 64)))', 'shop.book'));
SELECT pg_temp.problem_text($$SELECT msar.alter_table('msar_catalog.table_metadata'::regclass, '{"name": "x"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.alter_table('pg_catalog.pg_class'::regclass, '{"description": "x"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.alter_table('shop.place_pkey'::regclass, '{"name": "x"}')$$);

-- Dropped.
SELECT msar.drop_table('shop.place'::regclass, false), msar.drop_table('shop."Table 3"'::regclass, false);
SELECT pg_temp.problem_text($$SELECT msar.drop_table('shop.book'::regclass, false)$$);
SELECT msar.drop_table('shop.book'::regclass, true);
SELECT pg_temp.problem_text('SELECT msar.drop_table(1, true)');
SELECT pg_temp.problem_text($$SELECT msar.drop_table('msar_catalog.table_metadata'::regclass, true)$$);
CREATE VIEW shop.one AS SELECT 1 AS one;
SELECT pg_temp.problem_text($$SELECT msar.drop_table('shop.one'::regclass, false)$$);
SELECT msar.drop_table(NULL, false) IS NULL AS nothing;

-- As a role with few rights.
CREATE ROLE regress_few;
CREATE SCHEMA theirs AUTHORIZATION regress_few;
GRANT USAGE ON SCHEMA shop TO regress_few;
SET ROLE regress_few;
SELECT pg_temp.problem_text(format('SELECT msar.add_mathesar_table(%s, NULL, NULL, NULL, NULL, NULL, NULL)', 'shop'::regnamespace::oid));
SELECT made ->> 'name' FROM msar.add_mathesar_table('theirs'::regnamespace, 'mine', NULL, '[{"name": "a", "description": "x"}]', NULL, 'regress_few', 'y') AS made;
SELECT left(pg_temp.problem_text(format('SELECT msar.add_mathesar_table(%s, NULL, NULL, NULL, NULL, %L, NULL)', 'theirs'::regnamespace::oid, 'postgres')), 5) AS state;
SELECT msar.alter_table('theirs.mine'::regclass, '{"name": "still mine"}');
SELECT pg_temp.problem_text($$SELECT msar.alter_table('public.shelf'::regclass, '{"name": "x"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.alter_table('public.shelf'::regclass, '{"description": "x"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.drop_table('public.shelf'::regclass, true)$$);
SELECT msar.drop_table('theirs."still mine"'::regclass, true);
RESET ROLE;
DROP SCHEMA theirs;
DROP OWNED BY regress_few;
DROP ROLE regress_few;
