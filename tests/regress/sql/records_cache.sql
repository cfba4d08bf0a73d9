-- A session keeps the statements that it compiled. What they were compiled from may change between two calls.
\pset tuples_only on
\pset format unaligned
CREATE TABLE author (id integer PRIMARY KEY, name text, born integer);
CREATE TABLE book (id integer PRIMARY KEY, title text, author_id integer REFERENCES author);
INSERT INTO author VALUES (1, 'Woolf', 1882);
INSERT INTO book VALUES (1, 'Orlando', 1);
SELECT 'book'::regclass::oid AS book \gset
\set short 'SELECT page->\'results\', page->\'linked_record_summaries\', page->\'record_summaries\' FROM msar.list_records(' :book ', \'{"record_summaries": true}\') AS page;'
:short
-- Columns: one more, another name, another type, one less.
ALTER TABLE book ADD year smallint DEFAULT 1928;
:short
ALTER TABLE book RENAME title TO "the title";
:short
ALTER TABLE book ALTER year DROP DEFAULT, ALTER year TYPE date USING make_date(year, 1, 1);
:short
ALTER TABLE book DROP "the title";
:short
-- The table linked to: another name, another schema, another default preview; then no link.
ALTER TABLE author RENAME TO writer;
:short
CREATE SCHEMA elsewhere;
ALTER TABLE writer SET SCHEMA elsewhere;
:short
ALTER SCHEMA elsewhere RENAME TO there;
:short
ALTER TABLE there.writer DROP name;
:short
-- Metadata: a template that users choose, set by a function, changed by plain SQL, taken away.
SELECT msar.set_preview_template('there.writer', 'born in {born}');
:short
SELECT msar.set_preview_template('there.writer', '{born}!');
:short
DELETE FROM msar_catalog.stored_table_metadata;
:short
BEGIN;
SELECT msar.set_preview_template('there.writer', 'rolled back');
:short
ROLLBACK;
:short
ALTER TABLE book DROP CONSTRAINT book_author_id_fkey;
:short
-- A type: one more label, another name.
CREATE TYPE mood AS ENUM ('sad');
ALTER TABLE book ADD mood mood DEFAULT 'sad';
:short
ALTER TYPE mood RENAME VALUE 'sad' TO 'sorry';
:short
-- Privileges and roles.
CREATE ROLE regress_reader;
CREATE ROLE regress_group;
\set list 'SELECT msar.list_records(' :book '::regclass, \'{"columns": null, "count": "none"}\')->\'results\';'
GRANT SELECT (id) ON book TO regress_reader;
SET ROLE regress_reader;
:list
RESET ROLE;
GRANT SELECT (year) ON book TO regress_reader;
SET ROLE regress_reader;
:list
RESET ROLE;
GRANT SELECT ON book TO regress_group;
GRANT regress_group TO regress_reader;
SET ROLE regress_reader;
:list
RESET ROLE;
REVOKE regress_group FROM regress_reader;
REVOKE SELECT (year) ON book FROM regress_reader;
SET ROLE regress_reader;
:list
RESET ROLE;
-- The table itself: gone, and another of its name.
DROP TABLE book;
\set VERBOSITY sqlstate
:list
\set VERBOSITY default
CREATE TABLE book (isbn text PRIMARY KEY);
INSERT INTO book VALUES ('978');
SELECT msar.list_records('book')->'results';
-- A change that is rolled back.
BEGIN;
ALTER TABLE book ADD extra integer;
SELECT msar.list_records('book')->'results';
ROLLBACK;
SELECT msar.list_records('book')->'results';
-- More shapes than a session keeps.
DO $$
BEGIN
  FOR i IN 1..500 LOOP
    PERFORM msar.list_records('book', jsonb_build_object('limit', i));
  END LOOP;
END
$$;
SELECT msar.list_records('book', '{"limit": 1}')->'results', msar.list_records('book', '{"limit": 500}')->'results';
-- Statements that are running are not forgotten: a view that lists records, listed itself, with many shapes in between.
CREATE FUNCTION nested(n integer) RETURNS jsonb LANGUAGE plpgsql STABLE AS
$$
BEGIN
  FOR i IN 1..250 LOOP
    PERFORM msar.list_records('book', jsonb_build_object('limit', 1000 + i + n));
  END LOOP;
  RETURN msar.list_records('book')->'results';
END
$$;
CREATE VIEW nest AS SELECT n, nested(n * 300) AS books FROM generate_series(1, 3) AS n;
SELECT msar.list_records('nest', '{"order": [{"column": "n"}]}')->'results';
SELECT msar.get_table_columns_and_records('nest'::regclass, NULL, NULL, NULL, NULL);
DROP VIEW nest;
DROP OWNED BY regress_reader, regress_group;
DROP ROLE regress_reader, regress_group;
