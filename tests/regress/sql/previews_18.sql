-- What PostgreSQL 18 brought to previews: NOT NULL that need not hold, foreign keys that are not enforced, and keys over
-- periods, along which nothing leads. There is nothing to see on older versions.
SELECT current_setting('server_version_num')::int < 180000 AS too_old \gset
\if :too_old
\quit
\endif
CREATE SCHEMA since_18;
SET search_path = since_18;

-- A column that may hold NULL, whatever it is declared.
CREATE TABLE later (id integer PRIMARY KEY, a text);
INSERT INTO later VALUES (1, NULL), (2, 'a');
ALTER TABLE later ADD CONSTRAINT some_day NOT NULL a NOT VALID;
SELECT p->>'preview' AS preview FROM jsonb_array_elements(msar.preview_rows('later', '[1, 2]')) AS p;
CREATE TABLE parent (id integer PRIMARY KEY, a text NOT NULL NO INHERIT);
CREATE TABLE child () INHERITS (parent);
INSERT INTO child VALUES (1, NULL);
SELECT p->>'preview' AS preview FROM jsonb_array_elements(msar.preview_rows('parent', '[1]')) AS p;

-- What is not enforced is a way all the same; where nothing is there, the key remains.
CREATE TABLE loose (id integer PRIMARY KEY, later_id integer REFERENCES later NOT ENFORCED);
INSERT INTO loose VALUES (1, 2), (2, 77);
SELECT msar.set_preview_template('loose', '{later_id} {later_id.id}');
SELECT p->>'preview' AS preview FROM jsonb_array_elements(msar.preview_rows('loose', '[1, 2]')) AS p;

-- A period is contained in one or several others, so no row is the one.
CREATE TABLE valid (no int4range, during int4range, name text, PRIMARY KEY (no, during WITHOUT OVERLAPS));
CREATE TABLE uses (id integer PRIMARY KEY, no int4range, during int4range,
  FOREIGN KEY (no, PERIOD during) REFERENCES valid (no, PERIOD during));
INSERT INTO valid VALUES ('[7,8)', '[1,5)', 'one'), ('[7,8)', '[5,9)', 'two');
INSERT INTO uses VALUES (1, '[7,8)', '[3,7)');
SELECT msar.set_preview_template('uses', '{no} {during}');
SELECT msar.preview_rows('uses', '[1]')->0->>'preview' AS preview;
SELECT msar.set_preview_template('uses', '{during.name}');
