-- Changes that PostgreSQL reports to no event trigger: what a client sees at once, without msar.reconcile_changes.
\pset format unaligned
CREATE SCHEMA stock;
CREATE TABLE stock.one (id integer, name text);
CREATE TABLE stock.two (id integer);
CREATE TABLE stock.three (id integer);
CREATE FUNCTION pg_temp.synced(token text) RETURNS TABLE (complete text, relations text, removed int) LANGUAGE sql AS $$
  SELECT s->>'complete', (SELECT string_agg(r->>'name', ' ' ORDER BY r->>'name') FROM json_array_elements(s->'relations') AS r),
    json_array_length(s->'removed')
  FROM msar.sync_schema('stock', token) AS s $$;
SELECT msar.sync_schema('stock')->>'token' AS token \gset

-- REASSIGN OWNED.
CREATE ROLE blind_first; CREATE ROLE blind_second;
ALTER TABLE stock.one OWNER TO blind_first;
SELECT msar.sync_schema('stock')->>'token' AS token \gset
REASSIGN OWNED BY blind_first TO blind_second;
SELECT * FROM pg_temp.synced(:'token');
SELECT (SELECT r->>'owner_oid' = 'blind_second'::regrole::oid::text FROM json_array_elements(s->'relations') AS r) AS owner_is_new
FROM msar.sync_schema('stock', :'token') AS s;
SELECT msar.sync_schema('stock', :'token')->>'token' AS token \gset
SELECT * FROM pg_temp.synced(:'token');

-- The catalogs, by hand: a name, a column's name.
UPDATE pg_class SET relname = 'two_by_hand' WHERE oid = 'stock.two'::regclass;
UPDATE pg_attribute SET attname = 'by_hand' WHERE attrelid = 'stock.one'::regclass AND attname = 'name';
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock', :'token')->>'token' AS token \gset
SELECT * FROM pg_temp.synced(:'token');

-- TRUNCATE and ANALYZE: the number of rows.
INSERT INTO stock.three SELECT generate_series(1, 10);
ANALYZE stock.three;
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock', :'token')->>'token' AS token \gset
TRUNCATE stock.three;
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock', :'token')->>'token' AS token \gset

-- A session whose role is a replica's.
SET session_replication_role = replica;
ALTER TABLE stock.three ADD replicated integer;
RESET session_replication_role;
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock', :'token')->>'token' AS token \gset

-- Attributes and memberships of roles, the owner of the database: from another point of view everything may differ.
SET ROLE blind_first;
SELECT msar.sync_schema('stock')->>'token' AS of_first \gset
SELECT complete FROM pg_temp.synced(:'of_first');
RESET ROLE;
GRANT blind_second TO blind_first;
SET ROLE blind_first;
SELECT complete FROM pg_temp.synced(:'of_first');
SELECT msar.sync_schema('stock')->>'token' AS of_first \gset
RESET ROLE;
ALTER ROLE blind_first SUPERUSER;
SET ROLE blind_first;
SELECT complete FROM pg_temp.synced(:'of_first');
SELECT msar.sync_schema('stock')->>'token' AS of_first \gset
RESET ROLE;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO blind_second', current_database()); END $$;
SET ROLE blind_first;
SELECT complete FROM pg_temp.synced(:'of_first');
RESET ROLE;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), current_user); END $$;

-- Not seen so, but by reconciling: a comment, written by hand.
INSERT INTO pg_description (objoid, classoid, objsubid, description) VALUES ('stock.three'::regclass, 'pg_class'::regclass, 0, 'by hand');
SELECT msar.sync_schema('stock')->>'token' AS token \gset
UPDATE pg_description SET description = 'again' WHERE objoid = 'stock.three'::regclass;
SELECT * FROM pg_temp.synced(:'token');
SELECT count(*) > 0 AS found FROM jsonb_array_elements(msar.reconcile_changes()) AS c WHERE c->>'name' = 'three';
SELECT * FROM pg_temp.synced(:'token');

-- A session that has just begun sees the same.
\c -
SELECT msar.sync_schema('stock')->>'token' AS token \gset
UPDATE pg_class SET relname = 'two_again' WHERE relname = 'two_by_hand';
\c -
SELECT s->>'complete' AS complete, (SELECT string_agg(r->>'name', ' ' ORDER BY r->>'name') FROM json_array_elements(s->'relations') AS r) AS relations
FROM msar.sync_schema('stock', :'token') AS s;

DROP TABLE stock.one, stock.two_again, stock.three;
DROP SCHEMA stock;
DROP ROLE blind_first; DROP ROLE blind_second;
