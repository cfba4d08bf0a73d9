-- A filled-in form: one new row, and the rows that it refers to, in one statement.
\pset format unaligned
\pset tuples_only on
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE SCHEMA app;
SET search_path = app;
CREATE TABLE country (code char(2) PRIMARY KEY, name text UNIQUE);
CREATE TABLE city (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, country char(2) REFERENCES country, country_name text REFERENCES country (name));
CREATE TABLE person (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  tags text[] DEFAULT '{none}',
  details jsonb,
  born_in integer REFERENCES city,
  lives_in integer REFERENCES city,
  boss_id integer REFERENCES person
);
INSERT INTO country VALUES ('CH', 'Switzerland');
INSERT INTO city (name, country) VALUES ('Bern', 'CH');

-- field('key', 'table', 'column', 'parent'): what clients pass. They know "depth" as well.
CREATE FUNCTION pg_temp.field(key text, tab text, col text, parent text DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('key', key, 'parent_key', parent, 'table_oid', attrelid::bigint, 'column_attnum', attnum, 'depth', CASE WHEN parent IS NULL THEN 0 ELSE 1 END)
  FROM pg_attribute WHERE attrelid = tab::regclass AND attname = col
$$;
CREATE FUNCTION pg_temp.submit(vals jsonb, VARIADIC fields jsonb[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
  PERFORM msar.form_insert(to_jsonb(fields), vals);
  RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(E'\n  ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
CREATE VIEW all_people AS
  SELECT p.name, p.tags, p.details, b.name || ' ' || coalesce(bc.name, '-') AS born_in, l.name AS lives_in, boss.name AS boss
  FROM person AS p LEFT JOIN city AS b ON b.id = p.born_in LEFT JOIN country AS bc ON code = b.country LEFT JOIN city AS l ON l.id = p.lives_in LEFT JOIN person AS boss ON boss.id = p.boss_id
  ORDER BY p.id;

-- Plain values, NULL, what is left out, arrays and JSON.
SELECT pg_temp.submit('{"n": "Ann", "t": ["a", "b"], "d": {"type": "create"}, "b": null}',
  pg_temp.field('n', 'person', 'name'), pg_temp.field('t', 'person', 'tags'), pg_temp.field('d', 'person', 'details'), pg_temp.field('b', 'person', 'born_in'));
SELECT pg_temp.submit('{"n": "Bob"}', pg_temp.field('n', 'person', 'name'), pg_temp.field('t', 'person', 'tags'), pg_temp.field('b', 'person', 'born_in'));
-- A row that is picked, by its key or as a plain value.
SELECT pg_temp.submit('{"n": "Cid", "b": {"type": "pick", "value": 1}, "l": 1}',
  pg_temp.field('n', 'person', 'name'), pg_temp.field('b', 'person', 'born_in'), pg_temp.field('l', 'person', 'lives_in'));
-- Rows that are created, three deep and side by side, whatever the order of the fields; a row of the same table as well.
SELECT pg_temp.submit('{"n": "Dan", "b": {"type": "create"}, "l": {"type": "create"}, "boss": {"type": "create"},
    "bn": "Paris", "bc": {"type": "create"}, "bcc": "FR", "bcn": "France", "ln": "Chur", "lc": {"type": "pick", "value": "CH"},
    "bossn": "Eve", "bossb": {"type": "pick", "value": "1"}}',
  pg_temp.field('bcc', 'country', 'code', 'bc'), pg_temp.field('bcn', 'country', 'name', 'bc'),
  pg_temp.field('bn', 'city', 'name', 'b'), pg_temp.field('bc', 'city', 'country', 'b'),
  pg_temp.field('ln', 'city', 'name', 'l'), pg_temp.field('lc', 'city', 'country', 'l'),
  pg_temp.field('bossn', 'person', 'name', 'boss'), pg_temp.field('bossb', 'person', 'born_in', 'boss'),
  pg_temp.field('n', 'person', 'name'), pg_temp.field('b', 'person', 'born_in'), pg_temp.field('l', 'person', 'lives_in'), pg_temp.field('boss', 'person', 'boss_id'));
-- Fields below a row that is picked, or not there, are left aside.
SELECT pg_temp.submit('{"n": "Fay", "b": {"type": "pick", "value": 1}, "bn": "nowhere", "ln": "nowhere"}',
  pg_temp.field('n', 'person', 'name'), pg_temp.field('b', 'person', 'born_in'), pg_temp.field('bn', 'city', 'name', 'b'),
  pg_temp.field('l', 'person', 'lives_in'), pg_temp.field('ln', 'city', 'name', 'l'));
TABLE all_people;
-- A foreign key to a unique key that is not the primary key; a row of nothing but defaults.
SELECT pg_temp.submit('{"n": "Graz", "c": {"type": "create"}, "cn": "Austria", "cc": "AT"}',
  pg_temp.field('n', 'city', 'name'), pg_temp.field('c', 'city', 'country_name'), pg_temp.field('cn', 'country', 'name', 'c'), pg_temp.field('cc', 'country', 'code', 'c'));
CREATE TABLE counter (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at date DEFAULT '2026-03-31');
CREATE TABLE counted (counter_id integer REFERENCES counter, what text);
SELECT pg_temp.submit('{"c": {"type": "create"}, "w": "x"}', pg_temp.field('c', 'counted', 'counter_id'), pg_temp.field('w', 'counted', 'what'));
SELECT * FROM city WHERE country_name IS NOT NULL;
SELECT * FROM counted JOIN counter ON id = counter_id;

-- A foreign key of several columns: the created row gives all of them, but those that are filled in.
CREATE TABLE room (house text, floor integer DEFAULT 2, number integer GENERATED ALWAYS AS IDENTITY, name text, PRIMARY KEY (house, floor, number));
CREATE TABLE meeting (topic text, house text, floor integer, number integer, FOREIGN KEY (house, floor, number) REFERENCES room);
SELECT pg_temp.submit('{"t": "first", "h": {"type": "create"}, "rh": "A", "rn": "Oslo"}',
  pg_temp.field('t', 'meeting', 'topic'), pg_temp.field('h', 'meeting', 'house'), pg_temp.field('f', 'meeting', 'floor'),
  pg_temp.field('rh', 'room', 'house', 'h'), pg_temp.field('rn', 'room', 'name', 'h'));
SELECT pg_temp.submit('{"t": "second", "n": {"type": "create"}, "h": "A", "f": null, "rh": "A", "rf": 7}',
  pg_temp.field('t', 'meeting', 'topic'), pg_temp.field('n', 'meeting', 'number'), pg_temp.field('h', 'meeting', 'house'), pg_temp.field('f', 'meeting', 'floor'),
  pg_temp.field('rh', 'room', 'house', 'n'), pg_temp.field('rf', 'room', 'floor', 'n'));
SELECT pg_temp.submit('{"n": {"type": "create"}, "h": "other", "rh": "A"}',
  pg_temp.field('n', 'meeting', 'number'), pg_temp.field('h', 'meeting', 'house'), pg_temp.field('rh', 'room', 'house', 'n'));
SELECT pg_temp.submit('{"n": {"type": "create"}, "h": {"type": "create"}, "rh": "A", "rh2": "B"}',
  pg_temp.field('n', 'meeting', 'number'), pg_temp.field('h', 'meeting', 'house'), pg_temp.field('rh', 'room', 'house', 'n'), pg_temp.field('rh2', 'room', 'house', 'h'));
SELECT * FROM meeting;

-- A column whose foreign keys refer to different columns: a row can be picked, but which one is to be created?
CREATE TABLE both_ways (id integer REFERENCES city REFERENCES counter, note text);
SELECT pg_temp.submit('{"i": {"type": "create"}, "n": "x"}', pg_temp.field('i', 'both_ways', 'id'), pg_temp.field('n', 'city', 'name', 'i'));
SELECT pg_temp.submit('{"i": {"type": "pick", "value": 1}}', pg_temp.field('i', 'both_ways', 'id'));
-- Two foreign keys to the same column are one; copies that partitioning makes of a foreign key do not count.
CREATE TABLE measure (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE measure_1 PARTITION OF measure FOR VALUES FROM (1) TO (10);
CREATE TABLE measure_2 PARTITION OF measure FOR VALUES FROM (10) TO (20);
CREATE TABLE reading (measure_id integer REFERENCES measure REFERENCES measure);
SELECT pg_temp.submit('{"m": {"type": "create"}, "i": 12}', pg_temp.field('m', 'reading', 'measure_id'), pg_temp.field('i', 'measure', 'id', 'm'));
SELECT measure.tableoid::regclass, id, measure_id FROM measure, reading;

-- A trigger that keeps out the row that is to be referred to; one that gives it another key.
CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.name = 'Atlantis' THEN RETURN NULL; END IF; NEW.name := upper(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER keep_out BEFORE INSERT ON country FOR EACH ROW EXECUTE FUNCTION keep_out();
SELECT pg_temp.submit('{"n": "Poseidonis", "c": {"type": "create"}, "cn": "Atlantis", "cc": "XX"}',
  pg_temp.field('n', 'city', 'name'), pg_temp.field('c', 'city', 'country_name'), pg_temp.field('cn', 'country', 'name', 'c'), pg_temp.field('cc', 'country', 'code', 'c'));
SELECT pg_temp.submit('{"n": "Riga", "c": {"type": "create"}, "cn": "Latvia", "cc": "LV"}',
  pg_temp.field('n', 'city', 'name'), pg_temp.field('c', 'city', 'country_name'), pg_temp.field('cn', 'country', 'name', 'c'), pg_temp.field('cc', 'country', 'code', 'c'));
SELECT name, country_name FROM city WHERE country_name IS NOT NULL;

-- Whatever is wrong, at whatever depth, nothing is inserted.
SELECT (SELECT count(*) FROM city) AS cities, (SELECT count(*) FROM country) AS countries, (SELECT count(*) FROM person) AS people \gset before_
SELECT pg_temp.submit('{"n": null, "b": {"type": "create"}, "bn": "x"}', pg_temp.field('n', 'person', 'name'), pg_temp.field('b', 'person', 'born_in'), pg_temp.field('bn', 'city', 'name', 'b'));
SELECT pg_temp.submit('{"n": "x", "b": {"type": "create"}, "bn": "x", "bc": "YY"}', pg_temp.field('n', 'person', 'name'), pg_temp.field('b', 'person', 'born_in'), pg_temp.field('bn', 'city', 'name', 'b'), pg_temp.field('bc', 'city', 'country', 'b'));
SELECT pg_temp.submit('{"n": "x", "b": {"type": "pick", "value": "one"}}', pg_temp.field('n', 'person', 'name'), pg_temp.field('b', 'person', 'born_in'));
SELECT pg_temp.submit('{"n": "x", "b": {"type": "pick"}}', pg_temp.field('n', 'person', 'name'), pg_temp.field('b', 'person', 'born_in'));
SELECT pg_temp.submit('{"n": "x", "b": {"type": "make"}}', pg_temp.field('n', 'person', 'name'), pg_temp.field('b', 'person', 'born_in'));
SELECT pg_temp.submit('{"n": {"type": "create"}}', pg_temp.field('n', 'person', 'name'));
SELECT pg_temp.submit('{"n": {"type": "pick", "value": 1}}', pg_temp.field('n', 'person', 'name'));
SELECT pg_temp.submit('{"n": "x", "other": 1}', pg_temp.field('n', 'person', 'name'));
SELECT pg_temp.submit('{"n": "x", "bn": "y"}', pg_temp.field('n', 'person', 'name'), pg_temp.field('bn', 'city', 'name', 'b'));
SELECT pg_temp.submit('{"n": "x"}', pg_temp.field('n', 'person', 'name'), pg_temp.field('n', 'person', 'tags'));
SELECT pg_temp.submit('{"n": "x", "m": "y"}', pg_temp.field('n', 'person', 'name'), pg_temp.field('m', 'person', 'name'));
SELECT pg_temp.submit('{"n": "x", "c": "y"}', pg_temp.field('n', 'person', 'name'), pg_temp.field('c', 'city', 'name'));
SELECT pg_temp.submit('{"n": "x", "b": {"type": "create"}, "bn": "y"}', pg_temp.field('n', 'person', 'name'), pg_temp.field('b', 'person', 'born_in'), pg_temp.field('bn', 'country', 'name', 'b'));
SELECT pg_temp.submit('{"a": "x"}', pg_temp.field('a', 'person', 'name', 'b'), pg_temp.field('b', 'person', 'name', 'a'));
SELECT pg_temp.submit('{"i": 5, "n": "x"}', pg_temp.field('i', 'person', 'id'), pg_temp.field('n', 'person', 'name'));
SELECT pg_temp.submit('{}', pg_temp.field('n', 'person', 'name') || '{"column_attnum": 99}');
SELECT pg_temp.submit('{}', pg_temp.field('n', 'person', 'name') || '{"column_attnum": "x"}');
SELECT pg_temp.submit('{}', pg_temp.field('n', 'person', 'name') || '{"table_oid": 1}');
SELECT pg_temp.submit('{}', pg_temp.field('n', 'person', 'name') || '{"table_oid": 99999999999}');
SELECT pg_temp.submit('{}', VARIADIC '{}'::jsonb[]);
SELECT pg_temp.submit('[]', pg_temp.field('n', 'person', 'name'));
SELECT pg_temp.submit('{}', '5');
SELECT pg_temp.submit('{}', '{"key": "a"}');
-- A chain without an end is refused; a long one is not.
SELECT left(pg_temp.submit('{"f0": "x"}', VARIADIC array_agg(pg_temp.field('f' || n, 'person', 'name', 'f' || n + 1))), 60) FROM generate_series(0, 60) AS n;
SELECT pg_temp.submit(jsonb_object_agg('b' || n, '{"type": "create"}'::jsonb) || jsonb_object_agg('n' || n, 'boss ' || n) || '{"b40": 1}',
  VARIADIC array_agg(pg_temp.field('n' || n, 'person', 'name', 'b' || nullif(n - 1, -1))) || array_agg(pg_temp.field('b' || n, 'person', 'boss_id', 'b' || nullif(n - 1, -1))))
FROM generate_series(0, 40) AS n;
SELECT (SELECT count(*) FROM city) = :before_cities, (SELECT count(*) FROM country) = :before_countries, (SELECT count(*) FROM person) = :before_people + 41;
WITH RECURSIVE up AS (SELECT *, 0 AS depth FROM person WHERE name = 'boss 0' UNION ALL SELECT p.*, depth + 1 FROM up JOIN person AS p ON p.id = up.boss_id) SELECT max(depth) FROM up;
-- Hostile keys and values are text like any other.
SELECT pg_temp.submit('{"k\"); DROP TABLE person; --": "v''); DROP TABLE person; --", "$1": ["}\",\\"]}',
  pg_temp.field('k"); DROP TABLE person; --', 'person', 'name'), pg_temp.field('$1', 'person', 'tags'));
SELECT name, tags FROM person ORDER BY id DESC LIMIT 1;
