-- Explorations that are saved: who may do what, what they survive, and their views.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/problem.sql
CREATE ROLE exploration_owner; CREATE ROLE exploration_reader; CREATE ROLE exploration_stranger; CREATE ROLE exploration_team;
GRANT exploration_team TO exploration_owner;
CREATE SCHEMA app AUTHORIZATION exploration_owner;
SELECT current_database() AS database \gset
GRANT CREATE ON DATABASE :"database" TO exploration_owner;
SET ROLE exploration_owner;
CREATE TABLE app.author (id int PRIMARY KEY, name text, secret text);
CREATE TABLE app.book (id int PRIMARY KEY, title text, author_id int REFERENCES app.author);
INSERT INTO app.author VALUES (1, 'Woolf', 's1'), (2, 'Joyce', 's2');
INSERT INTO app.book VALUES (1, 'Orlando', 1), (2, 'Ulysses', 2), (3, 'Dubliners', 2);
GRANT USAGE ON SCHEMA app TO exploration_reader, exploration_stranger;
GRANT SELECT ON app.book TO exploration_reader;
GRANT SELECT (id, name) ON app.author TO exploration_reader;

-- Saving, getting, listing. A member of the owner owns as well; who reads the base table sees; a stranger does not.
SELECT x - 'created_at' - 'updated_at' - 'base_table_oid' - 'schema_oid' - 'initial_columns' FROM msar.save_exploration('{
  "name": "Books", "base_table": {"schema": "app", "name": "book"},
  "initial_columns": [{"alias": "t", "column": "title"}, {"alias": "a", "column": "name",
    "join_path": [[[{"schema": "app", "name": "book"}, "author_id"], [{"schema": "app", "name": "author"}, "id"]]]}],
  "transformations": [{"type": "filter", "spec": {"greater": [{"literal": [0.12345678901234567890123]}, {"literal": [0]}]}}],
  "display_names": {"t": "Title"}, "display_options": {"any": [1.10]}, "view": true}') AS x;
SELECT id AS books FROM msar_catalog.explorations WHERE name = 'Books' \gset
SELECT msar.get_exploration(:books)->'transformations';
SELECT msar.run_saved_exploration(:books)->'records';
SELECT * FROM msar_queries."Books" ORDER BY 1;
SET ROLE exploration_reader;
SELECT name, level FROM msar_catalog.explorations;
SELECT msar.run_saved_exploration(:books)->'records'->'count';
SELECT * FROM pg_temp.problem($$SELECT msar.save_exploration('{"id": $$ || :books || $$, "name": "Mine now", "base_table": {"schema": "app", "name": "book"}, "initial_columns": [{"alias": "t", "attnum": 2}]}')$$);
SELECT * FROM pg_temp.problem('SELECT msar.delete_exploration(' || :books || ')');
SELECT * FROM pg_temp.problem('SELECT msar.grant_exploration(''manager'', ''exploration_reader'', ' || :books || ')');
SELECT * FROM pg_temp.problem('SELECT * FROM msar_queries."Books"');
SELECT * FROM pg_temp.problem('CREATE VIEW msar_queries.mine AS SELECT 1');
SELECT * FROM pg_temp.problem('SELECT count(*) FROM msar_catalog.stored_explorations');
SELECT * FROM pg_temp.problem('INSERT INTO msar_catalog.explorations (name) VALUES (''x'')');
SELECT * FROM pg_temp.problem('SELECT __msar.put_query_view(''x'', ''1 AS a'', ''exploration_reader'', false)');
-- What does not run for the role is not saved. A name is taken, whoever sees it.
SELECT * FROM pg_temp.problem($$SELECT msar.save_exploration('{"name": "Secrets", "base_table": {"schema": "app", "name": "author"}, "initial_columns": [{"alias": "s", "column": "secret"}]}')$$);
SELECT * FROM pg_temp.problem($$SELECT msar.save_exploration('{"name": "Books", "base_table": {"schema": "app", "name": "book"}, "initial_columns": [{"alias": "t", "attnum": 2}]}')$$);
SET ROLE exploration_stranger;
SELECT count(*) FROM msar_catalog.explorations;
SELECT msar.list_explorations();
SELECT * FROM pg_temp.problem('SELECT msar.run_saved_exploration(' || :books || ')');

-- Grants. With one, only those who are granted something see it.
SET ROLE exploration_owner;
SELECT g->>'grantee', g->>'level' FROM jsonb_array_elements(msar.grant_exploration('viewer', 'exploration_stranger', :books)) AS g;
SET ROLE exploration_reader;
SELECT count(*) FROM msar_catalog.explorations;
SET ROLE exploration_stranger;
SELECT name, level FROM msar_catalog.explorations;
SELECT * FROM pg_temp.problem('SELECT msar.run_saved_exploration(' || :books || ')');
SET ROLE exploration_owner;
SELECT g->>'grantee', g->>'level' FROM jsonb_array_elements(msar.grant_exploration('editor', 'exploration_reader', sch_id => 'app')) AS g;
SELECT * FROM pg_temp.problem('SELECT msar.grant_exploration(''boss'', ''exploration_reader'', ' || :books || ')');
SELECT * FROM pg_temp.problem('SELECT msar.grant_exploration(''viewer'', ''exploration_reader'')');
SET ROLE exploration_reader;
SELECT name, level FROM msar_catalog.explorations;
-- An editor edits, but not the view, which is the owner's.
SELECT * FROM pg_temp.problem('SELECT msar.rename_exploration(' || :books || ', ''Other'')');
SELECT * FROM pg_temp.problem('SELECT msar.grant_exploration(''viewer'', ''exploration_reader'', sch_id => ''app'')');
SET ROLE exploration_owner;
SELECT msar.revoke_exploration('exploration_stranger', :books), jsonb_array_length(msar.revoke_exploration('exploration_reader', sch_id => 'app'));
SELECT x->>'owner' FROM msar.set_exploration_owner(:books, 'exploration_team') AS x;
SELECT relowner::regrole FROM pg_class WHERE oid = 'msar_queries."Books"'::regclass;
SELECT * FROM pg_temp.problem('SELECT msar.set_exploration_owner(' || :books || ', ''exploration_stranger'')');

-- The view: edited, it keeps its grants; where something depends on it, only columns at the end are new.
GRANT SELECT ON msar_queries."Books" TO exploration_reader;
CREATE VIEW app.on_top AS SELECT "Title" FROM msar_queries."Books";
SELECT msar.export_explorations('app')->'explorations'->0 AS books_document \gset
SELECT x->'view' FROM msar.save_exploration(:'books_document'::jsonb || jsonb_build_object('id', :books, 'description', 'with a comment')) AS x;
SELECT obj_description('msar_queries."Books"'::regclass);
SELECT * FROM pg_temp.problem(format('SELECT msar.save_exploration(%L)', :'books_document'::jsonb || jsonb_build_object('id', :books, 'display_names', '{"t": "Renamed"}'::jsonb)));
DROP VIEW app.on_top;
SELECT x->'view' FROM msar.save_exploration(:'books_document'::jsonb || jsonb_build_object('id', :books, 'display_names', '{"t": "Renamed"}'::jsonb)) AS x;
SELECT relacl, relowner::regrole, reloptions FROM pg_class WHERE oid = 'msar_queries."Books"'::regclass;
SELECT x->>'name' FROM msar.rename_exploration(:books, 'Books 2') AS x;
SELECT * FROM msar_queries."Books 2" ORDER BY 1 LIMIT 1;
SELECT * FROM pg_temp.problem(format('SELECT msar.rename_exploration(%s, %L)', :books, repeat('x', 64)));
-- A user's view becomes an exploration.
CREATE VIEW app.titles AS SELECT title, length(title) AS long FROM app.book;
SELECT x->'initial_columns' FROM msar.register_view_as_exploration('app.titles') AS x;
SELECT msar.run_saved_exploration((x->>'id')::bigint)->'records'->'count' FROM msar.register_view_as_exploration('app.titles', 'again') AS x;

-- Renames and moves; a column that is gone, and another of its name; a table that is created again.
ALTER TABLE app.book RENAME TO work; ALTER TABLE app.work RENAME title TO headline;
ALTER SCHEMA app RENAME TO lit; ALTER TABLE lit.author RENAME name TO full_name;
SELECT refs - 'x' @> '{}', schema_name, table_name FROM msar_catalog.explorations WHERE id = :books;
SELECT msar.run_saved_exploration(:books)->'records'->'count', msar.check_explorations();
SELECT jsonb_pretty(msar.export_explorations('lit')->'explorations'->0->'initial_columns');
DROP VIEW lit.titles, msar_queries."Books 2";
ALTER TABLE lit.work DROP headline; ALTER TABLE lit.work ADD headline text DEFAULT 'another';
SELECT * FROM pg_temp.problem('SELECT msar.run_saved_exploration(' || :books || ')');
SELECT c->>'name', c->'problem' FROM jsonb_array_elements(msar.check_explorations()) AS c ORDER BY 1;
SELECT msar.get_exploration(:books)->'problem';
DROP TABLE lit.work;
SELECT * FROM pg_temp.problem('SELECT msar.run_saved_exploration(' || :books || ')');
CREATE TABLE lit.work (headline text, note text, id int PRIMARY KEY, author_id int);
INSERT INTO lit.work VALUES ('Emma', '', 1, 1);
SELECT msar.run_saved_exploration(:books)->'records';
DROP TABLE lit.work;
RESET ROLE;
CREATE TABLE lit.work (headline text, note text, id int PRIMARY KEY, author_id int);
SELECT * FROM pg_temp.problem('SELECT msar.run_saved_exploration(' || :books || ')');
-- Import: all or nothing, by names.
SET ROLE exploration_owner;
SELECT * FROM pg_temp.problem($$SELECT msar.import_explorations('{"format": "mathesar_ext explorations", "version": 1, "explorations": [
  {"name": "One", "base_table": {"schema": "lit", "name": "author"}, "initial_columns": [{"alias": "n", "column": "full_name"}]},
  {"name": "Two", "base_table": {"schema": "lit", "name": "author"}, "initial_columns": [{"alias": "n", "column": "nothing"}]}]}')$$);
SELECT count(*) FROM msar_catalog.explorations WHERE name = 'One';
SELECT x->>'name' FROM jsonb_array_elements(msar.import_explorations('{"format": "mathesar_ext explorations", "version": 1, "explorations": [
  {"name": "One", "base_table": {"schema": "lit", "name": "author"}, "initial_columns": [{"alias": "n", "column": "full_name"}]}]}')) AS x;
SELECT msar.get_exploration_export_query(id) FROM msar_catalog.explorations WHERE name = 'One';
SELECT msar.delete_exploration(:books) = :books;
RESET ROLE;
SELECT nspacl FROM pg_namespace WHERE nspname = 'msar_queries';
SET client_min_messages = warning;
DROP SCHEMA lit CASCADE;
DROP OWNED BY exploration_owner, exploration_team, exploration_reader, exploration_stranger; DROP ROLE exploration_reader, exploration_stranger; DROP ROLE exploration_owner, exploration_team;
-- Nobody owns it now, but a superuser.
SELECT name, owner, level FROM msar_catalog.explorations ORDER BY 1;
