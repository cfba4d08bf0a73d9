-- How values are put into records, and options for clients that want them otherwise.
\pset format unaligned
\pset tuples_only on
SET TimeZone = 'Asia/Kolkata';
CREATE TYPE mood AS ENUM ('sad', 'fine', 'glad');
CREATE TYPE place AS (street text, built date);
CREATE DOMAIN day AS date;
CREATE DOMAIN document AS jsonb;
CREATE TABLE thing (
  id integer PRIMARY KEY, small smallint, big bigint, num numeric, single real, double double precision, cash money,
  flag boolean, str text, short varchar(5), fixed char(5), letter "char", ident name,
  dat date, tim time, timtz timetz, stamp timestamp, stamptz timestamptz, span interval,
  js json, jsb jsonb, jss jsonb[], uid uuid, bin bytea, feeling mood, feelings mood[], lives place,
  numbers integer[], days date[], spread int4range, spreads int4multirange, ip inet, bits bit(3), pt point,
  birthday day, doc document, link mathesar_types.uri, mail mathesar_types.email, price mathesar_types.mathesar_money,
  foreign_price mathesar_types.multicurrency_money, xid xid, reg regclass
);
INSERT INTO thing VALUES (
  1, -1, 9223372036854775807, 123456789012345678901234567890.10, 1.5, 0.1, 5, true, E'a "b"\n\\ é', 'abc', 'abc', 'x', 'ident',
  '1970-01-02', '12:30:45', '12:30:45+05:30', '1970-01-02 05:06:07.789', '1970-01-02 05:06:07.789Z', '1 year 2 mons 3 days 04:05:06.7',
  '{"a":  1}', '{"a":  1}', ARRAY['1', '"x"', NULL]::jsonb[], '00000000-0000-0000-0000-00000000000a', '\xdeadbeef', 'glad', '{sad,NULL}', ('Main St', '1970-01-02'),
  '{{1,2},{3,NULL}}', '{1970-01-02,infinity}', '[1,5)', '{[1,2],[5,7)}', '10.0.0.1/8', '101', '(1,2)',
  '1970-01-02', '[]', 'https://example.org', 'a@b.org', 5.10, (5.10, 'EUR'), '7', 'pg_class');
-- All of them NULL.
INSERT INTO thing (id) VALUES (2);
SELECT a.attname, r->a.attnum::text, n->a.attnum::text
FROM (SELECT d->'results'->0 AS r, d->'results'->1 AS n FROM msar.list_records_from_table('thing'::regclass, NULL, NULL, NULL, NULL, NULL) AS d) AS d,
     pg_attribute AS a
WHERE attrelid = 'thing'::regclass AND attnum > 0 ORDER BY attnum;
-- For JavaScript, whose numbers have 53 bits, and for clients that read ISO 8601.
SELECT jsonb_pretty(msar.list_records('thing', '{"limit": 1, "numbers": "text", "dates": "iso",
  "columns": ["big", "num", "double", "price", "dat", "tim", "timtz", "stamp", "stamptz", "span", "birthday"]}')->'results'->0);

-- What JSON has no numbers for, and what a calendar has no years for.
CREATE TABLE extreme (id integer PRIMARY KEY, num numeric, double double precision, single real, dat date, stamp timestamp, stamptz timestamptz, span interval, tim time, timtz timetz);
INSERT INTO extreme VALUES
  (1, 'NaN', 'NaN', 'NaN', 'infinity', 'infinity', 'infinity', '-1 mon +1 day -00:00:00.5', '24:00', '24:00-14'),
  (2, 'Infinity', 'Infinity', 'Infinity', '-infinity', '-infinity', '-infinity', '178000000 years', '00:00', '00:00+14'),
  (3, '-Infinity', '-Infinity', '-Infinity', '0044-03-15 BC', '0044-03-15 12:00 BC', '0044-03-15 12:00Z BC', '-00:00:01', '23:59:59.999999', '00:00:00.000001Z'),
  (4, 1e-20, 5e-324, 1e-45, '5874897-12-31', '294276-12-31 23:59:59.999999', '4714-11-24 00:00Z BC', '0', NULL, NULL);
SELECT jsonb_array_elements(msar.list_records_from_table('extreme'::regclass, NULL, NULL, NULL, NULL, NULL)->'results');
UPDATE extreme SET num = 10::numeric ^ 1000 WHERE id = 1;
SELECT (msar.get_record_from_table('extreme'::regclass, 1)->'results'->0->>'2')::numeric = 10::numeric ^ 1000;
-- The session's settings for output do not matter, but for the time zone.
SET DateStyle = 'SQL, DMY'; SET IntervalStyle = sql_standard; SET extra_float_digits = -10; SET TimeZone = 'UTC';
SELECT msar.get_record_from_table('extreme'::regclass, 3)->'results'->0;
RESET ALL;

-- Forms are those of the defaults that the describe calls give.
CREATE TABLE defaults (id integer PRIMARY KEY, dat date DEFAULT '0044-03-15 BC', tim time DEFAULT '12:30', timtz timetz DEFAULT '12:30+05:30',
  stamp timestamp DEFAULT '2020-01-01 00:00:00.5', span interval DEFAULT '1 day', num numeric DEFAULT 'NaN', jsb jsonb DEFAULT '{}', numbers integer[] DEFAULT '{1}');
INSERT INTO defaults VALUES (1);
SELECT c->>'name', c->'default'->'value' = msar.get_record_from_table('defaults'::regclass, 1)->'results'->0->(c->>'id')
FROM jsonb_array_elements(msar.get_column_info('defaults')) AS c WHERE c->>'name' <> 'id';
