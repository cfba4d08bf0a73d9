-- Pages that begin after a row: put together they are the whole table in its order, whatever the directions, NULLs and
-- equal values.
\pset tuples_only on
\pset format unaligned
CREATE TYPE mood AS ENUM ('sad', 'fine', 'glad');
CREATE DOMAIN even AS integer CHECK (VALUE % 2 = 0);
CREATE TABLE thing (a integer, b text, num integer, amount numeric NOT NULL, feeling mood, half even NOT NULL, PRIMARY KEY (b, a));
SELECT setseed(0.1);
INSERT INTO thing SELECT g % 10, 'k' || g / 10, CASE WHEN random() < 0.7 THEN (random() * 5)::int END, (random() * 3)::int,
  CASE WHEN random() < 0.7 THEN (ARRAY['sad', 'fine', 'glad']::mood[])[1 + (random() * 2)::int] END, 2 * (random() * 2)::int
FROM generate_series(1, 200) AS g;

-- Walks through the table by pages, and compares with the order of SQL.
CREATE FUNCTION pg_temp.walk(ordering jsonb, clause text, step int, filter jsonb DEFAULT NULL, condition text DEFAULT 'true') RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
  walked text[] := '{}'; wanted text[]; page jsonb; place jsonb := 'null'; pages int := 0;
BEGIN
  LOOP
    page := msar.list_records('thing', jsonb_build_object('limit', step, 'order', ordering, 'after', place, 'filter', filter, 'columns', '[1, 2]'::jsonb));
    walked := walked || ARRAY(SELECT r->>'2' || (r->>'1') FROM jsonb_array_elements(page->'results') AS r);
    place := page->'next';
    pages := pages + 1;
    EXIT WHEN place = 'null' OR pages > 500;
  END LOOP;
  EXECUTE format('SELECT ARRAY(SELECT b || a FROM thing WHERE %s ORDER BY %s)', condition, clause) INTO wanted;
  RETURN format('%s: %s rows, %s', clause, cardinality(walked), CASE WHEN walked = wanted THEN 'as they should be' ELSE format('WRONG: %s instead of %s', walked, wanted) END);
END
$$;
SELECT pg_temp.walk('[]', 'b, a', step) FROM unnest(ARRAY[1, 7, 50, 200, 201]) AS step;
SELECT pg_temp.walk('[{"attnum": 1}]', 'a, b', 7);
SELECT pg_temp.walk('[{"attnum": 2, "direction": "desc"}]', 'b DESC, a', 7);
SELECT pg_temp.walk(jsonb_build_array(one.item), one.clause || ', b, a', 7)
FROM (SELECT jsonb_strip_nulls(jsonb_build_object('column', name, 'direction', direction, 'nulls', nulls)),
             format('%I %s %s', name, direction, 'NULLS ' || nulls)
      FROM unnest(ARRAY['num', 'amount', 'feeling', 'half']) AS name, unnest(ARRAY['asc', 'desc']) AS direction, unnest(ARRAY['first', 'last', NULL]) AS nulls) AS one(item, clause) ORDER BY 1;
SELECT pg_temp.walk(jsonb_build_array(one.item, two.item), concat_ws(', ', one.clause, two.clause, 'b', 'a'), 7)
FROM (SELECT jsonb_build_object('column', name, 'direction', direction), format('%I %s', name, direction)
      FROM unnest(ARRAY['num', 'amount', 'feeling']) AS name, unnest(ARRAY['asc', 'desc']) AS direction) AS one(item, clause),
     (SELECT jsonb_build_object('column', name, 'direction', direction), format('%I %s', name, direction)
      FROM unnest(ARRAY['feeling', 'half']) AS name, unnest(ARRAY['asc', 'desc']) AS direction) AS two(item, clause) ORDER BY 1;
SELECT pg_temp.walk('[{"column": "num"}, {"column": "feeling", "direction": "desc"}, {"column": "half", "direction": "desc"}, {"column": "a", "direction": "desc"}]',
                    'num, feeling DESC, half DESC, a DESC, b', 3);
SELECT pg_temp.walk('[{"column": "num", "direction": "desc"}]', 'num DESC, b, a', 5,
                    '{"type": "greater", "args": [{"type": "column", "value": "amount"}, {"type": "literal", "value": 1}]}', 'amount > 1');

-- The index is used, however deep the page lies: one range of it for each way to come after the row.
CREATE TABLE deep (id integer PRIMARY KEY, at timestamptz NOT NULL, rank integer);
INSERT INTO deep SELECT g, '2020-01-01'::timestamptz + (g % 1000) * interval '1 hour', g % 77 FROM generate_series(1, 20000) AS g;
CREATE INDEX ON deep (at, id);
CREATE INDEX ON deep (rank DESC, id);
VACUUM ANALYZE deep;
CREATE FUNCTION pg_temp.reads_little(options jsonb) RETURNS boolean LANGUAGE plpgsql AS
$$
DECLARE
  before bigint; touched bigint;
BEGIN
  -- The second call reads what the first one reads, and nothing of the catalogs.
  PERFORM msar.list_records('deep', options);
  before := (SELECT pg_stat_get_xact_tuples_returned('deep'::regclass) + pg_stat_get_xact_tuples_fetched('deep'::regclass));
  PERFORM msar.list_records('deep', options);
  touched := (SELECT pg_stat_get_xact_tuples_returned('deep'::regclass) + pg_stat_get_xact_tuples_fetched('deep'::regclass)) - before;
  RETURN touched < 200;
END
$$;
SELECT pg_temp.reads_little(jsonb_build_object('limit', 20, 'count', 'none', 'after', 15000) || options)
FROM unnest(ARRAY['{}', '{"order": [{"column": "at"}]}', '{"order": [{"column": "at", "direction": "desc"}, {"column": "id", "direction": "desc"}]}',
                  '{"order": [{"column": "rank", "direction": "desc"}]}']::jsonb[]) AS options;

-- What cannot be.
\set VERBOSITY default
SELECT msar.list_records('thing', '{"after": 1}');
SELECT msar.list_records('thing', '{"after": {"1": 1}}');
SELECT msar.list_records('thing', '{"after": {"1": 1, "2": "k0", "3": 1}}');
SELECT msar.list_records('thing', '{"after": {"1": "x", "2": "k0"}}');
SELECT msar.list_records('thing', '{"after": {"1": 1, "2": "k0"}, "offset": 1}');
-- A row that is gone still has its place in an order by the key, and none in another.
DELETE FROM thing WHERE a = 1 AND b = 'k0';
SELECT msar.list_records('thing', '{"after": {"1": 1, "2": "k0"}, "limit": 1, "columns": ["a", "b"]}')->'results';
SELECT msar.list_records('thing', '{"after": {"1": 1, "2": "k0"}, "order": [{"column": "num"}]}');
CREATE VIEW seen AS SELECT * FROM thing;
SELECT msar.list_records('seen', '{"after": {"1": 1, "2": "k0"}}');
