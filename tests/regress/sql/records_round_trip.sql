-- What is printed is read again: a record of each type, listed, written and compared; and the same as text, imported.
CREATE SCHEMA trip;
SET search_path = trip;
SET TimeZone = 'Europe/Amsterdam';
CREATE TYPE mood AS ENUM ('fine', 'so so');
CREATE TYPE pair AS (a bigint, b date);
CREATE DOMAIN cents AS numeric(20, 2);
CREATE TABLE types (type text);
INSERT INTO types SELECT unnest(ARRAY['smallint', 'integer', 'bigint', 'numeric', 'numeric(12,3)', 'real', 'double precision', 'money', 'boolean', 'text', 'varchar(20)',
  'char(4)', 'name', '"char"', 'bytea', 'date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval', 'uuid', 'json', 'jsonb', 'inet', 'cidr', 'macaddr', 'bit(3)',
  'bit varying', 'point', 'box', 'int4range', 'numrange', 'daterange', 'tstzrange', 'tsvector', 'mood', 'pair', 'cents', 'text[]', 'integer[]', 'numeric[]', 'date[]',
  'timestamptz[]', 'boolean[]', 'jsonb[]', 'mood[]', 'mathesar_types.email', 'mathesar_types.uri', 'mathesar_types.mathesar_money', 'mathesar_types.multicurrency_money',
  'mathesar_types.mathesar_json_array', 'mathesar_types.mathesar_json_object']);
CREATE FUNCTION samples(type text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT CASE type
    WHEN 'boolean' THEN (ARRAY['t', 'f'])[1 + n % 2] WHEN 'boolean[]' THEN '{t,NULL,f}' WHEN '"char"' THEN 'x'
    WHEN 'money' THEN (ARRAY['$1,234.56', '-$0.01', '$1.00'])[1 + n % 3]
    WHEN 'real' THEN (ARRAY['1.5e-20', '3.4e38', '0.1'])[1 + n % 3] WHEN 'double precision' THEN (ARRAY['1e-300', '1e20', 'NaN'])[1 + n % 3]
    WHEN 'numeric' THEN (ARRAY['NaN', '12345678901234567890.10', '-0.001', 'Infinity'])[1 + n % 4] WHEN 'numeric(12,3)' THEN (ARRAY['1.234', '-1234567.890', '0.000'])[1 + n % 3]
    WHEN 'smallint' THEN (n * 100)::text WHEN 'integer' THEN (n * 99999)::text WHEN 'bigint' THEN (n * 1234567890123)::text WHEN 'cents' THEN (n * 1.25)::text
    WHEN 'bytea' THEN '\x00ff' WHEN 'date' THEN (ARRAY['2024-02-29', '0044-03-15 BC', 'infinity', '294277-01-01', '5000000-12-31', '-infinity'])[1 + n % 6]
    WHEN 'time' THEN (ARRAY['00:00', '24:00', '12:30:45.000001'])[1 + n % 3] WHEN 'timetz' THEN (ARRAY['12:30+05:30', '00:00Z', '23:59:59.9-15:59'])[1 + n % 3]
    WHEN 'timestamp' THEN (ARRAY['2024-02-29 12:30:45.123456', '0001-01-01 BC', 'infinity', '12024-01-01'])[1 + n % 4]
    WHEN 'timestamptz' THEN (ARRAY['2024-07-01 12:00Z', '1890-01-01 00:00Z', '0044-03-15 BC', '-infinity'])[1 + n % 4]
    WHEN 'interval' THEN (ARRAY['-36:15', '1 year 2 mons -3 days 04:05:06.7', '-0.5 seconds', '178956970 years 7 mons', '0'])[1 + n % 5]
    WHEN 'uuid' THEN 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' WHEN 'json' THEN '{"a": [1, 2.50]}' WHEN 'jsonb' THEN (ARRAY['"text"', '{"a": null}', '[1]', '5', 'null'])[1 + n % 5]
    WHEN 'inet' THEN '10.0.0.1/8' WHEN 'cidr' THEN '10.0.0.0/8' WHEN 'macaddr' THEN '08:00:2b:01:02:03' WHEN 'bit(3)' THEN '101' WHEN 'bit varying' THEN '1' WHEN 'point' THEN '(1,2)'
    WHEN 'box' THEN '(3,4),(1,2)' WHEN 'int4range' THEN (ARRAY['[1,5)', 'empty', '(,)'])[1 + n % 3] WHEN 'numrange' THEN '(1.5,2.50]' WHEN 'daterange' THEN '[2024-01-01,infinity)'
    WHEN 'tstzrange' THEN '["2024-01-01 12:00+00",)' WHEN 'tsvector' THEN '''a'':1 ''b''' WHEN 'mood' THEN 'so so' WHEN 'mood[]' THEN '{"so so",fine}'
    WHEN 'pair' THEN (ARRAY['(9007199254740993,2024-02-29)', '(,)'])[1 + n % 2]
    WHEN 'text[]' THEN (ARRAY['{a,"b,c",NULL,"NULL",""}', '{}', '{{a,b},{c,"d\\"}}'])[1 + n % 3] WHEN 'integer[]' THEN (ARRAY['{1,NULL}', '{{1,2},{3,4}}'])[1 + n % 2]
    WHEN 'numeric[]' THEN '{1.50,NaN}' WHEN 'date[]' THEN '{2024-02-29,infinity}' WHEN 'timestamptz[]' THEN '{"2024-01-01 12:00+00"}' WHEN 'jsonb[]' THEN '{"{\"a\": 1}","\"x\"",NULL,"[1]"}'
    WHEN 'mathesar_types.email' THEN 'jane@example.org' WHEN 'mathesar_types.uri' THEN 'https://example.org/A?b#c' WHEN 'mathesar_types.mathesar_money' THEN (ARRAY['1.234', '-5'])[1 + n % 2]
    WHEN 'mathesar_types.multicurrency_money' THEN (ARRAY['(1.50,EUR)', '(,)', '(-3,)'])[1 + n % 3] WHEN 'mathesar_types.mathesar_json_array' THEN '[1, "a"]'
    WHEN 'mathesar_types.mathesar_json_object' THEN '{"a": {"b": []}}'
    ELSE (ARRAY['text', ' a ', '"q"'])[1 + n % 3] END
  FROM generate_series(0, 5) AS n $$;
CREATE FUNCTION trip(type text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  listed jsonb;
  options jsonb;
  differ int;
BEGIN
  EXECUTE format('CREATE TABLE "from" (id int PRIMARY KEY, v %s)', type);
  EXECUTE format('INSERT INTO "from" SELECT row_number() OVER (), s::%1$s FROM trip.samples(%2$L) AS s', type, type);
  FOREACH options IN ARRAY ARRAY['{}', '{"numbers": "text"}', '{"dates": "iso"}']::jsonb[] LOOP
    EXECUTE format('CREATE TABLE "to" (id int PRIMARY KEY, v %s)', type);
    listed := msar.list_records('"from"', options || '{"limit": null}') -> 'results';
    PERFORM msar.add_records('"to"', listed);
    EXECUTE 'SELECT count(*) FROM (SELECT id, v::text FROM "from" EXCEPT SELECT id, v::text FROM "to") AS d' INTO differ;
    DROP TABLE "to";
    IF differ > 0 THEN
      RETURN differ || ' differ with ' || options;
    END IF;
  END LOOP;
  -- As text in a column, and into a column of the type again.
  CREATE TABLE texts (v text);
  INSERT INTO texts SELECT r ->> '2' FROM jsonb_array_elements(msar.list_records('"from"', '{"limit": null}') -> 'results') AS r;
  EXECUTE format('CREATE TABLE "to" (v %s)', type);
  PERFORM msar.insert_from_select('texts', '"to"', '[{"src_table_attnum": 1, "dst_table_attnum": 1}]');
  EXECUTE 'SELECT count(*) FROM (SELECT v::text FROM "from" EXCEPT ALL SELECT v::text FROM "to") AS d' INTO differ;
  DROP TABLE "from", "to", texts;
  RETURN CASE WHEN differ > 0 THEN differ || ' differ as text' ELSE 'same' END;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT result, count(*), CASE WHEN result <> 'same' THEN string_agg(type, ', ' ORDER BY type) END AS types FROM (SELECT type, trip(type) AS result FROM types) AS t GROUP BY result ORDER BY 1;
SET client_min_messages = warning;
DROP SCHEMA trip CASCADE;
