-- Options of tables and columns: patches, what values they take, and which kind of column takes which.
\pset null '(null)'
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('sad', 'happy');
CREATE DOMAIN shop.percent AS numeric CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE shop.maker (id integer PRIMARY KEY, name text, boss integer REFERENCES shop.maker);
CREATE TABLE shop.kinds (
  a_bool boolean, a_number integer, a_money money, a_date date, a_time time, a_datetime timestamptz, a_duration interval,
  a_text text, a_json jsonb, an_enum shop.mood, an_array boolean[], a_domain shop.percent, a_uuid uuid, a_binary bytea,
  a_range int4range, another point, maker integer REFERENCES shop.maker
);

-- Without the times, which differ from run to run.
CREATE FUNCTION pg_temp.timeless(metadata jsonb) RETURNS SETOF jsonb LANGUAGE sql AS
$$ SELECT m - 'created_at' - 'updated_at' FROM jsonb_path_query(metadata, 'strict $[*]') AS m $$;

-- Nothing yet.
SELECT msar.get_table_metadata('shop.kinds'), msar.get_column_metadata('shop.kinds');
SELECT msar.list_table_metadata('shop'::regnamespace);

-- A patch changes what it names: by attnum or by name.
SELECT pg_temp.timeless(msar.set_column_metadata('shop.kinds', '[
  {"attnum": 1, "bool_input": "checkbox", "bool_true": "yes", "bool_false": ""},
  {"name": "a_number", "num_min_frac_digits": 0, "num_max_frac_digits": 20, "num_grouping": "never", "num_format": "swiss",
   "num_show_as_perc": true},
  {"attnum": 3, "name": "a_money", "mon_currency_symbol": "€", "mon_currency_location": "end-with-space"}]'));
SELECT pg_temp.timeless(msar.set_column_metadata('shop.kinds', '[
  {"name": "a_bool", "bool_true": "oui", "bool_false": null, "display_width": 80},
  {"name": "a_datetime", "date_format": "YYYY-MM-DD", "time_format": "HH24:MI"},
  {"name": "a_duration", "duration_min": "s", "duration_max": "d", "duration_show_units": false}]'));
-- Null clears, and where nothing is left there is no metadata.
SELECT pg_temp.timeless(msar.set_column_metadata('shop.kinds', '[
  {"name": "a_bool", "bool_input": null, "bool_true": null, "display_width": null}, {"name": "a_text", "display_width": null},
  {"name": "a_number"}]'));
SELECT column_name FROM msar_catalog.column_metadata ORDER BY attnum;
SELECT msar.set_column_metadata('shop.kinds', '[]') = msar.get_column_metadata('shop.kinds') AS unchanged;
SELECT msar.set_column_metadata(NULL, '[]'), msar.set_column_metadata('shop.kinds', NULL);

-- The times: created once, updated when an option changes.
UPDATE msar_catalog.stored_column_metadata SET created_at = '2020-01-01', updated_at = '2020-01-01' WHERE column_name = 'a_money';
SELECT created_at = '2020-01-01' AS created_then, updated_at = '2020-01-01' AS updated_then
FROM msar_catalog.column_metadata WHERE column_name = 'a_money';
SELECT count(*) FROM msar.set_column_metadata('shop.kinds', '[{"name": "a_money", "mon_currency_symbol": "€"}]');
SELECT created_at = '2020-01-01' AS created_then, updated_at = '2020-01-01' AS updated_then
FROM msar_catalog.column_metadata WHERE column_name = 'a_money';
BEGIN;
SELECT count(*) FROM msar.set_column_metadata('shop.kinds', '[{"name": "a_money", "mon_currency_symbol": "$"}]');
SELECT created_at = '2020-01-01' AS created_then, updated_at = now() AS updated_now
FROM msar_catalog.column_metadata WHERE column_name = 'a_money';
COMMIT;

-- Which options which kind of column takes.
\pset format unaligned
\set VERBOSITY terse
CREATE FUNCTION pg_temp.takes(col name, option text, value jsonb) RETURNS boolean LANGUAGE plpgsql AS
$$
BEGIN
  PERFORM msar.set_column_metadata('shop.kinds',
    jsonb_build_array(jsonb_build_object('name', col, option, value)));
  RETURN true;
EXCEPTION WHEN invalid_parameter_value THEN
  IF SQLERRM !~ 'metadata option "\w+" does not apply to column "\w+", whose ui_type is \w+' THEN RAISE; END IF;
  RETURN false;
END
$$;
SELECT option, string_agg(attname, ' ' ORDER BY attnum) FILTER (WHERE pg_temp.takes(attname, option, value)) AS columns
FROM pg_attribute,
     (VALUES ('bool_input', '"dropdown"'::jsonb), ('bool_true', '"y"'), ('bool_false', '"n"'),
             ('num_min_frac_digits', '2'), ('num_max_frac_digits', '2'), ('num_show_as_perc', 'true'),
             ('num_grouping', '"auto"'), ('num_format', '"hindi"'), ('mon_currency_symbol', '"$"'),
             ('mon_currency_location', '"after-minus"'), ('time_format', '"HH24"'), ('date_format', '"YYYY"'),
             ('duration_min', '"s"'), ('duration_max', '"h"'), ('duration_show_units', 'true'), ('display_width', '100'),
             ('label', '"Label"'), ('help_text', '"Help"'), ('is_hidden', 'true'),
             ('file_backend', '"default"'), ('user_display_field', '"email"')) AS o(option, value)
WHERE attrelid = 'shop.kinds'::regclass AND attnum > 0
GROUP BY option ORDER BY option;
\pset format aligned
DELETE FROM msar_catalog.stored_column_metadata;

-- Errors name what is wrong, and nothing is changed.
\set VERBOSITY default
SELECT msar.set_column_metadata('shop.kinds', '[{"name": "a_text", "display_width": 7}, {"name": "a_bool", "date_format": "YYYY"}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"name": "a_text", "display_width": 7, "colour": "red"}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"name": "a_text", "display_width": "7"}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"name": "a_number", "num_min_frac_digits": 3, "num_max_frac_digits": 2}]');
\set VERBOSITY terse
SELECT msar.set_column_metadata('shop.kinds', '[{"name": "a_number", "num_max_frac_digits": 21}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"name": "a_bool", "bool_input": "slider"}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"name": "a_date", "date_format": ""}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"name": "a_duration", "duration_min": "d", "duration_max": "m"}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"name": "nothing", "display_width": 7}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"attnum": 99, "display_width": 7}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"attnum": 0, "display_width": 7}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"attnum": 1, "name": "a_text", "display_width": 7}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"attnum": 1, "display_width": 7}, {"name": "a_bool", "display_width": 8}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"display_width": 7}]');
SELECT msar.set_column_metadata('shop.kinds', '[7]');
SELECT msar.set_column_metadata('shop.kinds', '{"name": "a_text", "display_width": 7}');
SELECT msar.set_column_metadata(4294967295::regclass, '[]');
SELECT msar.set_column_metadata('shop.maker_pkey', '[]');
SELECT msar.get_column_metadata('shop.kinds'), msar.get_column_metadata(4294967295::regclass);

-- What one patch leaves counts for the next: options that belong together.
SELECT count(*) FROM msar.set_column_metadata('shop.kinds', '[{"name": "a_number", "num_min_frac_digits": 5}]');
SELECT msar.set_column_metadata('shop.kinds', '[{"name": "a_number", "num_max_frac_digits": 4}]');
SELECT pg_temp.timeless(msar.set_column_metadata('shop.kinds', '[{"name": "a_number", "num_min_frac_digits": null, "num_max_frac_digits": 4}]'));

-- Temporary tables are forgotten with their session.
CREATE TEMPORARY TABLE brief (a integer);
SELECT msar.set_column_metadata('brief', '[{"name": "a", "display_width": 7}]');
SELECT msar.set_table_metadata('brief', '{"is_temp": true}');

-- Tables. Every kind of relation with columns has metadata.
SELECT pg_temp.timeless(jsonb_build_array(msar.set_table_metadata('shop.maker', '{"import_verified": false, "is_temp": true}'))) - 'oid';
SELECT msar.set_table_metadata('shop.maker', '{"import_verified": null, "is_temp": null}');
CREATE VIEW shop.some_view AS SELECT name FROM shop.maker;
SELECT msar.set_table_metadata('shop.some_view', '{"column_order": [1]}')->'column_order' AS column_order;
SELECT msar.set_column_metadata('shop.some_view', '[{"name": "name", "display_width": 7}]')->0->'display_width' AS width;
-- Tables and columns that values name.
SELECT pg_temp.timeless(jsonb_build_array(msar.set_table_metadata('shop.kinds', jsonb_build_object(
  'column_order', '[3, 1, 2]'::jsonb, 'preview_customized', true,
  'preview_template', '["Nr. ", [2], " by ", [17, 3, 2], " {"]'::jsonb, 'import_target_oid', 'shop.maker'::regclass::oid::bigint,
  'mathesar_added_pkey_attnum', 2, 'user_tracking_attnum', 8)))) - 'oid' - 'import_target_oid' AS metadata;
SELECT refs->>'kinds' IS NULL AS by_oid, key::oid::regclass, value - 'schema' - 'name' - 'targets' AS referent,
       (SELECT array_agg((key, value::text::oid::regclass)) FROM jsonb_each(value->'targets')) AS targets
FROM msar_catalog.table_metadata, jsonb_each(refs) WHERE table_name = 'kinds' ORDER BY 2::text;
-- A value that names nothing is refused; the list is in order of names.
\set VERBOSITY default
SELECT msar.set_table_metadata('shop.kinds', '{"column_order": [1, 99]}');
SELECT msar.set_table_metadata('shop.kinds', '{"preview_template": [[2, 1]]}');
SELECT msar.set_table_metadata('shop.kinds', '{"import_target_oid": 4294967295}');
\set VERBOSITY terse
SELECT msar.set_table_metadata('shop.kinds', '{"preview_template": [[17, 99]]}');
SELECT msar.set_table_metadata('shop.kinds', '{"user_tracking_attnum": 99}');
SELECT msar.set_table_metadata('shop.kinds', '{"column_order": [1, 1]}');
SELECT msar.set_table_metadata('shop.kinds', '{"preview_template": "{a_text}"}');
SELECT msar.set_table_metadata('shop.kinds', '{"display_width": 7}');
SELECT msar.set_table_metadata('shop.kinds', '[]');
SELECT msar.set_table_metadata('shop.maker_pkey', '{}');
SELECT msar.set_table_metadata(4294967295::regclass, '{}');
SELECT m->>'name' AS name, m->'column_order' AS column_order FROM jsonb_array_elements(msar.list_table_metadata('shop'::regnamespace)) AS m;
SELECT msar.list_table_metadata(4294967295::regnamespace), msar.get_table_metadata(4294967295::regclass);

-- What values named, and is gone, is not told.
ALTER TABLE shop.maker DROP COLUMN boss;
ALTER TABLE shop.kinds DROP COLUMN a_bool, DROP COLUMN a_text;
SELECT pg_temp.timeless(jsonb_build_array(msar.get_table_metadata('shop.kinds'))) - 'oid' - 'import_target_oid' AS metadata;
SELECT (msar.get_table_metadata('shop.kinds')->>'import_target_oid')::oid::regclass AS import_target;
DROP TABLE shop.maker CASCADE;
SELECT msar.get_table_metadata('shop.kinds') ? 'import_target_oid' AS has_import_target;

-- In the description: beside what is described, from the same pass.
SELECT count(*) FROM msar.set_column_metadata('shop.kinds', '[
  {"name": "a_json", "file_backend": "default"}, {"name": "a_date", "date_format": "DD.MM.YYYY"}]');
SELECT d->'preview_settings' AS preview_settings, d->'metadata' IS NOT NULL AS has_metadata,
       (d->'metadata')::jsonb = msar.get_table_metadata('shop.kinds') - 'oid' - 'name' AS is_the_same
FROM (SELECT msar.get_table_details('shop.kinds')) AS x(d);
SELECT c->>'name' AS name, c->>'ui_type' AS ui_type, pg_temp.timeless(jsonb_build_array(c->'metadata')) AS metadata
FROM json_array_elements(msar.get_schema_table_details('shop'::regnamespace)) AS t, json_array_elements(t->'columns') AS c
WHERE c->>'metadata' IS NOT NULL;

-- Plain SQL of those who may restore, by the same rules.
INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, bool_true) VALUES ('shop.kinds'::regclass, 2, 'y');
INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, display_width) VALUES ('shop.kinds'::regclass, 99, 7);
INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, display_width) VALUES ('shop.kinds'::regclass, -1, 7);
INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, display_width) VALUES ('shop.kinds'::regclass, 2, 0);
INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, num_min_frac_digits, num_max_frac_digits)
VALUES ('shop.kinds'::regclass, 2, 2, 1);
INSERT INTO msar_catalog.stored_table_metadata (table_oid, is_temp) VALUES ('brief'::regclass, true);
INSERT INTO msar_catalog.stored_table_metadata (table_oid, is_temp) VALUES (4294967295, true);
INSERT INTO msar_catalog.stored_table_metadata (table_oid, column_order) VALUES ('shop.kinds'::regclass, '{2,1}')
ON CONFLICT (table_oid) DO UPDATE SET column_order = EXCLUDED.column_order;
UPDATE msar_catalog.stored_table_metadata SET preview_template = '"text"' WHERE table_oid = 'shop.kinds'::regclass;
UPDATE msar_catalog.stored_column_metadata SET time_format = 'HH24' WHERE table_oid = 'shop.kinds'::regclass AND column_name = 'a_date';
INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, display_width)
VALUES ('shop.kinds'::regclass, 2, 7), ('shop.kinds'::regclass, 4, 8)
ON CONFLICT (table_oid, attnum) DO UPDATE SET display_width = EXCLUDED.display_width
RETURNING schema_name, table_name, column_name, owner_name = current_user AS is_mine, display_width, date_format;

DROP SCHEMA shop CASCADE;
SELECT count(*) FROM msar_catalog.column_metadata;

-- Columns by name, which are stored as attnums.
CREATE SCHEMA naming;
CREATE TABLE naming.named_maker (id integer PRIMARY KEY, name text);
CREATE TABLE naming.named (id integer PRIMARY KEY, gone text, title text, maker_id integer REFERENCES naming.named_maker, "3" text);
ALTER TABLE naming.named DROP COLUMN gone;
SELECT o->'column_order' AS column_order, o->'preview_template' AS template, o->'user_tracking_attnum' AS tracking
FROM msar.set_table_metadata('naming.named', '{"column_order": ["title", 1, "\"3\"", "4"], "user_tracking_attnum": "title",
  "preview_template": ["3", ["maker_id", "name"], [4, "name"], {"path": ["title"], "raw": true}]}') AS o;
SELECT msar.get_preview_template('naming.named');
SELECT msar.set_table_metadata('naming.named', '{"column_order": ["title", "#3"]}');
SELECT msar.set_table_metadata('naming.named', '{"column_order": ["3"]}');
SELECT msar.set_table_metadata('naming.named', '{"column_order": ["gone"]}');
SELECT msar.set_table_metadata('naming.named', '{"preview_template": [["maker_id", "nam"]]}');
SELECT msar.set_table_metadata('naming.named', '{"preview_template": [["title", "name"]]}');
SELECT msar.set_table_metadata('naming.named', '{"preview_template": [["maker_id", {}, "name"]]}');
SELECT msar.set_preview_template('naming.named', '{#3} {4.2} {"3"}');
INSERT INTO naming.named_maker VALUES (1, 'Acme');
INSERT INTO naming.named VALUES (1, 'Anvil', 1, 'x');
SELECT msar.get_record_from_table('naming.named'::regclass, 1, NULL, true, jsonb_build_object('naming.named'::regclass::oid::bigint, '[["maker_id", "name"], " ", ["title"], [3]]'::jsonb))
  ->'record_summaries' AS summaries;
SELECT msar.get_record_from_table('naming.named'::regclass, 1, NULL, true, jsonb_build_object('naming.named'::regclass::oid::bigint, '[["makr_id", "name"]]'::jsonb));
-- Texts and formats come with every page of the tables that refer to a row: they are not long.
SELECT msar.set_column_metadata('library.book', jsonb_build_array(jsonb_build_object('name', 'title', 'label', repeat('x', 10001))));
SELECT msar.set_column_metadata('library.member', jsonb_build_array(jsonb_build_object('name', 'joined_on', 'date_format', repeat('YYYY', 51))));
SELECT msar.set_preview_template('library.book', repeat('x', 9999) || '{title}' || 'xx');
SELECT length(msar.set_preview_template('library.book', repeat('x', 9999) || '{title}' || 'x')::text) > 9999 AS is_set;
