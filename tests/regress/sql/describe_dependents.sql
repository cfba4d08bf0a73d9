-- msar.get_dependents.
BEGIN;
CREATE SCHEMA hall;
SET LOCAL search_path = hall, pg_catalog;

CREATE FUNCTION pg_temp.show(obj regclass, attnum int DEFAULT NULL, max_depth int DEFAULT 10)
RETURNS TABLE (depth int, kind text, identity text, depends_on text, blocks_drop boolean) LANGUAGE sql AS
$$
  SELECT (d->>'depth')::int, d->>'kind', d->>'identity', d #>> '{depends_on,identity}', (d->>'blocks_drop')::boolean
  FROM jsonb_array_elements(msar.get_dependents(obj, attnum, max_depth)) AS d
  -- Only PostgreSQL 18 lists not-null constraints.
  WHERE d->>'identity' !~ '_not_null on '
$$;

CREATE TABLE room (id int PRIMARY KEY, name text DEFAULT 'x', size int CHECK (size > 0));
CREATE INDEX room_size ON room (size);
CREATE TABLE seat (id int GENERATED ALWAYS AS IDENTITY, room int REFERENCES room, PRIMARY KEY (id));
CREATE VIEW big_room AS SELECT * FROM room WHERE size > 100;
CREATE VIEW big_seat AS SELECT s.id, r.name FROM seat AS s JOIN big_room AS r ON r.id = s.room;
CREATE MATERIALIZED VIEW seat_count AS SELECT name, count(*) FROM big_seat GROUP BY name;
CREATE INDEX seat_count_name ON seat_count (name);
CREATE FUNCTION is_big(room) RETURNS boolean LANGUAGE sql AS 'SELECT $1.size > 100';

-- All of one object's keys.
SELECT jsonb_pretty(jsonb_path_query(msar.get_dependents('room'), '$[*] ? (@.name == "big_room")'));

-- Level by level. Internal parts are not listed: a view's rule, the index of a constraint, the row type that the function
-- takes, the sequence of an identity column.
SELECT * FROM pg_temp.show('room');
SELECT * FROM pg_temp.show('seat');
SELECT * FROM pg_temp.show('room', max_depth => 1);
SELECT count(*), max(depth) FROM pg_temp.show('room', max_depth => NULL);
SELECT * FROM pg_temp.show('seat_count');

-- One column.
SELECT * FROM pg_temp.show('room', 1, 1);
SELECT * FROM pg_temp.show('room', 2, 1);
SELECT * FROM pg_temp.show('room', 3, 1);
-- A column of a view.
SELECT * FROM pg_temp.show('big_room', 2, 1);

-- What comes from a column in other tables and columns.
CREATE TABLE shape (width int, height int, area int GENERATED ALWAYS AS (width * height) STORED);
CREATE TABLE square () INHERITS (shape);
CREATE VIEW square_area AS SELECT area FROM square;
SELECT * FROM pg_temp.show('shape');
SELECT * FROM pg_temp.show('shape', 1);

-- A row type as the type of a column.
CREATE TABLE tour (rooms room[], guide text);
SELECT * FROM pg_temp.show('room', max_depth => 1) WHERE kind = 'table column';

-- A foreign key to a partitioned table is listed once, without its copies for each partition.
CREATE TABLE visit (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (10);
CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM (10) TO (20);
CREATE TABLE ticket (visit int REFERENCES visit);
SELECT * FROM pg_temp.show('visit');
SELECT * FROM pg_temp.show('visit_1');

-- A sequence that another table uses; a composite type.
CREATE TABLE invoice (id serial);
CREATE TABLE receipt (id int DEFAULT nextval('invoice_id_seq'));
SELECT * FROM pg_temp.show('invoice');
SELECT * FROM pg_temp.show('invoice_id_seq');
CREATE TYPE point3 AS (x int, y int, z int);
CREATE TABLE corner OF point3;
SELECT * FROM pg_temp.show('point3');

-- Views that read each other.
CREATE VIEW hen AS SELECT 1 AS n;
CREATE VIEW egg AS SELECT n FROM hen;
CREATE OR REPLACE VIEW hen AS SELECT n FROM egg;
SELECT * FROM pg_temp.show('hen');

-- Nothing, and no object.
CREATE TABLE nobody ();
SELECT msar.get_dependents('nobody'), msar.get_dependents(NULL), msar.get_dependents(NULL, 1, 0);

-- Whoever may look at the catalogs may ask.
SELECT 'big_room'::regclass::oid AS big_room \gset
CREATE ROLE mathesar_ext_test_stranger;
SET LOCAL ROLE mathesar_ext_test_stranger;
SELECT * FROM pg_temp.show(:big_room, max_depth => 1);
ROLLBACK;

-- Errors.
\set VERBOSITY default
SELECT msar.get_dependents(1);
\echo :LAST_ERROR_SQLSTATE
SELECT msar.get_dependents('library.book', 1000);
\echo :LAST_ERROR_SQLSTATE
SELECT msar.get_dependents('library.book', 70000);
\echo :LAST_ERROR_SQLSTATE
SELECT msar.get_dependents('library.book', 0);
\echo :LAST_ERROR_SQLSTATE
SELECT msar.get_dependents('library.book', -1);
\echo :LAST_ERROR_SQLSTATE
SELECT msar.get_dependents('library.book', NULL, 0);
\echo :LAST_ERROR_SQLSTATE
