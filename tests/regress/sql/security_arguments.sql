-- Odd arguments of functions are refused in the caller's terms.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.try(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  message text;
  hint text;
  result text;
BEGIN
  EXECUTE call INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(E'\n  ', SQLSTATE || ' ' || message, nullif(hint, ''));
END
$$;
CREATE TABLE typed (n int, d date);

-- Arguments that are NULL, of functions that are not STRICT.
SELECT pg_temp.try($$SELECT msar.add_mathesar_table(NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$);

-- A null in an array is no word, whatever is set.
SET array_nulls = off;
SELECT pg_temp.try($$SELECT msar.add_columns('typed'::regclass,
  '[{"name": "words", "type": {"name": "text", "options": {"array": true}}, "default": ["a", null, "NULL"]}]')$$);
INSERT INTO typed (n) VALUES (1);
SELECT words[1] = 'a', words[2] IS NULL, words[3] = 'NULL' FROM typed;
SELECT jsonb_array_length(msar.list_records('typed', '{"filter": {"type": "equal", "args": [{"type": "attnum", "value": 3}, {"type": "literal", "value": ["a", null, "NULL"]}]}}') -> 'results');
SHOW array_nulls;
RESET array_nulls;

-- Options are an object.
SELECT pg_temp.try($$SELECT msar.import_text('public', 'imported', 'a'::text, '[]')$$);
SELECT pg_temp.try($$SELECT msar.import_text('public', 'imported', 'a'::bytea, '["csv"]')$$);

-- A type that is none.
SELECT pg_temp.try($$SELECT __msar.read_array_of_rows('[{"a": 1}]', 0::oid::regtype, '{}')$$);

-- As many steps as a path may have.
SELECT max(depth) FROM msar.get_joinable_tables(2147483647);
SELECT length(__msar.display_number('1', 2147483647, NULL, NULL, NULL, NULL, NULL, NULL));
-- Keys that are equal are one, whatever they look like in JSON; those that are no keys are ignored.
CREATE TABLE keyed (id int PRIMARY KEY);
INSERT INTO keyed SELECT generate_series(1, 5);
SELECT msar.delete_records_from_table('keyed'::regclass, '[5, 3, "5", null, "x", 3.0, {"a": 1}, 99999999999, 1]');
