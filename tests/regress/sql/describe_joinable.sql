-- msar.get_joinable_tables, both forms.
BEGIN;
CREATE SCHEMA lending;
SET LOCAL search_path = lending, pg_catalog;

CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE author (id int PRIMARY KEY, name varchar(50), mentor int REFERENCES author);
CREATE TABLE book (
  id int PRIMARY KEY, gone int, title text, tags text[], author int REFERENCES author, price numeric(8, 2), mood mood
);
ALTER TABLE book DROP COLUMN gone;
CREATE TABLE copy (book int REFERENCES book, number int, PRIMARY KEY (book, number));
CREATE TABLE reader (id int PRIMARY KEY);
-- A link over two columns is no step; nor is a check on the same column.
CREATE TABLE loan (
  book int, number int, reader int REFERENCES reader CHECK (reader > 0),
  FOREIGN KEY (book, number) REFERENCES copy
);
CREATE TABLE unrelated (id int PRIMARY KEY);

-- A path as text: the columns joined, and the foreign keys followed, with < where one is followed backwards.
CREATE FUNCTION pg_temp.column_name(ref jsonb) RETURNS text LANGUAGE sql AS
$$
  SELECT a.attrelid::regclass || '.' || a.attname
  FROM pg_attribute AS a WHERE a.attrelid = (ref->>0)::oid AND a.attnum = (ref->1)::int
$$;
CREATE FUNCTION pg_temp.joins(join_path jsonb) RETURNS text LANGUAGE sql AS
$$
  SELECT string_agg(pg_temp.column_name(step->0) || ' = ' || pg_temp.column_name(step->1), ', ' ORDER BY n)
  FROM jsonb_array_elements(join_path) WITH ORDINALITY AS x(step, n)
$$;
CREATE FUNCTION pg_temp.fkeys(fkey_path jsonb) RETURNS text LANGUAGE sql AS
$$
  SELECT string_agg(CASE WHEN (step->1)::bool THEN '<' ELSE '' END || c.conname, ', ' ORDER BY n)
  FROM jsonb_array_elements(fkey_path) WITH ORDINALITY AS x(step, n)
  JOIN pg_constraint AS c ON c.oid = (step->>0)::oid
$$;
CREATE FUNCTION pg_temp.by_name(max_depth int, tab regclass)
RETURNS TABLE (depth int, base regclass, target regclass, joins text, fkeys text, multiple_results boolean) LANGUAGE sql AS
$$
  SELECT j.depth, j.base::oid::regclass, j.target::oid::regclass, pg_temp.joins(j.join_path), pg_temp.fkeys(j.fkey_path),
    j.multiple_results
  FROM jsonb_populate_recordset(
    NULL::msar.joinable_tables, msar.get_joinable_tables(max_depth, tab)->'joinable_tables'
  ) AS j
  ORDER BY j.depth, pg_temp.joins(j.join_path) COLLATE "C", pg_temp.fkeys(j.fkey_path) COLLATE "C"
$$;

-- One step, two, three: in both directions, not straight back. A table refers to itself: mentors of mentors and pupils of
-- pupils, but not the pupils of one's mentor.
SELECT * FROM pg_temp.by_name(1, 'book');
SELECT * FROM pg_temp.by_name(2, 'copy');
SELECT * FROM pg_temp.by_name(3, 'author');

-- Two foreign keys between the same tables: back over the other one is a path.
ALTER TABLE book ADD editor int REFERENCES author;
SELECT depth, fkeys, multiple_results FROM pg_temp.by_name(2, 'book') WHERE target = 'book'::regclass;

-- The JSON as it is.
SELECT jsonb_object_keys(msar.get_joinable_tables(1, 'loan'::regclass)) AS key;
SELECT replace(replace(replace((msar.get_joinable_tables(1, 'loan'::regclass)->'joinable_tables')::text,
  'loan'::regclass::oid::text, 'LOAN'), 'reader'::regclass::oid::text, 'READER'),
  (SELECT oid::text FROM pg_constraint WHERE conname = 'loan_reader_fkey'), 'FKEY') AS joinable_tables;
SELECT t.oid::oid::regclass, jsonb_pretty(t.info) AS info
FROM jsonb_each(msar.get_joinable_tables(1, 'copy'::regclass)->'target_table_info') AS t(oid, info);

-- The type of a column is qualified when it is not on the search_path. An array is one by its type, whatever the way the
-- table was made.
CREATE TABLE list AS SELECT 1 AS id, ARRAY['a'] AS names;
ALTER TABLE list ADD PRIMARY KEY (id);
CREATE TABLE entry (list int REFERENCES list);
SELECT c.value->>'name' AS name, c.value->>'type' AS type, c.value->'primary_key' AS primary_key
FROM jsonb_each(msar.get_joinable_tables(1, 'entry'::regclass)->'target_table_info') AS t,
  jsonb_each(t.value->'columns') AS c;
SELECT 'copy'::regclass::oid AS copy \gset
SET LOCAL search_path = pg_catalog;
SELECT c.value->>'type' AS type
FROM jsonb_each(msar.get_joinable_tables(1, :copy)->'target_table_info') AS t, jsonb_each(t.value->'columns') AS c
WHERE c.value->>'name' = 'mood';
SET LOCAL search_path = lending, pg_catalog;

-- One foreign key from a partitioned table to a partitioned table is one step, though PostgreSQL keeps more rows for it.
CREATE TABLE room (id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE room_1 PARTITION OF room FOR VALUES IN (1);
CREATE TABLE visit (room int REFERENCES room, day date) PARTITION BY RANGE (day);
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
SELECT * FROM pg_temp.by_name(2, 'room');
SELECT * FROM pg_temp.by_name(2, 'visit');
SELECT * FROM pg_temp.by_name(2, 'room_1');
SELECT * FROM pg_temp.by_name(2, 'visit_2024');

-- Nothing to join: no foreign keys, no steps, no such table. NULL gives NULL.
SELECT msar.get_joinable_tables(3, 'unrelated'::regclass) AS unrelated, msar.get_joinable_tables(0, 'book'::regclass) AS zero,
  msar.get_joinable_tables(-1, 'book'::regclass) AS negative, msar.get_joinable_tables(3, 1) AS unknown;
SELECT msar.get_joinable_tables(NULL, 'book'::regclass) IS NULL AS null_depth, msar.get_joinable_tables(1, NULL) IS NULL AS null_table;

-- The whole database: the same paths as table by table.
SELECT base::oid::regclass, target::oid::regclass, depth, multiple_results
FROM msar.get_joinable_tables(1) AS j
WHERE base IN ('copy'::regclass::oid, 'reader'::regclass::oid, 'loan'::regclass::oid);
WITH one AS (
  SELECT c.oid, j.*
  FROM pg_class AS c, jsonb_populate_recordset(
    NULL::msar.joinable_tables, msar.get_joinable_tables(3, c.oid)->'joinable_tables'
  ) AS j
  WHERE c.relnamespace = 'lending'::regnamespace
), every AS (
  SELECT j.base::oid, j.*
  FROM msar.get_joinable_tables(3) AS j
  JOIN pg_class AS c ON c.oid = j.base AND c.relnamespace = 'lending'::regnamespace
)
SELECT (SELECT count(*) > 0 FROM every) AS "some",
  (SELECT count(*) FROM (TABLE every EXCEPT ALL TABLE one) AS x) AS missing,
  (SELECT count(*) FROM (TABLE one EXCEPT ALL TABLE every) AS x) AS unexpected;
SELECT (SELECT count(*) FROM msar.get_joinable_tables(0)) AS zero, (SELECT count(*) FROM msar.get_joinable_tables(-1)) AS negative,
  (SELECT count(*) FROM msar.get_joinable_tables(NULL)) AS "null";

-- A role without any right may ask, and what users define cannot come between.
CREATE SCHEMA shadow;
CREATE VIEW shadow.pg_constraint AS SELECT * FROM pg_catalog.pg_constraint LIMIT 0;
CREATE VIEW shadow.pg_depend AS SELECT * FROM pg_catalog.pg_depend LIMIT 0;
CREATE FUNCTION shadow.concat(jsonb, jsonb) RETURNS jsonb LANGUAGE sql AS $$SELECT '"fake"'::jsonb$$;
CREATE OPERATOR shadow.|| (LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = shadow.concat);
CREATE FUNCTION shadow.jsonb_build_array(VARIADIC "any") RETURNS jsonb LANGUAGE internal AS 'jsonb_build_array_noargs';
CREATE ROLE regress_visitor;
GRANT USAGE ON SCHEMA shadow TO regress_visitor;
SELECT msar.get_joinable_tables(2, 'copy'::regclass)->'joinable_tables' AS joinable \gset
SET LOCAL search_path = shadow, lending, pg_catalog;
SET ROLE regress_visitor;
SELECT (msar.get_joinable_tables(2, :copy)->'joinable_tables') OPERATOR(pg_catalog.=) :'joinable'::jsonb AS same;
ROLLBACK;
