-- Views of explorations are objects like others: the log has them, and a client of their schema, or of that of their tables,
-- stays in step.
\pset format unaligned
CREATE ROLE queries_owner; CREATE ROLE queries_other; CREATE ROLE queries_reader;
GRANT queries_other TO queries_owner;
CREATE SCHEMA shop AUTHORIZATION queries_owner;
GRANT USAGE ON SCHEMA shop TO queries_other, queries_reader;
SET ROLE queries_owner;
CREATE TABLE shop.item (id int PRIMARY KEY, name varchar(20), price numeric, note text);
CREATE TABLE shop.other (id int, label text);
GRANT SELECT ON shop.item TO queries_other; GRANT SELECT (id, name) ON shop.item TO queries_reader;
RESET ROLE;

-- What each of three roles holds, and how far it is what the database describes.
CREATE TABLE held (role name, schema regnamespace, token text, relations jsonb, PRIMARY KEY (role, schema));
GRANT ALL ON held TO PUBLIC;
CREATE FUNCTION sync(of regnamespace) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer jsonb := msar.sync_schema(of, (SELECT token FROM held WHERE role = current_user AND schema = of));
  now jsonb := (SELECT COALESCE(jsonb_object_agg(r->>'oid', r), '{}') FROM json_array_elements(msar.get_schema_table_details(of)) AS r);
  relations jsonb := COALESCE((SELECT h.relations FROM held AS h WHERE role = current_user AND schema = of AND NOT (answer->>'complete')::boolean), '{}');
BEGIN
  relations := relations - ARRAY(SELECT jsonb_array_elements_text(answer->'removed'))
    || (SELECT COALESCE(jsonb_object_agg(r->>'oid', r), '{}') FROM jsonb_array_elements(answer->'relations') AS r);
  INSERT INTO held VALUES (current_user, of, answer->>'token', relations)
    ON CONFLICT (role, schema) DO UPDATE SET token = excluded.token, relations = excluded.relations;
  RETURN concat_ws(', ', CASE WHEN (answer->>'complete')::boolean THEN 'complete' END,
    CASE WHEN relations = now THEN 'in step' ELSE 'OUT OF STEP: ' || (
      SELECT string_agg(COALESCE(o.value->>'name', n.value->>'name'), ' ') FROM jsonb_each(relations) AS o FULL JOIN jsonb_each(now) AS n USING (key)
      WHERE o.value IS DISTINCT FROM n.value) END);
END $$;
CREATE FUNCTION sync() RETURNS text LANGUAGE plpgsql AS $$
DECLARE of name; said text; all_said text[];
BEGIN
  FOREACH of IN ARRAY ARRAY['postgres', 'queries_owner', 'queries_reader']::name[] LOOP
    EXECUTE format('SET ROLE %I', of);
    SELECT array_agg(DISTINCT x) || all_said INTO all_said FROM unnest(ARRAY[sync('msar_queries'), sync('shop')]) AS x;
    RESET ROLE;
  END LOOP;
  RETURN (SELECT string_agg(DISTINCT x, '; ') FROM unnest(all_said) AS x);
END $$;
CREATE FUNCTION pg_temp.changes(token text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' ', c->>'action', c->>'kind', c->>'name', '<- ' || nullif(c->>'old_name', c->>'name'), 'by ' || (c->>'role'), 'in ' || (c->>'tag'))
  FROM jsonb_array_elements(msar.list_changes(token, '{"kinds": ["view"]}')->'changes') AS c $$;
SELECT sync();

-- A view that is made.
SELECT msar.get_change_token() AS token \gset
SET ROLE queries_owner;
SELECT x->>'id' AS id FROM msar.save_exploration('{"name": "Prices", "view": true, "base_table": {"schema": "shop", "name": "item"},
  "initial_columns": [{"alias": "n", "column": "name"}, {"alias": "p", "column": "price"}]}') AS x \gset
RESET ROLE;
SELECT * FROM pg_temp.changes(:'token');
SELECT sync();

-- Another query with the same columns, of the same table and of another one.
SELECT msar.get_change_token() AS token \gset
SET ROLE queries_owner;
SELECT 1 AS saved FROM msar.save_exploration(jsonb_build_object('id', :id) || '{"name": "Prices", "view": true, "description": "dear ones", "base_table": {"schema": "shop", "name": "item"},
  "initial_columns": [{"alias": "n", "column": "name"}, {"alias": "p", "column": "price"}],
  "transformations": [{"type": "filter", "spec": {"greater": [{"column_name": ["p"]}, {"literal": [5]}]}}]}');
RESET ROLE;
SELECT * FROM pg_temp.changes(:'token');
SELECT sync();
SET ROLE queries_owner;
SELECT 1 AS saved FROM msar.save_exploration(jsonb_build_object('id', :id) || '{"name": "Prices", "view": true, "base_table": {"schema": "shop", "name": "other"},
  "initial_columns": [{"alias": "n", "column": "label"}]}');
RESET ROLE;
SELECT sync();

-- Other columns: another view.
SELECT msar.get_change_token() AS token \gset
SET ROLE queries_owner;
SELECT 1 AS saved FROM msar.save_exploration(jsonb_build_object('id', :id) || '{"name": "Prices", "view": true, "base_table": {"schema": "shop", "name": "item"},
  "initial_columns": [{"alias": "p", "column": "price"}, {"alias": "n", "column": "name"}, {"alias": "note", "column": "note"}]}');
GRANT SELECT ON msar_queries."Prices" TO queries_reader;
RESET ROLE;
SELECT * FROM pg_temp.changes(:'token');
SELECT sync();

-- Its display metadata, its name, its owner.
SELECT msar.get_change_token() AS token \gset
SET ROLE queries_owner;
SELECT FROM msar.set_table_metadata('msar_queries."Prices"', '{"column_order": [2, 1]}');
SELECT 1 AS renamed FROM msar.rename_exploration(:id, 'Dear things');
SELECT msar.get_table_metadata('msar_queries."Dear things"')->'column_order' AS column_order;
SELECT 1 AS given FROM msar.set_exploration_owner(:id, 'queries_other');
RESET ROLE;
SELECT * FROM pg_temp.changes(:'token');
SELECT sync();

-- Taken along by a change of its table: made again, or gone.
SELECT msar.get_change_token() AS token \gset
SET ROLE queries_owner;
SELECT msar.alter_columns('shop.item'::regclass, '[{"column": "name", "type": {"name": "text"}}]');
RESET ROLE;
SELECT * FROM pg_temp.changes(:'token');
SELECT sync();
SELECT msar.get_change_token() AS token \gset
SET ROLE queries_owner;
SELECT msar.drop_columns('shop.item'::regclass, 4);
RESET ROLE;
SELECT * FROM pg_temp.changes(:'token');
SELECT sync();

-- Saved without the missing column it is there again; in a transaction that is rolled back nothing of it is left.
SET ROLE queries_other;
BEGIN;
SELECT 1 AS saved FROM msar.save_exploration(jsonb_build_object('id', :id) || '{"name": "Dear things", "view": true, "base_table": {"schema": "shop", "name": "item"}, "initial_columns": [{"alias": "n", "column": "name"}]}');
ROLLBACK;
RESET ROLE;
SELECT * FROM pg_temp.changes(:'token') AS c WHERE c LIKE 'created%';
SELECT msar.get_change_token() AS token \gset
SET ROLE queries_other;
SELECT 1 AS saved FROM msar.save_exploration(jsonb_build_object('id', :id) || '{"name": "Dear things", "view": true, "base_table": {"schema": "shop", "name": "item"}, "initial_columns": [{"alias": "n", "column": "name"}]}');
RESET ROLE;
SELECT sync();
SET ROLE queries_other;
SELECT msar.delete_exploration(:id) = :id AS deleted;
RESET ROLE;
SELECT * FROM pg_temp.changes(:'token');
SELECT sync();

-- With its table; a view that was registered; a save that ends the view.
SET ROLE queries_owner;
SELECT 1 AS saved FROM msar.save_exploration('{"name": "All", "view": true, "base_table": {"schema": "shop", "name": "item"}, "initial_columns": [{"alias": "n", "column": "name"}]}');
SELECT x->>'id' AS id FROM msar.save_exploration('{"name": "Others", "view": true, "base_table": {"schema": "shop", "name": "other"}, "initial_columns": [{"alias": "n", "column": "label"}]}') AS x \gset
RESET ROLE;
SELECT sync();
SELECT msar.get_change_token() AS token \gset
SET ROLE queries_owner;
SELECT msar.drop_table('shop.item'::regclass, false);
SELECT 1 AS saved FROM msar.save_exploration(jsonb_build_object('id', :id) || '{"name": "Others", "view": false, "base_table": {"schema": "shop", "name": "other"}, "initial_columns": [{"alias": "n", "column": "label"}]}');
RESET ROLE;
SELECT * FROM pg_temp.changes(:'token');
SELECT sync();

-- The log is what the catalogs say.
SELECT c->>'name' AS missed FROM jsonb_array_elements(msar.reconcile_changes()) AS c WHERE c->>'schema_name' IN ('shop', 'msar_queries');

SET client_min_messages = warning;
DROP SCHEMA shop CASCADE;
DROP TABLE held;
DROP FUNCTION sync(), sync(regnamespace);
DO $$ BEGIN PERFORM msar.delete_exploration(id) FROM msar_catalog.explorations WHERE owner LIKE 'queries\_%'; END $$;
DROP ROLE queries_owner, queries_other, queries_reader;
