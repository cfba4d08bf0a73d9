-- Every aggregation, preprocessing and filter function on every type that it takes; NULLs; empty groups; the values of
-- the contract. Each is compared with SQL written by hand.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
SET TimeZone = 'UTC';
\i tests/regress/include/problem.sql
CREATE SCHEMA f;
CREATE TYPE f.mood AS ENUM ('low', 'high');
CREATE DOMAIN f.positive AS int CHECK (VALUE > 0);
CREATE TABLE f.all_types (
  id int PRIMARY KEY, g text, i2 smallint, i4 int, i8 bigint, n numeric(10,3), r real, d double precision, m money, mm mathesar_types.mathesar_money,
  b boolean, t text, v varchar(20), c char(4), nm name, e f.mood, p f.positive, u uuid, dt date, tm time, tz timetz, ts timestamp, tstz timestamptz, iv interval,
  j json, jb jsonb, ja mathesar_types.mathesar_json_array, em mathesar_types.email, ur mathesar_types.uri, ai int[], at text[], an numeric[], ip inet, by bytea, rg int4range, am money[]);
INSERT INTO f.all_types VALUES
  (1, 'a', 1, 10, 100, 1.500, 1.5, 2.5, 3.5, 4.5, true, 'x%y', 'x_y', 'ab', 'na', 'low', 1, '00000000-0000-4000-8000-000000000001', '2020-01-31', '23:00', '10:00+02', '2020-01-31 23:00', '2020-01-31 23:00Z', '1 day 2:00',
   '{"a": 1}', '[1, 2]', '["p", "q"]', 'jane@example.org', 'https://example.org/a', '{1,2}', '{a,b}', '{1.10,2}', '10.0.0.1', '\x01ff', '[1,5)', '{1.50,2}'),
  (2, 'a', 2, 20, 200, 2.500, 2.5, 3.5, 4.5, 5.5, false, 'xZy', 'xZy', 'cd', 'nb', 'high', 2, '00000000-0000-4000-8000-000000000002', '2021-02-28', '01:00', '11:00+02', '2021-02-28 01:00', '2021-02-28 01:00Z', '3 hours',
   '{"a": 2}', '{"k": 1}', '[]', 'joe@example.com', 'ftp://example.com', '{3}', '{}', '{}', '10.0.0.2', '\x02', 'empty', '{}'),
  (3, 'a', 2, 20, 200, 2.500, 2.5, 3.5, 4.5, 5.5, true, 'xZy', 'xZy', 'cd', 'nb', 'high', 2, '00000000-0000-4000-8000-000000000002', '2021-02-28', '01:00', '11:00+02', '2021-02-28 01:00', '2021-02-28 01:00Z', '3 hours',
   '{"a": 2}', '{"k": 1}', '[]', 'joe@example.com', 'ftp://example.com', '{3}', '{}', '{}', '10.0.0.2', '\x02', 'empty', '{}');
INSERT INTO f.all_types (id, g) VALUES (4, 'b');
CREATE FUNCTION pg_temp.doc(steps jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('base_table', '{"schema": "f", "name": "all_types"}'::jsonb, 'initial_columns',
    (SELECT jsonb_agg(jsonb_build_object('alias', attname, 'column', attname) ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'f.all_types'::regclass AND attnum > 0), 'transformations', steps) $$;
CREATE FUNCTION pg_temp.aggregate(column_ text, function_ text, options jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE r json; problem record;
BEGIN
  SELECT * INTO problem FROM pg_temp.problem(format('SELECT msar.run_exploration(%L, %L)', pg_temp.doc(jsonb_build_array(jsonb_build_object('type', 'summarize', 'spec', jsonb_build_object(
    'grouping_expressions', '[{"input_alias": "g", "output_alias": "g_"}]'::jsonb, 'aggregation_expressions', jsonb_build_array(jsonb_build_object('input_alias', column_, 'output_alias', 'x_', 'function', function_)))))), options));
  IF problem.code IS NOT NULL THEN RETURN problem.code; END IF;
  r := msar.run_exploration(pg_temp.doc(jsonb_build_array(jsonb_build_object('type', 'summarize', 'spec', jsonb_build_object(
    'grouping_expressions', '[{"input_alias": "g", "output_alias": "g_"}]'::jsonb, 'aggregation_expressions', jsonb_build_array(jsonb_build_object('input_alias', column_, 'output_alias', 'x_', 'function', function_)))))), options);
  RETURN concat_ws(' ', r->'column_metadata'->'x_'->>'type', r->'records'->'results'->0->'x_', '/', COALESCE(r->'records'->'results'->1->>'x_', 'null'));
END $$;
-- Each aggregation of each type: type, value of group a / of group b, whose values are all NULL; or the SQLSTATE.
SELECT function_, string_agg(concat_ws('=', attname, pg_temp.aggregate(attname, function_)), ' | ' ORDER BY attnum)
FROM pg_attribute, unnest('{count,sum,mean,percentage_true,max,min,median,mode,peak_time,peak_month,distinct_aggregate_to_array,aggregate_to_array}'::text[]) WITH ORDINALITY AS a(function_, n)
WHERE attrelid = 'f.all_types'::regclass AND attnum > 2 GROUP BY function_, n ORDER BY n;
-- The same as the contract has them.
SELECT function_, string_agg(concat_ws('=', attname, pg_temp.aggregate(attname, function_, '{"compat": true}')), ' | ' ORDER BY attnum)
FROM pg_attribute, unnest('{count,sum,mean,max,distinct_aggregate_to_array}'::text[]) WITH ORDINALITY AS a(function_, n)
WHERE attrelid = 'f.all_types'::regclass AND attname IN ('i4', 'i8', 'n', 'r', 'd', 'mm', 'iv', 'an', 'ts', 'dt', 'ai') GROUP BY function_, n ORDER BY n;
-- Values: of every type, as records have them, and as the contract has them; numbers as text.
SELECT jsonb_pretty((msar.run_exploration(pg_temp.doc('[{"type": "limit", "spec": 1}]'))->'records'->'results'->0)::jsonb);
SELECT jsonb_pretty((msar.run_exploration(pg_temp.doc('[{"type": "limit", "spec": 1}]'), '{"compat": true}')->'records'->'results'->0)::jsonb);
-- Elements of arrays have forms of their own in the contract (3.10); without compat they are printed as other values are.
CREATE TABLE f.lists (id int PRIMARY KEY, d date[], t time[], tz timetz[], ts timestamp[], tstz timestamptz[], iv interval[], n numeric[]);
INSERT INTO f.lists VALUES (1, '{2020-01-02}', '{12:30:45,12:30:45.5}', '{12:30:45+01}', '{2020-01-02 03:04:05,NULL}', '{{2020-01-02 03:04:05.25+00},{2020-01-02 03:04:05+00}}',
  '{1 day 02:03:04,1 year 2 mons -3 days,-00:00:01.5,NULL}', '{1.50,NaN}'), (2, '{}', NULL, NULL, NULL, NULL, '{}', '{}');
SELECT msar.run_exploration(jsonb_build_object('base_table', '{"schema": "f", "name": "lists"}'::jsonb, 'initial_columns', (
    SELECT jsonb_agg(jsonb_build_object('alias', attname, 'attnum', attnum) ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'f.lists'::regclass AND attnum > 1)),
  jsonb_build_object('compat', compat, 'limit', 1 + compat::int))->'records'->'results' FROM unnest('{t,f}'::boolean[]) AS compat;
SELECT r->'i8', r->'n', r->'an', r->'dt' FROM json_array_elements(msar.run_exploration(pg_temp.doc('[{"type": "limit", "spec": 1}]'), '{"numbers": "text", "dates": "iso"}')->'records'->'results') AS r;
-- Preprocessing; by the names of the contract, and by those that clients offer.
SELECT preproc, (SELECT string_agg(r::text, ' ') FROM json_array_elements(msar.run_exploration(pg_temp.doc(jsonb_build_array(jsonb_build_object('type', 'summarize', 'spec', jsonb_build_object(
    'grouping_expressions', jsonb_build_array(jsonb_build_object('input_alias', column_, 'output_alias', 'x', 'preproc', preproc))))))) ->'records'->'results') AS r)
FROM (VALUES ('truncate_to_year', 'dt'), ('truncate_to_month', 'ts'), ('truncate_to_day', 'tstz'), ('extract_uri_scheme', 'ur'), ('uri_scheme', 'ur'), ('extract_uri_authority', 'ur'), ('uri_authority', 'ur'),
  ('extract_email_domain', 'em'), ('email_domain', 'em'), ('json_array_length', 'ja'), ('year', 'ts'), ('day_of_week', 'dt'), ('to_uppercase', 't'), ('null', 't')) AS p(preproc, column_);
-- Filters: the ids of the rows that pass, beside those by hand.
CREATE FUNCTION pg_temp.passes(filter jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT COALESCE(string_agg(r->>'id', ',' ORDER BY r->>'id'), '-') FROM json_array_elements(msar.run_exploration(pg_temp.doc(jsonb_build_array(jsonb_build_object('type', 'filter', 'spec', filter))))->'records'->'results') AS r $$;
CREATE FUNCTION pg_temp.by_hand(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE ids text; BEGIN EXECUTE 'SELECT COALESCE(string_agg(id::text, '','' ORDER BY id), ''-'') FROM f.all_types WHERE ' || condition INTO ids; RETURN ids; END $$;
SELECT pg_temp.passes(filter::jsonb) = pg_temp.by_hand(hand) AS equal, pg_temp.passes(filter::jsonb) AS passes, hand FROM (VALUES
  ('{"equal": [{"column_name": ["i4"]}, {"literal": [20]}]}', 'i4 = 20'), ('{"equal": [{"column_name": ["n"]}, {"literal": ["1.5"]}]}', 'n = 1.5'),
  ('{"equal": [{"column_name": ["t"]}, {"literal": [null]}]}', 't = NULL'), ('{"equal": [{"literal": ["low"]}, {"column_name": ["e"]}]}', 'e = ''low'''),
  ('{"equal": [{"column_name": ["b"]}, {"literal": [true]}]}', 'b'), ('{"equal": [{"column_name": ["i4"]}, {"column_name": ["i8"]}]}', 'i4 = i8'),
  ('{"lesser": [{"column_name": ["dt"]}, {"literal": ["2020-06-01"]}]}', 'dt < ''2020-06-01'''), ('{"greater": [{"column_name": ["iv"]}, {"literal": ["1 day"]}]}', 'iv > ''1 day'''),
  ('{"lesser_or_equal": [{"column_name": ["p"]}, {"literal": [1]}]}', 'p <= 1'), ('{"greater_or_equal": [{"column_name": ["mm"]}, {"literal": [5.5]}]}', 'mm >= 5.5'),
  ('{"null": [{"column_name": ["t"]}]}', 't IS NULL'), ('{"not_null": [{"column_name": ["j"]}]}', 'j IS NOT NULL'),
  ('{"not": [{"null": [{"column_name": ["t"]}]}, {"equal": [{"column_name": ["id"]}, {"literal": [1]}]}]}', 'NOT (t IS NULL AND id = 1)'),
  ('{"and": []}', 'true'), ('{"or": []}', 'true'), ('{"or": [{"equal": [{"column_name": ["id"]}, {"literal": [1]}]}, {"equal": [{"column_name": ["id"]}, {"literal": [4]}]}]}', 'id IN (1, 4)'),
  ('{"in": [{"column_name": ["e"]}, {"list": [{"literal": ["low"]}, {"literal": ["high"]}]}]}', 'e IN (''low'', ''high'')'), ('{"in": [{"column_name": ["i4"]}, {"list": []}]}', 'false'),
  ('{"in": [{"column_name": ["i4"]}, {"list": [{"column_name": ["i2"]}, {"literal": [10]}]}]}', 'i4 IN (i2, 10)'),
  ('{"contains": [{"column_name": ["t"]}, {"literal": ["%"]}]}', 't LIKE ''%\%%'''), ('{"contains": [{"column_name": ["v"]}, {"literal": ["_"]}]}', 'v LIKE ''%\_%'''),
  ('{"starts_with": [{"column_name": ["t"]}, {"literal": ["x"]}]}', 't LIKE ''x%'''), ('{"contains_case_insensitive": [{"column_name": ["t"]}, {"literal": ["z"]}]}', 't ILIKE ''%z%'''),
  ('{"starts_with_case_insensitive": [{"column_name": ["nm"]}, {"literal": ["NA"]}]}', 'nm::text ILIKE ''na%'''),
  ('{"uri_scheme_equals": [{"column_name": ["ur"]}, {"literal": ["ftp"]}]}', 'msar.uri_scheme(ur) = ''ftp'''), ('{"uri_authority_contains": [{"column_name": ["ur"]}, {"literal": [".org"]}]}', 'msar.uri_authority(ur) LIKE ''%.org%'''),
  ('{"email_domain_equals": [{"column_name": ["em"]}, {"literal": ["example.org"]}]}', 'msar.email_domain_name(em) = ''example.org'''), ('{"email_domain_contains": [{"column_name": ["em"]}, {"literal": ["com"]}]}', 'msar.email_domain_name(em) LIKE ''%com%'''),
  ('{"json_array_length_equals": [{"column_name": ["ja"]}, {"literal": [2]}]}', 'jsonb_array_length(ja) = 2'), ('{"json_array_length_greater_than": [{"column_name": ["ja"]}, {"literal": [0]}]}', 'jsonb_array_length(ja) > 0'),
  ('{"json_array_length_greater_or_equal": [{"column_name": ["ja"]}, {"literal": [0]}]}', 'jsonb_array_length(ja) >= 0'), ('{"json_array_length_less_than": [{"column_name": ["ja"]}, {"literal": [2]}]}', 'jsonb_array_length(ja) < 2'),
  ('{"json_array_length_less_or_equal": [{"column_name": ["ja"]}, {"literal": [2]}]}', 'jsonb_array_length(ja) <= 2'), ('{"json_array_not_empty": [{"column_name": ["ja"]}]}', 'jsonb_array_length(ja) > 0'),
  ('{"json_array_contains": [{"column_name": ["ja"]}, {"literal": ["[\"p\"]"]}]}', 'ja @> ''["p"]'''), ('{"array_contains": [{"column_name": ["ai"]}, {"list": [{"literal": [1]}, {"literal": [2]}]}]}', 'ai @> ''{1,2}'''),
  ('{"array_length_equals": [{"column_name": ["at"]}, {"literal": [1]}, {"literal": [2]}]}', 'coalesce(array_length(at, 1), 0) = 2'), ('{"array_length_greater_than": [{"column_name": ["ai"]}, {"literal": [1]}, {"literal": [1]}]}', 'coalesce(array_length(ai, 1), 0) > 1'),
  ('{"array_length_lesser_than": [{"column_name": ["ai"]}, {"literal": [1]}, {"literal": [1]}]}', 'coalesce(array_length(ai, 1), 0) < 1'), ('{"array_length_greater_than_or_equal": [{"column_name": ["ai"]}, {"literal": [2]}, {"literal": [0]}]}', 'coalesce(array_length(ai, 2), 0) >= 0'),
  ('{"array_length_lesser_than_or_equal": [{"column_name": ["ai"]}, {"literal": [1]}, {"literal": [1]}]}', 'coalesce(array_length(ai, 1), 0) <= 1'), ('{"array_not_empty": [{"column_name": ["at"]}, {"literal": [1]}]}', 'coalesce(array_length(at, 1), 0) > 0'),
  ('{"equal": [{"truncate_to_month": [{"column_name": ["ts"]}]}, {"literal": ["2021-02"]}]}', 'to_char(ts, ''YYYY-MM'') = ''2021-02'''), ('{"equal": [{"extract_email_domain": [{"column_name": ["em"]}]}, {"literal": ["example.org"]}]}', 'msar.email_domain_name(em) = ''example.org'''),
  ('{"lesser": [{"column_name": ["dt"]}, {"current_date": []}]}', 'dt < current_date'), ('{"lesser": [{"column_name": ["tstz"]}, {"current_datetime": []}]}', 'tstz < now()'),
  ('{"equal": [{"to_lowercase": [{"column_name": ["t"]}]}, {"literal": ["xzy"]}]}', 'lower(t) = ''xzy'''), ('{"between": [{"column_name": ["i4"]}, {"literal": [15]}, {"literal": [25]}]}', 'i4 BETWEEN 15 AND 25')) AS x(filter, hand);
-- Computed columns.
SELECT expression, (msar.run_exploration(pg_temp.doc(jsonb_build_array(jsonb_build_object('type', 'compute', 'spec', jsonb_build_object('alias', 'x', 'expression', expression::jsonb)), '{"type": "select", "spec": ["x"]}'::jsonb, '{"type": "limit", "spec": 1}'::jsonb)))->'records'->'results'->0->'x')::text AS value
FROM unnest(ARRAY['{"add": [{"column_name": ["i4"]}, {"literal": [1.5]}, {"column_name": ["d"]}]}', '{"divide": [{"column_name": ["i4"]}, {"literal": [4]}]}', '{"divide": [{"column_name": ["i4"]}, {"subtract": [{"column_name": ["i2"]}, {"literal": [1]}]}]}',
  '{"modulo": [{"column_name": ["i4"]}, {"literal": [3]}]}', '{"negate": [{"column_name": ["n"]}]}', '{"abs": [{"literal": [-2]}]}', '{"round": [{"column_name": ["n"]}, {"literal": [0]}]}', '{"floor": [{"column_name": ["d"]}]}', '{"ceiling": [{"column_name": ["d"]}]}',
  '{"multiply": [{"column_name": ["m"]}, {"literal": [2]}]}', '{"add": [{"column_name": ["dt"]}, {"literal": ["1 month"]}]}', '{"subtract": [{"column_name": ["ts"]}, {"column_name": ["dt"]}]}', '{"subtract": [{"literal": ["2020-02-10"]}, {"column_name": ["dt"]}]}', '{"multiply": [{"column_name": ["iv"]}, {"literal": [2]}]}',
  '{"concat": [{"column_name": ["t"]}, {"literal": ["-"]}, {"column_name": ["id"]}]}', '{"length": [{"column_name": ["t"]}]}', '{"trim": [{"literal": [" a "]}]}', '{"coalesce": [{"column_name": ["nm"]}, {"literal": ["none"]}]}', '{"null_if": [{"column_name": ["i4"]}, {"literal": [10]}]}', '{"greatest": [{"column_name": ["i4"]}, {"column_name": ["n"]}, {"literal": [50]}]}',
  '{"case": [{"greater": [{"column_name": ["i4"]}, {"literal": [15]}]}, {"literal": ["big"]}, {"literal": ["small"]}]}', '{"case": [{"column_name": ["b"]}, {"literal": [1]}]}', '{"year": [{"column_name": ["dt"]}]}', '{"quarter": [{"column_name": ["ts"]}]}', '{"hour": [{"column_name": ["tm"]}]}', '{"second": [{"column_name": ["tstz"]}]}',
  '{"array_length": [{"column_name": ["ai"]}, {"literal": [1]}]}', '{"equal": [{"column_name": ["i4"]}, {"literal": [10]}]}', '{"to_text": [{"column_name": ["jb"]}]}']) AS expression;
-- Completion, and the names of columns.
SELECT r->'output_columns', r->'query'->'transformations'->0->'spec', r->'query'->'display_names' FROM msar.run_exploration(pg_temp.doc('[{"type": "summarize", "spec": {"base_grouping_column": "id", "grouping_expressions": [], "aggregation_expressions": [{"input_alias": "n", "output_alias": "total", "function": "sum"}]}}]')
  || jsonb_build_object('initial_columns', '[{"alias": "id", "column": "id"}, {"alias": "n", "column": "n"}, {"alias": "t", "column": "t"}]'::jsonb, 'display_names', '{"n": "Number", "id": "Id"}'::jsonb)) AS r;
SELECT r->'output_columns', r->'query'->'transformations'->0->'spec' FROM msar.run_exploration(pg_temp.doc('[{"type": "summarize", "spec": {"base_grouping_column": "g", "grouping_expressions": [{"input_alias": "g", "output_alias": "g1"}], "aggregation_expressions": []}}]')
  || jsonb_build_object('initial_columns', '[{"alias": "id", "column": "id"}, {"alias": "g", "column": "g"}]'::jsonb)) AS r;
-- All rows as one group, of none; distinct; a sample; a summary of a summary; hide all, select, offset.
SELECT msar.run_exploration(pg_temp.doc('[{"type": "filter", "spec": {"equal": [{"column_name": ["id"]}, {"literal": [0]}]}}, {"type": "summarize", "spec": {"grouping_expressions": [], "aggregation_expressions": [{"input_alias": "i4", "output_alias": "s", "function": "sum"}, {"input_alias": "i4", "output_alias": "c", "function": "count"}]}}]'))->'records';
SELECT msar.run_exploration(pg_temp.doc('[{"type": "select", "spec": ["t", "g"]}, {"type": "distinct", "spec": null}]'))->'records';
SELECT msar.run_exploration(pg_temp.doc('[{"type": "sample", "spec": {"rows": 2}}]'))->'records'->'count', msar.run_exploration(pg_temp.doc('[{"type": "sample", "spec": {"percent": 100}}]'))->'records'->'count', msar.run_exploration(pg_temp.doc('[{"type": "sample", "spec": {"percent": 0}}]'))->'records'->'count';
SELECT msar.run_exploration(pg_temp.doc('[{"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "t", "output_alias": "t2"}], "aggregation_expressions": [{"input_alias": "id", "output_alias": "n1", "function": "count"}]}},
  {"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "n1", "output_alias": "how many"}], "aggregation_expressions": [{"input_alias": "t2", "output_alias": "texts", "function": "aggregate_to_array"}]}}]'))->'records'->'results';
SELECT json_array_length(msar.run_exploration(pg_temp.doc(jsonb_build_array(jsonb_build_object('type', 'hide', 'spec', (SELECT jsonb_agg(attname) FROM pg_attribute WHERE attrelid = 'f.all_types'::regclass AND attnum > 0)))))->'output_columns');
SELECT msar.run_exploration(pg_temp.doc('[{"type": "order", "spec": [{"field": "id", "direction": "desc"}]}, {"type": "offset", "spec": 1}, {"type": "limit", "spec": 2}, {"type": "select", "spec": ["id"]}]'))->'records';
-- Paging by "after" goes through all rows once, in any order, with NULLs first and last.
CREATE FUNCTION pg_temp.pages(term jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE page json; after json; ids text[] := '{}'; n int := 0;
BEGIN
  LOOP
    page := msar.run_exploration(pg_temp.doc(jsonb_build_array(jsonb_build_object('type', 'order', 'spec', jsonb_build_array(term)))), jsonb_strip_nulls(jsonb_build_object('limit', 1, 'count', 'none', 'after', after)));
    ids := ids || ARRAY(SELECT r->>'id' FROM json_array_elements(page->'records'->'results') AS r);
    after := page->'next'; n := n + 1;
    EXIT WHEN json_typeof(after) = 'null' OR n > 10;
  END LOOP;
  RETURN array_to_string(ids, ',');
END $$;
SELECT field, direction, nulls, pg_temp.pages(jsonb_build_object('field', field, 'direction', direction, 'nulls', nulls))
FROM unnest('{t,n,e,tstz,d,id}'::text[]) AS field, unnest('{asc,desc}'::text[]) AS direction, unnest('{first,last}'::text[]) AS nulls ORDER BY 1, 2, 3;

-- The planner's estimate of the rows, beside values of every kind.
ANALYZE f.all_types;
SELECT x->'records'->'count' = to_jsonb((SELECT count(*) FROM f.all_types)) AS is_estimated, jsonb_array_length((x->'records'->'results')::jsonb) AS shown
FROM CAST(msar.run_exploration('{"base_table": {"schema": "f", "name": "all_types"}, "initial_columns": [{"alias": "id", "column": "id"}, {"alias": "t", "column": "t"}],
  "transformations": [{"type": "filter", "spec": {"not_null": [{"column_name": ["id"]}]}}]}', '{"count": "estimated", "limit": 2, "offset": 1}') AS jsonb) AS x;
-- Values as they are shown, too: by the options of the columns that they come from; what is computed, as text.
SELECT msar.set_column_metadata('f.all_types', '[{"name": "dt", "date_format": "DD.MM.YYYY"}, {"name": "b", "bool_true": "yes", "bool_false": "no"}, {"name": "n", "num_grouping": "never", "num_min_frac_digits": 1}]') IS NOT NULL AS set;
SELECT r->'display', r->'records'->'results' FROM msar.run_exploration('{"base_table": {"schema": "f", "name": "all_types"}, "initial_columns": [{"alias": "day", "column": "dt"}, {"alias": "b", "column": "b"}, {"alias": "n", "column": "n"}],
  "transformations": [{"type": "compute", "spec": {"alias": "twice", "expression": {"multiply": [{"column_name": ["n"]}, {"literal": [2]}]}}}, {"type": "order", "spec": [{"field": "day"}]}]}', '{"limit": 2, "display": true}') AS r;
SELECT r->'display' FROM msar.run_exploration('{"base_table": {"schema": "f", "name": "all_types"}, "initial_columns": [{"alias": "day", "column": "dt"}, {"alias": "n", "column": "n"}],
  "transformations": [{"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "day", "output_alias": "d"}], "aggregation_expressions": [{"input_alias": "n", "output_alias": "sum", "function": "sum"}]}}]}', '{"limit": 1, "display": true}') AS r;
SELECT * FROM pg_temp.problem('SELECT msar.run_exploration(''{"base_table": {"schema": "f", "name": "all_types"}, "initial_columns": [{"alias": "day", "column": "dt"}]}'', ''{"display": true, "compat": true}'')');
DROP SCHEMA f CASCADE;
