-- What becomes of each change is said as it is: undone by its own statements, by those of another change, or not at all.
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE ROLE regress_undoer;
CREATE SCHEMA undo AUTHORIZATION regress_undoer;
SET ROLE regress_undoer;
-- Not-null constraints are objects since PostgreSQL 18.
PREPARE shown (jsonb) AS
SELECT concat_ws(' ', c->>'action', c->>'kind', c->>'name', c->>'outcome', c->'undone', c->'statements', c->>'reason')
FROM jsonb_array_elements($1->'changes') AS c
WHERE c->>'name' NOT LIKE '%not_null';

-- What goes with something that another change created, and what is as it was.
CREATE TABLE undo.old (id integer, n integer);
SELECT msar.get_change_token() AS token \gset
CREATE TABLE undo.new (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
COMMENT ON TABLE undo.new IS 'new';
CREATE TABLE undo.short (id integer);
DROP TABLE undo.short;
ALTER TABLE undo.old RENAME TO renamed;
SELECT msar.list_changes(:'token')->'changes' AS changes \gset
EXECUTE shown(msar.undo_changes(:'changes', true));
SELECT jsonb_agg(c) AS changes FROM jsonb_array_elements(:'changes') AS c WHERE c->>'action' <> 'dropped' \gset
EXECUTE shown(msar.undo_changes(:'changes'));
-- Once more: nothing is left to be undone of what is gone.
SELECT jsonb_agg(c) AS changes FROM jsonb_array_elements(:'changes') AS c WHERE c->>'action' = 'created' \gset
EXECUTE shown(msar.undo_changes(:'changes'));

-- A change that came with that of a parent is undone with that one, and not without it.
CREATE TABLE undo.child () INHERITS (undo.old);
SELECT msar.get_change_token() AS token \gset
ALTER TABLE undo.old ADD given integer;
SELECT msar.list_changes(:'token')->'changes' AS changes \gset
EXECUTE shown(msar.undo_changes(:'changes', true));
SELECT jsonb_agg(c) AS parts FROM jsonb_array_elements(:'changes') AS c WHERE c->>'name' = 'child' \gset
EXECUTE shown(msar.undo_changes(:'parts', true));
SELECT set_config('undo.parts', :'parts', false) IS NOT NULL;
DO $$
DECLARE message text; detail text;
BEGIN
  PERFORM msar.undo_changes(current_setting('undo.parts')::jsonb);
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RAISE WARNING '% % %', SQLSTATE, regexp_replace(message, '\d+-\d+', 'N'), detail;
END $$;
EXECUTE shown(msar.undo_changes(:'changes'));

-- An identity, a not-null constraint and a default that one command has set go back together.
CREATE TABLE undo.numbered (a integer DEFAULT 5, b integer);
CREATE VIEW undo.columns AS
SELECT a.attname, a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid) AS expression
FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
WHERE a.attrelid = 'undo.numbered'::regclass AND a.attnum > 0;
CREATE TABLE undo.before AS TABLE undo.columns;
SELECT msar.get_change_token() AS token \gset
ALTER TABLE undo.numbered ALTER a DROP DEFAULT, ALTER a SET NOT NULL, ALTER a ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE undo.numbered ALTER b SET NOT NULL, ALTER b ADD GENERATED ALWAYS AS IDENTITY;
SELECT msar.list_changes(:'token')->'changes' AS changes \gset
SELECT bool_or(c->>'outcome' = 'impossible') FROM jsonb_array_elements(msar.undo_changes(:'changes', true)->'changes') AS c;
SET client_min_messages = notice;
SELECT msar.undo_changes(:'changes') IS NOT NULL AS undone;
SET client_min_messages = warning;
(TABLE undo.columns EXCEPT TABLE undo.before) UNION ALL (TABLE undo.before EXCEPT TABLE undo.columns);
-- The sequence alone cannot be undone: it belongs to the identity.
SELECT msar.get_change_token() AS token \gset
ALTER TABLE undo.numbered ALTER a DROP DEFAULT, ALTER a SET NOT NULL, ALTER a ADD GENERATED ALWAYS AS IDENTITY;
SELECT msar.list_changes(:'token', '{"kinds": ["sequence"]}')->'changes' AS changes \gset
EXECUTE shown(msar.undo_changes(:'changes', true));

-- A part of what was created is undone by itself where it uses something that was created after the whole: triggers, columns,
-- keys, defaults, indexes.
SELECT msar.get_change_token() AS token \gset
CREATE TABLE undo.whole (id integer, n integer);
CREATE FUNCTION undo.fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER fires BEFORE INSERT ON undo.whole FOR EACH ROW EXECUTE FUNCTION undo.fires();
CREATE TYPE undo.mood AS ENUM ('a');
ALTER TABLE undo.whole ADD mood undo.mood;
CREATE TABLE undo.other (id integer PRIMARY KEY);
ALTER TABLE undo.whole ADD FOREIGN KEY (n) REFERENCES undo.other;
CREATE SEQUENCE undo.counter;
ALTER TABLE undo.whole ALTER id SET DEFAULT nextval('undo.counter');
ALTER TABLE undo.whole ADD counted integer DEFAULT nextval('undo.counter');
CREATE FUNCTION undo.plus(n integer) RETURNS integer IMMUTABLE RETURN n + 1;
CREATE INDEX whole_plus ON undo.whole (undo.plus(n));
CREATE INDEX whole_n ON undo.whole (n);
COMMENT ON COLUMN undo.whole.mood IS 'mood';
INSERT INTO undo.other VALUES (1);
INSERT INTO undo.whole VALUES (1, 1, 'a', 1);
SELECT jsonb_agg(c || CASE WHEN c->>'name' IN ('whole', 'other') THEN '{"drop_data": true}'::jsonb ELSE '{}' END) AS changes
FROM jsonb_array_elements(msar.list_changes(:'token')->'changes') AS c \gset
EXECUTE shown(msar.undo_changes(:'changes', true));
EXECUTE shown(msar.undo_changes(:'changes'));
SELECT count(*) FROM pg_class WHERE relnamespace = 'undo'::regnamespace AND relname IN ('whole', 'other', 'counter');

-- What a generated column holds is computed anew when it gets its type back.
CREATE TABLE undo.computed (id integer, half numeric GENERATED ALWAYS AS (id / 2.0) STORED);
INSERT INTO undo.computed VALUES (1);
SELECT msar.get_change_token() AS token \gset
ALTER TABLE undo.computed ALTER half TYPE integer;
SELECT msar.list_changes(:'token')->'changes' AS changes \gset
EXECUTE shown(msar.undo_changes(:'changes'));
-- An owner who may not read the table is told so.
REVOKE SELECT ON undo.computed FROM regress_undoer;
SELECT msar.get_change_token() AS token \gset
ALTER TABLE undo.computed ADD note text;
CREATE TABLE undo.retyped (id integer);
REVOKE SELECT ON undo.retyped FROM regress_undoer;
ALTER TABLE undo.retyped ALTER id TYPE bigint;
SELECT jsonb_agg(c) AS changes FROM jsonb_array_elements(msar.list_changes(:'token')->'changes') AS c WHERE c->>'action' <> 'privileges' AND c->>'kind' = 'column' \gset
EXECUTE shown(msar.undo_changes(:'changes', true));
SELECT jsonb_agg(c || '{"drop_data": true}') AS changes FROM jsonb_array_elements(:'changes') AS c WHERE c->>'name' = 'note' \gset
EXECUTE shown(msar.undo_changes(:'changes'));

-- Rows of foreign tables stay on their server, which is not even asked for them.
RESET ROLE;
CREATE FOREIGN DATA WRAPPER regress_unreadable;
CREATE SERVER regress_unreadable FOREIGN DATA WRAPPER regress_unreadable;
GRANT USAGE ON FOREIGN SERVER regress_unreadable TO regress_undoer;
SET ROLE regress_undoer;
CREATE TABLE undo.kept (id integer, code varchar(10)) PARTITION BY LIST (id);
CREATE TABLE undo.kept_here PARTITION OF undo.kept FOR VALUES IN (1, 2);
CREATE FOREIGN TABLE undo.kept_there PARTITION OF undo.kept FOR VALUES IN (3) SERVER regress_unreadable;
INSERT INTO undo.kept VALUES (1, 'a'), (2, 'b');
SELECT msar.get_change_token() AS token \gset
CREATE TABLE undo.parts (id integer) PARTITION BY LIST (id);
CREATE TABLE undo.part_here PARTITION OF undo.parts FOR VALUES IN (1);
CREATE FOREIGN TABLE undo.part_there PARTITION OF undo.parts FOR VALUES IN (2) SERVER regress_unreadable;
ALTER TABLE undo.kept ALTER code TYPE varchar(20);
ALTER TABLE undo.kept ADD state text DEFAULT 'new';
SELECT msar.list_changes(:'token')->'changes' AS changes \gset
EXECUTE shown(msar.undo_changes(:'changes', true));
INSERT INTO undo.parts VALUES (1);
UPDATE undo.kept_here SET state = 'old' WHERE id = 2;
EXECUTE shown(msar.undo_changes(:'changes', true));
DELETE FROM undo.parts WHERE tableoid = 'undo.part_here'::regclass AND id = 1;
UPDATE undo.kept_here SET state = 'new';
EXECUTE shown(msar.undo_changes(:'changes'));
RESET ROLE;
DROP SCHEMA undo CASCADE;
DROP SERVER regress_unreadable;
DROP FOREIGN DATA WRAPPER regress_unreadable;
DROP ROLE regress_undoer;
