-- Network addresses are shown as PostgreSQL prints them: without the length of the netmask where they were written without.
\pset tuples_only on
\pset format unaligned
CREATE SCHEMA net;
CREATE DOMAIN net.host AS inet CHECK (masklen(VALUE) = 32);
CREATE TABLE net.machine (address inet PRIMARY KEY, host net.host, range cidr, others inet[]);
CREATE TABLE net.login (id integer PRIMARY KEY, from_address inet REFERENCES net.machine, machine_range cidr);
INSERT INTO net.machine VALUES ('10.0.0.1', '10.0.0.1', '10.0.0.0/32', '{10.0.0.1,10.0.0.2/8}'), ('10.0.0.2/8', '10.0.0.2', '10.0.0.0/8', NULL), ('::1', NULL, '::/0', '{}');
INSERT INTO net.login VALUES (1, '10.0.0.1', '10.0.0.0/8'), (2, '10.0.0.2/8', NULL);
SELECT jsonb_path_query(msar.list_records('net.machine'), '$.results[*]');
-- Previews, and the keys of their documents.
SELECT msar.set_preview_template('net.machine', '{address} in {range}, {host}, {others}');
SELECT d->'linked_record_summaries', d->'links' FROM msar.list_records('net.login', '{"links": true}') AS d;
SELECT msar.list_records_from_table('net.login'::regclass, NULL, NULL, NULL, NULL, NULL)->'linked_record_summaries';
SELECT msar.preview_rows('net.machine', '["10.0.0.1", "10.0.0.1/32", "10.0.0.2/8"]');
SELECT msar.get_record_from_table('net.machine'::regclass, '10.0.0.1'::inet, return_record_summaries => true)->'record_summaries';
-- What is searched, and compared with a text.
SELECT msar.search_records_from_table('net.machine'::regclass, '[{"attnum": 1, "literal": "/32"}]', 10)->'count';
SELECT msar.list_records('net.machine', '{"filter": ["address", "contains", "/"], "columns": ["address"]}')->'count';
-- Keys that writes return are those that lists show.
SELECT msar.add_records('net.machine', '[{"address": "10.0.0.3"}]')->'keys';
SELECT msar.update_records('net.machine', '{"address": "10.0.0.3"}', '{"range": "10.0.0.3"}', '{"return": "records"}')->'results';
SELECT msar.delete_records('net.machine', '{"address": "10.0.0.3"}', '{"return": "keys"}')->'keys';
-- A column of text that names them.
CREATE TABLE net.visit (id integer PRIMARY KEY, machine text);
INSERT INTO net.visit VALUES (1, '10.0.0.1'), (2, '::1');
SELECT d->'matched' FROM msar.link_column('net.visit', 'machine', 'net.machine', '{"by": "address"}') AS d;
SELECT jsonb_agg(machine ORDER BY id) FROM net.visit;
SET client_min_messages = warning;
DROP SCHEMA net CASCADE;
