-- What is refused, in the caller's terms, and that nothing is changed then.
\pset format unaligned
\pset tuples_only on
\set VERBOSITY default

CREATE FUNCTION pg_temp.try(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text; detail text; hint text;
BEGIN
  EXECUTE 'SELECT ' || call INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(E'\n  ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;

CREATE TABLE public.item (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "Name" text NOT NULL,
  gone text,
  upper_name text GENERATED ALWAYS AS (upper("Name")) STORED,
  "7" text,
  price numeric(8,2) CHECK (price >= 0)
);
ALTER TABLE item DROP COLUMN gone;
INSERT INTO item ("Name") VALUES ('a'), ('b');

-- Columns that nobody can give a value, not even NULL.
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '{"1": 5, "Name": "x"}')$$);
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '{"upper_name": null, "Name": "x"}')$$);
SELECT pg_temp.try($$msar.patch_record_in_table('item'::regclass, 1, '{"4": "X"}')$$);
SELECT pg_temp.try($$msar.patch_record_in_table('item'::regclass, 1, '{"id": 9}')$$);
SELECT pg_temp.try($$msar.add_records('item', '[{"Name": "x"}, {"Name": "y", "4": "Y"}]')$$);
-- Columns that there are not. A key that is all digits is an attnum: the column "7" is number 5.
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '{"3": "x"}')$$);
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '{"7": "x"}')$$);
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '{"name": "x"}')$$);
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '{"ctid": "x"}')$$);
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '{"-1": "x"}')$$);
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '{"": "x"}')$$);
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '{"99999999999999999999": "x"}')$$);
SELECT pg_temp.try($$msar.patch_record_in_table('item'::regclass, 1, '{"Name\"; DROP TABLE item; --": "x"}')$$);
-- A column can be named once.
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '{"2": "x", "Name": "y"}')$$);
SELECT pg_temp.try($$msar.add_records('item', '[{"2": "x"}, {"Name": "y"}]')$$);
-- Documents of other shapes.
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '["x"]')$$);
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '"x"')$$);
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, 'null')$$);
SELECT pg_temp.try($$msar.patch_record_in_table('item'::regclass, 1, '[]')$$);
SELECT pg_temp.try($$msar.add_records('item', '{"Name": "x"}')$$);
SELECT pg_temp.try($$msar.add_records('item', '5')$$);
SELECT pg_temp.try($$msar.add_records('item', '[{"Name": "x"}, null]')$$);
SELECT pg_temp.try($$msar.delete_records_from_table('item'::regclass, '1')$$);
SELECT pg_temp.try($$msar.delete_records_from_table('library.book_author'::regclass, '[1]')$$);
SELECT pg_temp.try($$msar.delete_records_from_table('library.book_author'::regclass, '[{"1": 1}]')$$);
SELECT pg_temp.try($$msar.delete_records_from_table('library.book_author'::regclass, '[{"1": 1, "2": 1, "position": 1}]')$$);
SELECT pg_temp.try($$msar.patch_record_in_table('library.book_author'::regclass, 5, '{}')$$);
SELECT pg_temp.try($$msar.patch_record_in_table('library.book_author'::regclass, '{"1": 1, "2": 1', '{}')$$);
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '{"Name": "x"}', true, '[]')$$);
-- No arguments.
SELECT pg_temp.try($$msar.add_record_to_table(NULL, '{}')$$);
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, NULL)$$);
SELECT pg_temp.try($$msar.patch_record_in_table('item'::regclass, NULL::integer, '{}')$$);
SELECT pg_temp.try($$msar.patch_record_in_table('item'::regclass, 1, NULL)$$);
-- Relations that there are not, or that hold no rows of users.
SELECT pg_temp.try($$msar.add_record_to_table(1, '{}')$$);
SELECT pg_temp.try($$msar.add_record_to_table('item_pkey'::regclass, '{}')$$);
SELECT pg_temp.try($$msar.add_records('item_id_seq', '[{}]')$$);
SELECT pg_temp.try($$msar.add_records('library.book_popularity', '[{}]')$$);
SELECT pg_temp.try($$msar.add_record_to_table('library.book_catalogue'::regclass, '{}')$$);
SELECT pg_temp.try($$msar.patch_record_in_table('library.open_loan'::regclass, 1, '{}')$$);
SELECT pg_temp.try($$msar.delete_records_from_table('library.import_log'::regclass, '[1]')$$);
-- PostgreSQL's own refusals reach the caller whole.
SELECT pg_temp.try($$msar.add_record_to_table('item'::regclass, '{"Name": null}')$$);
SELECT pg_temp.try($$msar.patch_record_in_table('item'::regclass, 1, '{"price": -1}')$$);
SELECT pg_temp.try($$msar.add_records('item', '[{"Name": "x"}, {"Name": "y", "price": "free"}]')$$);
SELECT pg_temp.try($$msar.delete_records_from_table('library.publisher'::regclass, '[1, 2]')$$);
DO $$
DECLARE name text; con text; rel text;
BEGIN
  PERFORM msar.patch_record_in_table('item'::regclass, 1, '{"price": -1}');
EXCEPTION WHEN check_violation THEN
  GET STACKED DIAGNOSTICS name = SCHEMA_NAME, rel = TABLE_NAME, con = CONSTRAINT_NAME;
  RAISE NOTICE '%: schema %, table %, constraint %', SQLSTATE, name, rel, con;
END $$;
-- Nothing of it was written.
SELECT * FROM item ORDER BY id;
