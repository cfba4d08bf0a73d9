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

-- Reconciling invents nothing: commands that write rows of catalogs anew, and define nothing, are no changes.
CREATE TABLE stock.heaped (id integer PRIMARY KEY, name text);
INSERT INTO stock.heaped SELECT i, i FROM generate_series(1, 100) AS i;
SELECT msar.reconcile_changes() IS NOT NULL AS caught_up;
TRUNCATE stock.heaped;
VACUUM FULL stock.heaped;
CLUSTER stock.heaped USING heaped_pkey;
REINDEX TABLE stock.heaped;
ANALYZE stock.heaped;
SELECT msar.reconcile_changes();
UPDATE pg_class SET reloptions = '{fillfactor=50}' WHERE oid = 'stock.heaped'::regclass;
SELECT c->>'action' AS action, c->>'name' AS name FROM jsonb_array_elements(msar.reconcile_changes()) AS c;
SELECT msar.reconcile_changes();
DROP TABLE stock.heaped;

-- A session that has just begun sees the same.
\c -
SELECT msar.sync_schema('stock')->>'token' AS token \gset
UPDATE pg_class SET relname = 'two_again' WHERE relname = 'two_by_hand';
\c -
SELECT s->>'complete' AS complete, (SELECT string_agg(r->>'name', ' ' ORDER BY r->>'name') FROM json_array_elements(s->'relations') AS r) AS relations
FROM msar.sync_schema('stock', :'token') AS s;

-- What another relation names: a table and a column at the other end of a foreign key, in another schema, a sequence, a
-- schema. A later answer of the session, then the first of another one.
CREATE SCHEMA stock_other;
CREATE TABLE stock_other.far (id integer PRIMARY KEY);
CREATE SEQUENCE stock_other.numbers;
CREATE TABLE stock.near (far_id integer REFERENCES stock_other.far);
CREATE TABLE stock.apart (id integer DEFAULT nextval('stock_other.numbers'));
CREATE TABLE stock.aside (id integer);
CREATE FUNCTION pg_temp.synced(token text) RETURNS TABLE (complete text, relations text, removed int) LANGUAGE sql AS $$
  SELECT s->>'complete', (SELECT string_agg(r->>'name', ' ' ORDER BY r->>'name') FROM json_array_elements(s->'relations') AS r),
    json_array_length(s->'removed')
  FROM msar.sync_schema('stock', token) AS s $$;
SELECT msar.sync_schema('stock')->>'token' AS token \gset
UPDATE pg_class SET relname = 'farther' WHERE relname = 'far' AND relnamespace = 'stock_other'::regnamespace;
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock', :'token')->>'token' AS token \gset
SELECT * FROM pg_temp.synced(:'token');
UPDATE pg_attribute SET attname = 'far_id' WHERE attrelid = 'stock_other.farther'::regclass AND attname = 'id';
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock', :'token')->>'token' AS token \gset
UPDATE pg_class SET relname = 'other_numbers' WHERE relname = 'numbers' AND relnamespace = 'stock_other'::regnamespace;
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock', :'token')->>'token' AS token \gset
UPDATE pg_namespace SET nspname = 'stock_another' WHERE nspname = 'stock_other';
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock', :'token')->>'token' AS token \gset
SELECT * FROM pg_temp.synced(:'token');
-- What the log has of a schema says that its name is the same.
GRANT USAGE ON SCHEMA stock_another TO PUBLIC;
SELECT * FROM pg_temp.synced(:'token');
SELECT msar.sync_schema('stock')->>'token' AS token \gset
UPDATE pg_class SET relname = 'far' WHERE relname = 'farther' AND relnamespace = 'stock_another'::regnamespace;
UPDATE pg_class SET relname = 'numbers' WHERE relname = 'other_numbers' AND relnamespace = 'stock_another'::regnamespace;
\c -
SELECT s->>'complete' AS complete, (SELECT string_agg(r->>'name', ' ' ORDER BY r->>'name') FROM json_array_elements(s->'relations') AS r) AS relations
FROM msar.sync_schema('stock', :'token') AS s;
SELECT msar.sync_schema('stock')->>'token' AS token \gset
UPDATE pg_namespace SET nspname = 'stock_other' WHERE nspname = 'stock_another';
\c -
SELECT s->>'complete' AS complete FROM msar.sync_schema('stock', :'token') AS s;
-- A member of an extension cannot be dropped by itself: it has dependents.
CREATE TABLE stock.member (id integer);
PREPARE members (text) AS
SELECT r->>'name', r->>'has_dependents' FROM json_array_elements(msar.sync_schema('stock', $1)->'relations') AS r;
SELECT msar.sync_schema('stock')->>'token' AS token \gset
ALTER EXTENSION plpgsql ADD TABLE stock.member;
EXECUTE members(:'token');
SELECT msar.sync_schema('stock', :'token')->>'token' AS token \gset
ALTER EXTENSION plpgsql DROP TABLE stock.member;
EXECUTE members(:'token');
DROP TABLE stock.member;
-- New estimates are no news to others.
SELECT msar.sync_schema('stock')->>'token' AS token \gset
ANALYZE stock_other.far;
\c -
SELECT s->>'complete' AS complete, json_array_length(s->'relations') AS relations FROM msar.sync_schema('stock', :'token') AS s;

DROP TABLE stock.near, stock.apart, stock.aside;
DROP SCHEMA stock_other CASCADE;
DROP TABLE stock.one, stock.two_again, stock.three;
DROP SCHEMA stock;
DROP ROLE blind_first; DROP ROLE blind_second;
