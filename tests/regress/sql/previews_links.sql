-- Previews along foreign keys of every shape, as seen by roles with few rights.
\pset null '(null)'
CREATE SCHEMA a;
CREATE SCHEMA b;
-- The previews of all rows of a table, by the statement that it compiles to.
CREATE FUNCTION pg_temp.previews(relation regclass, template text DEFAULT NULL) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  previews text[];
BEGIN
  IF template IS NOT NULL THEN
    PERFORM msar.set_preview_template(relation, template);
  END IF;
  EXECUTE format('SELECT array_agg(preview ORDER BY preview) FROM (%s) AS p', msar.preview_template_sql(relation)) INTO previews;
  RETURN previews;
END $$;

-- A unique key of two columns that is not the primary key, in another schema; MATCH SIMPLE and MATCH FULL.
CREATE TABLE b.person (id integer PRIMARY KEY, country char(2) NOT NULL, no bigint, name text, UNIQUE (no, country));
CREATE TABLE a.simple (id integer, country char(2), no smallint, FOREIGN KEY (country, no) REFERENCES b.person (country, no));
CREATE TABLE a.full (id integer, no integer, country char(2), FOREIGN KEY (no, country) REFERENCES b.person (no, country) MATCH FULL);
INSERT INTO b.person VALUES (1, 'DE', 7, 'Ada'), (2, 'AT', 7, 'Bob'), (3, 'AT', NULL, 'Cid');
INSERT INTO a.simple VALUES (1, 'DE', 7), (2, 'AT', NULL), (3, NULL, NULL);
INSERT INTO a.full VALUES (1, 7, 'AT'), (2, NULL, NULL);
SELECT pg_temp.previews('a.simple', '{id}: {no} {no.name} ({country.id})');
SELECT pg_temp.previews('a.full', '{id}: {country} {no.name}');

-- A column in several foreign keys leads along the one of fewest columns, then the first by name.
CREATE TABLE a.country (code char(2) PRIMARY KEY, name text);
INSERT INTO a.country VALUES ('DE', 'Germany'), ('AT', 'Austria');
ALTER TABLE a.simple ADD CONSTRAINT z FOREIGN KEY (country) REFERENCES a.country;
SELECT pg_temp.previews('a.simple', '{country} {no}');
SELECT msar.set_preview_template('a.simple', '{country.id}');
-- What was stored goes on to mean what it meant.
SELECT pg_temp.previews('a.full', '{country.name}');
ALTER TABLE a.full ADD FOREIGN KEY (country) REFERENCES a.country;
SELECT msar.get_preview_template('a.full'), pg_temp.previews('a.full');
SELECT msar.import_metadata(msar.export_metadata('a'))->'skipped' AS skipped;
SELECT msar.get_preview_template('a.full'), pg_temp.previews('a.full');
-- What is written now means what it means now.
SELECT pg_temp.previews('a.full', '{country.name}');

-- Keys of other types than what refers to them, domains, enums, arrays, composites and collations.
CREATE DOMAIN a.code AS varchar(10) COLLATE "POSIX";
CREATE TYPE b.size AS ENUM ('small', 'large');
CREATE TYPE b.pair AS (x integer, y integer);
CREATE TABLE b.keys (id bigint PRIMARY KEY, t text UNIQUE, c text COLLATE "C" UNIQUE, e b.size UNIQUE, arr integer[] UNIQUE, p b.pair UNIQUE,
  r int4range UNIQUE, n numeric UNIQUE);
CREATE TABLE a.keys (name text, id smallint REFERENCES b.keys, t a.code REFERENCES b.keys (t), c text REFERENCES b.keys (c),
  e b.size REFERENCES b.keys (e), arr integer[] REFERENCES b.keys (arr), p b.pair REFERENCES b.keys (p), r int4range REFERENCES b.keys (r),
  n integer REFERENCES b.keys (n));
INSERT INTO b.keys VALUES (1, 't', 'c', 'large', '{1,2}', ROW(1, NULL), '[1,5)', 5.0);
INSERT INTO a.keys VALUES ('all', 1, 't', 'c', 'large', '{1,2}', ROW(1, NULL), '[1,5)', 5);
SELECT msar.set_preview_template('b.keys', '<{id:raw}>');
SELECT pg_temp.previews('a.keys', '{id}{t}{c}{e}{arr}{p}{r}{n} {id.t} {t.id} {c.e} {e.c} {arr.arr} {p.p} {r.r} {n.n}');

-- Partitioned tables on both sides; a table that others inherit from, whose rows are not the ones meant.
CREATE TABLE b.part (id integer PRIMARY KEY, name text, parent integer REFERENCES b.part) PARTITION BY RANGE (id);
CREATE TABLE b.part_1 PARTITION OF b.part FOR VALUES FROM (0) TO (10);
CREATE TABLE b.part_2 PARTITION OF b.part FOR VALUES FROM (10) TO (20);
INSERT INTO b.part VALUES (1, 'one', NULL), (11, 'eleven', 1), (2, 'two', 11);
SELECT pg_temp.previews('b.part', '{name} < {parent}'), pg_temp.previews('b.part_1', '{name} in {parent.name}'), pg_temp.previews('b.part_2');
CREATE TABLE b.base (id integer PRIMARY KEY, name text);
CREATE TABLE b.child () INHERITS (b.base);
INSERT INTO b.base VALUES (1, 'base');
INSERT INTO b.child VALUES (1, 'child');
CREATE TABLE a.refers (id integer REFERENCES b.base);
INSERT INTO a.refers VALUES (1);
SELECT pg_temp.previews('a.refers'), pg_temp.previews('b.base');

-- Foreign keys that do not hold: the row is not there, so its key is shown.
CREATE TABLE a.dangling (id integer, base integer);
INSERT INTO a.dangling VALUES (1, 1), (2, 99);
ALTER TABLE a.dangling ADD FOREIGN KEY (base) REFERENCES b.base NOT VALID;
SELECT pg_temp.previews('a.dangling', '{base}'), pg_temp.previews('a.dangling', '{base.name}'), pg_temp.previews('a.dangling', '[{base}] {base.id}');
SELECT pg_temp.previews('b.base', 'No. {id}'), pg_temp.previews('a.dangling', '{base}');

-- Views, and tables without keys, without columns and with many.
CREATE VIEW a.people AS SELECT name, country FROM b.person;
SELECT pg_temp.previews('a.people', '{country}-{name}');
CREATE TABLE a.empty ();
INSERT INTO a.empty DEFAULT VALUES;
SELECT msar.get_preview_template('a.empty'), pg_temp.previews('a.empty'), pg_temp.previews('a.empty', 'just text');
DO $$ BEGIN
  EXECUTE (SELECT format('CREATE TABLE a.wide (%s)', string_agg(format('c%s integer DEFAULT %1$s', i), ', ')) FROM generate_series(1, 1600) AS i);
END $$;
INSERT INTO a.wide DEFAULT VALUES;
SELECT length((pg_temp.previews('a.wide', (SELECT string_agg(format('{c%s}', i), ' ') FROM generate_series(1, 1600) AS i)))[1]) AS length;
SELECT pg_temp.previews('a.wide', '{c1600}');

-- A preview reads at most 32 rows and 256 values of other tables. Where templates in templates take more, they go less
-- deep; paths that take more are left out.
DO $$ BEGIN
  EXECUTE (SELECT format('CREATE TABLE a.fan (id integer PRIMARY KEY, %s)', string_agg(format('f%s integer DEFAULT 7 REFERENCES a.fan', i), ', '))
    FROM generate_series(1, 70) AS i);
END $$;
INSERT INTO a.fan VALUES (7);
CREATE FUNCTION pg_temp.fan(width integer, placeholder text) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM string_to_table((pg_temp.previews('a.fan',
    (SELECT '{id:raw}' || string_agg(format(placeholder, i), '' ORDER BY i) FROM generate_series(1, width) AS i)))[1], ' ') AS v
  WHERE v = '7'
$$;
-- 2 foreign keys, three deep: 1 + 2 + 4 + 8 values of rows, and 16 values of keys. 5 are two deep, 15 one, 33 none.
SELECT n, pg_temp.fan(n, ' {f%s}') AS values FROM unnest('{2, 5, 15, 33}'::integer[]) AS n;
SELECT n, pg_temp.fan(n, ' {f%s.id}') AS values FROM unnest('{32, 33, 70}'::integer[]) AS n;

-- What the role may not read is left out: columns, tables, schemas. A foreign key then shows its value, if that may be read.
CREATE ROLE regress_preview;
GRANT USAGE ON SCHEMA a TO regress_preview;
SELECT msar.set_preview_template('b.base', '{name}');
SELECT msar.set_preview_template('a.refers', '{id} / {id.name} / {id:raw}');
CREATE FUNCTION pg_temp.as_role() RETURNS text[] LANGUAGE plpgsql AS $$
BEGIN
  SET LOCAL ROLE regress_preview;
  RETURN pg_temp.previews('a.refers');
END $$;
GRANT USAGE ON SCHEMA b TO regress_preview;
DO $$ BEGIN PERFORM pg_temp.as_role(); EXCEPTION WHEN insufficient_privilege THEN RAISE INFO '%', SQLERRM; END $$;
GRANT SELECT ON a.refers TO regress_preview;
SELECT pg_temp.as_role() AS nothing_of_b;
GRANT SELECT (name) ON b.base TO regress_preview;
SELECT pg_temp.as_role() AS not_the_key_of_b;
GRANT SELECT (id) ON b.base TO regress_preview;
SELECT pg_temp.as_role() AS all_of_b;
REVOKE USAGE ON SCHEMA b FROM regress_preview;
SELECT pg_temp.as_role() AS not_the_schema;
GRANT USAGE ON SCHEMA b TO regress_preview;
REVOKE SELECT (name) ON b.base FROM regress_preview;
SELECT pg_temp.as_role() AS only_the_key_of_b;
GRANT SELECT (name) ON b.base TO regress_preview;
-- Row-level security of either table.
ALTER TABLE b.base ENABLE ROW LEVEL SECURITY;
SELECT pg_temp.as_role() AS no_row_of_b;
CREATE POLICY p ON b.base USING (name <> 'base');
SELECT pg_temp.as_role() AS another_row_of_b;
DROP POLICY p ON b.base;
CREATE POLICY p ON b.base USING (true);
SELECT pg_temp.as_role() AS every_row_of_b;
SET ROLE regress_preview;
SELECT msar.preview_rows('b.base', '[1]');
RESET ROLE;
DROP POLICY p ON b.base;
SET ROLE regress_preview;
SELECT msar.preview_rows('b.base', '[1]');
SELECT msar.get_preview_template('a.refers'), msar.get_preview_template('b.person');
-- Only the owner sets a template.
SELECT msar.set_preview_template('a.refers', '{nothing');
SELECT msar.set_preview_template('a.refers', NULL);
RESET ROLE;
-- Display options of a table are used by whoever may read the column.
SELECT count(*) FROM msar.set_column_metadata('a.refers', '[{"name": "id", "num_min_frac_digits": 2}]');
SELECT pg_temp.as_role();
DROP OWNED BY regress_preview;
DROP ROLE regress_preview;
