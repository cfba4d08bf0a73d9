-- msar.preview_drop. That it foretells what DROP does, for every table and column, is checked by the client tests.
BEGIN;
CREATE SCHEMA hall;
SET LOCAL search_path = hall, pg_catalog;

CREATE FUNCTION pg_temp.show(obj regclass, attnum int DEFAULT NULL)
RETURNS TABLE (reason text, kind text, identity text) LANGUAGE sql AS
$$
  SELECT d->>'reason', d->>'kind', d->>'identity' FROM jsonb_array_elements(msar.preview_drop(obj, attnum)) AS d
  -- TOAST tables and triggers of foreign keys have OIDs in their names. Versions differ in how they name a foreign key's
  -- copies for partitions, and only 18 lists not-null constraints.
  WHERE d->>'identity' !~ 'pg_toast|RI_ConstraintTrigger|fkey_?\d|_not_null on '
$$;

CREATE TABLE room (id int PRIMARY KEY, name text DEFAULT 'x', size int CHECK (size > 0));
CREATE TABLE seat (id int GENERATED ALWAYS AS IDENTITY, room int REFERENCES room, free boolean DEFAULT true);
CREATE VIEW big_room AS SELECT id, size FROM room WHERE size > 100;
CREATE MATERIALIZED VIEW big_seat AS SELECT s.id, r.size FROM seat AS s JOIN big_room AS r ON r.id = s.room;
CREATE INDEX big_seat_size ON big_seat (size);

-- All of one object's keys.
SELECT jsonb_pretty(msar.preview_drop('room') -> 0);

-- A table: what goes along, and what only CASCADE takes.
SELECT * FROM pg_temp.show('room');
SELECT * FROM pg_temp.show('big_seat');

-- A column: its default; the foreign key of another table, and the views.
SELECT * FROM pg_temp.show('room', 2);
SELECT * FROM pg_temp.show('room', 3) WHERE kind <> 'type';

-- A column of a table that others inherit from goes in them too, unless they have it from elsewhere as well.
CREATE TABLE shape (width int, color text);
CREATE TABLE square (side int) INHERITS (shape);
CREATE TABLE painted (color text) INHERITS (shape);
CREATE TABLE mixed () INHERITS (square, painted);
CREATE VIEW square_color AS SELECT color FROM square;
CREATE VIEW square_width AS SELECT width FROM mixed;
SELECT * FROM pg_temp.show('shape', 1) WHERE kind IN ('table column', 'view');
SELECT * FROM pg_temp.show('shape', 2) WHERE kind IN ('table column', 'view');

-- A column of the type that is dropped with the table, and a generated column.
CREATE TABLE tour (rooms room[], guide text);
SELECT * FROM pg_temp.show('room') WHERE kind = 'table column';
CREATE TABLE area (w int, h int, a int GENERATED ALWAYS AS (w * h) STORED);
SELECT * FROM pg_temp.show('area', 1);

-- A partition goes with the copy of a foreign key to its parent, and so with that key.
CREATE TABLE visit (id int PRIMARY KEY, at date, note int) PARTITION BY RANGE (id);
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
CREATE TABLE visit_11 PARTITION OF visit_1 FOR VALUES FROM (0) TO (5);
CREATE INDEX visit_at ON visit (at);
CREATE TABLE ticket (visit int REFERENCES visit);
SELECT * FROM pg_temp.show('visit_1') WHERE kind IN ('table', 'index', 'table constraint');
SELECT * FROM pg_temp.show('visit', 2);

-- A composite type stands for its relation.
CREATE TYPE point3 AS (x int, y int, z int);
CREATE TABLE corner OF point3;
SELECT * FROM pg_temp.show('point3') WHERE kind <> 'type' OR identity !~ 'corner';

SELECT msar.preview_drop(NULL), msar.preview_drop(NULL, 1);

-- Nothing is dropped, and whoever may look at the catalogs may ask.
SELECT 'big_room'::regclass::oid AS big_room \gset
CREATE ROLE mathesar_ext_test_stranger;
SET LOCAL ROLE mathesar_ext_test_stranger;
SELECT * FROM pg_temp.show(:big_room);
RESET ROLE;
SELECT count(*) FROM room, seat, big_seat, ticket;

-- What PostgreSQL never drops, or not alone.
\set VERBOSITY default
SAVEPOINT attempt;
SELECT msar.preview_drop('square', 1);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO attempt;
SELECT msar.preview_drop('visit', 1);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO attempt;
SELECT msar.preview_drop('room_pkey');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO attempt;
SELECT msar.preview_drop('seat_id_seq');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO attempt;
SELECT msar.preview_drop('visit_11_pkey');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO attempt;
SELECT msar.preview_drop('big_room', 1);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO attempt;
SELECT msar.preview_drop('corner', 1);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO attempt;
SELECT msar.preview_drop('pg_catalog.pg_class');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO attempt;
-- A partition whose own partitions have another key keeps that column, and so does its parent.
CREATE TABLE log (day date, level int, line text) PARTITION BY RANGE (day);
CREATE TABLE log_1 PARTITION OF log DEFAULT PARTITION BY LIST ((level + 1));
SELECT msar.preview_drop('log', 2);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO attempt;
CREATE TABLE owned (id int);
ALTER EXTENSION mathesar_ext ADD TABLE owned;
SELECT msar.preview_drop('owned');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- Errors.
SELECT msar.preview_drop(1);
\echo :LAST_ERROR_SQLSTATE
SELECT msar.preview_drop('library.book', 1000);
\echo :LAST_ERROR_SQLSTATE
SELECT msar.preview_drop('library.book', 70000);
\echo :LAST_ERROR_SQLSTATE
SELECT msar.preview_drop('library.book', 0);
\echo :LAST_ERROR_SQLSTATE
SELECT msar.preview_drop('library.book', -1);
\echo :LAST_ERROR_SQLSTATE
