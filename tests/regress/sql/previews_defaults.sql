-- How a row is shown where nobody has set a template: as a person would choose, or by the contract's rule in the contract's functions.
CREATE SCHEMA defaults;
SET search_path = defaults;
CREATE TABLE customers (customer_id text PRIMARY KEY, company_name text, contact_name text);
CREATE TABLE people ("LastName" text, "FirstName" text, "Title" text, id int PRIMARY KEY);
CREATE TABLE films (code text PRIMARY KEY, title text);
CREATE TABLE towns (code text PRIMARY KEY, land text REFERENCES films, what text);
CREATE TABLE codes (code text PRIMARY KEY, n int);
CREATE TABLE numbers (n int, m int);
CREATE TABLE orders (id int PRIMARY KEY, customer_id text REFERENCES customers);
INSERT INTO customers VALUES ('VINET', 'Vins et alcools Chevalier', 'Paul Henriot'), ('EMPTY', NULL, NULL);
INSERT INTO orders VALUES (1, 'VINET'), (2, 'EMPTY');
SELECT r.relname, msar.get_table_details(r.oid) -> 'preview_settings' AS preview_settings
FROM pg_class AS r WHERE relnamespace = 'defaults'::regnamespace AND relkind = 'r' ORDER BY 1;
SELECT msar.preview_rows('customers', '["VINET", "EMPTY"]');
SELECT msar.list_records('orders', '{"record_summaries": true}') - 'results' AS own;
-- The contract's functions: their first column of text, and an empty text where nothing is left.
SELECT msar.list_records_from_table('orders'::regclass, NULL, NULL, NULL, NULL, NULL, NULL, true) - 'results' AS contract;
SELECT msar.list_by_record_summaries('customers'::regclass, 5, 0, NULL, jsonb_build_object('customers'::regclass::oid::text, '[[2]]'::jsonb)) -> 'results' AS contract;
SET mathesar_ext.default_preview = first_text;
SELECT msar.preview_rows('customers', '["VINET", "EMPTY"]');
SELECT msar.get_preview_template('customers'), msar.get_table_details('customers') -> 'preview_settings' AS preview_settings;
SET mathesar_ext.default_preview = other;
RESET mathesar_ext.default_preview;
SELECT msar.preview_rows('customers', '["VINET"]');
SET client_min_messages = warning;
DROP SCHEMA defaults CASCADE;
