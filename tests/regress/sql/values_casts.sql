-- msar.cast_to_<type>: what each takes and refuses, as a role without any rights of its own.
SET intervalstyle = postgres;
CREATE ROLE regress_typist;
SET ROLE regress_typist;

-- The result of a cast of a text, or its error.
CREATE FUNCTION pg_temp.try(target text, input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('SELECT msar.cast_to_%s($1)', target) INTO result USING input;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;

-- What an expression gives, or its error with the hint.
CREATE FUNCTION pg_temp.told(expression text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
  hint text;
BEGIN
  EXECUTE 'SELECT ' || expression INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, NULLIF(hint, ''));
END
$$;

SELECT input, pg_temp.try('boolean', input)
FROM string_to_table('1|on|T|true|TRUE|y|yes|0|off|F|false|n|No|2|tr| t|t ||yess', '|') AS input;

SELECT input, pg_temp.try('integer', input), pg_temp.try('smallint', input)
FROM string_to_table('1| 2 |-3|99999|3000000000|1.0|1,000|x|', '|') AS input;

-- Numbers: what has one meaning is taken.
SELECT input, pg_temp.try('numeric', input) AS numeric, pg_temp.try('mathesar_money', input) AS money
FROM unnest(ARRAY[
  '0', '7', '-12', '+12', '00123', '1234567', '1234.5678', '1234,5678', '1.5', '123,45', '1,234.5', '1.234,5',
  '1,234,567', '1.234.567', '1,234,567.891', '1 234', '1 234 567,8', '1 234.5', '12,34,567', '1,00,000.5',
  '1''234', '1''234''567.8', E'1\u202f234,5', E'1\u2019234.5', E'\u22123,5'
]) AS input;
SELECT input, pg_temp.try('numeric', input) AS numeric
FROM string_to_table('1,500|1.234|12.3456|0,123|1e5|.5|5.|$5||1,2345.6|1,23,45|1''234,5|1,234.567,8|5-|NaN', '|') AS input;
SELECT input, pg_temp.try('mathesar_money', input) AS money
FROM string_to_table('$5|-$5.50|$-5.50|5.50-|($1,234.50)|1 234,50 €|€1.234,50|{"a": 1}|$1,500|$1''234.5|Fr. 5|$|', '|') AS input;

-- With separators and marks that are told; an empty string stands for none.
SELECT msar.cast_to_numeric('1.234,5', '.', ','), msar.cast_to_numeric('12.345', '', ''), msar.cast_to_numeric('1,500', ',', '.'),
  msar.cast_to_numeric('1 500', ' ', ''), msar.cast_to_mathesar_money('-$1,234.5', ',', '.', '$', ''),
  msar.cast_to_mathesar_money('(1.234,50 €)', '.', ',', '', ' €'), msar.cast_to_mathesar_money('7', '', '', '$', '');
SELECT told
FROM unnest(ARRAY[
  $$msar.cast_to_numeric('1.5', '', ',')$$,
  $$msar.cast_to_mathesar_money('$5', '', '', '€', '')$$,
  $$msar.cast_to_numeric('1,500')$$,
  $$msar.cast_to_numeric(repeat('ü', 200))$$
]) AS expression, pg_temp.told(expression);

-- PostgreSQL's money: with the symbol of the locale.
SET lc_monetary = 'C';
SELECT input, pg_temp.try('money', input) FROM string_to_table('$5|$1,234.50|-$5.00|5$|5|€5|$x', '|') AS input;
SELECT msar.cast_to_money(1.5), msar.cast_to_money(2::bigint), msar.cast_to_multicurrency_money(1.5),
  msar.cast_to_multicurrency_money('2.5'::text), msar.cast_to_multicurrency_money(NULL::numeric) IS NULL AS null;

-- Dates and timestamps: nothing is lost, whatever the session's time zone, which stays as it is.
SET TimeZone = 'America/New_York';
SET DateStyle = 'ISO, MDY';
SELECT input, pg_temp.try('date', input) AS date, pg_temp.try('timestamp_without_time_zone', input) AS timestamp
FROM unnest(ARRAY[
  '2020-01-02', '1/2/2020', 'January 2, 2020', '20200102', '2020-01-02 00:00', '2020-01-02T00:00:00Z', '2020-01-02 00:00+00',
  '2020-01-02 10:00', '2020-01-02 10:00:30.5', '2020-01-02 10:00Z', '2020-01-02 00:00+02', '2020-01-02 10:00 EST',
  'infinity', '0044-03-15 BC', '2020-02-30', '13/13/2020', 'x', ''
]) AS input;
SET DateStyle = 'ISO, DMY';
SELECT msar.cast_to_date('1/2/2020'), msar.cast_to_timestamp_without_time_zone('1/2/2020');
SELECT current_setting('TimeZone'), '2020-01-02 00:00'::timestamptz AS here;
SELECT msar.cast_to_date('2020-01-02'::timestamp), msar.cast_to_date('2020-01-02 00:00Z'::timestamptz),
  msar.cast_to_timestamp_without_time_zone('2020-01-02 00:00Z'::timestamptz), msar.cast_to_date('infinity'::timestamp);
SELECT told
FROM unnest(ARRAY[
  $$msar.cast_to_date('2020-01-02 10:00'::timestamp)$$,
  $$msar.cast_to_date('2020-01-02 00:00'::timestamptz)$$,
  $$msar.cast_to_date('2020-01-02 10:00')$$,
  $$msar.cast_to_timestamp_without_time_zone('2020-01-02 10:00+02')$$
]) AS expression, pg_temp.told(expression);
SELECT input, pg_temp.try('timestamp_with_time_zone', input), pg_temp.try('time_without_time_zone', input),
  pg_temp.try('time_with_time_zone', input)
FROM unnest('{2020-01-02 10:00,2020-01-02 10:00Z,10:00,10:00+02,25:00,x}'::text[]) AS input;
SELECT input, pg_temp.try('interval', input) FROM string_to_table('1 day|01:30|PT1H30M|5|-1.5|1e3|5 |x|', '|') AS input;

-- Addresses, identifiers, documents.
SELECT input, pg_temp.try('email', input) FROM unnest('{a@b,Jane.Doe+x@mail.example.org,a,@b,a@,a@-b,a b@c,ä@b,a@b.}'::text[]) AS input;
SELECT input, pg_temp.try('uri', input)
FROM string_to_table('https://Example.org/Path|mailto:a@b|localhost:80|Example.ORG/Path?Q=A|www.example.co.uk|data.csv|No. 5|org|a@example.org|', '|') AS input;
SELECT input, pg_temp.try('uuid', input), pg_temp.try('jsonb', input), pg_temp.try('mathesar_json_array', input) AS json_array,
  pg_temp.try('mathesar_json_object', input) AS json_object
FROM unnest('{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,[1],"{\"a\": 1}",1,x}'::text[]) AS input;

-- Between other types.
SELECT msar.cast_to_boolean(1), msar.cast_to_boolean(0::real), msar.cast_to_boolean(1.0::numeric), msar.cast_to_integer(true),
  msar.cast_to_integer(2.0::numeric), msar.cast_to_bigint(3::real), msar.cast_to_smallint('$4'::money), msar.cast_to_numeric(true),
  msar.cast_to_mathesar_money(1.5::real), msar.cast_to_double_precision('1e3'::text);
SELECT told
FROM unnest(ARRAY[
  $$msar.cast_to_boolean(2)$$,
  $$msar.cast_to_integer(1.5)$$,
  $$msar.cast_to_bigint('1.5'::money)$$,
  $$msar.cast_to_smallint(70000)$$,
  $$msar.cast_to_integer('2020-01-01'::date)$$
]) AS expression, pg_temp.told(expression);
SELECT msar.cast_to_text('{1,2}'::int[]), msar.cast_to_text('{"a":1}'::jsonb), msar.cast_to_character_varying(int4range(1, 3)),
  msar.cast_to_character(12345), msar.cast_to__double_quote_char_double_quote_('xyz'), msar.cast_to_name(1.5);

-- NULL gives NULL, from every source.
SELECT bool_and(told = 'true') AS all_null, count(*) > 300 AS many
FROM pg_proc,
  pg_temp.told(format(
    '(msar.%I(NULL::%s%s) IS NULL)::text', proname,
    CASE proargtypes[0] WHEN 'anyelement'::regtype THEN 'int[]' ELSE format_type(proargtypes[0], NULL) END,
    repeat(', ''.''', pronargs - 1)
  ))
WHERE pronamespace = 'msar'::regnamespace AND proname ^@ 'cast_to_';

-- Casts that are PostgreSQL's own cost nothing: the planner puts them in place of the calls.
CREATE FUNCTION pg_temp.plan(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line text;
  plan text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || statement LOOP
    plan := plan || line;
  END LOOP;
  RETURN plan;
END
$$;
SELECT p.oid::regprocedure AS not_inlined
FROM pg_proc AS p,
  pg_temp.plan(format(
    'SELECT msar.%I(x) FROM (SELECT NULL::%s AS x OFFSET 0) AS v', proname,
    CASE proargtypes[0] WHEN 'anyelement'::regtype THEN 'int[]' ELSE format_type(proargtypes[0], NULL) END
  )) AS plan
WHERE pronamespace = 'msar'::regnamespace AND proname ^@ 'cast_to_' AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'sql')
  AND plan ~ 'cast_to_';

-- What users define cannot come between.
RESET ROLE;
BEGIN;
CREATE SCHEMA shadow;
GRANT ALL ON SCHEMA shadow TO regress_typist;
SET LOCAL ROLE regress_typist;
CREATE FUNCTION shadow.fail() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE 'a shadow was called'; END$$;
CREATE FUNCTION shadow.equal(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT shadow.fail()';
CREATE OPERATOR shadow.= (LEFTARG = text, RIGHTARG = text, FUNCTION = shadow.equal);
CREATE FUNCTION shadow.differ(numeric, numeric) RETURNS boolean LANGUAGE sql AS 'SELECT shadow.fail()';
CREATE OPERATOR shadow.<> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = shadow.differ);
CREATE FUNCTION shadow.trunc(numeric) RETURNS numeric LANGUAGE sql AS 'SELECT shadow.fail()::int::numeric';
CREATE FUNCTION shadow.jsonb_typeof(jsonb) RETURNS text LANGUAGE sql AS 'SELECT shadow.fail()::text';
CREATE DOMAIN shadow.text AS pg_catalog.text CHECK (shadow.fail());
SET LOCAL search_path = shadow, pg_catalog;
SELECT msar.cast_to_integer(2.0::numeric), msar.cast_to_text('{1}'::int[]), msar.cast_to_mathesar_json_array('[1]'),
  msar.cast_to_uri('example.org'), msar.cast_to_date('2020-01-02 00:00'), 'a@b'::mathesar_types.email;
SELECT 'x'::text;
ROLLBACK;
DISCARD TEMP;
DROP ROLE regress_typist;
