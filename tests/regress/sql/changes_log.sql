-- The change log: what commands did, what a token covers, and what a client is told.
\set VERBOSITY default
\pset format unaligned
CREATE SCHEMA stock;

-- Changes since a token, without what differs from run to run.
CREATE FUNCTION pg_temp.changes(token text, options jsonb DEFAULT '{}') RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' ', c->>'action', c->>'kind', c->>'schema_name', c->>'name',
    '<- ' || nullif(concat_ws('.', nullif(c->>'old_schema_name', c->>'schema_name'), nullif(c->>'old_name', c->>'name')), ''),
    '[' || (c->>'attnum') || ']', 'by ' || (c->>'tag'), nullif(c->>'found_by', 'event'))
  FROM jsonb_array_elements(msar.list_changes(token, options)->'changes') AS c
  -- PostgreSQL 18 has constraints of that kind.
  WHERE c->>'name' NOT LIKE '%_not_null' $$;
CREATE FUNCTION pg_temp.synced(token text) RETURNS TABLE (complete text, relations text, removed int) LANGUAGE sql AS $$
  SELECT s->>'complete', (SELECT string_agg(r->>'name', ' ' ORDER BY r->>'name') FROM json_array_elements(s->'relations') AS r),
    json_array_length(s->'removed')
  FROM msar.sync_schema('stock', token) AS s $$;

-- Every kind of change.
SELECT msar.get_change_token() AS token \gset
CREATE TABLE stock.item (id integer PRIMARY KEY, name text);
CREATE TABLE stock.part (id integer, item integer REFERENCES stock.item);
ALTER TABLE stock.item ADD price numeric, ADD CONSTRAINT dear CHECK (price > 0);
ALTER TABLE stock.item RENAME price TO cost;
ALTER TABLE stock.item RENAME TO article;
COMMENT ON COLUMN stock.article.cost IS 'net';
GRANT SELECT ON stock.article TO PUBLIC;
CREATE TYPE stock.state AS ENUM ('new');
ALTER TYPE stock.state ADD VALUE 'old';
CREATE SEQUENCE stock.numbers;
CREATE INDEX by_name ON stock.article (name);
CREATE VIEW stock.cheap AS SELECT * FROM stock.article WHERE cost < 10;
CREATE OR REPLACE VIEW stock.cheap AS SELECT * FROM stock.article WHERE cost < 20;
SELECT FROM msar.set_table_metadata('stock.article', '{"column_order": [2, 1]}');
CREATE SCHEMA attic;
ALTER TABLE stock.part SET SCHEMA attic;
DROP VIEW stock.cheap;
ALTER TABLE stock.article DROP name;
DROP TABLE stock.article CASCADE;
SELECT * FROM pg_temp.changes(:'token');

-- Some of them.
SELECT * FROM pg_temp.changes(:'token', '{"kinds": ["view"], "actions": ["created", "dropped"]}');
SELECT count(*) FROM pg_temp.changes(:'token', jsonb_build_object('schemas', jsonb_build_array('attic'::regnamespace::oid::bigint)));

-- Page by page: the same.
WITH RECURSIVE pages AS (
  SELECT msar.list_changes(:'token', '{"limit": 5}') AS page
  UNION ALL
  SELECT msar.list_changes(page->>'token', '{"limit": 5}') FROM pages WHERE (page->>'more')::boolean
)
SELECT sum(jsonb_array_length(page->'changes')) = jsonb_array_length(msar.list_changes(:'token')->'changes') AS is_all FROM pages;

-- What others do not see leaves nothing.
SELECT msar.get_change_token() AS token \gset
BEGIN; CREATE TABLE stock.gone (id integer); ROLLBACK;
BEGIN;
CREATE TABLE stock.kept (id integer);
SAVEPOINT s; CREATE TABLE stock.undone (id integer); ROLLBACK TO s;
SAVEPOINT s; ALTER TABLE stock.kept ADD released integer; RELEASE s;
COMMIT;
CREATE TEMP TABLE passing (id integer);
ALTER TABLE passing ADD a integer;
DROP TABLE passing;
CREATE TABLE IF NOT EXISTS stock.kept (id integer);
DO $$ BEGIN CREATE TABLE stock.failed (id integer); RAISE 'no'; EXCEPTION WHEN raise_exception THEN NULL; END $$;
SELECT * FROM pg_temp.changes(:'token');

-- Children go with their parent.
CREATE TABLE stock.tree (id integer, note text) PARTITION BY LIST (id);
CREATE TABLE stock.tree_1 PARTITION OF stock.tree FOR VALUES IN (1);
SELECT msar.get_change_token() AS token \gset
ALTER TABLE stock.tree RENAME note TO remark;
SELECT * FROM pg_temp.changes(:'token');

-- A client is told of what looks different.
SELECT * FROM pg_temp.synced(:'token');
CREATE TABLE stock.owner (id integer PRIMARY KEY, mood stock.state, moods stock.state[]);
CREATE TABLE stock.pet (id integer, owner integer REFERENCES stock.owner);
SELECT msar.sync_schema('stock')->>'token' AS token \gset
SELECT * FROM pg_temp.synced(:'token');
ALTER TYPE stock.state ADD VALUE 'lost';
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock')->>'token' AS token \gset
ALTER TABLE stock.owner RENAME TO keeper;
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock')->>'token' AS token \gset
ALTER TABLE stock.pet SET SCHEMA attic;
SELECT * FROM pg_temp.synced(:'token');

-- What uses the sequence of a column depends on its table, which is told of that.
CREATE TABLE stock.counted (id serial PRIMARY KEY);
CREATE TABLE stock.counting (n integer);
SELECT msar.sync_schema('stock')->>'token' AS token \gset
CREATE TABLE stock.like_counted (LIKE stock.counted INCLUDING ALL);
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock')->>'token' AS token \gset
DROP TABLE stock.like_counted;
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock')->>'token' AS token \gset
ALTER TABLE stock.counting ALTER n SET DEFAULT nextval('stock.counted_id_seq');
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock')->>'token' AS token \gset
ALTER TABLE stock.counting ALTER n SET DEFAULT 1;
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock')->>'token' AS token \gset
ALTER TABLE stock.counting ADD m integer DEFAULT nextval('stock.counted_id_seq');
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock')->>'token' AS token \gset
ALTER TABLE stock.counting DROP m;
SELECT * FROM pg_temp.synced(:'token');
DROP TABLE stock.counting, stock.counted;

-- The same for a partition, however deep.
CREATE TABLE stock.parts (id integer, n integer) PARTITION BY LIST (id);
CREATE TABLE stock.parts_1 PARTITION OF stock.parts FOR VALUES IN (1) PARTITION BY LIST (n);
CREATE TABLE stock.parts_1_1 PARTITION OF stock.parts_1 FOR VALUES IN (1);
SELECT msar.sync_schema('stock')->>'token' AS token \gset
CREATE VIEW stock.of_part AS SELECT * FROM stock.parts_1_1;
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock')->>'token' AS token \gset
DROP VIEW stock.of_part;
SELECT * FROM pg_temp.synced(:'token');
DROP TABLE stock.parts;

-- In its own transaction, before and after.
BEGIN;
SELECT msar.sync_schema('stock')->>'token' AS token \gset
CREATE TABLE stock.own (id integer);
SELECT * FROM pg_temp.synced(:'token');
SELECT * FROM pg_temp.changes(:'token');
SELECT msar.sync_schema('stock')->>'token' AS token \gset
COMMIT;
SELECT complete FROM pg_temp.synced(:'token');

-- Everything, where a token cannot be served.
SELECT msar.sync_schema('stock')->>'token' AS token \gset
SET search_path = stock, public;
SELECT complete FROM pg_temp.synced(:'token');
RESET search_path;
SELECT complete FROM pg_temp.synced(:'token');
ALTER SCHEMA attic RENAME TO loft;
SELECT complete FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock')->>'token' AS token \gset
CREATE ROLE changes_group; CREATE ROLE changes_member;
SET ROLE changes_member;
SELECT msar.sync_schema('stock')->>'token' AS member \gset
SELECT complete FROM pg_temp.synced(:'member');
RESET ROLE;
GRANT changes_group TO changes_member;
SET ROLE changes_member;
SELECT complete FROM pg_temp.synced(:'member');
-- A stranger reads what the catalogs show, and writes nothing.
SELECT count(*) > 0 AS reads FROM msar_catalog.changes;
SELECT FROM msar_catalog.stored_changes;
DELETE FROM msar_catalog.changes;
RESET ROLE;
DROP ROLE changes_group; DROP ROLE changes_member;
ALTER EVENT TRIGGER mathesar_ext_drop DISABLE;
SELECT complete FROM pg_temp.synced(:'token');
ALTER EVENT TRIGGER mathesar_ext_drop ENABLE ALWAYS;
SELECT complete FROM pg_temp.synced(:'token');

-- A hole: the command goes through, and the next answer is complete.
SELECT msar.sync_schema('stock')->>'token' AS token \gset
ALTER TABLE msar_catalog.stored_changes RENAME kind TO sort;
CREATE TABLE stock.unlogged (id integer);
ALTER TABLE msar_catalog.stored_changes RENAME sort TO kind;
SELECT complete FROM pg_temp.synced(:'token');

-- A hole because of what the command found: a default that cannot be read. What recording has opened and set is as before.
CREATE TABLE stock.wide (a integer, b integer, c integer, d integer GENERATED ALWAYS AS (c + 1) STORED);
CREATE TABLE stock.slim (a integer DEFAULT 1);
SELECT msar.sync_schema('stock')->>'token' AS token \gset
UPDATE pg_attrdef SET adbin = (SELECT adbin FROM pg_attrdef WHERE adrelid = 'stock.wide'::regclass) WHERE adrelid = 'stock.slim'::regclass;
SELECT count(*) AS gaps FROM msar_catalog.stored_change_gaps \gset
SET search_path = stock, pg_catalog;
BEGIN;
SET LOCAL client_min_messages = error;
ALTER TABLE stock.slim ALTER a SET DEFAULT 2;
SHOW search_path;
SELECT count(*) AS waits FROM pg_locks WHERE pid = pg_backend_pid() AND NOT granted;
ALTER TABLE stock.slim ADD b integer;
COMMIT;
SHOW search_path;
RESET search_path;
SELECT count(*) - :gaps AS gaps FROM msar_catalog.stored_change_gaps;
SELECT complete FROM pg_temp.synced(:'token');
INSERT INTO stock.slim DEFAULT VALUES RETURNING *;
DROP TABLE stock.wide, stock.slim;

-- Reads work where nothing can be written.
BEGIN READ ONLY;
SELECT msar.get_change_token() = '' AS empty, (msar.sync_schema('stock')->>'complete') AS complete,
  (msar.list_changes(options => '{"limit": 1}')->>'more') AS more;
COMMIT;

-- A text that is no token; options that are none.
SELECT msar.sync_schema('stock', 'x');
SELECT msar.list_changes(left(:'token', -1));
SELECT msar.list_changes(options => '{"kind": 1}');
SELECT msar.list_changes(options => '{"actions": ["made"]}');
SELECT msar.list_changes(options => '{"actions": ["create"]}');
SELECT msar.list_changes(options => '{"kinds": ["view", "tables"]}');
SELECT msar.list_changes(options => '{"kinds": [null]}');

-- A schema that was dropped.
SELECT 'loft'::regnamespace::oid AS loft, msar.sync_schema('loft')->>'token' AS token \gset
DROP SCHEMA loft CASCADE;
SELECT s->>'complete' AS complete, s->>'schema' AS schema, json_array_length(s->'removed') AS removed
FROM msar.sync_schema(:'loft'::oid::regnamespace, :'token') AS s;

-- Names that objects had.
SELECT f->>'kind', f->>'name', f->>'dropped_at' IS NOT NULL AS is_dropped
FROM jsonb_array_elements(msar.find_object('item')) AS f;

-- Parts of a table go with it.
CREATE TABLE stock.passing (id integer PRIMARY KEY);
ALTER TABLE stock.passing ADD passing_note text, ADD CONSTRAINT passing_check CHECK (id > 0);
ALTER TABLE stock.passing ALTER passing_note SET NOT NULL;
SELECT clock_timestamp() AS before \gset
DROP TABLE stock.passing;
SELECT n, f->>'kind' AS kind, f->>'dropped_at' IS NOT NULL AS is_dropped,
  (SELECT count(*) FROM jsonb_array_elements(msar.find_object(n, at => :'before'))) AS then,
  (SELECT count(*) FROM jsonb_array_elements(msar.find_object(n, at => clock_timestamp()))) AS now
FROM unnest(ARRAY['passing_note', 'passing_check', 'passing_pkey', 'passing']) AS n, jsonb_array_elements(msar.find_object(n)) AS f ORDER BY 1, 2;

-- Errors about names of before say the names of now.
CREATE TABLE stock.early (id integer PRIMARY KEY, cost integer);
ALTER TABLE stock.early RENAME cost TO price;
ALTER TABLE stock.early RENAME TO late;
SELECT msar.list_records('stock.late', '{"order": [{"column": "cost"}]}');
SELECT msar.list_records('stock.late', '{"filter": {"equal": [{"column": "cost"}, 1]}}');
SELECT msar.run_exploration('{"base_table": {"schema": "stock", "name": "early"}, "initial_columns": [{"alias": "id", "column": "id"}]}');
SELECT msar.run_exploration('{"base_table": {"schema": "stock", "name": "late"}, "initial_columns": [{"alias": "c", "column": "cost"}]}');
SELECT msar.add_records('stock.late', '[{"id": 1, "cost": 2}]');
SELECT msar.set_column_metadata('stock.late', '[{"name": "cost", "display_width": 3}]');

-- The sequence of a column moves with its table; defaults of other tables name it.
CREATE TABLE stock.counted (id serial);
CREATE TABLE stock.counts_too (LIKE stock.counted INCLUDING ALL);
CREATE SCHEMA elsewhere;
SELECT msar.sync_schema('stock')->>'token' AS token \gset
ALTER TABLE stock.counted SET SCHEMA elsewhere;
SELECT * FROM pg_temp.synced(:'token');
