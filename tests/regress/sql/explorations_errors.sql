-- What is wrong with an exploration, where, and what would be right.
\pset tuples_only on
\pset format unaligned
\set VERBOSITY verbose
\set SHOW_CONTEXT never
CREATE FUNCTION pg_temp.problem(rest jsonb, options jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE state text; message text; detail text; hint text;
BEGIN
  PERFORM msar.run_exploration('{"base_table": {"schema": "library", "name": "book"}, "initial_columns": [{"alias": "id", "column": "id"}, {"alias": "title", "column": "title"}, {"alias": "tags", "column": "tags"}, {"alias": "details", "column": "details"}]}'::jsonb || rest, options);
  RETURN 'no problem';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(E'\n  ', state || ': ' || message, NULLIF(detail, ''), NULLIF(hint, ''));
END $$;
CREATE FUNCTION pg_temp.step(type text, spec jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.problem(jsonb_build_object('transformations', jsonb_build_array('{"type": "hide", "spec": ["nothing"]}'::jsonb, jsonb_build_object('type', type, 'spec', spec)))) $$;

SELECT pg_temp.problem('{"base_table_oid": 1, "base_table": null}');
SELECT pg_temp.problem('{"base_table": {"schema": "library", "name": "buch"}}');
SELECT pg_temp.problem('{"initial_columns": []}');
SELECT pg_temp.problem('{"initial_columns": [{"alias": " ", "attnum": 1}]}');
SELECT pg_temp.problem('{"initial_columns": [{"alias": "a", "attnum": 1}, {"alias": "a", "attnum": 2}]}');
SELECT pg_temp.problem('{"initial_columns": [{"alias": "a", "attnum": 99}]}');
SELECT pg_temp.problem('{"initial_columns": [{"alias": "a", "attnum": 1, "path": []}]}');
SELECT pg_temp.problem('{"initial_columns": [{"alias": "a", "attnum": 1, "join_path": [[[1, 2]]]}]}');
SELECT pg_temp.problem('{"transformation": []}');
SELECT pg_temp.problem('{"transformations": {}}');
SELECT pg_temp.problem('{"transformations": [1]}');
SELECT pg_temp.problem('{"transformations": [{"type": "filter"}]}');
SELECT pg_temp.step('sort', '[]');
SELECT pg_temp.step('order', '[{"field": "titel"}]');
SELECT pg_temp.step('order', '[{"field": "title", "direction": "DESC"}]');
SELECT pg_temp.step('order', '[{"feild": "title"}]');
SELECT pg_temp.step('compute', '{"alias": "x", "expresion": {"literal": [1]}}');
SELECT pg_temp.problem('{"transformations": [{"typ": "filter", "spec": {}}]}');
SELECT pg_temp.step('order', '[{"field": "title", "nullsfirst": true, "nullslast": true}]');
SELECT pg_temp.step('filter', '{"equals": [{"column_name": ["title"]}, {"literal": ["x"]}]}');
SELECT pg_temp.step('filter', '{"equal": [{"column_name": ["title"]}]}');
SELECT pg_temp.step('filter', '{"equal": [{"column_name": ["titel"]}, {"literal": ["x"]}]}');
SELECT pg_temp.step('filter', '{"equal": [{"column_name": ["title"]}, "x"]}');
SELECT pg_temp.step('filter', '{"equal": [{"column_name": ["id"]}, {"literal": ["x"]}]}');
SELECT pg_temp.step('filter', '{"and": [{"equal": [{"column_name": ["title"]}, {"literal": ["x"]}]}, {"not": [{"in": [{"column_name": ["id"]}, {"list": [1, "y"]}]}]}]}');
SELECT pg_temp.step('filter', '{"literal": [{}]}');
SELECT pg_temp.step('filter', '{"year": [{"column_name": ["title"]}]}');
SELECT pg_temp.step('summarize', '{"base_grouping_column": "titel"}');
SELECT pg_temp.step('summarize', '{"aggregation_expressions": [{"input_alias": "title", "output_alias": "x", "function": "average"}]}');
SELECT pg_temp.step('summarize', '{"aggregation_expressions": [{"input_alias": "title", "output_alias": "x", "function": "sum"}]}');
SELECT pg_temp.step('summarize', '{"grouping_expressions": [{"input_alias": "title", "output_alias": "x", "preproc": "truncate_to_week"}]}');
SELECT pg_temp.step('summarize', '{"grouping_expressions": [{"input_alias": "title", "output_alias": "x"}, {"input_alias": "id", "output_alias": "x"}]}');
SELECT pg_temp.step('select', '["title", "title"]');
SELECT pg_temp.step('select', '["nothing"]');
SELECT pg_temp.step('limit', '-1');
SELECT pg_temp.step('limit', '1.5');
SELECT pg_temp.step('compute', '{"alias": "title", "expression": {"literal": [1]}}');
SELECT pg_temp.step('compute', '{"alias": "x", "expression": {"add": [{"column_name": ["title"]}, {"literal": [1]}]}}');
SELECT pg_temp.step('top', '{"per": ["title"], "limit": 1}');
SELECT pg_temp.step('sample', '{"percent": 101}');
SELECT pg_temp.step('pivot', '{"rows": [], "column": "title", "values": [], "aggregation": {"input_alias": "id", "function": "count"}}');
SELECT pg_temp.problem('{}', '{"limit": -1}');
SELECT pg_temp.problem('{}', '{"limits": 1}');
SELECT pg_temp.problem('{}', '{"count": "all"}');
SELECT pg_temp.problem('{}', '{"offset": 1, "after": ["1"]}');
SELECT pg_temp.problem('{}', '{"after": ["1", "2"]}');
SELECT pg_temp.problem('{}', '{"after": ["one"]}');
SELECT pg_temp.step('pivot', '{"rows": [], "column": "id", "values": [{"literal": "one", "output_alias": "one"}], "aggregation": {"input_alias": "title", "function": "count"}}');
SELECT pg_temp.problem('{"transformations": [{"type": "summarize", "spec": {"aggregation_expressions": [{"input_alias": "id", "output_alias": "n", "function": "count"}]}}]}', '{"after": ["1"]}');
-- Names of any sort: longer than those of SQL, with quotes, like ours, with a dot.
SELECT msar.run_exploration(jsonb_build_object('base_table', '{"schema": "library", "name": "branch"}'::jsonb, 'initial_columns',
  (SELECT jsonb_agg(jsonb_build_object('alias', a, 'column', 'name')) FROM unnest(ARRAY[repeat('long ', 20), 'a"b''c\d', 'page', 's1', 'c1', '$1', 'p.q']) AS a),
  'transformations', '[{"type": "order", "spec": [{"field": "x.s1", "direction": "desc"}]}, {"type": "limit", "spec": 1}, {"type": "filter", "spec": {"not_null": [{"column_name": ["$1"]}]}}]'::jsonb))->'records';
-- Values that are computed from the value before, twice each: PostgreSQL would put the one in the place of the other, 2^40 times.
SELECT msar.run_exploration(jsonb_build_object('base_table', '{"schema": "library", "name": "branch"}'::jsonb, 'initial_columns', '[{"alias": "n", "column": "id"}]'::jsonb,
  'transformations', (SELECT jsonb_agg(jsonb_build_object('type', 'compute', 'spec', jsonb_build_object('alias', 'z' || i, 'expression', jsonb_build_object('add',
    jsonb_build_array(jsonb_build_object('column_name', jsonb_build_array(z)), jsonb_build_object('column_name', jsonb_build_array(z)))))) ORDER BY i)
    FROM generate_series(1, 40) AS i, LATERAL (SELECT CASE i WHEN 1 THEN 'n' ELSE 'z' || (i - 1) END) AS of(z))), '{"limit": 1}')->'records'->'results'->0->>'z40';
-- More columns than a SELECT can have, and joins without an end.
SELECT pg_temp.step('pivot', jsonb_build_object('rows', '[{"input_alias": "id", "output_alias": "id"}]'::jsonb, 'column', 'title', 'aggregation', '{"input_alias": "id", "function": "count"}'::jsonb,
  'values', (SELECT jsonb_agg(jsonb_build_object('literal', i, 'output_alias', 'v' || i)) FROM generate_series(1, 1601) AS i)));
SELECT pg_temp.problem(jsonb_build_object('initial_columns', (SELECT jsonb_agg(jsonb_build_object('alias', 'a' || i, 'attnum', 1)) FROM generate_series(1, 1601) AS i)));
SELECT pg_temp.problem(jsonb_build_object('initial_columns', jsonb_build_array(jsonb_build_object('alias', 'a', 'attnum', 1, 'join_path', (SELECT jsonb_agg('[[1, 1], [1, 1]]'::jsonb) FROM generate_series(1, 101))))));
