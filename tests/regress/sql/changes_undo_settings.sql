-- What the log keeps means the same in any session: undone changes are as they were, whatever is set there.
\pset format unaligned
SET client_min_messages = warning;
CREATE ROLE regress_new_owner;
CREATE SCHEMA kept;
CREATE TABLE kept.item (v text DEFAULT $$\'; CREATE ROLE regress_injected SUPERUSER; --$$, d date DEFAULT '2024-02-01', t timestamptz DEFAULT '2024-07-01 00:00+00', m money DEFAULT 1.5);
CREATE VIEW kept.defaults AS SELECT attname, pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
WHERE adrelid = 'kept.item'::regclass ORDER BY adnum;
SET TimeZone = 'UTC';
CREATE TABLE before AS TABLE kept.defaults;
SELECT msar.get_change_token() AS token \gset
SET DateStyle = 'SQL, DMY';
SET TimeZone = 'Asia/Tokyo';
SET standard_conforming_strings = off;
ALTER TABLE kept.item ALTER v SET DEFAULT 'harmless', ALTER d SET DEFAULT '2020-01-01', ALTER t SET DEFAULT now(), ALTER m SET DEFAULT 2;
RESET DateStyle;
RESET TimeZone;
SET standard_conforming_strings = on;
SELECT msar.list_changes(:'token')->'changes' AS changes \gset
SET standard_conforming_strings = off;
SELECT c->'undone' AS undone FROM jsonb_array_elements(msar.undo_changes(:'changes', true)->'changes') AS c WHERE c->>'kind' = 'column';
SELECT c->'undone' AS undone FROM jsonb_array_elements(msar.undo_changes(:'changes')->'changes') AS c WHERE c->>'kind' = 'column';
RESET standard_conforming_strings;
SELECT count(*) AS injected FROM pg_roles WHERE rolname = 'regress_injected';
SET TimeZone = 'UTC';
TABLE kept.defaults EXCEPT TABLE before;
RESET TimeZone;

-- An owner who had privileges before loses none by an undo.
CREATE TABLE kept.given (id integer);
CREATE TABLE kept.plain (id integer);
GRANT SELECT, INSERT ON kept.given TO regress_new_owner;
GRANT SELECT ON kept.plain TO PUBLIC;
SELECT msar.get_change_token() AS token \gset
ALTER TABLE kept.given OWNER TO regress_new_owner;
ALTER TABLE kept.plain OWNER TO regress_new_owner;
SELECT c->>'name' AS name, c->'undone' AS undone, c->>'reason' AS reason
FROM jsonb_array_elements(msar.undo_changes(msar.list_changes(:'token')->'changes', true)->'changes') AS c;

-- The sequence of an identity goes with it.
CREATE TABLE kept.numbered (a integer NOT NULL, b text);
SELECT msar.get_change_token() AS token \gset
ALTER TABLE kept.numbered ALTER a ADD GENERATED ALWAYS AS IDENTITY;
SELECT count(*) > 0 AS undone FROM jsonb_array_elements(msar.undo_changes(msar.list_changes(:'token')->'changes')->'changes');
SELECT attname, attnotnull, attidentity, atthasdef FROM pg_attribute WHERE attrelid = 'kept.numbered'::regclass AND attnum = 1;

DROP TABLE before;
DROP SCHEMA kept CASCADE;
DROP ROLE regress_new_owner;
