-- msar.get_constraints_for_table.
BEGIN;
CREATE SCHEMA lending;
SET LOCAL search_path = lending, pg_catalog;

-- OIDs and attnums by name.
CREATE FUNCTION pg_temp.column_names(tab oid, attnums smallint[]) RETURNS text[] LANGUAGE sql AS
$$
  SELECT array_agg(COALESCE(a.attname, '(expression)') ORDER BY n)
  FROM unnest(attnums) WITH ORDINALITY AS x(attnum, n)
  LEFT JOIN pg_attribute AS a ON a.attrelid = tab AND a.attnum = x.attnum
$$;
CREATE FUNCTION pg_temp.by_name(tab regclass)
RETURNS TABLE (name text, type text, columns text[], referent regclass, referent_columns text[], has_oid boolean)
LANGUAGE sql AS
$$
  SELECT c.name, c.type, pg_temp.column_names(tab, c.columns), c.referent_table_oid::regclass,
    pg_temp.column_names(c.referent_table_oid, c.referent_columns),
    EXISTS (SELECT FROM pg_constraint AS p WHERE p.oid = c.oid AND p.conrelid = tab AND p.conname = c.name)
  FROM msar.get_constraints_for_table(tab) AS c
$$;

CREATE TABLE shelf (room text, number int, PRIMARY KEY (number, room));
CREATE TABLE book (
  id int PRIMARY KEY,
  isbn text NOT NULL UNIQUE,
  room text,
  shelf int,
  sequel_of int REFERENCES book,
  pages int CHECK (pages > 0) CHECK (pages < 10000),
  available daterange,
  title text,
  CONSTRAINT "stands ""here""" FOREIGN KEY (shelf, room) REFERENCES shelf (number, room) NOT VALID,
  CONSTRAINT always_true CHECK (true),
  CONSTRAINT one_title EXCLUDE USING btree (lower(title) WITH =, room WITH =),
  CONSTRAINT when_available EXCLUDE USING gist (available WITH &&)
);
-- A constraint trigger is none of them, and a not-null constraint (PostgreSQL 18 has a row for it) neither.
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON book FOR EACH ROW EXECUTE FUNCTION nothing();

SELECT * FROM pg_temp.by_name('book');
SELECT * FROM pg_temp.by_name('shelf');

-- What is no foreign key has referent 0 and no referent columns; a check may name no column.
SELECT name, columns, referent_table_oid, referent_columns FROM msar.get_constraints_for_table('book'::regclass)
WHERE name IN ('book_pkey', 'always_true', 'one_title');

-- A foreign key to a partitioned table is one, whatever rows PostgreSQL keeps for its partitions; so it is for a
-- partition of the referencing side.
CREATE TABLE reader (id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE reader_1 PARTITION OF reader FOR VALUES IN (1);
CREATE TABLE reader_2 PARTITION OF reader FOR VALUES IN (2, 3) PARTITION BY LIST (id);
CREATE TABLE reader_2_2 PARTITION OF reader_2 FOR VALUES IN (2);
CREATE TABLE loan (day date, reader int REFERENCES reader, CHECK (day > '2000-01-01')) PARTITION BY RANGE (day);
CREATE TABLE loan_2024 PARTITION OF loan FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE fine (reader int REFERENCES reader);
SELECT count(*) > 1 AS several_rows FROM pg_constraint WHERE conrelid = 'fine'::regclass AND contype = 'f';
SELECT * FROM pg_temp.by_name('fine');
SELECT * FROM pg_temp.by_name('loan');
SELECT * FROM pg_temp.by_name('loan_2024');

-- Without constraints, unknown, NULL.
CREATE VIEW title AS SELECT title FROM book;
SELECT count(*) FROM msar.get_constraints_for_table('title'::regclass);
SELECT count(*) FROM msar.get_constraints_for_table(1);
SELECT count(*) FROM msar.get_constraints_for_table(NULL);

-- Ordered by name as PostgreSQL orders names. A role without any right may ask, and what users define cannot come between.
SELECT array_agg(name) = array_agg(name ORDER BY name COLLATE "C") AS ordered_by_name
FROM msar.get_constraints_for_table('book'::regclass);
CREATE SCHEMA shadow;
CREATE VIEW shadow.pg_constraint AS SELECT * FROM pg_catalog.pg_constraint LIMIT 0;
CREATE FUNCTION shadow.equal(oid, oid) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR shadow.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = shadow.equal);
CREATE ROLE regress_visitor;
GRANT USAGE ON SCHEMA shadow TO regress_visitor;
SELECT 'shelf'::regclass::oid AS shelf \gset
SET LOCAL search_path = shadow, pg_catalog;
SET ROLE regress_visitor;
SELECT name FROM msar.get_constraints_for_table(:shelf);
ROLLBACK;
