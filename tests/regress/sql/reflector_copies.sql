-- First copies and changes, where what is selected bears the key's name, a key goes into another type, and a domain refuses NULL.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA app;
CREATE VIEW app.outcome AS SELECT r->>'state' AS state, r->>'events_waiting' AS waiting, r->>'dead_letters' AS dead, r#>>'{last_error,message}' AS error
  FROM jsonb_array_elements(msar.get_reflection_status()) AS r;
-- Expressions that PostgreSQL names as the key.
CREATE TABLE app.item (id integer PRIMARY KEY, v text);
INSERT INTO app.item SELECT n, 'v' || n FROM generate_series(1, 3) AS n;
SELECT msar.add_source_table('app.item')->>'key_type';
CREATE TABLE app.named (id integer PRIMARY KEY, code text, other text);
SELECT msar.add_reflection('app.item', '{"table": "app.named"}', '{"fields": {"id": "id", "code": "id::text", "other": "CASE WHEN v IS NULL THEN 0 ELSE id END"}}')->>'state';
SELECT msar.run_reflections() - 'reflections';
SELECT * FROM app.named ORDER BY id;
TABLE app.outcome;
-- A key of text that becomes a number.
CREATE TABLE app.coded (code text PRIMARY KEY, v text);
INSERT INTO app.coded VALUES ('10', 'ten'), ('2', 'two');
SELECT msar.add_source_table('app.coded')->>'key_type';
CREATE TABLE app.numbered (id integer PRIMARY KEY, v text);
SELECT msar.add_reflection('app.coded', '{"table": "app.numbered"}', '{"fields": {"id": "code", "v": "v"}}')->>'state';
SELECT msar.run_reflections() - 'reflections';
UPDATE app.coded SET v = 'zwei' WHERE code = '2'; DELETE FROM app.coded WHERE code = '10';
SELECT msar.run_reflections() - 'reflections';
SELECT * FROM app.numbered ORDER BY id;
TABLE app.outcome;
-- Domains that refuse NULL, over a number and over an enum, whose owner could make casts from text.
CREATE ROLE reflector_dweller; GRANT USAGE, CREATE ON SCHEMA app TO reflector_dweller;
SET ROLE reflector_dweller;
CREATE DOMAIN app.amount AS integer NOT NULL CHECK (VALUE > 0);
CREATE TYPE app.mood AS ENUM ('happy', 'sad');
CREATE DOMAIN app.feeling AS app.mood NOT NULL;
CREATE TABLE app.dwelling (id integer PRIMARY KEY, n app.amount, f app.feeling);
INSERT INTO app.dwelling VALUES (1, 1, 'happy'::app.mood);
SELECT msar.add_source_table('app.dwelling')->>'key_type';
SELECT msar.add_reflection('app.dwelling', '{"table": "app.lodging"}', '{"filter": "id < 100"}')->>'state';
SELECT msar.run_reflections() - 'reflections';
INSERT INTO app.dwelling VALUES (2, 2, 'sad'::app.mood), (3, 3, 'sad'::app.mood);
UPDATE app.dwelling SET n = 20 WHERE id = 2; UPDATE app.dwelling SET id = 30 WHERE id = 3; DELETE FROM app.dwelling WHERE id = 1;
SELECT msar.run_reflections() - 'reflections';
SELECT * FROM app.lodging ORDER BY id;
RESET ROLE;
TABLE app.outcome;
SELECT count(msar.drop_reflection(id)) FROM msar_catalog.reflections;
SELECT count(msar.drop_source_table(t.relation::regclass)) FROM (VALUES ('app.item'), ('app.coded'), ('app.dwelling')) AS t(relation);
DROP SCHEMA app CASCADE; DROP OWNED BY reflector_dweller; DROP ROLE reflector_dweller;
