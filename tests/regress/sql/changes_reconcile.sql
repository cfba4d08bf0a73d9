-- What PostgreSQL reports to nobody: what a client is told at once, and what reconciling finds. (event_triggers came with 17.)
\pset format unaligned
SELECT current_setting('server_version_num')::integer >= 170000 AS can_switch_off \gset
\if :can_switch_off
\else
\quit
\endif
CREATE SCHEMA stock;
CREATE TABLE stock.kept (id integer, name text);
CREATE TABLE stock.renamed (id integer);
CREATE TABLE stock.dropped (id integer);
CREATE TYPE stock.state AS ENUM ('new');
CREATE TABLE stock.typed (state stock.state);
CREATE FUNCTION pg_temp.synced(token text) RETURNS TABLE (complete text, relations text, removed int) LANGUAGE sql AS $$
  SELECT s->>'complete', (SELECT string_agg(r->>'name', ' ' ORDER BY r->>'name') FROM json_array_elements(s->'relations') AS r),
    json_array_length(s->'removed')
  FROM msar.sync_schema('stock', token) AS s $$;
CREATE FUNCTION pg_temp.reconciled() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' ', c->>'action', c->>'kind', c->>'schema_name', c->>'name', '<- ' || (c->>'old_name'))
  FROM jsonb_array_elements(msar.reconcile_changes()) AS c ORDER BY 1 $$;

-- Nothing differs.
SELECT * FROM pg_temp.reconciled();
SELECT msar.sync_schema('stock')->>'token' AS token \gset

-- Without event triggers.
SET event_triggers = off;
ALTER TABLE stock.kept ADD silent integer;
ALTER TABLE stock.renamed RENAME TO renamed_silently;
DROP TABLE stock.dropped;
CREATE TABLE stock.created (id integer);
ALTER TYPE stock.state ADD VALUE 'old';
RESET event_triggers;
SELECT * FROM pg_temp.synced(:'token');
SELECT * FROM pg_temp.reconciled();
SELECT * FROM pg_temp.synced(:'token');
SELECT * FROM pg_temp.reconciled();

-- REASSIGN OWNED.
CREATE ROLE changes_first; CREATE ROLE changes_second;
ALTER TABLE stock.kept OWNER TO changes_first;
SELECT msar.sync_schema('stock')->>'token' AS token \gset
REASSIGN OWNED BY changes_first TO changes_second;
SELECT * FROM pg_temp.reconciled();
SELECT * FROM pg_temp.synced(:'token');

-- DROP OWNED reports what it drops, not what it revokes: that is compared.
ALTER TABLE stock.kept OWNER TO CURRENT_USER;
GRANT SELECT ON stock.kept TO changes_second;
SELECT msar.sync_schema('stock')->>'token' AS token \gset
DROP OWNED BY changes_second;
SELECT * FROM pg_temp.synced(:'token');
SELECT * FROM pg_temp.reconciled();
DROP ROLE changes_first; DROP ROLE changes_second;

-- A replica's session is seen as any other.
SELECT msar.sync_schema('stock')->>'token' AS token \gset
SET session_replication_role = replica;
ALTER TABLE stock.kept ADD replicated integer;
RESET session_replication_role;
SELECT * FROM pg_temp.synced(:'token');

-- The catalogs themselves.
UPDATE pg_class SET relname = 'by_hand' WHERE oid = 'stock.created'::regclass;
SELECT * FROM pg_temp.reconciled();
SELECT * FROM pg_temp.synced(:'token');

-- What was created since the last time, and has gone or moved without events: other sessions are told, too.
\c -
CREATE TABLE stock.short (id integer);
CREATE TABLE stock.wandering (id integer);
CREATE SCHEMA other_stock;
ALTER TABLE stock.kept SET SCHEMA other_stock;
SELECT msar.sync_schema('stock')->>'token' AS token \gset
SELECT msar.sync_schema('other_stock')->>'token' AS other_token \gset
SET event_triggers = off;
DROP TABLE stock.short;
ALTER TABLE stock.wandering SET SCHEMA other_stock;
ALTER TABLE other_stock.kept SET SCHEMA stock;
RESET event_triggers;
SELECT concat_ws(' ', c->>'action', c->>'kind', c->>'old_schema_name', c->>'schema_name', c->>'name') AS reconciled
FROM jsonb_array_elements(msar.reconcile_changes()) AS c ORDER BY 1;
SELECT msar.reconcile_changes();
\c -
SELECT s->>'complete' AS complete, jsonb_path_query_array(s, '$.relations[*].name') AS relations, jsonb_array_length(s->'removed') AS removed
FROM (SELECT msar.sync_schema('stock', :'token')::jsonb UNION ALL SELECT msar.sync_schema('other_stock', :'other_token')::jsonb) AS a (s);

-- A table that a view uses which came unnoticed has a dependent now.
CREATE TABLE other_stock.viewed (id integer);
SELECT msar.sync_schema('other_stock')->>'token' AS other_token \gset
SET event_triggers = off;
CREATE VIEW stock.views_it AS SELECT id FROM other_stock.viewed;
RESET event_triggers;
SELECT s->>'complete' AS complete, jsonb_path_query_array(s, '$.relations[*].name') AS relations
FROM (SELECT msar.sync_schema('other_stock', :'other_token')::jsonb) AS a (s);

-- Who names what was renamed is told, too.
CREATE TABLE stock.named (id integer PRIMARY KEY);
CREATE TABLE other_stock.names_it (id integer REFERENCES stock.named);
SELECT msar.sync_schema('other_stock')->>'token' AS other_token \gset
SET event_triggers = off;
ALTER TABLE stock.named RENAME id TO renamed;
RESET event_triggers;
SELECT count(*) > 0 AS found FROM jsonb_array_elements(msar.reconcile_changes());
SELECT s->>'complete' AS complete, jsonb_path_query_array(s, '$.relations[*].name') AS relations
FROM (SELECT msar.sync_schema('other_stock', :'other_token')::jsonb) AS a (s);
