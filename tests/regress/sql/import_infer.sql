-- msar.infer_table_column_data_types and msar.infer_types: what columns of text are, by all of their values.
CREATE ROLE regress_typist;
GRANT CREATE ON SCHEMA public TO regress_typist;
SET ROLE regress_typist;
SET DateStyle = 'ISO, MDY';

-- Makes a table whose columns have the values of the arrays.
CREATE FUNCTION pg_temp.fill(VARIADIC columns jsonb[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DROP TABLE IF EXISTS public.given;
  EXECUTE format('CREATE TABLE public.given (%s)',
    (SELECT string_agg(format('c%s text', n), ', ') FROM generate_subscripts(columns, 1) AS n));
  EXECUTE (
    SELECT format('INSERT INTO public.given SELECT * FROM ROWS FROM (%s)',
      string_agg(format('jsonb_array_elements_text(%L)', c), ', ')) FROM unnest(columns) AS c
  );
END
$$;
-- The suggestions, and whether all values take the casts that they name.
CREATE FUNCTION pg_temp.suggested() RETURNS TABLE (type text, options jsonb, castable text) LANGUAGE plpgsql AS $$
DECLARE
  c record;
BEGIN
  FOR c IN
    SELECT key, value FROM jsonb_each(msar.infer_table_column_data_types('public.given')) ORDER BY key::int
  LOOP
    type := c.value ->> 'type';
    options := (c.value -> 'details') - 'mathesar_casting';
    BEGIN
      EXECUTE format('SELECT count(%s) FROM public.given',
        __msar.cast_expression('c' || c.key, 'text', type::regtype, options)) INTO castable;
    EXCEPTION WHEN OTHERS THEN
      castable := SQLSTATE || ' ' || SQLERRM;
    END;
    RETURN NEXT;
  END LOOP;
END
$$;
SET client_min_messages = warning;

SELECT pg_temp.fill(
  '["Yes", "no", null]', '["0", "1"]', '["0", "2"]', '["2024-01-05", "1999-12-31"]', '["01/13/2024", "12/31/1999"]',
  '["13/01/2024", "1/2/1999"]', '["Jan 5, 2024"]', '["1.500,25", "2"]', '["12.345", "0.125"]', '["1 500", "2,5"]',
  '["1,500", "1,234,567"]', '["12,34,567"]', '["1''500.5"]', '["$5", "-$1,234.50", "6", "($7)"]', '["5 €", "1.234,50 €"]',
  '["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]', '["2024-01-05 10:00", "1999-12-31"]', '["2024-01-05T10:00:00+02:00"]',
  '["13/01/2024 10:00"]', '["10:00", "11:30 PM"]', '["36:00", "1 day"]', '["jane@example.org"]', '["[1]", "[]"]',
  '["{\"a\": 1}", "{\"b\": \"\\u00e9\"}"]', '["https://example.org/A", "Example.org/B"]'
);
SELECT * FROM pg_temp.suggested();

-- What is no value of a type stays text: identifiers, what is ambiguous, what is mixed or empty, what only looks alike.
SELECT pg_temp.fill(
  '["00123", "10115"]', '["+4917112345678"]', '["1,500", "2,750"]', '["1.5", "1,5"]', '["$5", "€5"]', '["5 kg"]', '["1", ""]',
  '["{\"a\": 1}", "[]"]', '["{\"a\": 5"]', '["Note: hello"]', '["C:\\temp"]', '["1e5"]', '["5 m"]', '["2024-02-30"]',
  '["12/31/2024", "31/12/2024"]', '["[\"\\u0000\"]"]', '["hello"]', '[null]', '[]'
);
SELECT * FROM pg_temp.suggested() WHERE type <> 'text';

-- Columns of other types keep them; so does an empty table, and what has no columns.
CREATE TABLE public.typed (a int, b text[], c varchar(5), d text, e mathesar_types.email);
SELECT msar.infer_table_column_data_types('public.typed');
CREATE TABLE public.bare ();
SELECT msar.infer_table_column_data_types('public.bare'), msar.infer_types('public.bare');

-- The last of many rows counts; views, partitioned tables and names in need of quotes are read too.
CREATE TABLE public."Odd ""name"".x" ("a ""b" text, dropped text, c text);
ALTER TABLE public."Odd ""name"".x" DROP COLUMN dropped;
INSERT INTO public."Odd ""name"".x" SELECT n, n FROM generate_series(1, 30000) AS n;
INSERT INTO public."Odd ""name"".x" VALUES ('x', '30001');
SELECT msar.infer_table_column_data_types('public."Odd ""name"".x"');
CREATE VIEW public.seen AS SELECT c FROM public."Odd ""name"".x";
SELECT msar.infer_table_column_data_types('public.seen');
CREATE TABLE public.parted (day text) PARTITION BY LIST (day);
CREATE TABLE public.part PARTITION OF public.parted DEFAULT;
INSERT INTO public.parted VALUES ('2024-01-05');
SELECT msar.infer_table_column_data_types('public.parted');

-- Values out of line and compressed.
CREATE TABLE public.long (plain text, packed text);
ALTER TABLE public.long ALTER plain SET STORAGE EXTERNAL;
INSERT INTO public.long
SELECT json, json FROM (SELECT jsonb_agg(n)::text AS json FROM generate_series(1, 20000) AS n) AS v, generate_series(1, 20);
SELECT msar.infer_table_column_data_types('public.long');

-- Our own form: why.
SELECT pg_temp.fill('["1", "2", "2", "x", "", null]', '["3", "4000000000", null, null, null, "5"]', '["red", "blue", "red", "red", "blue", "red"]');
SELECT jsonb_pretty(msar.infer_types('public.given'));
SELECT key, value -> 'suggestion' AS suggestion
FROM jsonb_each(msar.infer_types('public.given', '{"integers": true, "enum_max_values": 5, "misfits": 1}'));
\set VERBOSITY sqlstate
SELECT msar.infer_types('public.given', '{"integer": true}');
SELECT msar.infer_types(1::oid::regclass);
SELECT msar.infer_table_column_data_types(1::oid::regclass);
\set VERBOSITY default

-- Every form of dates, times and numbers that is known: what is suggested for a value, the cast takes. A value a column,
-- 1,500 of them in one view, in each order that the session can have.
CREATE FUNCTION pg_temp.refused(values_ text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  c record;
  given text;
BEGIN
  FOR i IN 0 .. (cardinality(values_) - 1) / 1500 LOOP
    DROP VIEW IF EXISTS public.wide;
    EXECUTE (
      SELECT format('CREATE VIEW public.wide AS SELECT %s', string_agg(format('%L::text AS c%s', v, n), ', '))
      FROM unnest(values_[i * 1500 + 1 : i * 1500 + 1500]) WITH ORDINALITY AS u(v, n)
    );
    FOR c IN SELECT key::int AS n, value FROM jsonb_each(msar.infer_table_column_data_types('public.wide')) LOOP
      given := values_[i * 1500 + c.n];
      BEGIN
        EXECUTE 'SELECT ' || __msar.cast_expression(
          quote_literal(given) || '::text', 'text', (c.value ->> 'type')::regtype, c.value -> 'details');
      EXCEPTION WHEN OTHERS THEN
        RETURN NEXT format('%s -> %s: %s', given, c.value, SQLERRM);
      END;
    END LOOP;
  END LOOP;
END
$$;
CREATE FUNCTION pg_temp.forms() RETURNS text[] LANGUAGE sql AS $$
  WITH dates (d) AS (
    SELECT format(form, y, m, d)
    FROM unnest('{0001,1999,2024}'::text[]) AS y, unnest('{1,02,12,13}'::text[]) AS m, unnest('{1,09,29,31}'::text[]) AS d,
      unnest('{%s-%s-%s,%s/%s/%s,%3$s/%2$s/%1$s,%3$s-%2$s-%1$s,%3$s.%2$s.%1$s,%s.%s.%s,%1$s%2$s%3$s}'::text[]) AS form
    UNION ALL
    SELECT format(form, y, m, d)
    FROM unnest('{1999,2024}'::text[]) AS y, unnest('{jan,February,SEP,december}'::text[]) AS m, unnest('{1,09,29,31}'::text[]) AS d,
      unnest('{%3$s %2$s %1$s,%3$s-%2$s-%1$s,"%2$s %3$s, %1$s",%2$s %3$s %1$s}'::text[]) AS form
  ),
  times (t) AS (
    SELECT h || m || s || z
    FROM unnest('{0,00,9,12,23}'::text[]) AS h, unnest('{:00,:59}'::text[]) AS m, unnest('{"",:00,:59,:00.000,:59.999999}'::text[]) AS s,
      unnest('{"",Z," UTC",+00,+02:00,-0530," +15:59"," AM",pm}'::text[]) AS z
  ),
  lengths (l) AS (
    SELECT concat_ws(' ', a, b)
    FROM unnest('{"1 day","-2 years","1.5 hours","999999 months",3 wks,"4 weeks",1 sec,2 MINS,1 Yr,5 hrs}'::text[]) AS a,
      unnest('{NULL,"3 mons","-36:15:00",00:00,"999999:59:59.5",7 seconds}'::text[]) AS b
    UNION ALL
    SELECT 'P' || d || t
    FROM unnest('{"",1Y,2M,3W,4D,1Y2M3D,1.5D,999999Y}'::text[]) AS d, unnest('{"",T1H,T1M,T1S,T1H2M3.5S}'::text[]) AS t
  ),
  numbers (n) AS (
    SELECT sign || digits || decimals || mark
    FROM unnest('{"",-,+,$,-$,"€ ","USD ","("}'::text[]) AS sign,
      unnest('{0,7,42,123,1234,"1,234","1.234",1 234,"1''234","12,34,567","1,234,567",1.234.567,1 234 567}'::text[]) AS digits,
      unnest('{"",.5,".25",.125,".1234",",5",",25",",125",",1234"}'::text[]) AS decimals, unnest('{""," €"," kr.",")","-"}'::text[]) AS mark
  )
  SELECT array_agg(form) FROM (
    SELECT d AS form FROM dates
    UNION ALL SELECT t FROM times
    UNION ALL SELECT d || ' ' || t FROM (SELECT d FROM dates WHERE d ~ '2024') AS d, (SELECT t FROM times WHERE t ~ '^(0|12|23):') AS t
    UNION ALL SELECT d || 'T' || t FROM (SELECT d FROM dates WHERE d ~ '^2024-') AS d, (SELECT t FROM times WHERE t ~ '^(00|23):') AS t
    UNION ALL SELECT l FROM lengths
    UNION ALL SELECT n FROM numbers
  ) AS forms
$$;
SELECT cardinality(pg_temp.forms()) > 10000 AS many;
SET DateStyle = 'ISO, MDY';
SELECT count(refused), min(refused) AS first, max(refused) AS last FROM pg_temp.refused(pg_temp.forms()) AS refused;
SET DateStyle = 'ISO, DMY';
SELECT count(refused), min(refused) AS first, max(refused) AS last FROM pg_temp.refused(pg_temp.forms()) AS refused;
SET DateStyle = 'ISO, YMD';
SET TimeZone = 'Asia/Kolkata';
SELECT count(refused), min(refused) AS first, max(refused) AS last FROM pg_temp.refused(pg_temp.forms()) AS refused;
RESET DateStyle;
RESET TimeZone;

-- Who may not read the columns is refused; row-level security hides rows from inference too.
RESET ROLE;
CREATE ROLE regress_reader;
SET ROLE regress_typist;
CREATE TABLE public.guarded (a text, b text);
INSERT INTO public.guarded VALUES ('1', 'x'), ('secret', 'y');
ALTER TABLE public.guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON public.guarded USING (b = 'x');
GRANT SELECT (b) ON public.guarded TO regress_reader;
SET ROLE regress_reader;
\set VERBOSITY sqlstate
SELECT msar.infer_table_column_data_types('public.guarded');
\set VERBOSITY default
SET ROLE regress_typist;
GRANT SELECT ON public.guarded TO regress_reader;
SET ROLE regress_reader;
SELECT msar.infer_table_column_data_types('public.guarded');
RESET ROLE;

DISCARD TEMP;
DROP OWNED BY regress_typist, regress_reader;
DROP ROLE regress_typist, regress_reader;
