-- Ten questions that somebody might ask of the library, one after the other.
\pset tuples_only on
\pset format unaligned
SET TimeZone = 'UTC';

-- An exploration begins with a table and some of its columns. Tables and columns can be named; clients use numbers.
CREATE FUNCTION pg_temp.ask(base text, rest jsonb, options jsonb DEFAULT '{}') RETURNS SETOF text LANGUAGE sql AS $$
  SELECT r.value::text
  FROM json_array_elements(msar.run_exploration(
    jsonb_build_object('base_table', jsonb_build_object('schema', split_part(base, '.', 1), 'name', split_part(base, '.', 2))) || rest,
    options)->'records'->'results') AS r
$$;
-- A step of a path: from a column of one table to a column of the next.
CREATE FUNCTION pg_temp.step(from_table text, from_column text, to_table text, to_column text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_array(
    jsonb_build_array(jsonb_build_object('schema', split_part(from_table, '.', 1), 'name', split_part(from_table, '.', 2)), from_column),
    jsonb_build_array(jsonb_build_object('schema', split_part(to_table, '.', 1), 'name', split_part(to_table, '.', 2)), to_column))
$$;

-- 1. Which books do we have from before 1850?
SELECT * FROM pg_temp.ask('library.book', '{
  "initial_columns": [{"alias": "title", "column": "title"}, {"alias": "year", "column": "first_published"}],
  "transformations": [
    {"type": "filter", "spec": {"lesser": [{"column_name": ["year"]}, {"literal": [1850]}]}},
    {"type": "order", "spec": [{"field": "year", "direction": "asc"}]}]}');

-- 2. Which category has most books? The category is in another table: the column has a path.
SELECT * FROM pg_temp.ask('library.book', jsonb_build_object(
  'initial_columns', jsonb_build_array(
    '{"alias": "id", "column": "id"}'::jsonb,
    jsonb_build_object('alias', 'category', 'column', 'name', 'join_path',
      jsonb_build_array(pg_temp.step('library.book', 'category_code', 'library.category', 'code')))),
  'transformations', '[
    {"type": "summarize", "spec": {
      "grouping_expressions": [{"input_alias": "category", "output_alias": "category"}],
      "aggregation_expressions": [{"input_alias": "id", "output_alias": "books", "function": "count"}]}},
    {"type": "order", "spec": [{"field": "books", "direction": "desc"}, {"field": "category", "direction": "asc"}]},
    {"type": "limit", "spec": 3}]'::jsonb));

-- 3. In which months did members borrow most?
SELECT * FROM pg_temp.ask('library.loan', '{
  "initial_columns": [{"alias": "id", "column": "id"}, {"alias": "lent", "column": "lent_at"}],
  "transformations": [
    {"type": "summarize", "spec": {
      "grouping_expressions": [{"input_alias": "lent", "output_alias": "month", "preproc": "truncate_to_month"}],
      "aggregation_expressions": [{"input_alias": "id", "output_alias": "loans", "function": "count"}]}},
    {"type": "order", "spec": [{"field": "loans", "direction": "desc"}]}]}', '{"limit": 3}');

-- 4. Who owes us money? Members with fines that are not paid, and how much; only those who owe a euro or more.
SELECT jsonb_build_object('initial_columns', jsonb_build_array(
    jsonb_build_object('alias', 'member', 'column', 'full_name', 'join_path', jsonb_build_array(
      pg_temp.step('library.fine', 'loan_id', 'library.loan', 'id'), pg_temp.step('library.loan', 'member_id', 'library.member', 'id'))),
    '{"alias": "amount", "column": "amount"}'::jsonb, '{"alias": "paid", "column": "paid_at"}'::jsonb),
  'transformations', '[
    {"type": "filter", "spec": {"null": [{"column_name": ["paid"]}]}},
    {"type": "summarize", "spec": {
      "grouping_expressions": [{"input_alias": "member", "output_alias": "member"}],
      "aggregation_expressions": [{"input_alias": "amount", "output_alias": "owes", "function": "sum"}]}},
    {"type": "filter", "spec": {"greater_or_equal": [{"column_name": ["owes"]}, {"literal": [1]}]}},
    {"type": "order", "spec": [{"field": "owes", "direction": "desc"}, {"field": "member", "direction": "asc"}]}]'::jsonb) AS fines \gset
SELECT * FROM pg_temp.ask('library.fine', :'fines');

-- 5. What does that look like in SQL?
SELECT msar.exploration_sql('{"base_table": {"schema": "library", "name": "fine"}}'::jsonb || :'fines');

-- 6. How long does a loan last, by branch? A computed column, and four tables.
SELECT * FROM pg_temp.ask('library.loan', jsonb_build_object(
  'initial_columns', jsonb_build_array(
    '{"alias": "lent", "column": "lent_at"}'::jsonb, '{"alias": "returned", "column": "returned_at"}'::jsonb,
    jsonb_build_object('alias', 'branch', 'column', 'name', 'join_path', jsonb_build_array(
      pg_temp.step('library.loan', 'copy_id', 'library.copy', 'id'), pg_temp.step('library.copy', 'branch_id', 'library.branch', 'id')))),
  'transformations', '[
    {"type": "filter", "spec": {"not_null": [{"column_name": ["returned"]}]}},
    {"type": "compute", "spec": {"alias": "duration", "expression": {"subtract": [{"column_name": ["returned"]}, {"column_name": ["lent"]}]}}},
    {"type": "summarize", "spec": {
      "grouping_expressions": [{"input_alias": "branch", "output_alias": "branch"}],
      "aggregation_expressions": [{"input_alias": "duration", "output_alias": "mean", "function": "mean"},
                                  {"input_alias": "duration", "output_alias": "longest", "function": "max"}]}}]'::jsonb));

-- 7. The two most expensive copies of each condition.
SELECT * FROM pg_temp.ask('library.copy', '{
  "initial_columns": [{"alias": "condition", "column": "condition"}, {"alias": "barcode", "column": "barcode"}, {"alias": "price", "column": "price"}],
  "transformations": [
    {"type": "top", "spec": {"per": ["condition"], "order": [{"field": "price", "direction": "desc", "nulls": "last"}], "limit": 2}},
    {"type": "order", "spec": [{"field": "condition"}, {"field": "price", "direction": "desc"}]}]}');

-- 8. A cross-tab: how many editions of each format, by the century of their year.
SELECT * FROM pg_temp.ask('library.edition', '{
  "initial_columns": [{"alias": "isbn", "column": "isbn"}, {"alias": "format", "column": "format"}, {"alias": "year", "column": "year"}],
  "transformations": [
    {"type": "compute", "spec": {"alias": "period", "expression": {"case": [
      {"lesser": [{"column_name": ["year"]}, {"literal": [2000]}]}, {"literal": ["before 2000"]}, {"literal": ["since 2000"]}]}}},
    {"type": "pivot", "spec": {
      "rows": [{"input_alias": "period", "output_alias": "period"}], "column": "format",
      "values": [{"literal": "hardcover", "output_alias": "hardcover"}, {"literal": "paperback", "output_alias": "paperback"},
                 {"literal": "audiobook", "output_alias": "audiobook"}],
      "aggregation": {"input_alias": "isbn", "function": "count"}}}]}');

-- 9. Which languages do we have at all? And a look at how a client pages: "next" of a page is "after" of the next one.
SELECT * FROM pg_temp.ask('library.book', '{
  "initial_columns": [{"alias": "language", "column": "language"}], "transformations": [{"type": "distinct"}]}');
SELECT '{"base_table": {"schema": "library", "name": "book"}, "initial_columns": [{"alias": "title", "column": "title"}],
  "transformations": [{"type": "order", "spec": [{"field": "title", "direction": "asc"}]}]}' AS titles \gset
SELECT r->'records'->'results', r->>'next' AS next FROM msar.run_exploration(:'titles', '{"limit": 2}') AS r;
SELECT msar.run_exploration(:'titles', '{"limit": 2}')->>'next' AS next \gset
SELECT r->'records' FROM msar.run_exploration(:'titles', jsonb_build_object('limit', 2, 'count', 'none', 'after', :'next'::jsonb)) AS r;

-- 10. Which books has nobody borrowed? Saved, as a view that any tool reads.
SELECT x->>'name', x->'view', x->>'level' FROM msar.save_exploration(jsonb_build_object('name', 'Never lent',
  'description', 'Copies that nobody has borrowed', 'base_table', '{"schema": "library", "name": "copy"}'::jsonb, 'view', true,
  'initial_columns', jsonb_build_array('{"alias": "barcode", "column": "barcode"}'::jsonb, '{"alias": "price", "column": "price"}'::jsonb,
    jsonb_build_object('alias', 'loan', 'column', 'id', 'join_path', jsonb_build_array(pg_temp.step('library.copy', 'id', 'library.loan', 'copy_id')))),
  'transformations', '[{"type": "filter", "spec": {"null": [{"column_name": ["loan"]}]}}, {"type": "hide", "spec": ["loan"]},
                       {"type": "order", "spec": [{"field": "price", "direction": "desc"}]}]'::jsonb,
  'display_names', '{"barcode": "Bar code", "price": "Price (EUR)"}'::jsonb)) AS x;
SELECT * FROM msar_queries."Never lent" LIMIT 3;
SELECT obj_description('msar_queries."Never lent"'::regclass);
