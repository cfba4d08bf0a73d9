-- What JSON means for a column's type. Every form in which records are given can be written back.
\pset format unaligned
\pset null '(null)'
\set VERBOSITY default
SET timezone = 'UTC';
SET datestyle = 'ISO, DMY';
SET intervalstyle = 'postgres';

CREATE FUNCTION pg_temp.write(type text, VARIADIC vals text[]) RETURNS TABLE (given text, stored text, error text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TEMPORARY TABLE value_of_type (value %s)', type);
  FOREACH given IN ARRAY vals LOOP
    stored := NULL; error := NULL;
    BEGIN
      PERFORM msar.add_record_to_table('value_of_type'::regclass, format('{"1": %s}', given)::jsonb);
      SELECT CASE WHEN value IS DISTINCT FROM NULL THEN format('%s', value) END INTO stored FROM value_of_type;
    EXCEPTION WHEN OTHERS THEN error := SQLSTATE || ' ' || SQLERRM;
    END;
    TRUNCATE value_of_type;
    RETURN NEXT;
  END LOOP;
  DROP TABLE value_of_type;
END $$;

-- Numbers keep their digits; the column's scale rounds, as in any INSERT.
SELECT * FROM pg_temp.write('integer', '12', '"12"', '" 12 "', '1e3', 'null', '1.5', '2147483648', 'true', '"x"', '[1]', '{}');
SELECT * FROM pg_temp.write('numeric', '12345678901234567890.12345678901234567890', '"NaN"', '"-Infinity"', '1e-30', '"1,000"');
SELECT length(stored) FROM pg_temp.write('numeric', '1e1000');
SELECT * FROM pg_temp.write('numeric(8,2)', '1.235', '1234567.1');
SELECT * FROM pg_temp.write('double precision', '0.1', '"Infinity"', '1e400');
SELECT * FROM pg_temp.write('boolean', 'true', '"no"', '1', '0', '2', '"perhaps"');
SELECT * FROM pg_temp.write('money', '"$1,234.56"', '12.5');
-- Text takes anything that has a text.
SELECT * FROM pg_temp.write('text', '"it''s \"quoted\" \\ $1 {} ); DROP TABLE x; --"', '12.50', 'true', '{"a": [1, "b"]}', '""', '"null"');
SELECT * FROM pg_temp.write('varchar(3)', '"abc"', '"abc  "', '"abcd"');
SELECT * FROM pg_temp.write('char(3)', '"a"', '"abcd"');
SELECT * FROM pg_temp.write('bytea', '"\\x00ff"', '"\\xgg"', '"a\\000b"');
SELECT * FROM pg_temp.write('uuid', '"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"', '"a0"');
-- Dates and times, as records give them, and as people write them.
SELECT * FROM pg_temp.write('date', '"1970-01-02 AD"', '"0044-03-15 BC"', '"10000-01-01 AD"', '"infinity"', '"-infinity"', '"1970-01-02"', '"31/12/2025"', '"2026-02-30"');
SELECT * FROM pg_temp.write('time', '"12:30:45.0"', '"24:00:00.0"', '"05:06:07.789"', '"25:00"');
SELECT * FROM pg_temp.write('timetz', '"12:30:45.0Z"', '"12:30:45.0+05:30"', '"12:30:45.0-01:00"');
SELECT * FROM pg_temp.write('timestamp', '"2020-01-01T00:00:00.0 AD"', '"0001-12-31T23:59:59.999999 BC"', '"infinity"', '"294276-12-31T23:59:59.0 AD"');
SELECT * FROM pg_temp.write('timestamptz', '"2020-01-01T00:00:00.0Z AD"', '"2020-01-01T00:00:00.0+05:30 AD"', '"2020-01-01T00:00:00.0-01:00 BC"', '"-infinity"', '"2020-01-01"');
SELECT * FROM pg_temp.write('interval', '"P1Y2M3DT4H5M6.7S"', '"P0Y-1M0DT0H0M-0.5S"', '"P0Y0M0DT0H0M0S"', '"1 day"', '"one day"');
SELECT * FROM pg_temp.write('interval hour to minute', '"P0Y0M1DT4H5M6.7S"');
-- Arrays: as JSON, or as PostgreSQL writes them.
SELECT * FROM pg_temp.write('integer[]', '[1, null, "3"]', '[[1, 2], [3, 4]]', '[]', '"{5,6}"', '"[0:1]={5,6}"', '[[1, 2], [3]]', '[1, "x"]', '{"a": 1}', '5');
SELECT * FROM pg_temp.write('text[]', '["a \"b\"", "NULL", null, "", "{}", "a,b", "\\", {"a": 1}, true]');
SELECT * FROM pg_temp.write('date[]', '["1970-01-02 AD", "infinity"]');
SELECT * FROM pg_temp.write('varchar(2)[]', '["ab"]', '["abc"]');
-- Composite values, in arrays and with arrays. Fields that the type does not have are passed over.
CREATE TYPE public.tag AS (name text, "since Year" integer, marks numeric(4,1)[], info jsonb);
SELECT * FROM pg_temp.write('tag', '{"name": "a", "since Year": 1999, "marks": [1.25, 2], "info": {"k": "v"}}', '{"name": "a"}', '{}', '"(b,1,\"{1,2}\",)"', '{"other": 1}', '[1]', '{"since Year": "x"}');
SELECT * FROM pg_temp.write('tag[]', '[{"name": "a", "marks": []}, null, "(b,,,)"]', '[]', '[5]');
-- JSON: a string is JSON text, since that is how records give it; what is no string is the JSON itself.
SELECT * FROM pg_temp.write('jsonb', '"{\"a\": [1, \"x\"]}"', '{"a": [1, "x"]}', '[1, "x"]', '"[1]"', '1.50', '"1.50"', 'true', '"null"', 'null', '"\"text\""', '"text"', '""');
SELECT * FROM pg_temp.write('json', '"{\"b\":1,  \"a\":2}"', '{"b": 1, "a": 2}');
SELECT * FROM pg_temp.write('jsonb[]', '["{\"a\": 1}", {"a": 1}, "\"text\"", null, "null"]', '[["1"], ["2"]]', '"{1,2}"', '["text"]');
-- Domains, enums, ranges, and the types of mathesar_types.
CREATE TYPE public.mood AS ENUM ('sad', 'so ''so''');
CREATE DOMAIN public.positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN public.tags AS tag[] CHECK (cardinality(VALUE) < 2);
SELECT * FROM pg_temp.write('mood', '"so ''so''"', '"happy"');
SELECT * FROM pg_temp.write('positive', '1', '0', '"x"');
SELECT * FROM pg_temp.write('positive[]', '[1]', '[1, 0]');
SELECT * FROM pg_temp.write('tags', '[{"name": "a"}]', '[{}, {}]');
SELECT * FROM pg_temp.write('int4range', '"[1,5)"', '"empty"', '"[5,1)"');
SELECT * FROM pg_temp.write('int4multirange', '"{[1,5),[7,8)}"');
SELECT * FROM pg_temp.write('mathesar_types.email', '"a@b.example"', '"ab"');
SELECT * FROM pg_temp.write('mathesar_types.uri', '"https://example.org"', '"example"');
SELECT * FROM pg_temp.write('mathesar_types.mathesar_json_array', '"[1]"', '[1]', '{"a": 1}', '"{}"');
SELECT * FROM pg_temp.write('mathesar_types.multicurrency_money', '{"value": 12.5, "currency": "EUR"}');
SELECT * FROM pg_temp.write('point', '"(1,2)"');
SELECT * FROM pg_temp.write('bit(3)', '"101"', '"10"');
SELECT * FROM pg_temp.write('"char"', '"a"');
SELECT * FROM pg_temp.write('regclass', '"library.book"', '"nothing"');
SELECT * FROM pg_temp.write('tsvector', '"a:1 b"');
SELECT * FROM pg_temp.write('inet', '"::1"', '"300.1.1.1"');
