-- Display options in previews: what a column's options make of its values, and {column:raw}, which leaves them off.
\pset null '(null)'
CREATE SCHEMA shown;
CREATE TYPE shown.mood AS ENUM ('so so', 'fine');
CREATE DOMAIN shown.price AS numeric(12,3) CHECK (VALUE >= 0);
CREATE DOMAIN shown.moment AS timestamp;
CREATE DOMAIN shown.flag AS boolean;
CREATE TABLE shown.kinds (
  id integer PRIMARY KEY, a_bool boolean, a_flag shown.flag, an_int bigint, a_numeric numeric, a_float double precision, a_price shown.price,
  a_money money, an_amount mathesar_types.mathesar_money, two_money mathesar_types.multicurrency_money,
  a_date date, a_time time, a_timetz timetz, a_timestamp timestamp, a_moment shown.moment, a_timestamptz timestamptz,
  a_duration interval, an_enum shown.mood, an_array text[], numbers integer[], an_email mathesar_types.email, a_json jsonb, a_range int4range,
  a_uuid uuid, a_bit bit(3), bytes bytea, a_char char(5), a_point point
);
INSERT INTO shown.kinds VALUES
  (1, true, false, 1234567, 1234.5678, 1e20, 1234.5, -1234.56, -1234567.891, ROW(12.5, 'EUR'),
   '2026-03-01', '14:05:09', '14:05:09+02', '2026-03-01 14:05:09.25', '2026-03-01 14:05:09', '2026-03-01 14:05:09+00',
   '3 hours 25 min 10.5 sec', 'so so', '{a,NULL,"b c"}', '{{1,2},{3,4}}', 'a@b.example', '{"a": 1}', '[1,5)',
   '00000000-0000-0000-0000-000000000001', '101', '\x00ff', 'ab', '(1,2)'),
  (2, NULL, NULL, NULL, 'NaN', '-Infinity', NULL, NULL, NULL, NULL, 'infinity', NULL, NULL, '-infinity', NULL, 'infinity', NULL, NULL, NULL,
   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, false, true, -1234, -0.005, 1.5e-7, 0, 0, 0, ROW(NULL, NULL), '5000000-01-01', '24:00', '00:00-12', '0044-03-15 BC', NULL, NULL,
   '-1 day', 'fine', '{}', '{}', NULL, 'null', 'empty', NULL, NULL, '', '', NULL);

-- Every column alone, in the preview of the rows 1, 2 and 3.
CREATE FUNCTION pg_temp.columns(VARIADIC names text[]) RETURNS TABLE ("column" text, "1" text, "2" text, "3" text) LANGUAGE plpgsql AS $$
BEGIN
  FOREACH "column" IN ARRAY names LOOP
    PERFORM msar.set_preview_template('shown.kinds', '{' || "column" || '}');
    SELECT p->0->>'preview', p->1->>'preview', p->2->>'preview' INTO "1", "2", "3"
    FROM (SELECT msar.preview_rows('shown.kinds', '[1, 2, 3]')) AS x(p);
    RETURN NEXT;
  END LOOP;
END $$;
CREATE FUNCTION pg_temp.all_columns(form text DEFAULT '') RETURNS text[] LANGUAGE sql AS
$$ SELECT array_agg(attname || form ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'shown.kinds'::regclass AND attnum > 1 $$;

-- Without options.
SET timezone = 'UTC';
SELECT * FROM pg_temp.columns(VARIADIC pg_temp.all_columns());

-- With options.
SELECT count(*) FROM msar.set_column_metadata('shown.kinds', '[
  {"name": "a_bool", "bool_true": "yes", "bool_false": "it''s \\ not"}, {"name": "a_flag", "bool_true": "✓"},
  {"name": "an_int", "num_grouping": "always", "num_format": "hindi"},
  {"name": "a_numeric", "num_min_frac_digits": 2, "num_max_frac_digits": 2, "num_format": "french"},
  {"name": "a_float", "num_grouping": "always"},
  {"name": "a_price", "num_show_as_perc": true},
  {"name": "a_money", "mon_currency_symbol": "£", "mon_currency_location": "after-minus", "num_format": "swiss", "num_grouping": "always"},
  {"name": "an_amount", "mon_currency_symbol": "€", "mon_currency_location": "end-with-space", "num_format": "german", "num_max_frac_digits": 2},
  {"name": "two_money", "num_min_frac_digits": 2},
  {"name": "a_date", "date_format": "FMDD. FMMonth YYYY \"AD\""},
  {"name": "a_time", "time_format": "HH12:MI am"}, {"name": "a_timetz", "time_format": "HH24:MI TZH:TZM"},
  {"name": "a_timestamp", "date_format": "DD.MM.YYYY BC", "time_format": "HH24:MI:SS.MS"},
  {"name": "a_moment", "time_format": "HH24:MI"},
  {"name": "a_timestamptz", "date_format": "Dy"},
  {"name": "a_duration", "duration_min": "s", "duration_max": "h", "duration_show_units": false}]');
SELECT * FROM pg_temp.columns(VARIADIC pg_temp.all_columns());
-- In the time zone of the session.
SET timezone = 'Asia/Kolkata';
SELECT * FROM pg_temp.columns('a_time', 'a_timetz', 'a_timestamp', 'a_timestamptz');
RESET timezone;

-- Raw.
SET timezone = 'UTC';
SELECT * FROM pg_temp.columns(VARIADIC pg_temp.all_columns(':raw'));

-- Options of the table referred to apply there.
CREATE TABLE shown.refers (id integer PRIMARY KEY, kind integer REFERENCES shown.kinds);
INSERT INTO shown.refers VALUES (1, 1);
SELECT msar.set_preview_template('shown.kinds', '{a_bool}, {an_amount}');
SELECT msar.set_preview_template('shown.refers', '{kind} / {kind.a_duration} / {kind.a_duration:raw}');
SELECT msar.preview_rows('shown.refers', '[1]')->0->>'preview' AS preview;
SELECT msar.preview_template_sql('shown.refers');

-- Numbers of all sizes.
SELECT n AS number, __msar.display_number(n, least, most, grouping, format, percentage, symbol, location) AS shown
FROM (VALUES
  ('999.995', 2, 2, 'always', 'english', NULL::boolean, NULL, NULL), ('1234', NULL, NULL, 'auto', NULL, NULL, NULL, NULL),
  ('12345', NULL, NULL, 'auto', NULL, NULL, NULL, NULL), ('0.075', NULL, 1, NULL, NULL, true, NULL, NULL),
  ('-5', NULL, NULL, NULL, NULL, NULL, '$', NULL), ('-5', 2, NULL, NULL, 'german', NULL, '€', 'end-with-space'),
  ('NaN', 2, 2, 'always', 'german', true, '€', 'end-with-space'), (NULL, 2, 2, NULL, NULL, NULL, NULL, NULL)
) AS v(n, least, most, grouping, format, percentage, symbol, location);
SELECT length(__msar.display_number((10::numeric ^ 1000)::text, 0, 0, 'always', 'swiss', NULL, NULL, NULL));
-- Durations.
SELECT d AS duration, __msar.display_duration(date_part('epoch', d), NULL, NULL, NULL) AS plain,
  __msar.display_duration(date_part('epoch', d), 'ms', 's', true) AS in_s, __msar.display_duration(date_part('epoch', d), 'm', 'd', false) AS in_d
FROM unnest('{0, 90.4s, 1 day 02:03:04.567, -1 year, 1 mon}'::interval[]) AS d;
