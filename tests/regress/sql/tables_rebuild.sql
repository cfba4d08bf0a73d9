-- The tables of the sample, and odd ones, built again by msar.get_table_definition and msar.apply_definitions.
\getenv folder PG_ABS_SRCDIR
\set rebuild :folder '/include/rebuild.sql'
\pset format unaligned
SET client_min_messages = warning;
SELECT msar.set_table_metadata('library.book', '{"preview_template": ["No. ", [1], " ", [6, 2]], "column_order": [2, 1]}') IS NOT NULL AS set;
SELECT jsonb_array_length(msar.set_column_metadata('library.book', '[{"name": "title", "display_width": 300}]')) AS set;
BEGIN;
\set schema library
\i :rebuild
ROLLBACK;

-- Tables that refer to each other, to themselves and to a table that comes later; serial columns; keys of all kinds; inherited
-- tables; partitions of partitions, also in another schema; names that have to be quoted; columns that were dropped.
BEGIN;
CREATE SCHEMA odd;
CREATE SCHEMA elsewhere;
SET LOCAL search_path = odd;
CREATE TYPE mood AS ENUM ('happy', 'it''s "sad"');
CREATE TYPE pair AS (a int, b mood);
CREATE DOMAIN level AS int CHECK (value > 0);
CREATE FUNCTION next(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
CREATE TABLE "a.""b'; DROP" ("select" int PRIMARY KEY, "%s $$ \n" text DEFAULT 'it''s \ $$', "📚" mood[] NOT NULL DEFAULT '{happy}', p pair, l level);
COMMENT ON TABLE "a.""b'; DROP" IS 'it''s \ $$ "';
COMMENT ON COLUMN "a.""b'; DROP"."%s $$ \n" IS 'it''s \ $$ "';
CREATE TABLE hen (id serial PRIMARY KEY, small smallserial, big bigserial, egg_id int, hen_id int REFERENCES hen ON DELETE SET NULL);
CREATE TABLE egg (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT -2 MINVALUE -100 MAXVALUE 10 CACHE 3 CYCLE), hen_id int,
  FOREIGN KEY (hen_id) REFERENCES hen ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE hen ADD FOREIGN KEY (egg_id) REFERENCES egg MATCH FULL NOT VALID;
COMMENT ON CONSTRAINT hen_egg_id_fkey ON hen IS 'Which came first?';
CREATE SEQUENCE "own.seq" AS bigint INCREMENT 5 MAXVALUE 1000 CACHE 2 CYCLE;
CREATE TABLE counted (gone int, id int DEFAULT nextval('"own.seq"'), x int GENERATED ALWAYS AS (next(id)) STORED);
ALTER SEQUENCE "own.seq" OWNED BY counted.id;
CREATE TABLE keyed (a int, b int, c text COLLATE "C", d interval day to second(3), e numeric(8,-2), at tstzrange,
  PRIMARY KEY (a, b) INCLUDE (c), UNIQUE (b, a), CHECK (a > b) NO INHERIT, CONSTRAINT valid CHECK (c <> 'x'),
  EXCLUDE USING gist (at WITH &&, int4range(a, b) WITH -|-) WHERE (a > 0) DEFERRABLE,
  CONSTRAINT ordered EXCLUDE (lower(c) COLLATE "POSIX" text_pattern_ops DESC WITH =, a NULLS FIRST WITH =));
ALTER TABLE keyed ADD CONSTRAINT late CHECK (b > 0) NOT VALID;
CREATE UNLOGGED TABLE base (id int, note text DEFAULT 'x', CHECK (id > 0));
CREATE UNLOGGED TABLE heir (extra int DEFAULT 1) INHERITS (base);
CREATE UNLOGGED TABLE heir_of_two (note text DEFAULT 'y' NOT NULL) INHERITS (base);
CREATE TABLE parts (id int GENERATED ALWAYS AS IDENTITY, k text, at date DEFAULT '2020-01-02', PRIMARY KEY (id, at)) PARTITION BY RANGE (at, id);
CREATE TABLE old_part PARTITION OF parts (k NOT NULL DEFAULT 'old') FOR VALUES FROM (MINVALUE, MINVALUE) TO ('2020-01-01', 5);
CREATE TABLE elsewhere.new_parts PARTITION OF parts FOR VALUES FROM ('2020-01-01', 5) TO (MAXVALUE, MAXVALUE) PARTITION BY HASH (id);
CREATE TABLE new_part PARTITION OF elsewhere.new_parts (CONSTRAINT own CHECK (k <> 'x')) FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE listed (k text, x int) PARTITION BY LIST (lower(k));
CREATE TABLE some_rows PARTITION OF listed FOR VALUES IN ('it''s', NULL, '');
CREATE TABLE others PARTITION OF listed DEFAULT;
CREATE TABLE empty ();
RESET search_path;
-- A partition elsewhere cannot be built twice there.
ALTER TABLE elsewhere.new_parts SET SCHEMA odd;
\set schema odd
\i :rebuild
ROLLBACK;
