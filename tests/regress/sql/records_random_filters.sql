-- Filters put together at random give the rows of the same condition written as SQL.
\pset tuples_only on
\pset format unaligned
CREATE TYPE mood AS ENUM ('sad', 'fine', 'glad');
CREATE TABLE thing (id integer PRIMARY KEY, num integer, amount numeric(6,2), str text, dat date, feeling mood, flag boolean, tags text[], jsb jsonb);
SELECT setseed(0.42);
INSERT INTO thing SELECT g,
  CASE WHEN random() < 0.8 THEN (random() * 20)::int - 10 END, CASE WHEN random() < 0.8 THEN (random() * 20)::numeric(6,2) - 10 END,
  CASE WHEN random() < 0.8 THEN substr('a%b_C\d''e"', 1 + (random() * 5)::int, (random() * 6)::int) END, CASE WHEN random() < 0.8 THEN date '2020-01-01' + (random() * 800)::int END,
  CASE WHEN random() < 0.8 THEN (ARRAY['sad', 'fine', 'glad']::mood[])[1 + (random() * 2)::int] END, CASE WHEN random() < 0.7 THEN random() < 0.5 END,
  CASE WHEN random() < 0.8 THEN (ARRAY['{}', '{a}', '{a,b}', '{b,NULL}']::text[])[1 + (random() * 3)::int]::text[] END,
  CASE WHEN random() < 0.8 THEN (ARRAY['{}', '[1]', '[1,"a"]', '"a"', 'null']::jsonb[])[1 + (random() * 4)::int] END
FROM generate_series(1, 300) AS g;

-- A filter and its condition.
CREATE FUNCTION pg_temp.leaf(OUT filter jsonb, OUT condition text) LANGUAGE plpgsql AS
$$
DECLARE
  columns text[] := '{num,amount,str,dat,feeling,flag,tags,jsb}';
  name text := columns[1 + floor(random() * 8)];
  attnum int := (SELECT a.attnum FROM pg_attribute AS a WHERE attrelid = 'thing'::regclass AND attname = name);
  col jsonb := jsonb_build_object('type', 'attnum', 'value', attnum);
  type text := (SELECT format_type(atttypid, NULL) FROM pg_attribute AS a WHERE attrelid = 'thing'::regclass AND attname = name);
  val jsonb; other jsonb; txt text; op text[];
BEGIN
  -- Values that occur.
  EXECUTE format('SELECT to_jsonb(%I), to_jsonb(%1$I::text) FROM thing ORDER BY random() LIMIT 1', name) INTO val, other;
  IF type = 'jsonb' THEN val := other; END IF; -- as text, since a string is taken for JSON
  CASE floor(random() * 7)
    WHEN 0, 1, 2 THEN
      op := (ARRAY['{equal,=}', '{lesser,<}', '{greater,>}', '{lesser_or_equal,<=}', '{greater_or_equal,>=}'])[1 + floor(random() * 5)]::text[];
      filter := jsonb_build_object('type', op[1], 'args', jsonb_build_array(col, jsonb_build_object('type', 'literal', 'value', val)));
      condition := format('%I %s %L::%s', name, op[2], other #>> '{}', type);
    WHEN 3 THEN
      filter := jsonb_build_object('type', 'null', 'args', jsonb_build_array(col));
      condition := format('%I IS NULL', name);
    WHEN 4 THEN
      txt := substr('%_\''"aB1,', 1 + floor(random() * 8)::int, 1 + floor(random() * 2)::int);
      op := (ARRAY['{contains,"strpos(%I::text, %L) > 0"}', '{starts_with,"starts_with(%I::text, %L)"}',
                   '{contains_case_insensitive,"strpos(lower(%I::text), lower(%L)) > 0"}'])[1 + floor(random() * 3)]::text[];
      filter := jsonb_build_object('type', op[1], 'args', jsonb_build_array(col, jsonb_build_object('type', 'literal', 'value', txt)));
      condition := format(op[2], name, txt);
    WHEN 5 THEN
      filter := jsonb_build_object('type', 'between', 'args', jsonb_build_array(col, jsonb_build_object('type', 'literal', 'value', val), col));
      condition := format('%I BETWEEN %L::%s AND %1$I', name, other #>> '{}', type);
    ELSE
      IF type IN ('text[]', 'jsonb') THEN
        filter := jsonb_build_object('type', 'equal', 'args', jsonb_build_array(jsonb_build_object('type', 'json_array_length', 'args', jsonb_build_array(col)), jsonb_build_object('type', 'literal', 'value', 1)));
        condition := format('(CASE WHEN jsonb_typeof(to_jsonb(%I)) = ''array'' THEN jsonb_array_length(to_jsonb(%1$I)) END) = 1', name);
      ELSE
        filter := jsonb_build_object('type', 'in', 'args', jsonb_build_array(col, jsonb_build_object('type', 'literal', 'value', jsonb_build_array(val, val))));
        condition := format('%I IN (%L::%s)', name, other #>> '{}', type);
      END IF;
  END CASE;
END
$$;
CREATE FUNCTION pg_temp.tree(depth int, OUT filter jsonb, OUT condition text) LANGUAGE plpgsql AS
$$
DECLARE
  a record; b record;
BEGIN
  IF depth = 0 OR random() < 0.2 THEN
    SELECT * FROM pg_temp.leaf() INTO filter, condition;
    RETURN;
  END IF;
  SELECT * FROM pg_temp.tree(depth - 1) INTO a;
  IF random() < 0.25 THEN
    filter := jsonb_build_object('type', 'not', 'args', jsonb_build_array(a.filter));
    condition := format('(NOT %s)', a.condition);
    RETURN;
  END IF;
  SELECT * FROM pg_temp.tree(depth - 1) INTO b;
  IF random() < 0.5 THEN
    filter := jsonb_build_object('type', 'and', 'args', jsonb_build_array(a.filter, b.filter));
    condition := format('(%s AND %s)', a.condition, b.condition);
  ELSE
    filter := jsonb_build_object('type', 'or', 'args', jsonb_build_array(a.filter, b.filter));
    condition := format('(%s OR %s)', a.condition, b.condition);
  END IF;
END
$$;

DO $$
DECLARE
  t record; passed int[]; wanted int[]; listed jsonb; found int := 0; partial int := 0;
BEGIN
  FOR i IN 1..600 LOOP
    SELECT * FROM pg_temp.tree(i % 5) INTO t;
    EXECUTE 'SELECT array_agg(id ORDER BY id) FROM thing WHERE ' || t.condition INTO wanted;
    -- Each of them both ways of listing, and as an export.
    listed := msar.list_records_from_table('thing'::regclass, NULL, NULL, NULL, t.filter, NULL);
    SELECT array_agg((r->>'1')::int) INTO passed FROM jsonb_array_elements(listed->'results') AS r;
    IF passed IS DISTINCT FROM wanted OR (listed->>'count')::int <> COALESCE(cardinality(wanted), 0) THEN
      RAISE WARNING '% gives % instead of % for %', t.filter, passed, wanted, t.condition;
    END IF;
    listed := msar.list_records('thing', jsonb_build_object('limit', 7, 'filter', t.filter, 'columns', '[1]'::jsonb));
    SELECT array_agg((r->>'1')::int) INTO passed FROM jsonb_array_elements(listed->'results') AS r;
    IF passed IS DISTINCT FROM wanted[:7] OR (listed->>'count')::int <> COALESCE(cardinality(wanted), 0) THEN
      RAISE WARNING '% gives % instead of % for %', t.filter, passed, wanted[:7], t.condition;
    END IF;
    SELECT array_agg((r->>'1')::int) INTO passed
    FROM (SELECT msar.get_table_columns_and_records('thing'::regclass, NULL, 2, NULL, t.filter) AS r OFFSET 1) AS e;
    IF passed IS DISTINCT FROM NULLIF(wanted[3:], '{}') THEN
      RAISE WARNING '% exports % instead of % for %', t.filter, passed, wanted[3:], t.condition;
    END IF;
    found := found + 1;
    partial := partial + COALESCE(cardinality(wanted) BETWEEN 1 AND 299, false)::int;
  END LOOP;
  -- A test that finds nothing proves nothing.
  RAISE NOTICE '% filters; more than half find some rows and not all: %', found, partial > found / 2;
END
$$;
