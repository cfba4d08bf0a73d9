-- A column that an ALTER TABLE adds is logged as one of the right table, whatever runs inside of the command.
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA added_one;
CREATE SCHEMA "Added ""2""";
CREATE TABLE added_one.item (id integer);
CREATE TABLE "Added ""2""".item (id integer);
CREATE TABLE added_one."Odd ""name""" (id integer);
CREATE TABLE added_one.child () INHERITS (added_one.item);
CREATE TABLE added_one.parted (id integer) PARTITION BY LIST (id);
CREATE TABLE added_one.part PARTITION OF added_one.parted DEFAULT;
-- The changes since the token, and the next token.
CREATE FUNCTION pg_temp.changes(INOUT token text, OUT changes text) LANGUAGE sql AS $$
  SELECT l->>'token', (
    SELECT string_agg(concat_ws(' ', c->>'action', c->>'kind', c->>'schema_name', c->>'name', c->>'attnum',
      (c->>'relation')::oid::regclass), E'\n' ORDER BY c->>'transaction', (c->>'number')::int)
    FROM jsonb_array_elements(l->'changes') AS c
    WHERE c->>'kind' = 'column' OR c->>'name' IN ('child', 'part', 'item_renamed'))
  FROM msar.list_changes(token) AS l $$;
SELECT msar.get_change_token() AS token \gset

-- Names with a schema and without, quoted, of parents.
ALTER TABLE added_one.item ADD plain integer;
ALTER TABLE added_one."Odd ""name""" ADD COLUMN "Quoted ""x""" text;
SET search_path = "Added ""2""", added_one, public;
ALTER TABLE item ADD plain integer;
ALTER TABLE ONLY parted ADD plain integer;
ALTER TABLE item ADD IF NOT EXISTS another integer;
RESET search_path;
SELECT * FROM pg_temp.changes(:'token') \gset
\echo :changes
ALTER TABLE added_one.parted ADD plain integer;
-- More than one column, and columns that bring something along.
ALTER TABLE added_one.item ADD first integer, ADD second integer;
ALTER TABLE added_one.item ADD counted serial;
ALTER TABLE added_one.item ADD given integer DEFAULT 7;
ALTER TABLE added_one.child ADD own integer CHECK (own > 0);
SELECT * FROM pg_temp.changes(:'token') \gset
\echo :changes
-- Nothing: temporary tables, what is there already, what is rolled back.
CREATE TEMP TABLE item (id integer);
ALTER TABLE item ADD plain integer;
ALTER TABLE pg_temp.item ADD more integer;
DROP TABLE pg_temp.item;
BEGIN;
SAVEPOINT s;
ALTER TABLE added_one.child ADD rolled_back integer;
ROLLBACK TO s;
COMMIT;
SELECT * FROM pg_temp.changes(:'token') \gset
\echo :changes
-- In one transaction with the table, by a function.
BEGIN;
CREATE TABLE added_one.new (id integer);
ALTER TABLE added_one.new ADD plain integer;
DO $$ BEGIN
  ALTER TABLE added_one.new ADD by_function integer;
  ALTER TABLE added_one.new RENAME by_function TO renamed;
  ALTER TABLE added_one.new ADD by_function integer;
END $$;
COMMIT;
SELECT * FROM pg_temp.changes(:'token') \gset
\echo :changes

-- Event triggers of users run before ours: one adds the column to all tables of the name, and leaves another search_path.
CREATE FUNCTION added_one.everywhere() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() = 0 AND current_setting('added.nested', true) IS DISTINCT FROM 'yes' THEN
    PERFORM set_config('added.nested', 'yes', true);
    PERFORM set_config('search_path', '"Added ""2""", public', true);
    ALTER TABLE item ADD everywhere integer;
  END IF;
END $$;
CREATE EVENT TRIGGER added_first ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION added_one.everywhere();
SET search_path = added_one, public;
SELECT * FROM pg_temp.changes(:'token') \gset
BEGIN;
ALTER TABLE item ADD everywhere integer;
COMMIT;
SELECT * FROM pg_temp.changes(:'token') \gset
\echo :changes
-- One renames the table.
CREATE OR REPLACE FUNCTION added_one.everywhere() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('added.nested', true) IS DISTINCT FROM 'yes' THEN
    PERFORM set_config('added.nested', 'yes', true);
    ALTER TABLE added_one.item RENAME TO item_renamed;
  END IF;
END $$;
SELECT * FROM pg_temp.changes(:'token') \gset
BEGIN;
ALTER TABLE item ADD last integer;
COMMIT;
SELECT * FROM pg_temp.changes(:'token') \gset
\echo :changes
-- One adds a column to another table, where the command itself finds its column there.
CREATE OR REPLACE FUNCTION added_one.everywhere() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('added.nested', true) IS DISTINCT FROM 'yes' THEN
    PERFORM set_config('added.nested', 'yes', true);
    ALTER TABLE "Added ""2""".item ADD elsewhere integer;
  END IF;
END $$;
SELECT * FROM pg_temp.changes(:'token') \gset
BEGIN;
ALTER TABLE added_one.child ADD IF NOT EXISTS plain integer;
COMMIT;
SELECT * FROM pg_temp.changes(:'token') \gset
\echo :changes
DROP EVENT TRIGGER added_first;
RESET search_path;
DROP SCHEMA added_one, "Added ""2""" CASCADE;
