-- Definitions as composite values, for SQL of a client's own: __msar.col_defs, __msar.con_defs; and what types they name.
\set VERBOSITY terse
\pset null '(null)'
\i tests/regress/include/problem.sql
CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE book (id integer, "the title" text);

SELECT * FROM __msar.col_defs(NULL, '[
  {"name": "Unit price", "type": {"name": "numeric", "options": {"precision": 8, "scale": 2}}, "not_null": true, "default": 1.5, "description": "It''s net"},
  {"name": "mood", "type": "mood", "default": "happy"}, {}, {"name": "number", "identity": "always", "type": "integer"},
  {"name": "word", "collation": "C", "default_expression": "lower(''A'')"}]');
-- Beside the columns of a table.
SELECT name_ FROM __msar.col_defs('book'::regclass, '[{"name": "id"}, {}]');
SELECT * FROM __msar.con_defs('book'::regclass, '[
  {"type": "u", "name": "Once", "columns": [2], "deferrable": true, "description": "x"}, {"type": "c", "expression": "id > 0"},
  {"type": "f", "columns": ["id"], "fkey_relation": {"schema": "shop", "name": "book"}}]');
SELECT count(*) FROM __msar.col_defs(NULL, NULL), __msar.con_defs(NULL, '[]');

-- In a statement of one's own.
SELECT format('CREATE TABLE own (%s)', string_agg(concat_ws(' ', name_, type_, CASE WHEN not_null THEN 'NOT NULL' END, 'DEFAULT ' || default_), ', '))
FROM __msar.col_defs(NULL, '[{"name": "a b", "type": "integer", "default": 3}, {"name": "c", "not_null": true, "default": "x"}]') \gexec
\d own
SELECT (d).name_, pg_typeof(d) FROM (SELECT ROW('a', 'text', true, NULL, false, NULL)::__msar.col_def AS d) AS v;

-- The same checks as everywhere.
\pset format unaligned
\pset tuples_only on
SELECT pg_temp.problem_text($$SELECT __msar.col_defs(NULL, '[{"nam": "x"}]')$$);
SELECT pg_temp.problem_text($$SELECT __msar.col_defs(NULL, '[{"type": "nonsense"}]')$$);
SELECT pg_temp.problem_text($$SELECT __msar.col_defs(NULL, '[{"name": "x", "generated": {"expression": "1"}}]')$$);
SELECT pg_temp.problem_text($$SELECT __msar.col_defs(1, '[]')$$);
SELECT pg_temp.problem_text($$SELECT __msar.con_defs(NULL, '[{"type": "u", "columns": [1]}]')$$);
SELECT pg_temp.problem_text($$SELECT __msar.con_defs(NULL, '[{"type": "c", "expression": "1;"}]')$$);
SELECT pg_temp.problem_text($$SELECT __msar.type_in_full('{"name": "numeric", "size": 3}')$$);
SELECT pg_temp.problem_text($$SELECT __msar.cast_expression('x', 'text', 1, NULL)$$);
