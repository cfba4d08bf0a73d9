-- Import reads what a person means: headings, open quotes, separators, the order of dates.
CREATE SCHEMA readings;
SET search_path = readings;
SET DateStyle = 'ISO, MDY';

CREATE FUNCTION imported(file text, options jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT msar.import_text('readings', NULL, convert_to(file, 'UTF8'), options) $$;

CREATE FUNCTION pg_temp.outcome(statement text, OUT code text, OUT message text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  code := '00000';
EXCEPTION WHEN OTHERS THEN
  code := SQLSTATE;
  message := SQLERRM;
END $$;

CREATE FUNCTION columns_of(tab_id regclass) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT string_agg(attname || ' ' || format_type(atttypid, NULL), ', ' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = tab_id AND attnum > 1);
END $$;

-- Headings: the first line is judged as a whole, by the lines below it.
SELECT n, r -> 'header' AS header, r ->> 'header_confidence' AS confidence, r -> 'rows' AS rows,
  columns_of((r ->> 'table_oid')::oid) AS columns
FROM unnest(ARRAY[
    E'No,Item,Price\n1,pen,2.50\n2,ink,3.75\n',
    E'item,note,note\npen,a,b\nink,c,d\n',
    E'user.name,user.id\nJane,7\nJoe,8\n',
    E'dc:title,dc:date\nEmma,1815-12-23\nPersuasion,1817-12-20\n',
    E',name\n7,a\n8,b\n',
    E'Y,N,t,On\n1.5,2,3,4\n5,6,7,8\n',
    E'country,2021,2022,2023\nNorway,1.5,2.5,3\nChad,4,5,6\n',
    E'7,x\n8,y\n',
    E'2024-01-05,pen\n2024-01-06,ink\n',
    E'Yes,No\nNo,Yes\nYes,Yes\n'
  ]) WITH ORDINALITY AS f(file, n), LATERAL (SELECT imported(file) AS r) AS i ORDER BY n;
SELECT r -> 'header' AS header, r ->> 'header_confidence' AS confidence, r ->> 'header_reason' AS reason, r -> 'renamed_columns' AS renamed
FROM imported(E'7,x\n8,y\n', '{"header": true}') AS r;

-- A quote that is never closed spoils its line, not the rest of the file.
\set VERBOSITY terse
SELECT imported(E'name,inch\nnut,"3\nbolt,4\nscrew,5\n');
SELECT imported(E'name,inch\nnut,"3\nbolt,4\nscrew,"5\nnail,6\n');
\set VERBOSITY default
SELECT r -> 'rows' AS rows, r -> 'bad_rows' AS bad FROM imported(E'name,inch\nnut,"3\nbolt,4\nscrew,5\n', '{"bad_rows": "skip"}') AS r;
SELECT r -> 'rows' AS rows, r -> 'bad_rows' AS bad FROM imported(E'name,inch\r\nnut,"3\r\n\r\nbolt,"4""\r\n inches"\r\nscrew,"5\r\nnail,6,7', '{"bad_rows": "skip"}') AS r;

-- The order of day and month: what the values leave open is text, until somebody says it.
SELECT r #> '{columns,2}' AS inferred FROM imported(E'day,a\n01/02/2024,x\n03/04/2024,y\n') AS r;
SELECT r #> '{columns,2}' AS inferred FROM imported(E'day,a\n01/02/2024,x\n03/04/2024,y\n', '{"date_order": "DMY"}') AS r \gset
\echo :inferred
SELECT r #> '{columns,2}' AS inferred FROM imported(E'day,a\n01/02/2024,x\n31/04/2024,y\n', '{"date_order": "MDY"}') AS r;
SELECT r #> '{columns,2}' AS inferred FROM imported(E'day,a\n01/02/2024,x\n31/03/2024,y\n', '{"date_order": "MDY"}') AS r;
SELECT r #> '{columns,2}' AS inferred FROM imported(E'day,a\n05/05/2024,x\n', '{}') AS r;
-- A mark before three digits, in amounts of money: thousands to some readers, decimals to others.
SELECT r #> '{columns,2}' AS inferred FROM imported(E'sum,a\n€1.000,x\n€2.500,y\n') AS r;
SELECT r #> '{columns,2}' AS inferred FROM imported(E'sum,a\n€1.000,x\n€2.500,y\n', '{"decimal_p": ","}') AS r;
SELECT r #> '{columns,2}' AS inferred FROM imported(E'sum,a\n€1.000,x\n€2.500,y\n', '{"decimal_p": "."}') AS r;
SELECT r #> '{columns,2}' AS inferred FROM imported(E'sum;a\n1,000;x\n2,500;y\n', '{"decimal_p": "."}') AS r;
SELECT r #> '{columns,2}' AS inferred FROM imported(E'sum,a\n€1.000,x\n€2.55,y\n', '{"decimal_p": ","}') AS r;
CREATE TABLE undecided (day text, amount text, sum text);
INSERT INTO undecided VALUES ('01/02/2024', '1,500', '$1,500'), ('03/04/2024', '2,750', '$2,750');
SELECT jsonb_path_query(msar.infer_types('undecided'), '$.*.suggestion');
SELECT msar.infer_types('undecided', '{"date_order": "DMY"}') #> '{1,suggestion}' AS suggestion;
SELECT jsonb_path_query(msar.infer_types('undecided', '{"decimal_p": "."}'), '$.*.suggestion');
\set VERBOSITY terse
SELECT msar.infer_types('undecided', '{"date_order": "dmy"}');
SELECT imported('a', '{"date_order": 5}');
SELECT imported('a', '{"decimal_p": ";"}');
\set VERBOSITY default

-- Into columns of other types of numbers and dates than the very one inferred.
CREATE DOMAIN price AS numeric CHECK (VALUE >= 0);
CREATE DOMAIN day_of_note AS date;
CREATE TABLE source (grouped text, decimal text, money text, day text, list text, amount text, odd text);
INSERT INTO source VALUES
  ('1,234', '1,5', '$7.25', '31.12.2024', '["a", null, "b,c"]', '{"value": 1.50, "currency": "EUR"}', '1.234'),
  ('1,234,567', '2,25', '$1,000', '1.2.2024', '{x,y}', '(2.50,NOK)', '2.5');
CREATE TABLE target (
  i integer, b bigint, s smallint, f double precision, r real, n numeric(10, 2), p price, m money, d date, t timestamp, z timestamptz,
  o day_of_note, a text[], c mathesar_types.multicurrency_money, mm mathesar_types.mathesar_money
);
SELECT msar.insert_from_select('source', 'target', jsonb_agg(jsonb_build_object('src_table_attnum', s.attnum, 'dst_table_attnum', t.attnum::text)))
FROM (VALUES ('i', 'grouped'), ('b', 'grouped'), ('f', 'decimal'), ('r', 'decimal'), ('n', 'money'), ('p', 'money'), ('m', 'money'), ('d', 'day'),
    ('t', 'day'), ('z', 'day'), ('o', 'day'), ('a', 'list'), ('c', 'amount'), ('mm', 'odd')) AS v (target, source)
  JOIN pg_attribute AS t ON t.attrelid = 'target'::regclass AND t.attname = target
  JOIN pg_attribute AS s ON s.attrelid = 'source'::regclass AND s.attname = source;
SET TimeZone = 'UTC';
SELECT to_jsonb(target) FROM target;
-- What a mapping says itself counts.
TRUNCATE target;
CREATE TABLE open AS SELECT '01/02/2024'::text AS day, '1,500'::text AS amount;
SELECT msar.insert_from_select('open', 'target', '[{"src_table_attnum": 1, "dst_table_attnum": 9, "cast_options": {"date_order": "DMY"}},
  {"src_table_attnum": 2, "dst_table_attnum": 1, "cast_options": {"group_sep": ",", "decimal_p": ""}}]');
SELECT i, d FROM target;
-- The same where columns are retyped.
SELECT msar.alter_columns('source'::regclass, '[{"attnum": 1, "type": "integer", "cast_options": {"group_sep": ",", "decimal_p": ""}},
  {"attnum": 2, "type": "float8", "cast_options": {"group_sep": "", "decimal_p": ","}},
  {"attnum": 3, "type": {"name": "readings.price"}, "cast_options": {"group_sep": ",", "decimal_p": ".", "curr_pref": "$", "curr_suff": ""}},
  {"attnum": 4, "type": {"name": "readings.day_of_note"}, "cast_options": {"date_order": "DMY"}},
  {"attnum": 5, "type": "text[]"}, {"attnum": 6, "type": "mathesar_types.multicurrency_money"}]');
SELECT to_jsonb(source) FROM source;

-- Elements of arrays, and arrays of rows in the form of records and in PostgreSQL's own.
CREATE TABLE lists (numbers text, days text, prices text, rows text);
CREATE TYPE pair AS (a integer, b date);
INSERT INTO lists VALUES ('{"1.500,5",2,NULL}', '["01/02/2024", "3/4/2024"]', '["$7.25", "$1,000"]', '[{"a": 1, "b": "2024-02-01"}, null, "(2,)"]'),
  ('{}', '{}', NULL, '{"(3,2024-01-01)",NULL}'), (NULL, NULL, '[]', '[]');
SELECT msar.alter_columns('lists'::regclass, '[{"attnum": 1, "type": "numeric[]", "cast_options": {"group_sep": ".", "decimal_p": ","}},
  {"attnum": 2, "type": "date[]", "cast_options": {"date_order": "DMY"}},
  {"attnum": 3, "type": "float8[]", "cast_options": {"group_sep": ",", "decimal_p": ".", "curr_pref": "$"}}, {"attnum": 4, "type": "pair[]"}]');
SELECT to_jsonb(lists) FROM lists;

-- Mappings and previews name columns that there are.
SELECT code, message FROM unnest(ARRAY[
    $$SELECT msar.insert_from_select('open', 'target', '[{"src_table_attnum": 99, "dst_table_attnum": 1}]')$$,
    $$SELECT msar.insert_from_select('open', 'target', '[{"src_table_attnum": 1, "dst_table_attnum": 99}]')$$,
    $$SELECT msar.insert_from_select('open', 'target', '[{"src_table_attnum": 1, "dst_table_attnum": 9, "src": 2}]')$$,
    $$SELECT msar.insert_from_select('open', 'target', '[]')$$,
    $$SELECT msar.insert_from_select('open', 'target', '{}')$$,
    $$SELECT msar.get_preview('open'::regclass, '[{"attnum": 99, "type": {"name": "date"}}]', 1)$$,
    $$SELECT msar.get_preview('open'::regclass, '[{"attnum": 1, "typ": {"name": "date"}}]', 1)$$,
    $$SELECT msar.get_preview('open'::regclass, '[{"attnum": 1, "type": "date"}, {"attnum": 1}]', 1)$$,
    $$SELECT msar.get_preview('open'::regclass, '[{"attnum": 1, "type": "unknown"}]', 1)$$,
    $$SELECT msar.get_preview(7, '[]', 1)$$
  ]) WITH ORDINALITY AS t (statement, n), LATERAL (SELECT * FROM pg_temp.outcome(statement)) AS o ORDER BY n;

-- Temporary tables are counted from 1, whatever other tables there are.
SELECT regexp_replace(msar.prepare_temp_table_for_import(NULL, '{a}') ->> 'copy_sql', 'pg_temp_\d+', 'pg_temp') AS copy_sql FROM generate_series(1, 2);
CREATE TEMPORARY TABLE unrelated (a int);
SELECT regexp_replace(msar.prepare_temp_table_for_import('', '{a}') ->> 'copy_sql', 'pg_temp_\d+', 'pg_temp') AS copy_sql;

-- Nothing depends on how the session writes strings or arrays.
SET standard_conforming_strings = off;
SET array_nulls = off;
SET escape_string_warning = off;
SELECT msar.import_text('readings', 'settings', E'a,c\n1,x\n'::text)->'rows' AS rows;
CREATE TABLE readings.listed (id integer PRIMARY KEY, names text[]);
INSERT INTO readings.listed VALUES (1, ARRAY['z', NULL]);
SELECT msar.alter_columns('readings.listed'::regclass, '[{"column": "names", "type": "varchar(5)[]"}]');
SELECT names[2] IS NULL AS is_null FROM readings.listed;
RESET standard_conforming_strings;
RESET array_nulls;
RESET escape_string_warning;

-- Headings that come more than once, or not at all: each column that was renamed is listed.
SELECT r->'renamed' AS renamed, r->'renamed_columns' AS by_heading
FROM unnest(ARRAY[E'a,a,a,,\n1,2,3,4,5\n', E'a,b\n1,2\n', E'1,2\n3,4\n', E'id,ctid\n1,2\n']) AS file, imported(file) AS r;
SELECT r->'renamed' AS renamed, r->'renamed_columns' AS by_heading FROM imported(E'a,\n1,2\n', '{"header": false}') AS r;
-- New tables get the first number that is free, however many tables there are.
CREATE SCHEMA numbered;
DO $$ BEGIN FOR n IN 1..5 LOOP EXECUTE format('CREATE TABLE numbered.t%s ()', n); END LOOP; END $$;
SELECT msar.import_text('numbered', name, E'a\n1\n'::text)->>'table_name' AS name
FROM unnest('{album,album,album,"",NULL,"Table 2",""}'::text[]) WITH ORDINALITY AS v(name, n) ORDER BY n;
SELECT msar.apply_definitions('[{"create_table": {"schema": "numbered", "columns": []}}]')->'steps'->0->>'name' AS name;
SELECT msar.add_data_file('album.csv', E'a\n1\n')->>'id' AS file \gset
SELECT msar.import_data_file(:file, 'numbered', NULL, NULL)->>'name' AS name;
-- The contract's call numbers behind the count of tables.
SELECT msar.add_mathesar_table('numbered'::regnamespace, 'album', NULL, NULL, NULL, NULL, NULL)->>'name' AS name;

-- Numbers that can be read in two ways: the hint says what to pass.
CREATE TABLE readings.two_ways (amount text, price text, other text);
INSERT INTO readings.two_ways VALUES ('1,234', '€1.500', '1.5'), ('5,678', '€2.000', '2,5');
CREATE TABLE readings.one_way (whole integer, number numeric, amount mathesar_types.mathesar_money, plain double precision, word text);
\set VERBOSITY default
SELECT msar.insert_from_select('readings.two_ways', 'readings.one_way', '[{"src_table_attnum": 1, "dst_table_attnum": 1}]');
SELECT msar.insert_from_select('readings.two_ways', 'readings.one_way', '[{"src_table_attnum": 1, "dst_table_attnum": 2}]');
\set VERBOSITY sqlstate
SELECT msar.insert_from_select('readings.two_ways', 'readings.one_way', '[{"src_table_attnum": 1, "dst_table_attnum": 4}]');
SELECT msar.insert_from_select('readings.two_ways', 'readings.one_way', '[{"src_table_attnum": 2, "dst_table_attnum": 3}]');
\set VERBOSITY default
SELECT msar.insert_from_select('readings.two_ways', 'readings.one_way', '[{"src_table_attnum": 1, "dst_table_attnum": 5},
  {"src_table_attnum": 1, "dst_table_attnum": 1, "cast_options": {"group_sep": ",", "decimal_p": "."}},
  {"src_table_attnum": 1, "dst_table_attnum": 2, "cast_options": {"group_sep": ".", "decimal_p": ","}},
  {"src_table_attnum": 2, "dst_table_attnum": 3, "cast_options": {"group_sep": ".", "decimal_p": ",", "curr_pref": "€"}}]');
TABLE readings.one_way;
