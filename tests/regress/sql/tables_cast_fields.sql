-- Fields of rows by separators, currency marks and the order of dates: JSON objects in a column of text become a composite type.
\pset format unaligned
\pset null '(null)'
SET client_min_messages = warning;
SET datestyle = 'ISO, MDY';
CREATE SCHEMA fields;
CREATE TYPE fields.place AS (street text, "house no" integer);
CREATE TYPE fields.bill AS (amount numeric(10, 2), "due on" date, pieces integer, place fields.place, tags text[]);
CREATE TABLE fields.t (id integer PRIMARY KEY, b text);
INSERT INTO fields.t VALUES
  (1, '{"amount": "1.234,5", "due on": "13/02/2024", "pieces": "1.000", "place": {"street": "a,b", "house no": "1.200"}, "tags": ["1,5"]}'),
  (2, ' {"amount": 2.5, "due on": null, "other": 1}'), (3, '(3.25,2024-02-13,,,)'), (4, NULL), (5, '{}');
SELECT msar.get_preview('fields.t'::regclass, '[{"attnum": 2, "type": {"name": "fields.bill"}, "cast_options": {"group_sep": ".", "decimal_p": ",", "date_order": "DMY"}}]', NULL);
SELECT msar.alter_columns('fields.t'::regclass, '[{"attnum": 2, "type": {"name": "fields.bill"}, "cast_options": {"group_sep": ".", "decimal_p": ",", "date_order": "DMY"}}]');
SELECT id, (b).amount, (b)."due on", (b).pieces, (b).place, (b).tags FROM fields.t ORDER BY id;
CREATE TABLE fields.source (id integer, b text);
INSERT INTO fields.source VALUES (6, '{"amount": "€ 7,25", "due on": "14/02/2024"}'), (7, '{"amount": "x"}');
SELECT msar.insert_from_select('fields.source', 'fields.t', '[{"src_table_attnum": 1, "dst_table_attnum": 1},
  {"src_table_attnum": 2, "dst_table_attnum": 2, "cast_options": {"group_sep": "", "decimal_p": ",", "curr_pref": "€ ", "curr_suff": "", "date_order": "DMY"}}]');
DELETE FROM fields.source WHERE id = 7;
SELECT msar.insert_from_select('fields.source', 'fields.t', '[{"src_table_attnum": 1, "dst_table_attnum": 1},
  {"src_table_attnum": 2, "dst_table_attnum": 2, "cast_options": {"group_sep": "", "decimal_p": ",", "curr_pref": "€ ", "curr_suff": "", "date_order": "DMY"}}]');
SELECT b FROM fields.t WHERE id = 6;
-- Without options, as before.
SELECT msar.get_preview('fields.source'::regclass, '[{"attnum": 2, "type": {"name": "fields.bill"}}]', NULL);
-- Arrays of rows, also within rows: each text in them.
CREATE TYPE fields.line AS (what text, price numeric(10, 2), days date[]);
CREATE TYPE fields.invoice AS (no integer, lines fields.line[]);
CREATE TABLE fields.a (id integer, lines text, invoice text);
INSERT INTO fields.a VALUES
  (1, '[{"what": "a,b", "price": "1.234,5", "days": ["13/02/2024", null]}, null, {"price": 2.5}, "(x,3.25,)"]',
   '{"no": "1.000", "lines": [{"what": "\"q\"", "price": "€ 7,25"}]}'),
  (2, '[]', NULL), (3, '{"(y,4.5,)"}', '(7,"{""(z,1,)""}")'), (4, NULL, '{"lines": []}'), (5, ' [ null ]', '{}');
SELECT msar.alter_columns('fields.a'::regclass, '[
  {"attnum": 2, "type": {"name": "fields.line[]"}, "cast_options": {"group_sep": ".", "decimal_p": ",", "date_order": "DMY"}},
  {"attnum": 3, "type": {"name": "fields.invoice"},
   "cast_options": {"group_sep": ".", "decimal_p": ",", "curr_pref": "€ ", "date_order": "DMY"}}]');
SELECT * FROM fields.a ORDER BY id;
CREATE TABLE fields.b (lines text);
INSERT INTO fields.b VALUES ('[{"price": "1,5"}]'), ('[{"price": "x"}]');
SELECT msar.get_preview('fields.b'::regclass, '[{"attnum": 1, "type": {"name": "fields.line[]"}, "cast_options": {"decimal_p": ","}}]', 1);
SELECT msar.alter_columns('fields.b'::regclass, '[{"attnum": 1, "type": {"name": "fields.line[]"}, "cast_options": {"decimal_p": ","}}]');
SELECT lines FROM fields.b;
-- The type may change between two calls of a session.
ALTER TYPE fields.line RENAME ATTRIBUTE price TO cost;
SELECT __msar.read_array_of_rows('[{"price": "1,5", "cost": "2,5"}]', 'fields.line', '{"decimal_p": ","}');
SELECT __msar.read_array_of_rows('[[{"cost": "2,5"}]]', 'fields.line', '{"decimal_p": ","}');
SELECT __msar.read_array_of_rows('[1]', 'integer', '{}');
DROP SCHEMA fields CASCADE;
