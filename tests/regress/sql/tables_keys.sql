-- Primary keys and links: msar.add_pkey_column, msar.set_pkey_column, msar.add_foreign_key_column, msar.add_mapping_table.
\set VERBOSITY terse
\pset null '(null)'
\i tests/regress/include/problem.sql
CREATE SCHEMA shop;
SET search_path = shop, public;

-- A new key column, beside the old one or in its place. Rows that are there get keys.
CREATE TABLE plain (a text, id text);
INSERT INTO plain VALUES ('x'), ('y');
SELECT msar.add_pkey_column('plain', 'IDENTITY');
\d plain
SELECT a, "id 1" FROM plain ORDER BY a;
SELECT msar.add_pkey_column('plain', 'UUIDv4', col_name => 'key');
\d plain
SELECT count(DISTINCT key) FROM plain;
SELECT msar.add_pkey_column('plain', 'IDENTITY', drop_old_pkey_col => true, col_name => 'key');
\d plain
CREATE TABLE composite (a integer, b integer, c text, PRIMARY KEY (b, a));
SELECT msar.add_pkey_column('composite', 'IDENTITY', true), msar.add_pkey_column('composite', 'IDENTITY', NULL, NULL);
\d composite

-- A column that is there becomes the key.
CREATE TABLE person (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, code text UNIQUE DEFAULT '0', number bigint, tag uuid, name text);
INSERT INTO person (code, number, tag) VALUES ('7', 100, '00000000-0000-0000-0000-000000000001'), ('30', 5, '00000000-0000-0000-0000-000000000002');
SELECT msar.set_pkey_column('person', 2, 'IDENTITY');
\d person
INSERT INTO person (number) VALUES (NULL) RETURNING code;
DELETE FROM person WHERE number IS NULL;
SELECT msar.set_pkey_column('person', 3, default_type => 'IDENTITY', drop_old_pkey_col => true);
INSERT INTO person (name) VALUES ('new') RETURNING number;
DELETE FROM person WHERE name = 'new';
SELECT msar.set_pkey_column('person', 4, 'UUIDv4');
SELECT msar.set_pkey_column('person', 3), msar.set_pkey_column('person', 3, drop_old_pkey_col => true);
SELECT msar.set_pkey_column('person', 1);
\d person

-- Links: the type is that of the other table's key.
CREATE TABLE author (key varchar(9) PRIMARY KEY, name text);
CREATE TABLE book (title text);
CREATE TABLE team (one integer, two integer, PRIMARY KEY (one, two));
SELECT msar.add_foreign_key_column('author', 'book'::regclass, 'author'::regclass),
  msar.add_foreign_key_column('author', 'book'::regclass, 'author'::regclass, true),
  msar.add_foreign_key_column('mentor', 'author'::regclass, 'author'::regclass);
\d book
\d author
SELECT msar.add_mapping_table('shop'::regnamespace, 'book', jsonb_build_array(
  jsonb_build_object('column_name', 'id', 'referent_table_oid', 'author'::regclass::oid::bigint),
  jsonb_build_object('column_name', 'person', 'referent_table_oid', 'person'::regclass::oid::bigint),
  jsonb_build_object('column_name', 'person', 'referent_table_oid', 'person'::regclass::oid::bigint))) AS mapping \gset
SELECT :mapping::regclass AS mapping \gset
\d :mapping

-- Errors. Nothing is changed.
\pset format unaligned
\pset tuples_only on
SELECT pg_temp.problem_text($$SELECT msar.add_pkey_column(NULL, 'IDENTITY')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_pkey_column('book', NULL)$$);
SELECT pg_temp.problem_text($$SELECT msar.add_pkey_column(1, 'IDENTITY')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_pkey_column('author', 'IDENTITY')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_pkey_column('book', 'IDENTITY', false, repeat('x', 64))$$);
SELECT pg_temp.problem_text($$SELECT msar.add_pkey_column('msar_catalog.table_metadata', 'IDENTITY')$$);
SELECT pg_temp.problem_text($$SELECT msar.set_pkey_column('person', 77)$$);
SELECT pg_temp.problem_text($$SELECT msar.set_pkey_column('person', NULL)$$);
SELECT pg_temp.problem_text($$SELECT msar.set_pkey_column('person', 2)$$);
SELECT pg_temp.problem_text($$SELECT msar.set_pkey_column('plain', 1, 'IDENTITY')$$);
SELECT pg_temp.problem_text($$SELECT msar.set_pkey_column('plain', 2)$$);
SELECT pg_temp.problem_text($$SELECT msar.set_pkey_column('composite', 4, 'UUIDv4')$$);
UPDATE plain SET a = 'same';
SELECT pg_temp.problem_text($$SELECT msar.set_pkey_column('plain', 1)$$);
SELECT pg_temp.problem_text($$SELECT msar.add_foreign_key_column('x', 'book'::regclass, 'team'::regclass)$$);
SELECT pg_temp.problem_text($$SELECT msar.add_foreign_key_column('x', 'book'::regclass, 'book'::regclass)$$);
SELECT pg_temp.problem_text($$SELECT msar.add_foreign_key_column('x', 'book'::regclass, 1)$$);
SELECT pg_temp.problem_text($$SELECT msar.add_foreign_key_column('x', 1, 'author'::regclass)$$);
SELECT pg_temp.problem_text($$SELECT msar.add_foreign_key_column(repeat('x', 64), 'book'::regclass, 'author'::regclass)$$);
SELECT pg_temp.problem_text($$SELECT msar.add_mapping_table('shop'::regnamespace, 'm', '[{"column": "x", "referent_table_oid": 5}]')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_mapping_table('shop'::regnamespace, 'm', '[{"column_name": "x", "referent_table_oid": 5}]')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_mapping_table('shop'::regnamespace, 'm', '[{"column_name": "x", "referent_table_oid": "author"}]')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_mapping_table(1, 'm', '[]')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_mapping_table('msar'::regnamespace, 'm', '[]')$$);

-- As a role without the right.
CREATE ROLE regress_guest;
GRANT USAGE ON SCHEMA shop TO regress_guest;
CREATE TABLE theirs (a integer);
ALTER TABLE theirs OWNER TO regress_guest;
SET ROLE regress_guest;
SELECT pg_temp.problem_text($$SELECT msar.add_pkey_column('book', 'IDENTITY')$$);
SELECT pg_temp.problem_text($$SELECT msar.set_pkey_column('book', 1)$$);
SELECT pg_temp.problem_text($$SELECT msar.add_foreign_key_column('x', 'book'::regclass, 'author'::regclass)$$);
SELECT pg_temp.problem_text($$SELECT msar.add_foreign_key_column('x', 'theirs'::regclass, 'author'::regclass)$$);
SELECT pg_temp.problem_text($$SELECT msar.add_mapping_table('shop'::regnamespace, 'm', '[]')$$);
RESET ROLE;
GRANT REFERENCES ON author TO regress_guest;
SET ROLE regress_guest;
SELECT msar.add_foreign_key_column('x', 'theirs'::regclass, 'author'::regclass);
RESET ROLE;
DROP TABLE theirs;
DROP OWNED BY regress_guest;
DROP ROLE regress_guest;
