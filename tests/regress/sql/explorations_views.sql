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

-- An ordinary view is in the way as ever.
CREATE VIEW shop.plain AS SELECT price FROM shop.item;
SELECT msar.drop_table('shop.item'::regclass, false);
DROP VIEW shop.plain;
SELECT msar.drop_table('shop.item'::regclass, false);
RESET ROLE;
SELECT count(*) AS views FROM pg_class WHERE relnamespace = 'msar_queries'::regnamespace;
SELECT pg_catalog.has_schema_privilege('regress_table_owner', 'msar_queries', 'CREATE') AS may_still_create;
DROP SCHEMA shop CASCADE;
DO $$ BEGIN PERFORM msar.delete_exploration(id) FROM msar_catalog.explorations WHERE owner = 'regress_view_owner'; END $$;
DROP ROLE regress_view_owner, regress_table_owner, regress_view_reader;
