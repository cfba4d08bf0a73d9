-- Constraints from JSON: msar.add_constraints, msar.drop_constraint.
\set VERBOSITY terse
\pset null '(null)'
\i tests/regress/include/problem.sql
CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TABLE author (id integer PRIMARY KEY, name text);
CREATE TABLE shelf (room text, number integer, PRIMARY KEY (room, number));
CREATE TABLE book (id integer, isbn text, author integer, room text, shelf integer, pages integer, lent daterange, "odd ""name" text);
INSERT INTO author VALUES (1, 'A');
INSERT INTO book VALUES (1, '978', 1, NULL, NULL, 100, '[2024-01-01,2024-02-01)', 'x'), (2, '979', 1, NULL, NULL, 0, NULL, 'y');

-- Columns by number or name, tables by OID or name; all in one statement.
SELECT cardinality(msar.add_constraints('book'::regclass, jsonb_build_array(
  '{"type": "p", "columns": ["id"]}'::jsonb,
  '{"type": "u", "name": "one isbn", "columns": [2], "deferrable": true, "include": ["pages"], "description": "Each once"}'::jsonb,
  jsonb_build_object('type', 'f', 'columns', '[3]'::jsonb, 'fkey_relation_id', 'author'::regclass::oid::bigint, 'fkey_columns', '[1]'::jsonb,
    'fkey_update_action', 'c', 'fkey_delete_action', 'n'),
  '{"type": "f", "columns": ["room", 5], "fkey_relation": {"schema": "shop", "name": "shelf"}, "fkey_match_type": "f", "fkey_update_action": "r", "fkey_delete_action": "d", "initially_deferred": true}'::jsonb,
  '{"type": "f", "name": "soon", "columns": ["pages"], "fkey_relation": "author", "not_valid": true, "fkey_match_type": "s", "fkey_delete_action": "a"}'::jsonb,
  '{"type": "c", "name": "has pages", "expression": "pages >= 0 AND \"odd \"\"name\" <> '')''", "no_inherit": true}'::jsonb,
  '{"type": "c", "name": "later", "expression": "pages > 0", "not_valid": true}'::jsonb,
  '{"type": "x", "name": "lent once", "method": "gist", "elements": [{"column": "lent", "operator": "&&"}], "predicate": "pages > 0"}'::jsonb,
  '{"type": "x", "elements": [{"expression": "lower(isbn)", "collation": "C", "operator_class": {"schema": "pg_catalog", "name": "text_ops"}, "operator": "="}], "method": "btree"}'::jsonb
))) AS constraints;
SELECT conname, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint') FROM pg_constraint
WHERE conrelid = 'book'::regclass AND contype <> 'n' ORDER BY conname COLLATE "C";
-- What it gives are all constraints that the table has.
SELECT msar.add_constraints('book'::regclass, '[]') = (SELECT array_agg(c.oid ORDER BY c.oid) FROM msar.get_constraints_for_table('book'::regclass) AS c) AS all_of_them;

-- Dropped, by OIDs or by names.
SELECT msar.drop_constraint('book'::regclass, c.oid) FROM msar.get_constraints_for_table('book'::regclass) AS c WHERE c.name = 'has pages';
SELECT msar.drop_constraint('shop', 'book', 'one isbn');
SELECT msar.drop_constraint('book'::regclass, 1), msar.drop_constraint(1, 1), msar.drop_constraint('book'::regclass, NULL),
  msar.drop_constraint('author'::regclass, (SELECT oid FROM pg_constraint WHERE conrelid = 'book'::regclass AND conname = 'later')) AS of_another_table;
SELECT string_agg(c.name, ', ' ORDER BY c.name COLLATE "C") FROM msar.get_constraints_for_table('book'::regclass) AS c;

-- Errors. Nothing is changed.
CREATE FUNCTION pg_temp.add(con_defs jsonb, tab regclass DEFAULT 'book') RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.problem_text(format('SELECT msar.add_constraints(%s, %L)', tab::oid, con_defs)) $$;
\pset format unaligned
\pset tuples_only on
SELECT pg_temp.add('[{"type": "u"}]');
SELECT pg_temp.add('[{"columns": ["isbn"]}]');
SELECT pg_temp.add('[{"type": "t", "columns": ["isbn"]}]');
SELECT pg_temp.add('[{"type": "u", "column": ["isbn"]}]');
SELECT pg_temp.add('[{"type": "u", "columns": ["isbn"], "expression": "true"}]');
SELECT pg_temp.add('[{"type": "u", "columns": [99]}]');
SELECT pg_temp.add('[{"type": "u", "columns": ["99"]}]');
SELECT pg_temp.add('[{"type": "u", "columns": [true]}]');
SELECT pg_temp.add('[{"type": "f", "columns": ["author"]}]');
SELECT pg_temp.add('[{"type": "f", "columns": ["author"], "fkey_relation": {"schema": "shop", "name": "nobody"}}]');
SELECT pg_temp.add('[{"type": "f", "columns": ["author"], "fkey_relation": "author", "fkey_columns": [7]}]');
SELECT pg_temp.add('[{"type": "f", "columns": ["author"], "fkey_relation": "author", "fkey_update_action": "x"}]');
SELECT pg_temp.add('[{"type": "c", "expression": "pages > 0; DROP TABLE book"}]');
SELECT pg_temp.add('[{"type": "c", "expression": "pages > 0) NO INHERIT, ADD CHECK (true"}]');
SELECT pg_temp.add('[{"type": "c", "expression": "SELECT true"}]');
SELECT pg_temp.add('[{"type": "c", "expression": "nopages > 0"}]');
SELECT pg_temp.add('[{"type": "c", "expression": "true", "name": "later"}]');
SELECT pg_temp.add('[{"type": "u", "columns": ["author"]}]');
SELECT pg_temp.add('[{"type": "f", "columns": ["pages"], "fkey_relation": "author"}]');
SELECT pg_temp.add('[{"type": "c", "expression": "pages > 50", "name": "big"}]');
SELECT pg_temp.add('[{"type": "x", "elements": [{"column": "author", "operator": "="}], "method": "btree"}]');
SELECT pg_temp.add('[{"type": "x", "elements": [{"operator": "="}]}]');
SELECT pg_temp.add(jsonb_build_array(jsonb_build_object('type', 'c', 'expression', 'true', 'name', repeat('x', 64))));
SELECT pg_temp.add('[{"type": "c", "expression": "true"}]', 'msar_catalog.table_metadata');
SELECT pg_temp.problem_text('SELECT msar.add_constraints(1, ''[]'')');
SELECT pg_temp.problem_text($$SELECT msar.drop_constraint('shop', 'nothing', 'x')$$);
SELECT pg_temp.problem_text($$SELECT msar.drop_constraint('shop', 'book', 'x')$$);
SELECT pg_temp.problem_text($$SELECT msar.drop_constraint('shop', 'author', 'author_pkey')$$);
SELECT string_agg(c.name, ', ' ORDER BY c.name COLLATE "C") FROM msar.get_constraints_for_table('book'::regclass) AS c;

-- The client reads more of PostgreSQL's errors than their words.
\set VERBOSITY default
\set SHOW_CONTEXT never
DO $do$
DECLARE
  schema_name text; table_name text; column_name text; constraint_name text; type_name text; context text;
BEGIN
  PERFORM msar.add_constraints('book'::regclass, '[{"type": "c", "expression": "pages > 50", "name": "big"}]');
EXCEPTION WHEN check_violation THEN
  GET STACKED DIAGNOSTICS schema_name = SCHEMA_NAME, table_name = TABLE_NAME, constraint_name = CONSTRAINT_NAME,
    context = PG_EXCEPTION_CONTEXT;
  RAISE NOTICE USING MESSAGE = concat_ws(', ', schema_name, table_name, constraint_name), DETAIL = context;
END
$do$;
-- Which expression cannot be read, and which name of a type.
\set SHOW_CONTEXT always
SELECT msar.add_constraints('book'::regclass, '[{"type": "c", "expression": "pages >"}]');
SELECT msar.add_columns('book'::regclass, '[{"name": "x", "type": "numeric(8"}]');
\set SHOW_CONTEXT never
\set VERBOSITY terse

-- As a role without the right.
CREATE ROLE regress_guest;
GRANT USAGE ON SCHEMA shop TO regress_guest;
CREATE TABLE theirs (id integer, author integer);
ALTER TABLE theirs OWNER TO regress_guest;
SET ROLE regress_guest;
SELECT pg_temp.add('[{"type": "c", "expression": "true"}]');
SELECT pg_temp.problem_text($$SELECT msar.drop_constraint('shop', 'book', 'later')$$);
SELECT pg_temp.add('[{"type": "f", "columns": ["author"], "fkey_relation": {"schema": "shop", "name": "author"}}]', 'theirs');
SELECT cardinality(msar.add_constraints('theirs'::regclass, '[{"type": "c", "expression": "id > 0"}]'));
RESET ROLE;
DROP TABLE theirs;
DROP OWNED BY regress_guest;
DROP ROLE regress_guest;
