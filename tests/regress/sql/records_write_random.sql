-- Random rows of many types, read in the form of records and written back, are the same rows. Random JSON in every
-- argument gives clean errors, and what fails changes nothing.
\pset format unaligned
\pset tuples_only on
\set VERBOSITY default
\set SHOW_CONTEXT never
-- What JSON cannot tell apart: within a composite value, the JSON null and NULL. Of an offset with seconds, as zones had before 1900, the forms of records have the minutes: hence a fixed one.
SET timezone = '<+0530>-05:30';
SELECT setseed(0.5) IS NOT NULL;
CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'so "so"', '');
CREATE TYPE public.place AS (name text, at point, "When" timestamptz, marks integer[], info jsonb, mood mood);
CREATE DOMAIN public.word AS varchar(20) CHECK (VALUE <> 'never');

CREATE FUNCTION pg_temp.text() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() < 0.9 THEN coalesce(string_agg(substr(E'ab "''\\{}[](),;:$1 %_\t\nÄß€☃NULL', 1 + (random() * 33)::integer, 1 + (random() * 3)::integer), ''), '') END
  FROM generate_series(1, (random() * 5)::integer)
$$;
CREATE FUNCTION pg_temp.json(depth integer DEFAULT 0) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN CASE (random() * CASE WHEN depth < 3 THEN 9 ELSE 6 END)::integer
    WHEN 0 THEN 'null'::jsonb WHEN 1 THEN to_jsonb(random() < 0.5) WHEN 2 THEN to_jsonb((random() * 10)::integer) WHEN 3 THEN to_jsonb(random() * 1e20) WHEN 4 THEN coalesce(to_jsonb(pg_temp.text()), 'null')
    WHEN 5 THEN to_jsonb((random() * 4)::integer::text) WHEN 6 THEN '{}'
    WHEN 7 THEN (SELECT coalesce(jsonb_agg(pg_temp.json(depth + 1)), '[]') FROM generate_series(1, (random() * 3)::integer))
    ELSE (SELECT coalesce(jsonb_object_agg(coalesce(CASE WHEN random() < 0.6 THEN (1 + random() * 4)::integer::text ELSE pg_temp.text() END, 'k'), pg_temp.json(depth + 1)), '{}') FROM generate_series(1, (random() * 3)::integer)) END;
END $$;
CREATE FUNCTION pg_temp.moment() RETURNS timestamp LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() < 0.05 THEN 'infinity' WHEN random() < 0.05 THEN '-infinity' WHEN random() < 0.1 THEN timestamp '0001-01-01' + (random() - 0.5) * interval '8000 years'
    ELSE timestamp '2000-01-01' + (random() - 0.3) * interval '90 years' END
$$;

CREATE TABLE public.original (
  id integer PRIMARY KEY, i2 smallint, i8 bigint, n numeric, n2 numeric(12, 3), f4 real, f8 double precision, b boolean, t text, v varchar(30), c char(5), "c1" "char", w word,
  d date, tm time, ttz timetz, ts timestamp, tstz timestamptz, iv interval, u uuid, by bytea, j json, jb jsonb, m mood, p place, r int4range, tr tstzrange, mr nummultirange, pt point, ip inet, bits varbit, mo money,
  ai integer[], at text[], aa integer[], aj jsonb[], ap place[], am mood[], atstz timestamptz[], aw word[], e mathesar_types.email, mm mathesar_types.multicurrency_money, ja mathesar_types.mathesar_json_array
);
INSERT INTO original SELECT n,
  (random() - 0.5) * 60000, (random() - 0.5) * 1.8e19, CASE WHEN n % 50 = 0 THEN 'NaN' WHEN n % 51 = 0 THEN 'Infinity' WHEN n % 52 = 0 THEN 10::numeric ^ 1000 ELSE (random() * 1e9)::numeric ^ (n % 4) / 7 END, (random() - 0.5) * 1e9,
  CASE WHEN n % 40 = 0 THEN '-Infinity' ELSE random() * 10 ^ (n % 20 - 10) END, CASE WHEN n % 41 = 0 THEN 'NaN' ELSE random() * 10.0 ^ (n % 200 - 100) END, random() < 0.5,
  pg_temp.text(), left(pg_temp.text(), 30), left(pg_temp.text(), 5), chr(1 + (random() * 126)::integer), left(pg_temp.text(), 20),
  pg_temp.moment()::date, CASE WHEN n % 30 = 0 THEN '24:00' ELSE (timestamp '2000-01-01' + random() * interval '1 day')::time END, (timestamptz '2000-01-01' + random() * interval '1 day')::timetz, pg_temp.moment(), pg_temp.moment() AT TIME ZONE 'UTC',
  (random() - 0.5) * interval '3 years 5 mons' + (random() - 0.5) * interval '40 days' + (random() - 0.5) * interval '100 hours', gen_random_uuid(), decode(md5(n::text), 'hex'),
  pg_temp.json()::json, pg_temp.json(), (enum_range(NULL::mood))[1 + (random() * 4)::integer],
  (pg_temp.text(), point(random(), n), pg_temp.moment() AT TIME ZONE 'UTC', ARRAY[n, NULL], nullif(pg_temp.json(), 'null'), 'ok')::place,
  int4range(n, n + 5), tstzrange(pg_temp.moment() AT TIME ZONE 'UTC', 'infinity'), nummultirange(numrange(n, n + 0.5), numrange(n + 1, NULL)), point(random(), -n), ('10.1.0.0'::inet + n), (n % 1000)::bit(10), n * 1.25,
  CASE WHEN n % 20 = 0 THEN '{}' ELSE ARRAY[n, NULL, -n] END, ARRAY[pg_temp.text(), NULL, pg_temp.text()], ARRAY[[n, 2], [NULL, 4]], ARRAY[pg_temp.json(), NULL, pg_temp.json()],
  ARRAY[(pg_temp.text(), NULL, NULL, '{}', NULL, '')::place, NULL], enum_range(NULL::mood), ARRAY[pg_temp.moment() AT TIME ZONE 'UTC', NULL], ARRAY[left(pg_temp.text(), 20)], 'a' || n || '@b.example', (n, 'EUR')::mathesar_types.multicurrency_money, jsonb_build_array(pg_temp.json())
FROM generate_series(1, 300) AS n;
-- A third of the values are NULL.
DO $$
DECLARE col text;
BEGIN
  FOR col IN SELECT attname FROM pg_attribute WHERE attrelid = 'original'::regclass AND attnum > 1 LOOP
    EXECUTE format('UPDATE original SET %I = NULL WHERE (id * 7 + %s) %% 3 = 0', col, length(col));
  END LOOP;
END $$;

CREATE TABLE public.copied (LIKE original INCLUDING ALL);
CREATE TABLE public.patched (LIKE original INCLUDING ALL);
CREATE FUNCTION pg_temp.differences(one regclass, other regclass) RETURNS TABLE (id integer) LANGUAGE plpgsql AS $$
BEGIN -- by text, as json and point have no equality
  RETURN QUERY EXECUTE format('SELECT id FROM %s AS one FULL JOIN %s AS other USING (id) WHERE one::text IS DISTINCT FROM other::text ORDER BY id LIMIT 3', one, other);
END $$;
-- Many at once, one by one, and column by column.
SELECT msar.add_records('copied', msar.list_records_from_table('original'::regclass, NULL, NULL, NULL, NULL, NULL)->'results')->'count';
SELECT * FROM pg_temp.differences('original', 'copied');
TRUNCATE copied;
SELECT count(msar.add_record_to_table('copied'::regclass, r)->'results'->0 = r OR NULL) FROM jsonb_array_elements(msar.list_records_from_table('original'::regclass, NULL, NULL, NULL, NULL, NULL)->'results') AS r;
SELECT * FROM pg_temp.differences('original', 'copied');
INSERT INTO patched (id) SELECT id FROM original;
SELECT count(msar.patch_record_in_table('patched'::regclass, r->>'1', jsonb_build_object(c.key, c.value))) > 5000
FROM jsonb_array_elements(msar.list_records_from_table('original'::regclass, NULL, NULL, NULL, NULL, NULL)->'results') AS r, jsonb_each(r) AS c WHERE c.value <> 'null' AND (r->>'1')::integer <= 200;
DELETE FROM original WHERE id > 200; DELETE FROM patched WHERE id > 200;
SELECT * FROM pg_temp.differences('original', 'patched');

-- Random JSON. What is done is done in a subtransaction, so that nothing is left of what fails.
CREATE TABLE public.victim (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, "1" text, n numeric(5,2) CHECK (n > 0), j jsonb, parent_id integer REFERENCES victim);
CREATE TABLE public.victim_pair (a integer, b text, c text[], p place, PRIMARY KEY (a, b));
INSERT INTO victim DEFAULT VALUES; INSERT INTO victim_pair VALUES (1, '1');
CREATE FUNCTION pg_temp.fuzz(call text, tries integer) RETURNS TABLE (outcome text) LANGUAGE plpgsql AS $$
DECLARE before text; after text; state text; states text[] := '{}'; arguments jsonb[];
BEGIN
  FOR i IN 1..tries LOOP
    arguments := ARRAY[pg_temp.json(), pg_temp.json(), pg_temp.json()];
    SELECT md5(string_agg(v::text, ',' ORDER BY id)) || (SELECT md5(string_agg(p::text, ',' ORDER BY a, b)) FROM victim_pair AS p) INTO before FROM victim AS v;
    BEGIN
      EXECUTE call USING arguments[1], arguments[2], arguments[3];
      state := 'done';
    EXCEPTION WHEN OTHERS THEN
      state := SQLSTATE;
      SELECT md5(string_agg(v::text, ',' ORDER BY id)) || (SELECT md5(string_agg(p::text, ',' ORDER BY a, b)) FROM victim_pair AS p) INTO after FROM victim AS v;
      IF before <> after THEN RAISE WARNING 'changed by % with %', call, arguments; END IF;
      IF state !~ '^(22|23|42)' AND state NOT IN ('P0001', '54001') THEN RAISE WARNING '% % by % with %', state, SQLERRM, call, arguments; END IF;
    END;
    states := states || state;
  END LOOP;
  RETURN QUERY SELECT CASE WHEN 'done' = ANY (states) THEN 'some done' ELSE 'none done' END || CASE WHEN array_length(array_remove(states, 'done'), 1) > 0 THEN ', some refused' ELSE ', none refused' END;
END $$;
SELECT pg_temp.fuzz($$SELECT msar.add_record_to_table('victim'::regclass, $1)$$, 400);
SELECT pg_temp.fuzz($$SELECT msar.add_record_to_table('victim_pair'::regclass, jsonb_build_object('a', $1, 'b', $2, 'p', $3))$$, 400);
SELECT pg_temp.fuzz($$SELECT msar.add_record_to_table('victim'::regclass, '{}', true, $1)$$, 400);
SELECT pg_temp.fuzz($$SELECT msar.patch_record_in_table('victim'::regclass, $1, $2)$$, 400);
SELECT pg_temp.fuzz($$SELECT msar.patch_record_in_table('victim'::regclass, 1, jsonb_build_object('1', 1, 'j', $1, 'n', $2))$$, 400);
SELECT pg_temp.fuzz($$SELECT msar.patch_record_in_table('victim_pair'::regclass, $1, $2)$$, 400);
SELECT pg_temp.fuzz($$SELECT msar.patch_record_in_table('victim_pair'::regclass, '{"1": 1, "b": "1"}', jsonb_build_object('c', $1, 'p', $2))$$, 400);
SELECT pg_temp.fuzz($$SELECT msar.delete_records_from_table('victim'::regclass, $1)$$, 400);
SELECT pg_temp.fuzz($$SELECT msar.delete_records_from_table('victim'::regclass, jsonb_build_array($1, $2, $3))$$, 400);
SELECT pg_temp.fuzz($$SELECT msar.delete_records_from_table('victim_pair'::regclass, jsonb_build_array(jsonb_build_object('1', $1, '2', $2)))$$, 400);
SELECT pg_temp.fuzz($$SELECT msar.add_records('victim', $1)$$, 400);
SELECT pg_temp.fuzz($$SELECT msar.add_records('victim', jsonb_build_array(jsonb_build_object('2', $1, 'j', $2), jsonb_build_object('j', $3)))$$, 400);
SELECT pg_temp.fuzz($$SELECT msar.form_insert($1, $2)$$, 400);
SELECT pg_temp.fuzz(format($$SELECT msar.form_insert(jsonb_build_array('{"key": "a", "table_oid": %1$s, "column_attnum": 2}'::jsonb || $1, '{"key": "b", "table_oid": %1$s, "column_attnum": 5}'::jsonb,
  '{"key": "c", "parent_key": "b", "table_oid": %1$s, "column_attnum": 4}'::jsonb), jsonb_build_object('b', '{"type": "create"}'::jsonb, 'c', $2))$$, 'victim'::regclass::oid), 400);
SELECT pg_temp.fuzz(format($$SELECT msar.form_insert(jsonb_build_array('{"key": "a", "table_oid": %1$s, "column_attnum": 2}'::jsonb, '{"key": "b", "table_oid": %1$s, "column_attnum": 5}'::jsonb),
  jsonb_build_object('a', $1, 'b', $2))$$, 'victim'::regclass::oid), 400);
