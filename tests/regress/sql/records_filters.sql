-- Every filter key, on every type that takes it, beside the condition that SQL has for it.
\pset format unaligned
\pset tuples_only on
CREATE TYPE mood AS ENUM ('sad', 'fine', 'glad'); -- not in the order of the alphabet
CREATE DOMAIN even AS integer CHECK (VALUE % 2 = 0);
CREATE TABLE thing (
  id integer PRIMARY KEY, num integer, amount numeric, ratio double precision, str text, short varchar(9), fixed char(5), ident name,
  flag boolean, dat date, tim time, stamp timestamptz, span interval, uid uuid, feeling mood, half even,
  js json, jsb jsonb, tags text[], numbers integer[], spread int4range, ip inet, mail mathesar_types.email, link mathesar_types.uri
);
INSERT INTO thing VALUES
  (1, 10, 10.50, 1.5, 'Alpha 50%', 'a_b', 'abc', 'alpha', true, '2020-01-31', '10:00', '2020-01-31 12:00Z', '1 day', '00000000-0000-0000-0000-00000000000a',
   'sad', 2, '["a", 1]', '["a", 1, {"k": "v"}]', '{a,b}', '{1,2}', '[1,5)', '10.0.0.1', 'ann@example.org', 'https://example.org/a'),
  (2, 20, 'NaN', 'NaN', 'alphabet \ ''', 'axb', 'abd', 'beta', false, '2021-02-28', '23:59:59.5', '2021-02-28 12:00Z', '24:00:00', '00000000-0000-0000-0000-00000000000b',
   'glad', 4, '{"a": 1}', '{"a": 1}', '{b,c}', '{2,3}', '[5,9)', '10.0.0.2', 'Bob@Example.com', 'ftp://files.test:21/x'),
  (3, -5, 0.1, -0.1, 'ALPHA', '', 'b', 'Gamma', NULL, 'infinity', '00:00', '-infinity', '-1 mon', '00000000-0000-0000-0000-00000000000c',
   'fine', -2, '"a"', '[]', '{}', '{}', 'empty', '::1', 'c@d', 'urn:isbn:1');
INSERT INTO thing (id) VALUES (4);

CREATE FUNCTION pg_temp.col(name text) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('type', 'attnum', 'value', attnum) FROM pg_attribute WHERE attrelid = 'thing'::regclass AND attname = name $$;
CREATE FUNCTION pg_temp.lit(value jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('type', 'literal', 'value', value) $$;
CREATE FUNCTION pg_temp.call(key text, VARIADIC args jsonb[]) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('type', key, 'args', to_jsonb(args)) $$;
-- The rows that a filter lets through, and whether they are those of the condition.
CREATE FUNCTION pg_temp.check(filter jsonb, condition text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
  passed int[]; wanted int[]; listed jsonb;
BEGIN
  listed := msar.list_records_from_table('thing'::regclass, NULL, NULL, NULL, filter, NULL);
  SELECT array_agg((r->>'1')::int) INTO passed FROM jsonb_array_elements(listed->'results') AS r;
  EXECUTE 'SELECT array_agg(id ORDER BY id) FROM thing WHERE ' || condition INTO wanted;
  IF passed IS DISTINCT FROM wanted OR (listed->>'count')::int <> COALESCE(cardinality(wanted), 0) THEN
    RETURN format('WRONG %s: %s instead of %s for %s', filter, passed, wanted, condition);
  END IF;
  RETURN format('%s -> %s', condition, COALESCE(passed, '{}'));
END
$$;

-- Comparisons: each operator with the value of row 1, on each type that has an order.
SELECT pg_temp.check(pg_temp.call(key, pg_temp.col(name), pg_temp.lit(value)), format('%I %s %L', name, operator, value #>> '{}'))
FROM (VALUES ('num', '10'::jsonb), ('num', '"10"'), ('amount', '10.5'), ('ratio', '1.5'), ('str', '"ALPHA"'), ('short', '"a_b"'), ('fixed', '"abc"'), ('ident', '"alpha"'),
             ('flag', 'true'), ('dat', '"2020-01-31"'), ('dat', '"2020-01-31 AD"'), ('tim', '"10:00"'), ('stamp', '"2020-01-31T12:00:00.0Z AD"'), ('span', '"P0Y0M1DT0H0M0S"'),
             ('uid', '"00000000-0000-0000-0000-00000000000a"'), ('feeling', '"fine"'), ('half', '2'), ('jsb', '"[]"'),
             ('ip', '"10.0.0.1"'), ('spread', '"[1,5)"'), ('tags', '"{a,b}"'), ('mail', '"ann@example.org"')) AS v(name, value),
     (VALUES ('equal', '='), ('lesser', '<'), ('greater', '>'), ('lesser_or_equal', '<='), ('greater_or_equal', '>=')) AS o(key, operator)
ORDER BY name, value, key;
-- JSON arrays for arrays, JSON for JSON. A json column is compared as jsonb.
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.col('tags'), pg_temp.lit('["a", "b"]')), $$tags = '{a,b}'$$);
SELECT pg_temp.check(pg_temp.call('greater', pg_temp.col('numbers'), pg_temp.lit('[1, 3]')), $$numbers > '{1,3}'$$);
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.col('jsb'), pg_temp.lit('["a", 1, {"k": "v"}]')), $$jsb = '["a", 1, {"k": "v"}]'$$);
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.col('js'), pg_temp.lit('{"a":1}')), $$js::jsonb = '{"a": 1}'$$);
-- A literal first; two columns; two literals; NULL, which nothing is equal to.
SELECT pg_temp.check(pg_temp.call('lesser', pg_temp.lit('10'), pg_temp.col('num')), '10 < num');
SELECT pg_temp.check(pg_temp.call('greater', pg_temp.col('amount'), pg_temp.col('num')), 'amount > num');
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.col('num'), pg_temp.col('half')), 'num = half');
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.lit('1'), pg_temp.lit('1')), 'true');
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.col('num'), pg_temp.lit('null')), 'num = NULL');
-- A value that the domain would refuse can be compared all the same.
SELECT pg_temp.check(pg_temp.call('lesser', pg_temp.col('half'), pg_temp.lit('3')), 'half < 3');

-- in and between.
SELECT pg_temp.check(pg_temp.call('in', pg_temp.col(name), pg_temp.lit(list)), format('%I IN (SELECT jsonb_array_elements_text(%L)::%s)', name, list, cast_to))
FROM (VALUES ('num', '[10, "-5", 7]'::jsonb, 'int'), ('str', '["ALPHA", "\"", "a,b"]', 'text'), ('feeling', '["sad", "glad"]', 'mood'), ('dat', '["2020-01-31"]', 'date'),
             ('half', '[2, 4]', 'int'), ('ident', '["beta"]', 'text'), ('jsb', '["[]", "1"]', 'jsonb'), ('flag', '[true]', 'boolean'), ('num', '[]', 'int'), ('num', '[null]', 'int')) AS v(name, list, cast_to);
SELECT pg_temp.check(pg_temp.call('in', pg_temp.col('num'), pg_temp.lit('10'), pg_temp.lit('20'), pg_temp.col('half')), 'num IN (10, 20, half)');
SELECT pg_temp.check(pg_temp.call('in', pg_temp.col('tags'), pg_temp.lit('["a", "b"]'), pg_temp.lit('[]')), $$tags IN ('{a,b}', '{}')$$);
SELECT pg_temp.check(pg_temp.call('between', pg_temp.col(name), pg_temp.lit(low), pg_temp.lit(high)), format('%I BETWEEN %L AND %L', name, low #>> '{}', high #>> '{}'))
FROM (VALUES ('num', '-5'::jsonb, '10'::jsonb), ('dat', '"2020-01-01"', '"2021-12-31"'), ('feeling', '"sad"', '"fine"'), ('str', '"A"', '"B"'), ('num', '1', 'null')) AS v(name, low, high);

-- NULL.
SELECT pg_temp.check(pg_temp.call('null', pg_temp.col(attname)), format('%I IS NULL', attname)),
       pg_temp.check(pg_temp.call('not_null', pg_temp.col(attname)), format('%I IS NOT NULL', attname))
FROM pg_attribute WHERE attrelid = 'thing'::regclass AND attnum > 0 ORDER BY attnum;

-- Connectives; conditions as values; a boolean column and a literal as conditions.
SELECT pg_temp.check(pg_temp.call('and', pg_temp.col('flag'), pg_temp.call('equal', pg_temp.col('num'), pg_temp.lit('10'))), 'flag AND num = 10');
SELECT pg_temp.check(pg_temp.call('or', pg_temp.col('flag'), pg_temp.call('null', pg_temp.col('num')), pg_temp.call('equal', pg_temp.col('num'), pg_temp.lit('-5'))), 'flag OR num IS NULL OR num = -5');
SELECT pg_temp.check(pg_temp.call('not', pg_temp.col('flag')), 'NOT flag');
SELECT pg_temp.check(pg_temp.call('not', pg_temp.call('or', pg_temp.lit('false'), pg_temp.lit('null'))), 'NOT (false OR NULL)');
SELECT pg_temp.check(pg_temp.call('and', pg_temp.lit('true')), 'true');
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.call('null', pg_temp.col('flag')), pg_temp.lit('true')), '(flag IS NULL) = true');
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.call('and', pg_temp.col('flag'), pg_temp.lit('true')), pg_temp.col('flag')), '(flag AND true) = flag');

-- Text, in which % and _ and \ mean themselves. Of what is no text, its text counts.
SELECT pg_temp.check(pg_temp.call(key, pg_temp.col(name), pg_temp.lit(to_jsonb(part))), condition)
FROM (VALUES ('str', '0%'), ('str', 'lpha'), ('str', '\ '''), ('short', '_'), ('short', ''), ('fixed', 'bc'), ('ident', 'amma'), ('num', '0'), ('amount', '.5'), ('feeling', 'a'),
             ('dat', '-0'), ('uid', '0a'), ('jsb', '"a"'), ('tags', 'b'), ('spread', '5'), ('half', '2'), ('mail', 'EXAMPLE')) AS v(name, part),
     LATERAL (VALUES ('contains', format('strpos(%I::text, %L) > 0', name, part)), ('contains_case_insensitive', format('strpos(lower(%I::text), lower(%L)) > 0', name, part))) AS k(key, condition);
SELECT pg_temp.check(pg_temp.call(key, pg_temp.col(name), pg_temp.lit(to_jsonb(part))), condition)
FROM (VALUES ('str', 'Alpha 50%'), ('str', 'alph'), ('short', 'a_'), ('num', '-'), ('feeling', 'G')) AS v(name, part),
     LATERAL (VALUES ('starts_with', format('starts_with(%I::text, %L)', name, part)), ('starts_with_case_insensitive', format('starts_with(lower(%I::text), lower(%L))', name, part))) AS k(key, condition);
SELECT pg_temp.check(pg_temp.call('contains', pg_temp.col('str'), pg_temp.col('short')), 'strpos(str, short) > 0');
SELECT pg_temp.check(pg_temp.call('starts_with_case_insensitive', pg_temp.lit('"Alphabet"'), pg_temp.col('ident')), 'starts_with(lower(''Alphabet''), lower(ident))');
SELECT pg_temp.check(pg_temp.call('contains', pg_temp.col('str'), pg_temp.lit('null')), 'NULL');
SELECT pg_temp.check(pg_temp.call('contains', pg_temp.col('num'), pg_temp.lit('10')), 'num::text LIKE ''%10%''');

-- JSON: jsonb, json, arrays of SQL.
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.call('json_array_length', pg_temp.col(name)), pg_temp.lit(length)),
                     format('CASE WHEN jsonb_typeof(to_jsonb(%I)) = ''array'' THEN jsonb_array_length(to_jsonb(%1$I)) END = %L', name, length))
FROM (VALUES ('jsb', '3'::jsonb), ('jsb', '0'), ('js', '2'), ('tags', '2'), ('numbers', '0')) AS v(name, length);
SELECT pg_temp.check(pg_temp.call('json_array_contains', pg_temp.col(name), pg_temp.lit(part)), condition)
FROM (VALUES ('jsb', '["a"]'::jsonb, $$jsb @> '["a"]'$$), ('jsb', '"[1]"', $$jsb @> '[1]'$$), ('jsb', '[{"k": "v"}]', $$jsb @> '[{"k": "v"}]'$$), ('js', '["a"]', $$js::jsonb @> '["a"]'$$),
             ('tags', '["b"]', $$tags @> '{b}'$$), ('numbers', '[2, 1]', $$numbers @> '{2,1}'$$), ('numbers', '2', $$numbers @> '{2}'$$)) AS v(name, part, condition);
SELECT pg_temp.check(pg_temp.call('element_in_json_array_untyped', pg_temp.col('num'), pg_temp.lit('[10, "-5"]')), 'num IN (10, -5)');
SELECT pg_temp.check(pg_temp.call('element_in_json_array_untyped', pg_temp.lit('"a"'), pg_temp.col(name)), format('to_jsonb(%I) ? ''a'' AND jsonb_typeof(to_jsonb(%1$I)) = ''array''', name))
FROM (VALUES ('jsb'), ('js'), ('tags')) AS v(name);
SELECT pg_temp.check(pg_temp.call('element_in_json_array_untyped', pg_temp.lit('1'), pg_temp.col('jsb')), 'jsb @> ''[1]''');
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.call('convert_to_json', pg_temp.col('tags')), pg_temp.lit('["a", "b"]')), $$to_jsonb(tags) = '["a", "b"]'$$);

-- Dates cut short, and parts of URIs and addresses.
SET TimeZone = 'UTC';
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.call(key, pg_temp.col(name)), pg_temp.lit(to_jsonb(value))), format('to_char(%I, %L) = %L', name, format, value))
FROM (VALUES ('truncate_to_year', 'YYYY AD', '2020 AD'), ('truncate_to_month', 'YYYY-MM AD', '2020-01 AD'), ('truncate_to_day', 'YYYY-MM-DD AD', '2020-01-31 AD')) AS k(key, format, value),
     (VALUES ('dat'), ('stamp')) AS v(name);
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.call('uri_scheme', pg_temp.col('link')), pg_temp.lit('"ftp"')), $$link LIKE 'ftp:%'$$);
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.call('uri_authority', pg_temp.col('link')), pg_temp.lit('"files.test:21"')), $$link LIKE '%//files.test:21/%'$$);
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.call('email_domain', pg_temp.col('mail')), pg_temp.lit('"example.org"')), $$mail LIKE '%@example.org'$$);
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.call('format_data', pg_temp.col('dat')), pg_temp.lit('"2020-01-31 AD"')), $$dat = '2020-01-31'$$);
SELECT pg_temp.check(pg_temp.call('equal', pg_temp.call('format_data', pg_temp.col('num')), pg_temp.lit('10')), 'num = 10');

-- Columns by name, for people.
SELECT msar.list_records('thing', '{"columns": ["id"], "filter": {"type": "greater", "args": [{"type": "column", "value": "num"}, {"type": "literal", "value": 0}]}}')->'results';

-- What cannot be asked.
\set VERBOSITY default
CREATE FUNCTION pg_temp.try(filter jsonb) RETURNS jsonb LANGUAGE sql AS
$$ SELECT msar.list_records_from_table('thing'::regclass, NULL, NULL, NULL, filter, NULL) $$;
SELECT pg_temp.try('{"type": "equals", "args": []}');
SELECT pg_temp.try('{"type": "equal", "args": [{"type": "attnum", "value": 2}]}');
SELECT pg_temp.try('{"type": "equal", "args": [{"type": "attnum", "value": 99}, {"type": "literal", "value": 1}]}');
SELECT pg_temp.try('{"type": "equal", "args": [{"type": "attnum", "value": "num"}, {"type": "literal", "value": 1}]}');
SELECT pg_temp.try('{"type": "equal", "args": [{"type": "attnum", "value": 2}, {"type": "literal"}]}');
SELECT pg_temp.try('{"type": "equal", "args": [{"type": "attnum", "value": 2}, {"type": "literal", "value": "ten"}]}');
SELECT pg_temp.try('{"type": "equal", "args": [{"type": "attnum", "value": 2}, {"type": "literal", "value": 99999999999}]}');
SELECT pg_temp.try('{"type": "attnum", "value": 2}');
SELECT pg_temp.try('{"type": "truncate_to_year", "args": [{"type": "attnum", "value": 2}]}');
SELECT pg_temp.try('{"type": "equal", "args": [{"type": "truncate_to_year", "args": [{"type": "attnum", "value": 2}]}, {"type": "literal", "value": 1}]}');
SELECT pg_temp.try('"num = 1"');
SELECT pg_temp.try('[]');
SELECT pg_temp.try('{"args": []}');
ALTER TABLE thing ADD pt point;
SELECT pg_temp.try('{"type": "lesser", "args": [{"type": "attnum", "value": 25}, {"type": "literal", "value": "(1,2)"}]}');
-- Filters within filters that double.
CREATE FUNCTION pg_temp.nested(depth int) RETURNS jsonb LANGUAGE sql AS
$$ SELECT (repeat('{"type": "between", "args": [', depth) || '{"type": "attnum", "value": 9}' || repeat(', {"type": "literal", "value": false}, {"type": "literal", "value": true}]}', depth))::jsonb $$;
SELECT pg_temp.try(pg_temp.nested(3))->'count';
SELECT pg_temp.try(pg_temp.nested(50));
SELECT pg_temp.try('null') = pg_temp.try(NULL);
-- As deep as JSON may be nested for us, and deeper.
SELECT pg_temp.try((repeat('{"type": "not", "args": [', 60) || '{"type": "attnum", "value": 9}' || repeat(']}', 60))::jsonb)->'count';
\set VERBOSITY terse
SELECT pg_temp.try((repeat('{"type": "not", "args": [', 70) || '{"type": "attnum", "value": 9}' || repeat(']}', 70))::jsonb)->'count';
-- In a short list null means what it means alone: that there is no value.
CREATE FUNCTION pg_temp.ids(filter jsonb) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_path_query_array(msar.list_records('thing', jsonb_build_object('keys', 'names', 'columns', '["id"]'::jsonb, 'count', 'none', 'filter', filter)), '$.results[*].id') $$;
SELECT filter, pg_temp.ids(filter) = (SELECT COALESCE(jsonb_agg(id ORDER BY id) FILTER (WHERE CASE n
    WHEN 1 THEN num IS NULL WHEN 2 THEN num IS NULL OR num = 10 WHEN 3 THEN num IS NOT NULL AND num <> 10 WHEN 4 THEN num IS NOT NULL
    WHEN 5 THEN tags IS NULL OR tags = '{a,b}' ELSE jsb IS NULL OR jsb = '"null"' END), '[]') FROM thing) AS as_sql
FROM (VALUES (1, '{"num": [null]}'::jsonb), (2, '{"num": [10, null]}'), (3, '["num", "not in", [null, 10]]'), (4, '{"num": {"not in": [null]}}'),
  (5, '{"tags": [null, ["a", "b"]]}'), (6, '{"jsb": ["\"null\"", null]}')) AS v(n, filter);
-- A value that is none of its column's type is told with its place.
\set VERBOSITY default
SELECT pg_temp.ids('{"num": "abc"}');
SELECT pg_temp.ids('{"id": 1, "num": {">": 1, "<": "abc"}}');
SELECT pg_temp.ids('{"dat": ["2020-01-31", "soon"]}');
SELECT pg_temp.ids('["or", {"num": 1}, ["not", ["#2", "between", [1, "x"]]]]');
SELECT msar.list_records('thing', '{"after": "abc"}');
SELECT msar.get_linked_records('thing', 'abc'::text);
SELECT msar.update_records('thing', '{"num": "abc"}', '{"num": 1}');
