-- Views of explorations do not stand in the way of msar.drop_columns, msar.alter_columns and msar.drop_table: they are
-- taken along, and made again where the exploration still runs.
\set VERBOSITY terse
CREATE ROLE regress_view_owner;
CREATE ROLE regress_table_owner;
CREATE ROLE regress_view_reader;
CREATE SCHEMA shop;
GRANT ALL ON SCHEMA shop TO regress_view_owner, regress_table_owner;
GRANT USAGE ON SCHEMA shop TO regress_view_reader;
SET ROLE regress_table_owner;
CREATE TABLE shop.item (id int PRIMARY KEY, name varchar(10), price numeric, note text, unused text);
INSERT INTO shop.item VALUES (1, 'Pen', 2.5, 'blue', ''), (2, 'Ink', 3.75, 'black', '');
GRANT SELECT ON shop.item TO regress_view_owner, regress_view_reader;
RESET ROLE;

SET ROLE regress_view_owner;
SELECT jsonb_pretty(msar.save_exploration('{"name": "Prices", "description": "What things cost", "view": true,
  "base_table": {"schema": "shop", "name": "item"}, "display_names": {"n": "Name", "p": "Price"},
  "initial_columns": [{"alias": "n", "column": "name"}, {"alias": "p", "column": "price"}]}') - '{id,owner,base_table_oid,schema_oid,created_at,updated_at}'::text[]);
SELECT 1 AS saved FROM msar.save_exploration('{"name": "Notes", "view": true,
  "base_table": {"schema": "shop", "name": "item"},
  "initial_columns": [{"alias": "n", "column": "name"}, {"alias": "note", "column": "note"}]}');
GRANT SELECT ON msar_queries."Prices" TO regress_view_reader;
RESET ROLE;

-- Of the other view, one column is granted.
SET ROLE regress_view_owner;
GRANT SELECT (note) ON msar_queries."Notes" TO regress_view_reader WITH GRANT OPTION;
RESET ROLE;

-- The owner of the table, who does not own the views, changes a type. Each view is made again, for its owner, with its
-- comment and with what was granted on it and on its columns.
SET ROLE regress_table_owner;
SELECT msar.alter_columns('shop.item'::regclass, '[{"column": "name", "type": {"name": "text"}}]');
SELECT c.relname, c.relowner::regrole, obj_description(c.oid, 'pg_class') AS comment,
  has_table_privilege('regress_view_reader', c.oid, 'SELECT') AS reader_reads,
  has_any_column_privilege('regress_view_reader', c.oid, 'SELECT WITH GRANT OPTION') AS grants_a_column, c.reloptions
FROM pg_class AS c WHERE relnamespace = 'msar_queries'::regnamespace ORDER BY 1;
SET ROLE regress_view_reader;
SELECT * FROM msar_queries."Prices" ORDER BY 1;

-- A column that no view uses goes alone; one that a view shows takes the view along, and a warning says so.
SET ROLE regress_table_owner;
SELECT msar.drop_columns('shop.item'::regclass, 5);
SELECT msar.drop_columns('shop.item'::regclass, 4);
SELECT c.relname FROM pg_class AS c WHERE relnamespace = 'msar_queries'::regnamespace ORDER BY 1;
SET ROLE regress_view_owner;
SELECT e->>'name' AS name, e->'view' AS view, e->'problem'->>'message' AS problem FROM jsonb_array_elements(msar.list_explorations()) AS e ORDER BY 1;

-- Nobody but the owner of the table takes a view away.
SET ROLE regress_view_reader;
SELECT msar.drop_columns('shop.item'::regclass, 3);
RESET ROLE;

-- What others have built upon the view stays in the way, and nothing changes.
CREATE VIEW shop.cheap AS SELECT * FROM msar_queries."Prices" WHERE "Price" < 3;
SET ROLE regress_table_owner;
SELECT msar.alter_columns('shop.item'::regclass, '[{"column": "price", "type": {"name": "bigint"}}]');
RESET ROLE;
SELECT * FROM msar_queries."Prices" ORDER BY 1;
DROP VIEW shop.cheap;

-- A failed change leaves the view as it is.
SET ROLE regress_table_owner;
SELECT msar.alter_columns('shop.item'::regclass, '[{"column": "name", "type": {"name": "integer"}}]');
RESET ROLE;
SELECT * FROM msar_queries."Prices" ORDER BY 1;
SET ROLE regress_table_owner;

-- The same for msar.alter_table, and for steps of a document; a dry run puts all back.
SELECT msar.alter_table('shop.item'::regclass, '{"columns": [{"column": "name", "type": {"name": "varchar"}}]}');
SELECT s->'step' AS step, s->'statements' AS statements FROM jsonb_array_elements(msar.apply_definitions('[
  {"alter_table": {"table": {"schema": "shop", "name": "item"}, "changes": {"columns": [{"column": "price", "type": {"name": "double precision"}}]}}},
  {"drop_columns": {"table": {"schema": "shop", "name": "item"}, "columns": ["price"]}}]', true)->'steps') AS s;
SELECT format_type(atttypid, atttypmod) AS price FROM pg_attribute WHERE attrelid = 'msar_queries."Prices"'::regclass AND attname = 'Price';
SELECT jsonb_array_length(msar.apply_definitions('[
  {"alter_table": {"table": {"schema": "shop", "name": "item"}, "changes": {"columns": [{"column": "price", "type": {"name": "double precision"}}]}}}]')->'steps') AS steps;
SELECT format_type(atttypid, atttypmod) AS price, relowner::regrole AS owner FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid
WHERE attrelid = 'msar_queries."Prices"'::regclass AND attname = 'Price';

-- The owner of the table runs no code of the exploration's owner: reading a literal of a type with a domain would do so.
RESET ROLE;
CREATE TYPE shop.pair AS (n int);
CREATE FUNCTION shop.spy() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'as %', current_user; RETURN true; END$$;
CREATE DOMAIN shop.checked AS int CHECK (shop.spy());
ALTER TYPE shop.pair ALTER ATTRIBUTE n TYPE shop.checked;
CREATE TABLE shop.line (id int PRIMARY KEY, item int REFERENCES shop.item, pair shop.pair);
ALTER TABLE shop.line OWNER TO regress_view_owner;
ALTER TYPE shop.pair OWNER TO regress_view_owner;
ALTER DOMAIN shop.checked OWNER TO regress_view_owner;
GRANT SELECT ON shop.line TO regress_table_owner;
SET ROLE regress_view_owner;
SELECT 1 AS saved FROM msar.save_exploration(format('{"name": "Lines", "view": true, "base_table": {"schema": "shop", "name": "line"},
  "initial_columns": [{"alias": "p", "column": "pair"}, {"alias": "price", "column": "price", "join_path": [[[%s, ["item"]], [%s, ["id"]]]]}],
  "transformations": [{"type": "filter", "spec": {"equal": [{"column_name": ["p"]}, {"literal": ["(7)"]}]}}]}',
  'shop.line'::regclass::oid, 'shop.item'::regclass::oid)::jsonb);
SET ROLE regress_table_owner;
SELECT msar.alter_columns('shop.item'::regclass, '[{"column": "price", "type": {"name": "numeric"}}]');
SELECT to_regclass('msar_queries."Lines"') AS lines;
RESET ROLE;
DROP TABLE shop.line;
SET ROLE regress_table_owner;

-- An ordinary view is in the way as ever.
CREATE VIEW shop.plain AS SELECT price FROM shop.item;
SELECT msar.drop_table('shop.item'::regclass, false);
DROP VIEW shop.plain;
SELECT msar.drop_table('shop.item'::regclass, false);
RESET ROLE;
SELECT count(*) AS views FROM pg_class WHERE relnamespace = 'msar_queries'::regnamespace;
SELECT pg_catalog.has_schema_privilege('regress_table_owner', 'msar_queries', 'CREATE') AS may_still_create;

-- Who gets an exploration gets a view that is made from it: what the owner of before has done to the view stays behind. Of
-- the grants, those that let others read are kept.
CREATE TABLE shop.plan (id int, v text);
INSERT INTO shop.plan VALUES (1, 'of the exploration');
GRANT SELECT ON shop.plan TO PUBLIC;
CREATE TABLE shop.secret (id int, v text);
INSERT INTO shop.secret VALUES (1, 'of the next owner');
ALTER TABLE shop.secret OWNER TO regress_table_owner;
SET ROLE regress_view_owner;
SELECT e->'id' AS id FROM msar.save_exploration('{"name": "Plan", "description": "Plans", "view": true, "base_table": {"schema": "shop", "name": "plan"},
  "initial_columns": [{"alias": "id", "column": "id"}, {"alias": "v", "column": "v"}]}') AS e \gset
ALTER VIEW msar_queries."Plan" SET (security_invoker = off);
ALTER VIEW msar_queries."Plan" ALTER v SET DEFAULT 'x';
CREATE OR REPLACE RULE "_RETURN" AS ON SELECT TO msar_queries."Plan" DO INSTEAD SELECT id, v FROM shop.secret;
CREATE RULE more AS ON INSERT TO msar_queries."Plan" DO INSTEAD DELETE FROM shop.secret;
GRANT SELECT (v) ON msar_queries."Plan" TO regress_view_reader;
GRANT SELECT, INSERT, TRIGGER ON msar_queries."Plan" TO PUBLIC;
RESET ROLE;
SELECT x->'owner' AS owner, x->'view' AS view FROM msar.set_exploration_owner(:id, 'regress_table_owner') AS x;
SELECT c.relowner::regrole, c.reloptions, obj_description(c.oid) AS comment,
  (SELECT array_agg(DISTINCT a.grantee::regrole || ' ' || a.privilege_type) FROM aclexplode(c.relacl) AS a WHERE a.grantee <> c.relowner) AS granted,
  (SELECT attacl FROM pg_attribute WHERE attrelid = c.oid AND attname = 'v') AS granted_on_v
FROM pg_class AS c WHERE c.oid = 'msar_queries."Plan"'::regclass;
SET ROLE regress_view_owner;
TABLE msar_queries."Plan";
INSERT INTO msar_queries."Plan" VALUES (2, 'y');
RESET ROLE;
-- A view upon it is in the way.
CREATE VIEW shop.upon AS TABLE msar_queries."Plan";
SELECT msar.set_exploration_owner(:id, 'regress_view_owner');
DROP VIEW shop.upon;
-- Where the exploration does not run as the owner of before, its view stays away.
REVOKE ALL ON SCHEMA shop FROM regress_table_owner;
SELECT x->'owner' AS owner FROM msar.set_exploration_owner(:id, 'regress_view_owner') AS x;
SELECT to_regclass('msar_queries."Plan"') AS view;
-- A dry run leaves the view that is there.
CREATE TABLE shop.dry (id int PRIMARY KEY, v varchar(10));
SELECT (msar.save_exploration('{"name": "Dry", "view": true, "base_table": {"schema": "shop", "name": "dry"},
  "initial_columns": [{"alias": "v", "column": "v"}]}')->>'id')::bigint AS dry \gset
COMMENT ON VIEW msar_queries."Dry" IS 'Mine';
SELECT 'msar_queries."Dry"'::regclass::oid AS was \gset
SELECT r->'is_possible' AS is_possible FROM msar.alter_columns('shop.dry'::regclass, '[{"column": "v", "type": {"name": "text"}}]', '{"dry_run": true}') AS r;
SELECT 'msar_queries."Dry"'::regclass::oid = :was AS same, obj_description(:was, 'pg_class') AS comment;
SELECT r->'is_possible' AS is_possible FROM msar.alter_columns('shop.dry'::regclass, '[{"column": "v", "type": {"name": "text"}}]', '{}') AS r;
SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = 'msar_queries."Dry"'::regclass AND attname = 'v';
SELECT msar.delete_exploration(:dry) = :dry AS deleted;
-- A column that gets another name and another type at once, and one that becomes a link: the views show them still.
CREATE TABLE shop.kind (id int PRIMARY KEY, name text);
INSERT INTO shop.kind VALUES (1, 'pens'), (2, 'inks');
CREATE TABLE shop.thing (id int PRIMARY KEY, label varchar(10), kind text);
INSERT INTO shop.thing VALUES (1, 'Pen', 'pens'), (2, 'Ink', 'inks');
SELECT (msar.save_exploration('{"name": "Things", "view": true, "base_table": {"schema": "shop", "name": "thing"},
  "initial_columns": [{"alias": "l", "column": "label"}, {"alias": "k", "column": "kind"}]}')->>'id')::bigint AS things \gset
GRANT SELECT ON msar_queries."Things" TO regress_view_reader;
SELECT msar.alter_columns('shop.thing'::regclass, '[{"column": "label", "name": "title", "type": {"name": "text"}}]');
SELECT r->'matched' AS matched FROM msar.link_column('shop.thing', 'kind', 'shop.kind', '{"by": "name", "name": "kind_id", "dry_run": true}') AS r;
TABLE msar_queries."Things";
SELECT r->'matched' AS matched, r->'statements' AS statements FROM msar.link_column('shop.thing', 'kind', 'shop.kind', '{"by": "name", "name": "kind_id"}') AS r;
TABLE msar_queries."Things";
SELECT has_table_privilege('regress_view_reader', 'msar_queries."Things"', 'SELECT') AS is_granted,
  count(*) AS problems FROM jsonb_array_elements(msar.check_explorations()) AS c WHERE c->>'name' = 'Things';
SELECT msar.delete_exploration(:things) = :things AS deleted;
SET client_min_messages = warning;
DROP SCHEMA shop CASCADE;
RESET client_min_messages;
DO $$ BEGIN PERFORM msar.delete_exploration(id) FROM msar_catalog.explorations WHERE owner = 'regress_view_owner'; END $$;
DROP ROLE regress_view_owner, regress_table_owner, regress_view_reader;
