-- Diagrams of a schema for Mermaid and Graphviz.
\pset null '(null)'
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA drawn;
CREATE SCHEMA elsewhere;
CREATE TABLE elsewhere.country (code text PRIMARY KEY);
CREATE TABLE drawn.person (id integer PRIMARY KEY, mentor integer REFERENCES drawn.person, country text NOT NULL REFERENCES elsewhere.country, gone text);
ALTER TABLE drawn.person DROP COLUMN gone;
CREATE TABLE drawn."say ""hi"" %" ("1st <b>" numeric(10,2), "naïve & co" character varying(8)[], person_id integer UNIQUE REFERENCES drawn.person);
CREATE TABLE drawn.visit (place text, no integer, at timestamp with time zone, PRIMARY KEY (place, no)) PARTITION BY LIST (place);
CREATE TABLE drawn.visit_a PARTITION OF drawn.visit FOR VALUES IN ('a');
CREATE TABLE drawn.note (place text, no integer, FOREIGN KEY (place, no) REFERENCES drawn.visit);
CREATE TABLE drawn.nothing ();
SELECT msar.get_schema_diagram('drawn'::regnamespace);
SELECT msar.get_schema_diagram('drawn'::regnamespace, 'dot');
SELECT length(msar.get_schema_diagram('library'::regnamespace, 'MERMAID')) > 1000;
SELECT msar.get_schema_diagram('drawn'::regnamespace, 'svg');
SELECT msar.get_schema_diagram(1::oid);
SELECT msar.get_schema_diagram(NULL) IS NULL;
CREATE ROLE drawing_reader;
SET ROLE drawing_reader;
SELECT length(msar.get_schema_diagram('drawn'::regnamespace)) > 100;
RESET ROLE;
DROP ROLE drawing_reader;
DROP SCHEMA drawn, elsewhere CASCADE;
