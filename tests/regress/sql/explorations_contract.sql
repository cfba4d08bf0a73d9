-- What the service side of Mathesar 0.10 says about results of explorations, forms and records to pick from, word for word:
-- the members of each document and their order, the types, and how values are written. Only the order of members that
-- were stored, or that came as jsonb, is PostgreSQL's.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
SET TimeZone = 'UTC';
SET IntervalStyle = 'postgres';
CREATE SCHEMA c;
CREATE TYPE c.mood AS ENUM ('low', 'highest');
CREATE DOMAIN c.age AS smallint CHECK (VALUE >= 0);
CREATE TYPE c.pair AS (a int, b text);
CREATE TABLE c.city (id int PRIMARY KEY, name text UNIQUE, size real, founded int4multirange);
CREATE TABLE c.person (id int PRIMARY KEY, name varchar(20), born date, city_id int REFERENCES c.city, paid numeric(10,2), tags text[]);
INSERT INTO c.city VALUES (1, 'Utrecht', 99), (2, 'Delft', 24.5);
INSERT INTO c.person VALUES (1, 'Ada', '1815-12-10', 2, 1.50, '{a,b}'), (2, 'Bob', NULL, 1, 2, NULL), (3, 'Cor', '1815-11-02', 2, NULL, '{}'), (4, NULL, NULL, NULL, 0.25, '{}');
SELECT oid AS db FROM pg_database WHERE datname = current_database() \gset
SELECT set_config('test.person', 'c.person'::regclass::oid::text, false) AS person, set_config('test.city', 'c.city'::regclass::oid::text, false) AS city,
  set_config('test.db', :'db', false), set_config('test.schema', 'c'::regnamespace::oid::text, false) \gset ignored_
-- A text in which <person> and the like stand for numbers.
CREATE FUNCTION pg_temp.numbered(document text) RETURNS text LANGUAGE sql AS $$
  SELECT replace(replace(replace(replace(document, '<person>', current_setting('test.person')), '<city>', current_setting('test.city')),
    '<db>', current_setting('test.db')), '<schema>', current_setting('test.schema')) $$;
-- Without blanks between values; all else as it is.
CREATE FUNCTION pg_temp.compact(document json) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN CASE json_typeof(document)
    WHEN 'object' THEN '{' || (SELECT COALESCE(string_agg(to_json(e.key)::text || ':' || pg_temp.compact(e.value), ',' ORDER BY e.n), '') FROM json_each(document) WITH ORDINALITY AS e(key, value, n)) || '}'
    WHEN 'array' THEN '[' || (SELECT COALESCE(string_agg(pg_temp.compact(e.value), ',' ORDER BY e.n), '') FROM json_array_elements(document) WITH ORDINALITY AS e(value, n)) || ']'
    ELSE btrim(document::text, E' \n') END;
END $$;
CREATE FUNCTION pg_temp.compare(got json, want text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE wanted text := pg_temp.compact(pg_temp.numbered(want)::json);
BEGIN
  RETURN NEXT CASE WHEN pg_temp.compact(got) = wanted THEN 'as the contract has it' ELSE 'got  ' || COALESCE(pg_temp.compact(got), 'nothing') || E'\nwant ' || wanted END;
END $$;
-- A run, with the answer of JSON-RPC beside it: the same but for the order of members.
CREATE FUNCTION pg_temp.run(exploration text, limit_ text DEFAULT '100', offset_ text DEFAULT '0') RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  document jsonb := pg_temp.numbered(exploration)::jsonb || jsonb_build_object('database_id', current_setting('test.db')::int);
  answer jsonb := msar.rpc(jsonb_build_object('jsonrpc', '2.0', 'id', 1, 'method', 'explorations.run', 'params',
    jsonb_build_object('database_id', current_setting('test.db')::int, 'exploration_def', document, 'limit', limit_::jsonb, 'offset', offset_::jsonb)));
  result json;
BEGIN
  IF answer ? 'error' THEN RETURN answer->'error'->'code'; END IF;
  result := msar.run_exploration(document, jsonb_build_object('compat', true, 'limit', limit_::jsonb, 'offset', offset_::jsonb));
  IF result::jsonb::text <> (answer->'result')::text THEN RAISE WARNING 'JSON-RPC says %', answer->'result'; END IF;
  RETURN result;
END $$;
CREATE FUNCTION pg_temp.call(method text, params text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT COALESCE(answer->'result', answer->'error'->'code')
  FROM msar.rpc(jsonb_build_object('jsonrpc', '2.0', 'id', 1, 'method', method, 'params', pg_temp.numbered(params)::jsonb)) AS answer $$;

-- 3.9: the whole of a result. A join, a filter.
SELECT * FROM pg_temp.compare(pg_temp.run('{"base_table_oid": <person>, "initial_columns": [{"alias": "who", "attnum": 2},
    {"alias": "where", "attnum": 2, "join_path": [[[<person>, 4], [<city>, 1]]]}, {"alias": "n", "attnum": 1}],
    "transformations": [{"type": "filter", "spec": {"not_null": [{"column_name": ["where"]}]}}], "display_names": {"who": "Who?"}, "name": "any", "display_options": [1.10]}', '2', '1'),
  '{"query": {"name": "any", "database_id": <db>, "display_names": {"who": "Who?"}, "base_table_oid": <person>, "display_options": [1.10],
      "initial_columns": [{"alias": "who", "attnum": 2}, {"alias": "where", "attnum": 2, "join_path": [[[<person>, 4], [<city>, 1]]]}, {"alias": "n", "attnum": 1}],
      "transformations": [{"spec": {"not_null": [{"column_name": ["where"]}]}, "type": "filter"}]},
    "records": {"count": 3, "results": [{"who": "Bob", "where": "Utrecht", "n": 2}, {"who": "Cor", "where": "Delft", "n": 3}]},
    "output_columns": ["who", "where", "n"],
    "column_metadata": {
      "who": {"alias": "who", "display_name": "Who?", "type": "character varying", "primary_key": false, "type_options": {"length": 20}, "metadata": null, "is_initial_column": true,
        "input_column_name": "name", "input_table_name": "person", "input_table_id": <person>, "input_alias": null},
      "where": {"alias": "where", "display_name": null, "type": "text", "primary_key": false, "type_options": null, "metadata": null, "is_initial_column": true,
        "input_column_name": "name", "input_table_name": "city", "input_table_id": <city>, "input_alias": null},
      "n": {"alias": "n", "display_name": null, "type": "integer", "primary_key": true, "type_options": null, "metadata": null, "is_initial_column": true,
        "input_column_name": "id", "input_table_name": "person", "input_table_id": <person>, "input_alias": null}},
    "limit": 2, "offset": 1}');
-- No rows; limit and offset as given; metadata of aliases of every stage, also of one that is hidden.
SELECT * FROM pg_temp.compare(pg_temp.run('{"base_table_oid": <person>, "initial_columns": [{"alias": "n", "attnum": 1}, {"alias": "p", "attnum": 5}],
    "transformations": [{"type": "filter", "spec": {"lesser": [{"column_name": ["n"]}, {"literal": [0]}]}}, {"type": "hide", "spec": ["p", "unknown"]}], "display_names": null}', 'null', 'null'),
  '{"query": {"database_id": <db>, "display_names": {}, "base_table_oid": <person>, "initial_columns": [{"alias": "n", "attnum": 1}, {"alias": "p", "attnum": 5}],
      "transformations": [{"spec": {"lesser": [{"column_name": ["n"]}, {"literal": [0]}]}, "type": "filter"}, {"spec": ["p", "unknown"], "type": "hide"}]},
    "records": {"count": 0, "results": []}, "output_columns": ["n"],
    "column_metadata": {
      "n": {"alias": "n", "display_name": null, "type": "integer", "primary_key": true, "type_options": null, "metadata": null, "is_initial_column": true,
        "input_column_name": "id", "input_table_name": "person", "input_table_id": <person>, "input_alias": null},
      "p": {"alias": "p", "display_name": null, "type": "numeric", "primary_key": false, "type_options": {"precision": 10, "scale": 2}, "metadata": null, "is_initial_column": true,
        "input_column_name": "paid", "input_table_name": "person", "input_table_id": <person>, "input_alias": null}},
    "limit": null, "offset": null}');
-- 3.6: a summary, completed: by the unique column of another table, so that its own columns are grouped, all others listed; names that follow from names.
SELECT * FROM pg_temp.compare(pg_temp.run('{"base_table_oid": <person>, "initial_columns": [{"alias": "n", "attnum": 1}, {"alias": "p", "attnum": 5},
    {"alias": "city", "attnum": 2, "join_path": [[[<person>, 4], [<city>, 1]]]}, {"alias": "size", "attnum": 3, "join_path": [[[<person>, 4], [<city>, 1]]]}],
    "transformations": [{"type": "summarize", "spec": {"base_grouping_column": "city", "grouping_expressions": [],
      "aggregation_expressions": [{"input_alias": "p", "output_alias": "total", "function": "sum"}]}}], "display_names": {"p": "Paid", "city": "City", "n": "No", "total": "In total"}}'),
  '{"query": {"database_id": <db>, "display_names": {"n": "No", "p": "Paid", "city": "City", "total": "In total", "n_agged": "No distinct list", "city_grouped": "City"}, "base_table_oid": <person>,
      "initial_columns": [{"alias": "n", "attnum": 1}, {"alias": "p", "attnum": 5}, {"alias": "city", "attnum": 2, "join_path": [[[<person>, 4], [<city>, 1]]]}, {"alias": "size", "attnum": 3, "join_path": [[[<person>, 4], [<city>, 1]]]}],
      "transformations": [{"spec": {"base_grouping_column": "city",
        "grouping_expressions": [{"input_alias": "city", "output_alias": "city_grouped"}, {"input_alias": "size", "output_alias": "size_grouped"}],
        "aggregation_expressions": [{"function": "sum", "input_alias": "p", "output_alias": "total"}, {"function": "distinct_aggregate_to_array", "input_alias": "n", "output_alias": "n_agged"}]}, "type": "summarize"}]},
    "records": {"count": 3, "results": [{"city_grouped": "Delft", "size_grouped": 24.5, "total": "1.50", "n_agged": [1, 3]}, {"city_grouped": "Utrecht", "size_grouped": 99.0, "total": "2.00", "n_agged": [2]},
      {"city_grouped": null, "size_grouped": null, "total": "0.25", "n_agged": [4]}]},
    "output_columns": ["city_grouped", "size_grouped", "total", "n_agged"],
    "column_metadata": {
      "n": {"alias": "n", "display_name": "No", "type": "integer", "primary_key": true, "type_options": null, "metadata": null, "is_initial_column": true, "input_column_name": "id", "input_table_name": "person", "input_table_id": <person>, "input_alias": null},
      "p": {"alias": "p", "display_name": "Paid", "type": "numeric", "primary_key": false, "type_options": {"precision": 10, "scale": 2}, "metadata": null, "is_initial_column": true, "input_column_name": "paid", "input_table_name": "person", "input_table_id": <person>, "input_alias": null},
      "city": {"alias": "city", "display_name": "City", "type": "text", "primary_key": false, "type_options": null, "metadata": null, "is_initial_column": true, "input_column_name": "name", "input_table_name": "city", "input_table_id": <city>, "input_alias": null},
      "size": {"alias": "size", "display_name": null, "type": "real", "primary_key": false, "type_options": null, "metadata": null, "is_initial_column": true, "input_column_name": "size", "input_table_name": "city", "input_table_id": <city>, "input_alias": null},
      "city_grouped": {"alias": "city_grouped", "display_name": "City", "type": "text", "primary_key": false, "type_options": null, "metadata": null, "is_initial_column": false, "input_column_name": null, "input_table_name": null, "input_table_id": null, "input_alias": "city"},
      "size_grouped": {"alias": "size_grouped", "display_name": null, "type": "real", "primary_key": false, "type_options": null, "metadata": null, "is_initial_column": false, "input_column_name": null, "input_table_name": null, "input_table_id": null, "input_alias": "size"},
      "total": {"alias": "total", "display_name": "In total", "type": "numeric", "primary_key": false, "type_options": null, "metadata": null, "is_initial_column": false, "input_column_name": null, "input_table_name": null, "input_table_id": null, "input_alias": "p"},
      "n_agged": {"alias": "n_agged", "display_name": "No distinct list", "type": "_array", "primary_key": false, "type_options": {"item_type": "integer"}, "metadata": null, "is_initial_column": false, "input_column_name": null, "input_table_name": null, "input_table_id": null, "input_alias": "n"}},
    "limit": 100, "offset": 0}');
-- Nothing is missing: unchanged, and the base column need not be there. A base that is not unique: all others are lists. A unique column of the base: also the columns of tables that the base leads to. Two summaries: the second
-- is completed by what the first has as given.
SELECT * FROM pg_temp.compare(to_json(ARRAY(SELECT pg_temp.run(jsonb_build_object('base_table_oid', current_setting('test.person')::int, 'initial_columns', columns::jsonb, 'transformations', steps::jsonb)::text)->'query'->'transformations' FROM (VALUES
    ('[{"alias": "a", "attnum": 1}]', '[{"type": "summarize", "spec": {"base_grouping_column": "nowhere", "grouping_expressions": [{"input_alias": "a", "output_alias": "b", "preproc": null}], "aggregation_expressions": []}}]'),
    ('[{"alias": "a", "attnum": 1}, {"alias": "b", "attnum": 2}, {"alias": "c", "attnum": 5}]', '[{"type": "summarize", "spec": {"base_grouping_column": "b", "grouping_expressions": [{"input_alias": "b", "output_alias": "x"}], "aggregation_expressions": []}}]'),
    (pg_temp.numbered('[{"alias": "a", "attnum": 1}, {"alias": "b", "attnum": 2}, {"alias": "c", "attnum": 3, "join_path": [[[<person>, 4], [<city>, 1]]]}]'), '[{"type": "summarize", "spec": {"base_grouping_column": "a", "grouping_expressions": [], "aggregation_expressions": []}}]'),
    ('[{"alias": "a", "attnum": 1}, {"alias": "b", "attnum": 2}, {"alias": "c", "attnum": 5}]', '[{"type": "summarize", "spec": {"base_grouping_column": "a", "grouping_expressions": [{"input_alias": "a", "output_alias": "d"}], "aggregation_expressions": [{"input_alias": "b", "output_alias": "e", "function": "max"}]}},
      {"type": "summarize", "spec": {"base_grouping_column": "d", "grouping_expressions": [], "aggregation_expressions": [{"input_alias": "e", "output_alias": "f", "function": "count"}]}}]')) AS x(columns, steps))),
  '[[{"spec": {"base_grouping_column": "nowhere", "grouping_expressions": [{"preproc": null, "input_alias": "a", "output_alias": "b"}], "aggregation_expressions": []}, "type": "summarize"}],
    [{"spec": {"base_grouping_column": "b", "grouping_expressions": [{"input_alias": "b", "output_alias": "x"}],
      "aggregation_expressions": [{"function": "distinct_aggregate_to_array", "input_alias": "a", "output_alias": "a_agged"}, {"function": "distinct_aggregate_to_array", "input_alias": "c", "output_alias": "c_agged"}]}, "type": "summarize"}],
    [{"spec": {"base_grouping_column": "a", "grouping_expressions": [{"input_alias": "a", "output_alias": "a_grouped"}, {"input_alias": "b", "output_alias": "b_grouped"}, {"input_alias": "c", "output_alias": "c_grouped"}], "aggregation_expressions": []}, "type": "summarize"}],
    [{"spec": {"base_grouping_column": "a", "grouping_expressions": [{"input_alias": "a", "output_alias": "d"}, {"input_alias": "c", "output_alias": "c_grouped"}], "aggregation_expressions": [{"function": "max", "input_alias": "b", "output_alias": "e"}]}, "type": "summarize"},
     {"spec": {"base_grouping_column": "d", "grouping_expressions": [{"input_alias": "d", "output_alias": "d_grouped"}], "aggregation_expressions": [{"function": "count", "input_alias": "e", "output_alias": "f"}]}, "type": "summarize"}]]');
-- The names of outputs, and what is reported of each function.
SELECT * FROM pg_temp.compare((SELECT json_object_agg(key, json_build_array(value->'display_name', value->'type', value->'type_options', value->'input_alias')) FROM json_each(pg_temp.run('{"base_table_oid": <person>,
    "initial_columns": [{"alias": "n", "attnum": 1}, {"alias": "w", "attnum": 2}, {"alias": "b", "attnum": 3}, {"alias": "p", "attnum": 5}], "display_names": {"n": "N", "w": "W", "b": "B", "p": "P"},
    "transformations": [{"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "b", "output_alias": "g", "preproc": "truncate_to_month"}, {"input_alias": "n", "output_alias": "k"}], "aggregation_expressions": [
      {"input_alias": "w", "output_alias": "1", "function": "distinct_aggregate_to_array"}, {"input_alias": "w", "output_alias": "2", "function": "aggregate_to_array"}, {"input_alias": "w", "output_alias": "3", "function": "count"},
      {"input_alias": "p", "output_alias": "4", "function": "sum"}, {"input_alias": "w", "output_alias": "5", "function": "max"}, {"input_alias": "p", "output_alias": "6", "function": "min"}, {"input_alias": "p", "output_alias": "7", "function": "mean"},
      {"input_alias": "p", "output_alias": "8", "function": "median"}, {"input_alias": "w", "output_alias": "9", "function": "mode"}, {"input_alias": "b", "output_alias": "10", "function": "peak_month"}]}}]}')->'column_metadata') WHERE key NOT IN ('n', 'w', 'b', 'p')),
  '{"g": ["B", "text", null, "b"], "k": ["N", "integer", null, "n"], "1": ["W distinct list", "_array", {"item_type": "character varying"}, "w"], "2": ["W list", "_array", {"item_type": "character varying"}, "w"],
    "3": ["W count", "integer", null, "w"], "4": ["P sum", "numeric", null, "p"], "5": ["W max", "character varying", {"length": 20}, "w"], "6": ["P min", "numeric", {"precision": 10, "scale": 2}, "p"],
    "7": ["P mean", "numeric", null, "p"], "8": ["P median", "numeric", {"precision": 10, "scale": 2}, "p"], "9": ["W mode", "character varying", {"length": 20}, "w"], "10": ["B peak_month", "text", null, "b"]}');

-- 3.9, 3.10: every type: what it is called, its options, and a value.
CREATE TABLE c.types (id int PRIMARY KEY, i2 smallint, i4 integer, i8 bigint, n numeric, n2 numeric(10,2), mm mathesar_types.mathesar_money, r real, d double precision, d1 double precision, d2 double precision, bo boolean,
  dt date, ti time(3), tz timetz, ts timestamp, tstz timestamptz, iv interval day to second(3), js json, jb jsonb, ja mathesar_types.mathesar_json_array, jo mathesar_types.mathesar_json_object, jj jsonb[],
  mc mathesar_types.multicurrency_money, t text, v varchar(5), c character(3), ch "char", nm name, u uuid, em mathesar_types.email, ur mathesar_types.uri, ip inet, ci cidr, ma macaddr, mo money, bi bit(3), vb bit varying(5), e c.mood, tv tsvector, o oid,
  rc regclass, po point, pa c.pair, ag c.age, mr int4multirange, ai int[], an numeric[], ad date[], at timestamptz[], ati time[], aiv interval[], aii int[], ar real[], ae c.mood[], ao oid[]);
INSERT INTO c.types VALUES (1, 1, 2, 9007199254740993, 1.50, 2, 3.140, 0.1, 1.5, 2, 1e15, true, '2020-01-02', '12:30:45', '12:30:45.5+01', '2020-01-02 03:04:05', '2020-01-02 03:04:05.25+00', '1 day 02:03:04.5', '{"b": 1,  "a": 2}', '{"b": 1, "a": 2}', '[1, "x"]', '{"k": 1.0}', ARRAY['{"a": 1}'::jsonb, '2'],
  (1.50, 'EUR'), E'a"\n', 'vwxyz', 'c', 'q', 'a name', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'jane@example.org', 'https://example.org', '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', 3.5, '101', '10', 'low', 'a fat cat', 42,
  'pg_class', '(1,2)', ROW(1, 'x'), 3, '{[1,3)}', '{1,NULL}', '{1.50,NaN}', '{2020-01-02}', '{2020-01-02 03:04:05+00,2020-01-02 03:04:05.25+00}', '{12:30:45}', '{1 day 02:03:04,1 mon}', '{{1,2},{3,4}}', '{1,2.5}', '{low}', '{7}');
SELECT set_config('test.city', 'c.types'::regclass::oid::text, false) AS ignored \gset
SELECT pg_temp.run(jsonb_build_object('base_table_oid', 'c.types'::regclass::oid::int, 'initial_columns', (SELECT jsonb_agg(jsonb_build_object('alias', attname, 'attnum', attnum) ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'c.types'::regclass AND attnum > 0))::text) AS types \gset
SELECT * FROM pg_temp.compare((SELECT json_object_agg(key, json_build_array(value->'type', value->'type_options')) FROM json_each(:'types'::json->'column_metadata')),
  '{"id": ["integer", null], "i2": ["smallint", null], "i4": ["integer", null], "i8": ["bigint", null], "n": ["numeric", null], "n2": ["numeric", {"precision": 10, "scale": 2}], "mm": ["mathesar_types.mathesar_money", null],
    "r": ["real", null], "d": ["double precision", {"precision": 53}], "d1": ["double precision", {"precision": 53}], "d2": ["double precision", {"precision": 53}], "bo": ["boolean", null],
    "dt": ["date", null], "ti": ["time without time zone", {"precision": 3}], "tz": ["time with time zone", null], "ts": ["timestamp without time zone", null], "tstz": ["timestamp with time zone", null],
    "iv": ["interval", {"precision": 3, "fields": "day to second"}], "js": ["json", null], "jb": ["jsonb", null], "ja": ["mathesar_types.mathesar_json_array", null], "jo": ["mathesar_types.mathesar_json_object", null],
    "jj": ["_array", {"item_type": "jsonb"}], "mc": ["mathesar_types.multicurrency_money", null], "t": ["text", null], "v": ["character varying", {"length": 5}], "c": ["character", {"length": 3}], "ch": ["\"char\"", null], "nm": ["name", null],
    "u": ["uuid", null], "em": ["mathesar_types.email", null], "ur": ["mathesar_types.uri", null], "ip": ["inet", null], "ci": ["cidr", null], "ma": ["macaddr", null], "mo": ["money", null], "bi": ["bit", {"precision": 3}],
    "vb": ["bit", {"precision": 5}], "e": ["_enum", {"length": 7}], "tv": ["tsvector", null], "o": ["oid", null], "rc": ["regclass", null], "po": ["__unknown__", null], "pa": ["__unknown__", null], "ag": ["smallint", null],
    "mr": ["__unknown__", null], "ai": ["_array", {"item_type": "integer"}], "an": ["_array", {"item_type": "numeric"}], "ad": ["_array", {"item_type": "date"}], "at": ["_array", {"item_type": "timestamp with time zone"}],
    "ati": ["_array", {"item_type": "time without time zone"}], "aiv": ["_array", {"item_type": "interval"}], "aii": ["_array", {"item_type": "integer"}], "ar": ["_array", {"item_type": "real"}], "ae": ["_array", {"item_type": "_enum"}], "ao": ["_array", {"item_type": "oid"}]}');
SELECT * FROM pg_temp.compare(:'types'::json->'records',
  '{"count": 1, "results": [{"id": 1, "i2": 1, "i4": 2, "i8": 9007199254740993, "n": "1.50", "n2": "2.00", "mm": "3.140", "r": 0.1, "d": 1.5, "d1": 2.0, "d2": 1000000000000000.0, "bo": true,
    "dt": "2020-01-02 AD", "ti": "12:30:45.0", "tz": "12:30:45.5+01:00", "ts": "2020-01-02T03:04:05.0 AD", "tstz": "2020-01-02T03:04:05.25Z AD", "iv": "P0Y0M1DT2H3M4.5S", "js": "{\"b\": 1,  \"a\": 2}", "jb": "{\"a\": 2, \"b\": 1}",
    "ja": "[1, \"x\"]", "jo": "{\"k\": 1.0}", "jj": ["{\"a\": 1}", "2"], "mc": {"value": 1.50, "currency": "EUR"}, "t": "a\"\n", "v": "vwxyz", "c": "c  ", "ch": "q", "nm": "a name", "u": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    "em": "jane@example.org", "ur": "https://example.org", "ip": "10.0.0.1", "ci": "10.0.0.0/8", "ma": "08:00:2b:01:02:03", "mo": "$3.50", "bi": "101", "vb": "10", "e": "low", "tv": "''a'' ''cat'' ''fat''", "o": 42, "rc": "pg_class",
    "po": "(1,2)", "pa": "(1,x)", "ag": 3, "mr": "{[1,3)}", "ai": [1, null], "an": ["1.50", "NaN"], "ad": ["2020-01-02"], "at": ["2020-01-02T03:04:05+00:00", "2020-01-02T03:04:05.250000+00:00"], "ati": ["12:30:45"],
    "aiv": ["P1DT02H03M04S", "P30DT00H00M00S"], "aii": [[1, 2], [3, 4]], "ar": [1.0, 2.5], "ae": ["low"], "ao": [7]}]}');
SELECT set_config('test.city', 'c.city'::regclass::oid::text, false) AS ignored \gset

-- Errors are numbered as in the service.
SET mathesar_ext.rpc_compat = on;
-- 3.3: no limit and no offset by 0 and null. 3.5: the order where none is asked for: by keys, that of a joined table too; else by all columns, but for those of unknown types.
CREATE FUNCTION pg_temp.rows(columns text, steps text DEFAULT '[]', limit_ text DEFAULT '100', offset_ text DEFAULT '0') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.compact(COALESCE(r->'records'->'results', r)) FROM pg_temp.run(format('{"base_table_oid": <person>, "initial_columns": %s, "transformations": %s}', columns, steps), limit_, offset_) AS r $$;
SELECT pg_temp.rows('[{"alias": "n", "attnum": 1}]', '[]', limit_, offset_) FROM (VALUES ('0', '0'), ('null', '3'), ('1', 'null'), ('-1', '0'), ('1', '-1')) AS x(limit_, offset_);
INSERT INTO c.person VALUES (5, 'Abe', '2000-01-01', 1, 7, '{z}');
SELECT pg_temp.rows('[{"alias": "w", "attnum": 2}, {"alias": "n", "attnum": 1}]');
SELECT pg_temp.rows('[{"alias": "w", "attnum": 2}, {"alias": "c", "attnum": 1, "join_path": [[[<person>, 4], [<city>, 1]]]}]');
SELECT pg_temp.rows('[{"alias": "t", "attnum": 6}, {"alias": "b", "attnum": 3}, {"alias": "w", "attnum": 2}]');
UPDATE c.city SET founded = CASE id WHEN 1 THEN '{[1,2)}'::int4multirange ELSE '{[0,1)}' END;
SELECT pg_temp.rows('[{"alias": "f", "attnum": 4, "join_path": [[[<person>, 4], [<city>, 1]]]}, {"alias": "w", "attnum": 2}]');
-- An order is followed by keys; a name with dots may be the part after one; an order before a summary is none for groups.
SELECT pg_temp.rows('[{"alias": "c", "attnum": 4}, {"alias": "n", "attnum": 1}]', steps) FROM unnest(ARRAY['[{"type": "order", "spec": [{"field": "c", "direction": "desc"}]}]', '[{"type": "order", "spec": [{"field": "x.y.c", "direction": "asc", "nullsfirst": true}]}]',
  '[{"type": "order", "spec": []}]', '[{"type": "order", "spec": [{"field": "c", "direction": "desc", "nullslast": true}]}, {"type": "limit", "spec": 2}, {"type": "offset", "spec": 1}]',
  '[{"type": "hide", "spec": ["c", "n"]}, {"type": "limit", "spec": 1}]', '[{"type": "select", "spec": []}, {"type": "limit", "spec": 1}]', '[{"type": "select", "spec": ["n", "c"]}, {"type": "limit", "spec": 1}]']) AS steps;
-- A join that leads back multiplies rows.
SELECT pg_temp.compact(pg_temp.run('{"base_table_oid": <city>, "initial_columns": [{"alias": "c", "attnum": 2}, {"alias": "w", "attnum": 2, "join_path": [[[<city>, 1], [<person>, 4]]]}, {"alias": "i", "attnum": 1, "join_path": [[[<city>, 1], [<person>, 4]]]}]}')->'records');
-- 3.7: values of aggregations: NULLs are ignored but for lists; no rows; numbers and their strings.
SELECT function_, pg_temp.rows('[{"alias": "n", "attnum": 1}, {"alias": "w", "attnum": 2}, {"alias": "b", "attnum": 3}, {"alias": "p", "attnum": 5}, {"alias": "s", "attnum": 3, "join_path": [[[<person>, 4], [<city>, 1]]]}]',
  format('[{"type": "filter", "spec": {"lesser": [{"column_name": ["n"]}, {"literal": [%s]}]}}, {"type": "summarize", "spec": {"grouping_expressions": [], "aggregation_expressions": [{"input_alias": "%s", "output_alias": "x", "function": "%s"}]}}]', below, input, function_))
FROM (VALUES ('count', 'w', 5), ('count', 'w', 0), ('sum', 'n', 5), ('sum', 'n', 0), ('sum', 'p', 5), ('sum', 's', 5), ('mean', 'n', 5), ('mean', 's', 5), ('max', 'b', 5), ('max', 's', 5), ('min', 'w', 5), ('median', 'n', 5), ('mode', 's', 5), ('peak_month', 'b', 5), ('peak_month', 'b', 0),
  ('aggregate_to_array', 'w', 5), ('aggregate_to_array', 'w', 0), ('distinct_aggregate_to_array', 'b', 5), ('distinct_aggregate_to_array', 's', 5), ('distinct_aggregate_to_array', 'p', 5), ('sum', 'w', 5), ('percentage_true', 'w', 5), ('median', 'x', 5)) AS x(function_, input, below);
SELECT preproc, pg_temp.rows('[{"alias": "b", "attnum": 3}]', format('[{"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "b", "output_alias": "x", "preproc": "%s"}], "aggregation_expressions": []}}]', preproc)) FROM unnest('{truncate_to_year,truncate_to_month,truncate_to_day}'::text[]) AS preproc;
-- 3.11 and the errors that stand with the rules: their numbers.
SELECT pg_temp.run(document) FROM unnest(ARRAY['{"base_table_oid": 1, "initial_columns": [{"alias": "a", "attnum": 1}]}', '{"base_table_oid": <person>, "initial_columns": [{"alias": "a", "attnum": 99}]}', '{"base_table_oid": <person>, "initial_columns": [{"alias": " ", "attnum": 1}]}',
  '{"base_table_oid": <person>, "initial_columns": [{"alias": "a", "attnum": 1}, {"alias": "a", "attnum": 2}]}']) AS document;

-- 3.1, 1.2: explorations as they are kept.
SELECT pg_temp.call('explorations.add', '{"database_id": <db>, "exploration_def": {"name": "People", "base_table_oid": <person>, "schema_oid": <schema>, "database_id": <db>, "initial_columns": [{"alias": "n", "attnum": 1}], "display_names": {"n": "No"}, "transformations": null}}') AS added \gset
SELECT set_config('test.city', :'added'::jsonb->>'id', false) AS ignored \gset
SELECT * FROM pg_temp.compare((SELECT json_agg(x) FROM (VALUES (:'added'::jsonb), (pg_temp.call('explorations.get', '{"database_id": <db>, "exploration_id": <city>}')), (pg_temp.call('explorations.list', '{"database_id": <db>, "schema_oid": <schema>}')),
    (pg_temp.call('explorations.replace', '{"database_id": <db>, "new_exploration": {"id": <city>, "name": "Persons", "base_table_oid": <person>, "schema_oid": <schema>, "initial_columns": [{"alias": "n", "attnum": 1}], "transformations": [{"type": "limit", "spec": 1}], "display_options": {"any": 1.10}, "description": "x"}}')),
    (pg_temp.call('explorations.delete', '{"database_id": <db>, "exploration_id": <city>}')), (pg_temp.call('explorations.get', '{"database_id": <db>, "exploration_id": <city>}'))) AS v(x)),
  '[{"id": <city>, "name": "People", "schema_oid": <schema>, "database_id": <db>, "description": null, "display_names": {"n": "No"}, "base_table_oid": <person>, "display_options": null, "initial_columns": [{"alias": "n", "attnum": 1}], "transformations": null},
    {"id": <city>, "name": "People", "schema_oid": <schema>, "database_id": <db>, "description": null, "display_names": {"n": "No"}, "base_table_oid": <person>, "display_options": null, "initial_columns": [{"alias": "n", "attnum": 1}], "transformations": null},
    [{"id": <city>, "name": "People", "schema_oid": <schema>, "database_id": <db>, "description": null, "display_names": {"n": "No"}, "base_table_oid": <person>, "display_options": null, "initial_columns": [{"alias": "n", "attnum": 1}], "transformations": null}],
    {"id": <city>, "name": "Persons", "schema_oid": <schema>, "database_id": <db>, "description": "x", "display_names": {}, "base_table_oid": <person>, "display_options": {"any": 1.10}, "initial_columns": [{"alias": "n", "attnum": 1}], "transformations": [{"spec": 1, "type": "limit"}]},
    null, -28009]');
SELECT set_config('test.city', 'c.city'::regclass::oid::text, false) AS ignored \gset

-- 4: forms.
CREATE ROLE contract_form;
GRANT USAGE ON SCHEMA c TO contract_form; GRANT INSERT ON c.person TO contract_form; GRANT SELECT, INSERT ON c.city TO contract_form;
COMMENT ON TABLE c.city IS 'Where they live';
SELECT pg_temp.call('forms.add', replace('{"database_id": <db>, "form_def": {"name": "New person", "version": 1, "database_id": <db>, "schema_oid": <schema>, "base_table_oid": <person>, "header_title": {"text": "New"}, "associated_role_id": "role", "submit_message": {"text": "Thanks"}, "fields": [
  {"key": "no", "index": 0, "kind": "scalar_column", "column_attnum": 1, "is_required": true, "label": "No", "styling": {"size": "large"}},
  {"key": "city", "index": 1, "kind": "foreign_key", "column_attnum": 4, "related_table_oid": <city>, "fk_interaction_rule": "can_pick_or_create", "help": "Where?", "child_fields": [{"key": "city name", "index": 0, "kind": "scalar_column", "column_attnum": 2}]}]}}',
  '"role"', 'contract_form'::regrole::oid::text)) AS form \gset
-- The numbers, the token and the times of a form are its own. Members are in the order of jsonb, here and there.
CREATE FUNCTION pg_temp.compare_form(got jsonb, want text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT * FROM pg_temp.compare(regexp_replace(regexp_replace(regexp_replace(regexp_replace(got::text, '"(id|form_id)": \d+', '"\1": 0', 'g'),
      '"token": "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"', '"token": "uuid"', 'g'), '"(created|updated)_at": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z"', '"\1_at": "time"', 'g'),
    '"associated_role_id": \d+', '"associated_role_id": 0', 'g')::json, pg_temp.numbered(want)::jsonb::text) $$;
\set wanted_form '{"id": 0, "created_at": "time", "updated_at": "time", "token": "uuid", "name": "New person", "description": null, "version": 1, "database_id": <db>, "schema_oid": <schema>, "base_table_oid": <person>, "associated_role_id": 0, "header_title": {"text": "New"}, "header_subtitle": null, "publish_public": false, "submit_message": {"text": "Thanks"}, "submit_redirect_url": null, "submit_button_label": null, "fields": [ {"id": 0, "key": "no", "form_id": 0, "index": 0, "label": "No", "help": null, "kind": "scalar_column", "column_attnum": 1, "related_table_oid": null, "fk_interaction_rule": null, "styling": {"size": "large"}, "is_required": true, "child_fields": []}, {"id": 0, "key": "city", "form_id": 0, "index": 1, "label": null, "help": "Where?", "kind": "foreign_key", "column_attnum": 4, "related_table_oid": <city>, "fk_interaction_rule": "can_pick_or_create", "styling": null, "is_required": false, "child_fields": [ {"id": 0, "key": "city name", "form_id": 0, "index": 0, "label": null, "help": null, "kind": "scalar_column", "column_attnum": 2, "related_table_oid": null, "fk_interaction_rule": null, "styling": null, "is_required": false, "child_fields": []}]}]}'
SELECT :'form'::jsonb->>'id' AS form_id, :'form'::jsonb->>'token' AS token \gset
SELECT * FROM pg_temp.compare_form(:'form', :'wanted_form');
SELECT * FROM pg_temp.compare_form(pg_temp.call('forms.list', '{"database_id": <db>, "schema_oid": <schema>}')->0, :'wanted_form');
SELECT * FROM pg_temp.compare((SELECT json_agg(x) FROM (VALUES (pg_temp.call('forms.set_publish_public', format('{"database_id": <db>, "form_id": %s, "publish_public": true}', :'form_id'))),
  (to_jsonb(pg_temp.call('forms.regenerate_token', format('{"database_id": <db>, "form_id": %s}', :'form_id'))#>>'{}' ~ '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$'))) AS v(x)), '[true, true]');
SELECT token FROM msar_catalog.forms \gset
SELECT * FROM pg_temp.compare_form(pg_temp.call('forms.get', format('{"form_token": "%s"}', :'token')), replace(:'wanted_form', '"publish_public": false', '"publish_public": true'));
-- 4.4. A column that is described by metadata, one that is gone, a table without columns of the form. 2.2: the order of members is jsonb's in the service, too.
SELECT msar.set_column_metadata('c.person', '[{"name": "id", "num_grouping": "never", "label": "Number"}]') IS NOT NULL AS ignored \gset
\set wanted_source_info '{"<person>": {"table_info": [{"oid": <person>, "name": "person", "schema": <schema>, "description": null, "owner_oid": 10, "current_role_priv": ["INSERT"], "current_role_owns": false, "type": "table"}], "columns": {"1": {"id": 1, "name": "id", "type": "integer", "type_options": null, "nullable": false, "primary_key": true, "default": null, "has_dependents": false, "description": null, "current_role_priv": ["INSERT"], "metadata": {"attnum": 1, "bool_input": null, "bool_true": null, "bool_false": null, "num_min_frac_digits": null, "num_max_frac_digits": null, "num_grouping": "never", "num_format": null, "mon_currency_symbol": null, "mon_currency_location": null, "time_format": null, "date_format": null, "duration_min": null, "duration_max": null, "display_width": null, "file_backend": null, "user_display_field": null}}, "4": {"id": 4, "name": "city_id", "type": "integer", "type_options": null, "nullable": true, "primary_key": false, "default": null, "has_dependents": false, "description": null, "current_role_priv": ["INSERT"]}}}, "<city>": {"table_info": [{"oid": <city>, "name": "city", "schema": <schema>, "description": "Where they live", "owner_oid": 10, "current_role_priv": ["SELECT", "INSERT"], "current_role_owns": false, "type": "table"}], "columns": {"2": {"id": 2, "name": "name", "type": "text", "type_options": null, "nullable": true, "primary_key": false, "default": null, "has_dependents": false, "description": null, "current_role_priv": ["SELECT", "INSERT"]}}}}'
SELECT * FROM pg_temp.compare(pg_temp.call('forms.get_source_info', format('{"form_token": "%s"}', :'token'))::json, pg_temp.numbered(:'wanted_source_info')::jsonb::text);
-- The records to pick from; a submission.
SELECT * FROM pg_temp.compare((SELECT json_agg(x) FROM (VALUES (pg_temp.call('forms.list_related_records', format('{"form_token": "%s", "field_key": "city"}', :'token'))), (pg_temp.call('forms.list_related_records', format('{"form_token": "%s", "field_key": "city", "limit": 1, "search": "elf"}', :'token'))),
    (pg_temp.call('forms.submit', format('{"form_token": "%s", "values": {"no": 8, "city": {"type": "pick", "value": 1}}}', :'token'))), (pg_temp.call('forms.list_related_records', format('{"form_token": "%s", "field_key": "no"}', :'token'))),
    (pg_temp.call('forms.list_related_records', format('{"form_token": "%s", "field_key": "nothing"}', :'token')))) AS v(x)),
  '[{"count": 2, "mapping": null, "results": [{"key": 2, "summary": "Delft"}, {"key": 1, "summary": "Utrecht"}]}, {"count": 1, "mapping": null, "results": [{"key": 2, "summary": "Delft"}]}, null, -31057, -28009]');
ALTER TABLE c.city DROP name;
SELECT * FROM pg_temp.compare_form(pg_temp.call('forms.get', format('{"form_token": "%s"}', :'token')) - 'problem', replace(:'wanted_form', '"publish_public": false', '"publish_public": true'));
SELECT * FROM pg_temp.compare((pg_temp.call('forms.get_source_info', format('{"form_token": "%s"}', :'token'))->(current_setting('test.city'))->'columns')::json, '{"2": {"error": {"code": -31025, "message": "Column 2 not found"}}}');
SELECT * FROM pg_temp.compare(to_json(pg_temp.call('forms.delete', format('{"database_id": <db>, "form_id": %s}', :'form_id'))), 'null');
-- What a time looks like: to the millisecond, if it has a fraction.
SELECT __msar.rpc_moment(moment) FROM unnest('{2026-01-02 03:04:05.678999+00,2026-01-02 03:04:05+00,2026-01-02 03:04:05.0004+00,2026-01-02 01:04:05-02}'::timestamptz[]) AS moment;
DROP OWNED BY contract_form; DROP ROLE contract_form;
SET client_min_messages = warning;
DROP SCHEMA c CASCADE;
