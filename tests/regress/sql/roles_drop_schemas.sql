-- msar.drop_schemas: all that is in schemas, and nothing of any other schema.
\getenv folder PG_ABS_SRCDIR
\set problem :folder '/include/problem.sql'
\i :problem
\pset format unaligned
\pset null '(null)'
SET client_min_messages = warning; -- without the list of what is dropped
BEGIN;
CREATE ROLE regress_owner;
CREATE ROLE regress_visitor;
GRANT CREATE ON DATABASE :"DBNAME" TO regress_owner;
CREATE SCHEMA lending AUTHORIZATION regress_owner;
CREATE SCHEMA "a.""b'; DROP" AUTHORIZATION regress_owner;
CREATE SCHEMA other AUTHORIZATION regress_owner;

-- Two schemas full of objects that depend on each other, also on those of the same name with other arguments, in circles and
-- across the two.
SET ROLE regress_owner;
SET LOCAL search_path = lending, "a.""b'; DROP";
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TYPE pair AS (a int, b mood);
CREATE DOMAIN "a.""b'; DROP".level AS int CHECK (value > 0);
CREATE FUNCTION next(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
CREATE FUNCTION next(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION next(mood, VARIADIC int[]) RETURNS mood LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE PROCEDURE work() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE total(int) (SFUNC = pg_catalog.int4pl, STYPE = int, INITCOND = '0');
CREATE FUNCTION same(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR === (LEFTARG = pair, RIGHTARG = pair, FUNCTION = same, COMMUTATOR = ===);
CREATE FUNCTION feeling_of(pair) RETURNS mood LANGUAGE sql IMMUTABLE AS 'SELECT $1.b';
CREATE CAST (pair AS mood) WITH FUNCTION feeling_of(pair);
CREATE COLLATION "a.""b'; DROP".plain FROM "C";
CREATE TABLE book (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text COLLATE "a.""b'; DROP".plain NOT NULL UNIQUE,
  feeling mood DEFAULT 'happy',
  grade "a.""b'; DROP".level,
  next_grade int GENERATED ALWAYS AS (next(grade)) STORED
);
CREATE INDEX ON book (next(title));
CREATE STATISTICS book_statistics ON title, feeling FROM book;
CREATE TABLE "a.""b'; DROP".loan (id serial PRIMARY KEY, book_id int REFERENCES book, previous int REFERENCES "a.""b'; DROP".loan);
ALTER TABLE book ADD COLUMN last_loan int REFERENCES "a.""b'; DROP".loan;
CREATE VIEW "a.""b'; DROP".titles AS SELECT title, total(id) FROM lending.book GROUP BY title;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM "a.""b'; DROP".titles;
CREATE RULE protect AS ON DELETE TO book DO INSTEAD NOTHING;
CREATE FUNCTION on_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER changed BEFORE UPDATE ON "a.""b'; DROP".loan FOR EACH ROW EXECUTE FUNCTION on_change();
CREATE POLICY everybody ON book USING (next(1) > 0);
CREATE TABLE visit (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE "a.""b'; DROP".visit_now PARTITION OF visit FOR VALUES FROM (0) TO (MAXVALUE);
CREATE TABLE visitor (visit_id int REFERENCES visit);
CREATE TABLE base (id int);
CREATE TABLE "a.""b'; DROP".heir () INHERITS (base);
CREATE SEQUENCE counter OWNED BY base.id;
CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION search (PARSER = default);
ALTER DEFAULT PRIVILEGES IN SCHEMA lending GRANT SELECT ON TABLES TO regress_visitor;
INSERT INTO book (title) VALUES ('Emma');
RESET search_path;
SELECT msar.set_table_metadata('lending.book', '{"preview_template": [[2]]}') IS NOT NULL AS has_metadata;
-- What is in a schema need not belong to the schema's owner.
RESET ROLE;
CREATE TABLE lending.not_mine (id int);

-- Another one, which has something to do with them, but does not depend on them.
CREATE TABLE other.note (id int PRIMARY KEY);
CREATE TABLE lending.remark (note_id int REFERENCES other.note);
ALTER TABLE lending.remark OWNER TO regress_owner;
ALTER TABLE other.note OWNER TO regress_owner;

-- One of the two alone is needed by the other.
SET ROLE regress_owner;
SELECT code, message, detail, hint FROM pg_temp.problem($$SELECT msar.drop_schemas(ARRAY['lending']::regnamespace[])$$);

-- Both go, whole and at once. What was known about a table is kept aside, as after any DROP.
SAVEPOINT full_schemas;
SELECT msar.drop_schemas(ARRAY['lending', '"a.""b''; DROP"', 'lending']::regnamespace[]);
SELECT nspname FROM pg_namespace WHERE nspname IN ('lending', 'a."b''; DROP', 'other');
SELECT count(*) AS left_behind FROM pg_depend AS d
WHERE refclassid = 'pg_namespace'::regclass AND NOT EXISTS (SELECT FROM pg_namespace WHERE oid = refobjid);
SELECT d->>'table' AS kept_aside FROM jsonb_array_elements(msar.list_detached_metadata()) AS d;
ROLLBACK TO full_schemas;

-- Everything elsewhere that would have to go is told, and nothing is dropped. In turn: a view, a column of a type, a foreign key,
-- a default that calls a function, a trigger, a partition, a table that inherits, a cast between types elsewhere, an event trigger.
RESET ROLE;
CREATE FUNCTION pg_temp.obstacles(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  detail text;
BEGIN
  EXECUTE statement;
  SELECT COALESCE(p.detail, p.message) INTO detail
  FROM pg_temp.problem('SELECT msar.drop_schemas(ARRAY[''lending'', ''"a.""b''''; DROP"'']::regnamespace[])') AS p;
  RAISE SQLSTATE '12345';
EXCEPTION WHEN SQLSTATE '12345' THEN
  RETURN detail;
END
$$;
SELECT s.statement, pg_temp.obstacles(s.statement) AS obstacles FROM (VALUES
  ('CREATE VIEW other.books AS SELECT id FROM lending.book'),
  ('CREATE TABLE other.feeling (id int, mood lending.mood)'),
  ('CREATE TABLE other.reservation (book_id int REFERENCES lending.book)'),
  ('CREATE TABLE other.counted (id int DEFAULT lending.next(1))'),
  ('CREATE TRIGGER changed BEFORE UPDATE ON other.note FOR EACH ROW EXECUTE FUNCTION lending.on_change()'),
  ('CREATE TABLE other.visit_then PARTITION OF lending.visit FOR VALUES FROM (MINVALUE) TO (0)'),
  ('CREATE TABLE other.heir () INHERITS (lending.base)'),
  ('CREATE FUNCTION lending.of_note(other.note) RETURNS point LANGUAGE sql AS ''SELECT NULL::point'';
    CREATE CAST (other.note AS point) WITH FUNCTION lending.of_note(other.note)'),
  ('CREATE FUNCTION lending.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS ''BEGIN END'';
    CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION lending.on_ddl()')
) AS s(statement);

-- Objects of an extension go with the extension alone, and nothing of it in other schemas.
SELECT pg_temp.obstacles('ALTER EXTENSION plpgsql ADD FUNCTION lending.next(int)');

-- Who may not drop one of the schemas, drops none. Nobody drops those of the extension and the system.
SET ROLE regress_visitor;
SELECT * FROM pg_temp.problem($$SELECT msar.drop_schemas(ARRAY['other']::regnamespace[])$$);
RESET ROLE;
CREATE SCHEMA locked;
SET ROLE regress_owner;
SELECT * FROM pg_temp.problem($$SELECT msar.drop_schemas(ARRAY['other', 'locked']::regnamespace[])$$);
RESET ROLE;
SELECT p.* FROM (VALUES ('msar'), ('__msar'), ('msar_catalog'), ('mathesar_types'), ('pg_catalog'), ('information_schema'),
  ('pg_toast')) AS v(schema),
  pg_temp.problem(format('SELECT msar.drop_schemas(ARRAY[''locked'', %L]::regnamespace[])', v.schema)) AS p;
SELECT * FROM pg_temp.problem('SELECT msar.drop_schemas(ARRAY[''locked''::regnamespace, 4000000000::oid])');
SELECT * FROM pg_temp.problem('SELECT msar.drop_schemas(ARRAY[''locked'', NULL]::regnamespace[])');
SELECT msar.drop_schemas('{}'), msar.drop_schemas(NULL) IS NULL AS null_schemas;
SELECT count(*) AS still_there FROM pg_namespace WHERE nspname IN ('lending', 'a."b''; DROP', 'other', 'locked');

-- Event triggers hear of it, and what they drop themselves is their business.
CREATE TABLE other.heard (tag text, object text);
CREATE TABLE other.spare (id int);
CREATE FUNCTION other.hear() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO other.heard SELECT tg_tag, object_identity FROM pg_event_trigger_dropped_objects() WHERE original;
  IF to_regclass('other.spare') IS NOT NULL THEN
    DROP TABLE other.spare;
  END IF;
END
$$;
CREATE EVENT TRIGGER regress_hear ON sql_drop WHEN TAG IN ('DROP SCHEMA') EXECUTE FUNCTION other.hear();
SELECT msar.drop_schemas(ARRAY['locked']::regnamespace[]);
SELECT tag, object, to_regclass('other.spare') AS spare FROM other.heard;

-- What comes to depend on an object after it was looked at is not dropped: here at the start of the command.
CREATE SCHEMA late;
CREATE FUNCTION late.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION other.be_late() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  CREATE VIEW other.latecomer AS SELECT late.one() AS one;
END
$$;
CREATE EVENT TRIGGER regress_be_late ON ddl_command_start WHEN TAG IN ('DROP SCHEMA') EXECUTE FUNCTION other.be_late();
SELECT * FROM pg_temp.problem($$SELECT msar.drop_schemas(ARRAY['late']::regnamespace[])$$);
DROP EVENT TRIGGER regress_be_late;
SELECT msar.drop_schemas(ARRAY['late']::regnamespace[]);
ROLLBACK;
