-- Undoing a creation drops what was created. Rows and values go with it only if the caller says so, change by change.
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE ROLE regress_undoer;
CREATE SCHEMA undo AUTHORIZATION regress_undoer;
SET ROLE regress_undoer;
CREATE TABLE undo.old (id integer PRIMARY KEY);
INSERT INTO undo.old VALUES (1), (2);
SELECT msar.get_change_token() AS token \gset
CREATE TABLE undo.empty (id integer PRIMARY KEY);
CREATE TABLE undo.filled AS SELECT 1 AS id;
CREATE TABLE undo.parts (id integer) PARTITION BY LIST (id);
CREATE TABLE undo.part PARTITION OF undo.parts DEFAULT;
INSERT INTO undo.parts VALUES (1);
CREATE VIEW undo.seen AS SELECT id FROM undo.old;
ALTER TABLE undo.old ADD nothing text;
ALTER TABLE undo.old ADD given text;
UPDATE undo.old SET given = 'x' WHERE id = 2;
ALTER TABLE undo.old ADD doubled integer GENERATED ALWAYS AS (id * 2) STORED;
ALTER TABLE undo.old ADD state text NOT NULL DEFAULT 'new', ADD changed integer DEFAULT 7;
UPDATE undo.old SET changed = 8 WHERE id = 1;
PREPARE try AS
SELECT concat_ws(' ', c->>'kind', c->>'name', c->'undone', c->'statements', c->>'reason')
FROM jsonb_array_elements(msar.undo_changes(msar.list_changes($1)->'changes', dry_run => true)->'changes') AS c
WHERE c->>'action' = 'created' AND c->>'kind' IN ('table', 'partitioned_table', 'partition', 'view', 'column');
EXECUTE try(:'token');

-- Refused, and nothing is undone.
SELECT set_config('undo.token', :'token', false) IS NOT NULL;
DO $$
DECLARE detail text;
BEGIN
  PERFORM msar.undo_changes(msar.list_changes(current_setting('undo.token'))->'changes');
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RAISE WARNING '% %', SQLSTATE, detail;
END $$;
SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class AS c WHERE c.relnamespace = 'undo'::regnamespace AND c.relkind IN ('r', 'p', 'v');

-- Where policies hide rows, there may be some.
CREATE TABLE undo.hidden (id integer);
INSERT INTO undo.hidden VALUES (1);
ALTER TABLE undo.hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT c->>'reason' FROM jsonb_array_elements(msar.undo_changes(msar.list_changes(:'token')->'changes', true)->'changes') AS c
WHERE c->>'action' = 'created' AND c->>'name' = 'hidden';
DROP TABLE undo.hidden;

-- Nor does looking for rows run code of their owner, which DROP would not run.
CREATE FUNCTION undo.spy(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'code of another role runs as %', current_user; RETURN true; END $$;
CREATE TABLE undo.trap (id integer);
SET client_min_messages = error;
CREATE INDEX ON undo.trap (id) WHERE undo.spy('x');
RESET client_min_messages;
RESET ROLE;
SELECT c->'undone', c->>'reason' FROM jsonb_array_elements(msar.undo_changes(msar.list_changes(:'token')->'changes', true)->'changes') AS c
WHERE c->>'action' = 'created' AND c->>'name' = 'trap';
DO $$
BEGIN
  PERFORM msar.undo_changes(jsonb_agg(c)) FROM jsonb_array_elements(msar.list_changes(current_setting('undo.token'))->'changes') AS c WHERE c->>'name' = 'trap';
EXCEPTION WHEN OTHERS THEN RAISE WARNING '%', SQLSTATE;
END $$;
SET client_min_messages = warning;
DROP TABLE undo.trap;
DROP FUNCTION undo.spy;
SET ROLE regress_undoer;

-- One change is allowed to, then all.
SELECT msar.undo_changes(jsonb_agg(c || '{"drop_data": true}'))->'changes'->0->'statements'
FROM jsonb_array_elements(msar.list_changes(:'token')->'changes') AS c WHERE c->>'name' = 'given';
SELECT jsonb_path_query_array(msar.undo_changes(jsonb_agg(c || '{"drop_data": true}')), '$.changes[*].statements[*]')
FROM jsonb_array_elements(msar.list_changes(:'token')->'changes') AS c WHERE c->>'action' = 'created';
SELECT string_agg(a.attname, ' ') FROM pg_attribute AS a WHERE a.attrelid = 'undo.old'::regclass AND a.attnum > 0 AND NOT a.attisdropped;
SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class AS c WHERE c.relnamespace = 'undo'::regnamespace AND c.relkind IN ('r', 'p', 'v');
RESET ROLE;
DROP SCHEMA undo CASCADE;
DROP ROLE regress_undoer;
