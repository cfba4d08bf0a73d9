-- msar.get_table_definition. That a table can be built again by it is tested in tables_rebuild.sql.
\getenv folder PG_ABS_SRCDIR
\set problem :folder '/include/problem.sql'
\i :problem
\pset format unaligned
\pset null '(null)'
SELECT jsonb_pretty(msar.get_table_definition('library.closing_period'));
-- A partition by itself names its parent; within its parent it does not. Its columns are its parent's.
SELECT jsonb_pretty(msar.get_table_definition('library.visit_2025_q3'));
SELECT jsonb_pretty(msar.get_table_definition('library.visit') - 'columns' - 'constraints');

-- Everything is named by names, also in what is shown; and the same in any session.
SELECT msar.set_table_metadata('library.book', '{"preview_template": ["No. ", [1], " ", [6, 2]], "column_order": [2, 1]}') IS NOT NULL AS set;
SELECT msar.get_table_definition('library.book')->'metadata' AS metadata;
CREATE TEMPORARY TABLE defined AS SELECT msar.get_table_definition(oid) AS definition, oid FROM pg_class WHERE relnamespace = 'library'::regnamespace AND relkind = 'r';
SET search_path = library;
SET DateStyle = 'German';
SET IntervalStyle = iso_8601;
SELECT count(*) > 15 AS tables, count(*) FILTER (WHERE definition <> msar.get_table_definition(oid)) AS different FROM defined;
SHOW search_path;
SHOW DateStyle;
RESET ALL;

-- A role without any right reads it, as it reads the catalogs; but not how a table is shown that it may not see.
CREATE ROLE regress_visitor;
SET ROLE regress_visitor;
SELECT jsonb_array_length(definition->'columns') AS columns, definition->'metadata' AS metadata FROM msar.get_table_definition((SELECT oid FROM pg_class WHERE relname = 'book')::regclass) AS definition;
RESET ROLE;
DROP ROLE regress_visitor;

SELECT p.* FROM (VALUES ('''library.book_catalogue'''), ('''library.book_pkey'''), ('''library.book_id_seq'''), ('''library.book_popularity'''), ('4000000000::oid')) AS v(relation),
  pg_temp.problem(format('SELECT msar.get_table_definition(%s)', v.relation)) AS p;
SELECT msar.get_table_definition(NULL) IS NULL AS null_table;
