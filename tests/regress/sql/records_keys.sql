-- How requests name columns and rows: one grammar, in all functions.
CREATE SCHEMA keys;
SET search_path = keys;
CREATE FUNCTION pg_temp.outcome(statement text, OUT code text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement INTO message;
  code := '00000';
EXCEPTION WHEN OTHERS THEN
  code := SQLSTATE;
  message := SQLERRM;
  GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
END $$;

-- Columns whose names are numbers.
CREATE TABLE months (month text PRIMARY KEY, "1" int, "2" int, "2023" int);
SELECT o.* FROM unnest(ARRAY[
    $$SELECT msar.add_records('months', '[{"month": "a", "2": 20}]')$$,
    $$SELECT msar.add_records('months', '[{"month": "b", "#2": 20}]')$$,
    $$SELECT msar.add_records('months', '[{"month": "c", "\"2\"": 20, "2023": 30}]')$$,
    $$SELECT msar.add_records('months', '[{"month": "d", "\"1\"": 10, "4": 30}]')$$,
    $$SELECT msar.add_records('months', '[{"month": "e", "7": 10}]')$$,
    $$SELECT msar.add_record_to_table('months'::regclass, '{"1": "f", "2": 20}') -> 'results'$$,
    $$SELECT msar.list_records('months', '{"columns": ["2"]}')$$,
    $$SELECT msar.list_records('months', '{"columns": ["\"2\"", "#1", 4], "order": [{"column": "\"2\""}]}') -> 'results'$$
  ]) WITH ORDINALITY AS s (statement, n), pg_temp.outcome(statement) AS o ORDER BY n;
TABLE months ORDER BY month;

-- Keys of rows: a value, or an object with the columns of a key, by attnum or by name.
CREATE TABLE seats ("row" text, no int, code text NOT NULL UNIQUE, name text, PRIMARY KEY ("row", no));
INSERT INTO seats VALUES ('a', 1, 'a1', 'window'), ('a', 2, 'a2', NULL), ('b', 1, 'b1', 'aisle'), ('b', 2, 'b2', 'aisle');
SELECT o.* FROM unnest(ARRAY[
    $$SELECT msar.get_record_from_table('seats'::regclass, '{"1": "a", "2": 1}'::jsonb) -> 'results'$$,
    $$SELECT msar.get_record_from_table('seats'::regclass, '{"row": "a", "no": 1}'::jsonb) -> 'results'$$,
    $$SELECT msar.get_record_from_table('seats'::regclass, '{"row": "a", "2": 1}'::text) -> 'results'$$,
    $$SELECT msar.get_record_from_table('seats'::regclass, '{"code": "b1"}'::jsonb) -> 'results'$$,
    $$SELECT msar.preview_rows('seats', '[{"row": "a", "2": 1}, {"row": "z", "2": 1}]')$$,
    $$SELECT msar.preview_rows('seats', '[{"code": "a2"}, {"code": "b1"}]')$$,
    $$SELECT msar.preview_rows('seats', '[{"row": "a", "2": 1}, {"1": "b", "no": 2}, {"#1": "a", "\"no\"": 2}]')$$,
    $$SELECT msar.preview_rows('seats', '[{"code": "a2"}, {"row": "a", "no": 1}]')$$,
    $$SELECT msar.preview_rows('seats', '[{"row": "a", "no": 1}, {"row": "a", "1": "a"}]')$$,
    $$SELECT msar.preview_rows('seats', '[{"row": "a", "no": 1}, "a"]')$$,
    $$SELECT msar.preview_rows('months', '["a", {"month": "b"}, {"#1": "c"}, null, {"month": null}]')$$,
    $$SELECT msar.preview_rows('months', '["a", {"1": "b"}]')$$,
    $$SELECT msar.list_records('seats', '{"after": {"row": "a", "no": 2}, "limit": 1}') -> 'results'$$,
    $$SELECT msar.list_records('seats', '{"after": {"3": "a2"}, "limit": 1}') -> 'results'$$,
    $$SELECT msar.list_records('seats', '{"after": {"code": "a2"}, "order": [{"column": "code", "direction": "desc"}], "limit": 1}') -> 'results'$$,
    $$SELECT msar.patch_record_in_table('seats'::regclass, '{"code": "b1"}'::jsonb, '{"4": "door"}') -> 'results'$$,
    $$SELECT msar.patch_record_in_table('seats'::regclass, '{"row": "b", "no": 1}'::text, '{"4": "back"}') -> 'results'$$,
    $$SELECT msar.delete_records_from_table('seats'::regclass, '[{"code": "b1"}, {"code": "none"}]')$$,
    $$SELECT msar.delete_records_from_table('seats'::regclass, '[{"row": "b", "2": 2}]')$$,
    $$SELECT msar.get_record_from_table('seats'::regclass, '{"row": "a"}'::jsonb)$$,
    $$SELECT msar.delete_records_from_table('seats'::regclass, '[{"name": "window"}]')$$,
    $$SELECT msar.preview_rows('seats', '[{"name": "window"}]')$$,
    $$SELECT msar.delete_records_from_table('seats'::regclass, '[{"code": "a1"}, {"row": "a", "no": 2}]')$$
  ]) WITH ORDINALITY AS s (statement, n), pg_temp.outcome(statement) AS o ORDER BY n;

-- Keys that writes return are those that lists return, and can be passed again.
CREATE TABLE moments (at timestamptz, day date, wait interval, PRIMARY KEY (at, day, wait));
SET TimeZone = 'Europe/Paris';
SELECT msar.add_records('moments', '[{"at": "1890-01-01T12:00:00Z", "day": "0044-03-15 BC", "wait": "-36:15"}, {"at": "2024-05-05T12:00:00Z", "day": "2024-05-05", "wait": "P1D"}]')
  -> 'keys' AS keys \gset
\echo :keys
SELECT msar.list_records('moments') -> 'results' = :'keys' AS same;
-- The contract's calls return them as its lists do.
SELECT msar.list_records_from_table('moments'::regclass, NULL, NULL, NULL, NULL, NULL) -> 'results' AS listed \gset
\echo :listed
SELECT msar.delete_records_from_table('moments'::regclass, :'keys') = :'listed' AS deleted;

-- Numbers as text: in the cursor, in keys of previews, in fields of rows.
CREATE TYPE account AS (no bigint, kind int, sum numeric);
CREATE TABLE owners (id bigint PRIMARY KEY, name text);
CREATE TABLE accounts (id bigint PRIMARY KEY, owner_id bigint REFERENCES owners, a account, list account[]);
INSERT INTO owners VALUES (9007199254740993, 'Ada');
INSERT INTO accounts VALUES
  (9007199254740993, 9007199254740993, (9007199254740993, 1, 1.50), ARRAY[(9007199254740995, 2, NULL)::account, NULL]), (9007199254740995, NULL, NULL, NULL);
SELECT jsonb_pretty(msar.list_records('accounts', '{"numbers": "text", "limit": 1}'));
SELECT msar.list_records('accounts', jsonb_build_object('numbers', 'text', 'limit', 1, 'after', msar.list_records('accounts', '{"numbers": "text", "limit": 1}') -> 'next')) -> 'results' AS second;

-- Arrays and rows in filters and keys, in the form that records have.
CREATE TABLE things (id int PRIMARY KEY, tags text[], doc jsonb, price mathesar_types.multicurrency_money, prices mathesar_types.multicurrency_money[]);
INSERT INTO things VALUES (1, '{a,b}', '["a", 1]', (1.50, 'EUR'), ARRAY[(1, 'EUR')::mathesar_types.multicurrency_money]), (2, '{c}', '{"a": 1}', (2, 'USD'), '{}'), (3, '{}', '"x"', NULL, NULL);
SELECT n, o.message AS ids FROM unnest(ARRAY[
    '{"type": "in", "args": [{"type": "column", "value": "tags"}, {"type": "literal", "value": [["a", "b"], [], ["z"]]}]}',
    '{"type": "in", "args": [{"type": "column", "value": "doc"}, {"type": "literal", "value": [["a", 1], {"a": 1}, "\"y\""]}]}',
    '{"type": "in", "args": [{"type": "column", "value": "price"}, {"type": "literal", "value": [{"value": 1.5, "currency": "EUR"}, {"value": 9, "currency": "EUR"}]}]}',
    '{"type": "equal", "args": [{"type": "column", "value": "price"}, {"type": "literal", "value": {"value": 2, "currency": "USD"}}]}',
    '{"type": "equal", "args": [{"type": "column", "value": "prices"}, {"type": "literal", "value": [{"value": 1, "currency": "EUR"}]}]}',
    '{"type": "in", "args": [{"type": "column", "value": "id"}, {"type": "literal", "value": [1, 3]}]}'
  ]::text[]) WITH ORDINALITY AS f (filter, n),
  pg_temp.outcome(format('SELECT jsonb_path_query_array(msar.list_records(''things'', jsonb_build_object(''filter'', %L::jsonb)), ''$.results[*]."1"'')', filter)) AS o ORDER BY n;
CREATE TABLE priced (price mathesar_types.multicurrency_money PRIMARY KEY, what text);
INSERT INTO priced VALUES ((1.5, 'EUR'), 'pen');
SELECT msar.get_record_from_table('priced'::regclass, '{"value": 1.5, "currency": "EUR"}'::jsonb) -> 'count' AS count;
SELECT msar.preview_rows('priced', '[{"value": 1.5, "currency": "EUR"}, {"price": {"value": 1.5, "currency": "EUR"}}, {"1": "(1.5,EUR)"}, "(2,EUR)"]');
CREATE TABLE listed (tags text[] PRIMARY KEY, what text);
INSERT INTO listed VALUES ('{a,b}', 'pen'), ('{}', 'ink');
SELECT msar.preview_rows('listed', '[["a", "b"], {"tags": []}, "{a,b}", {"1": "{a}"}]');
-- The type reads a key, and no cast that its owner has made.
CREATE TYPE letter AS ENUM ('a', 'b');
CREATE TABLE lettered (id letter PRIMARY KEY, what text);
INSERT INTO lettered VALUES ('a', 'pen');
CREATE FUNCTION to_letter(text) RETURNS letter LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'cast'; RETURN 'b'; END$$;
CREATE CAST (text AS letter) WITH FUNCTION to_letter(text);
SELECT msar.preview_rows('lettered', '["a", {"id": "a"}, "b"]');

-- One rule for columns that the role may not read: 42501 where a request names one. Only the order of the contract's functions leaves it out.
CREATE ROLE regress_reader;
CREATE TABLE secrets (id int PRIMARY KEY, a text, b text);
CREATE TABLE closed (id int PRIMARY KEY);
INSERT INTO secrets VALUES (1, 'x', 'y');
GRANT USAGE ON SCHEMA keys TO regress_reader;
GRANT SELECT (id, a) ON secrets TO regress_reader;
CREATE FUNCTION pg_temp.as_reader(call text, OUT code text, OUT message text) LANGUAGE plpgsql AS $$
BEGIN
  SET LOCAL ROLE regress_reader;
  EXECUTE 'SELECT ' || call INTO message;
  RESET ROLE;
  code := '00000';
EXCEPTION WHEN OTHERS THEN
  code := SQLSTATE;
  message := SQLERRM;
END $$;
SELECT o.code, o.message FROM unnest(ARRAY[
    $$msar.list_records_from_table('keys.secrets'::regclass, NULL, NULL, '[{"attnum": 3, "direction": "asc"}]', NULL, NULL) -> 'count'$$,
    $$msar.list_records_from_table('keys.secrets'::regclass, NULL, NULL, NULL, NULL, '{"columns": [3]}')$$,
    $$msar.list_records_from_table('keys.secrets'::regclass, NULL, NULL, NULL, '{"type": "null", "args": [{"type": "attnum", "value": 3}]}', NULL)$$,
    $$msar.search_records_from_table('keys.secrets'::regclass, '[{"attnum": 3, "literal": "y"}]', 5)$$,
    $$msar.list_records('keys.secrets', '{"order": [{"attnum": 3}]}')$$,
    $$msar.list_records('keys.secrets', '{"columns": ["b"]}')$$,
    $$msar.get_record_from_table('keys.secrets'::regclass, 1) -> 'count'$$,
    $$msar.get_record_from_table('keys.closed'::regclass, 1)$$,
    $$msar.list_records_from_table('keys.closed'::regclass, NULL, NULL, NULL, NULL, NULL)$$
  ]) WITH ORDINALITY AS s (call, n), pg_temp.as_reader(call) AS o ORDER BY n;

-- Joined columns of a row without related rows.
CREATE TABLE parents (id int PRIMARY KEY);
CREATE TABLE children (id int PRIMARY KEY, parent_id int REFERENCES parents, up int REFERENCES children, name text);
INSERT INTO parents VALUES (1), (2);
INSERT INTO children VALUES (1, 1, NULL, 'c');
SELECT jsonb_path_query_array(msar.list_records_from_table('parents'::regclass, NULL, NULL, NULL, NULL, NULL, jsonb_build_array(jsonb_build_object('alias', 'kids',
  'join_path', jsonb_build_array(jsonb_build_array(jsonb_build_array('parents'::regclass::oid, 1), jsonb_build_array('children'::regclass::oid, 2)),
    jsonb_build_array(jsonb_build_array('children'::regclass::oid, '1'), jsonb_build_array('children'::regclass::oid, 1)))))), '$.results[*].kids') AS kids;
-- Keys of a table to itself are among those that lead to it.
SELECT c ->> 'name' AS incoming FROM json_array_elements(msar.get_table_details('children') -> 'incoming') AS c;
SELECT msar.get_table_details('children') -> 'has_dependents' AS has_dependents;

SET client_min_messages = warning;
DROP SCHEMA keys CASCADE;
DROP ROLE regress_reader;
