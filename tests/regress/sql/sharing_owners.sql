-- Whoever may write to the storage tables, to restore them, shows nothing with another's rights; and what is stored about a
-- table that was dropped is nobody's who creates another one of its name.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
SET client_min_messages = warning;
\i tests/regress/include/problem.sql
CREATE ROLE regress_alice; CREATE ROLE regress_eve; CREATE ROLE regress_keeper;
SELECT format('GRANT CREATE ON DATABASE %I TO regress_keeper', current_database()) \gexec
DROP EXTENSION mathesar_ext CASCADE;
SET ROLE regress_keeper;
CREATE EXTENSION mathesar_ext;
RESET ROLE;
CREATE SCHEMA app; GRANT USAGE, CREATE ON SCHEMA app TO regress_alice, regress_eve; GRANT USAGE, CREATE ON SCHEMA app TO regress_keeper;
SET ROLE regress_alice;
CREATE TABLE app.person (id int PRIMARY KEY, name text, secret text);
CREATE TABLE app.other (id int PRIMARY KEY, name text, secret text);
INSERT INTO app.person VALUES (1, 'Ann', 'SECRET-1'), (2, 'Bob', 'SECRET-2');
INSERT INTO app.other VALUES (1, 'Other', 'SECRET-3');
CREATE FUNCTION pg_temp.share(exploration text) RETURNS uuid LANGUAGE sql AS $$
  SELECT (msar.share_exploration((msar.save_exploration(jsonb_build_object('name', exploration) || '{
    "base_table": {"schema": "app", "name": "person"},
    "initial_columns": [{"alias": "id", "column": "id"}, {"alias": "name", "column": "name"}, {"alias": "secret", "column": "secret"}],
    "transformations": [{"type": "filter", "spec": {"equal": [{"column_name": ["id"]}, {"literal": [1]}]}}, {"type": "hide", "spec": ["secret"]}]}')->>'id')::bigint)->>'slug')::uuid
$$;
SELECT pg_temp.share('One') AS one \gset
SELECT pg_temp.share('Two') AS two \gset
SELECT pg_temp.share('Three') AS three \gset
SELECT pg_temp.share('Four') AS four \gset
SELECT pg_temp.share('Kept') AS kept \gset

-- The extension's owner changes what they show.
SET ROLE regress_keeper;
SELECT msar.read_share(:'one')->'records'->'results';
UPDATE msar_catalog.stored_explorations SET transformations = NULL WHERE name = 'One';
UPDATE msar_catalog.stored_explorations AS e SET base_table_oid = 'app.other'::regclass, table_name = 'other', refs = o.refs
FROM (SELECT replace(replace(refs::text, 'app.person'::regclass::oid::text, 'app.other'::regclass::oid::text), '"person"', '"other"')::jsonb AS refs
  FROM msar_catalog.stored_explorations WHERE name = 'Two') AS o WHERE name = 'Two';
UPDATE msar_catalog.stored_explorations SET initial_columns = initial_columns - 0 WHERE name = 'Three';
WITH old AS (DELETE FROM msar_catalog.stored_explorations WHERE name = 'Four' RETURNING *)
SELECT count(*) FROM old;
SELECT problem.* FROM unnest(ARRAY[:'one', :'two', :'three', :'four']) AS slug, pg_temp.problem(format('SELECT msar.read_share(%L)', slug));
-- Enabled again, they are shares of the role that did that, which cannot read what they show.
UPDATE msar_catalog.stored_shares SET enabled = true;
SELECT problem.* FROM unnest(ARRAY[:'one', :'two', :'three', :'four']) AS slug, pg_temp.problem(format('SELECT msar.read_share(%L)', slug));
SELECT role_name, creator_name, count(*) FROM msar_catalog.stored_shares GROUP BY 1, 2;
-- Also after the extension's own bookkeeping has written to the rows, which may be any role.
SET ROLE regress_alice;
ALTER TABLE app.person RENAME TO people; ALTER TABLE app.people RENAME TO person;
ALTER TABLE app.other RENAME TO others; ALTER TABLE app.others RENAME TO other;
SET ROLE regress_keeper;
CREATE TABLE app.own (id int);
INSERT INTO msar_catalog.stored_shares (slug, table_oid, schema_name, table_name, refs, role_oid, role_name, creator_oid, creator_name)
SELECT '11111111-1111-4111-8111-111111111111', 'app.person'::regclass, 'app', 'person',
  jsonb_build_object('app.person'::regclass::oid, '{"schema": "app", "name": "person", "owner": "regress_alice"}'::jsonb,
    'app.own'::regclass::oid, '{"schema": "app", "name": "own", "owner": "regress_keeper"}'::jsonb),
  r.oid, r.rolname, r.oid, r.rolname FROM pg_roles AS r WHERE r.rolname = 'regress_alice';
ALTER TABLE app.own RENAME TO own_2;
DROP TABLE app.own_2;
SELECT problem.* FROM unnest(ARRAY[:'one', :'two', :'three', :'four', '11111111-1111-4111-8111-111111111111']) AS slug,
  pg_temp.problem(format('SELECT msar.read_share(%L)', slug));
SELECT role_name, creator_name, count(*) FROM msar_catalog.stored_shares GROUP BY 1, 2;
-- What alice changes stays shared.
SET ROLE regress_alice;
SELECT pg_temp.share('Kept on') AS kept \gset
SELECT msar.rename_exploration(id, 'Kept by alice')->>'name' FROM msar_catalog.explorations WHERE name = 'Kept on';
SELECT msar.read_share(:'kept')->'records'->'results';

-- A role that is renamed is the same, also when the row is written again.
RESET ROLE;
ALTER ROLE regress_alice RENAME TO regress_alicia;
SET ROLE regress_alicia;
ALTER TABLE app.person RENAME TO people;
SELECT msar.read_share(:'kept')->'records'->'results';
ALTER TABLE app.people RENAME TO person;
RESET ROLE;
ALTER ROLE regress_alicia RENAME TO regress_alice;
SET ROLE regress_alice;
SELECT count(msar.set_share(s.id, '{"previews": false}')) FROM msar_catalog.shares AS s WHERE s.is_own;
SELECT msar.read_share(:'kept')->'records'->'results';

-- A table that is dropped, and another one of its name.
CREATE TABLE app.gone (id int PRIMARY KEY, name text, secret text); INSERT INTO app.gone VALUES (1, 'Ann', 'SECRET-1');
SELECT msar.share_table('app.gone', '{"columns": ["id", "name"], "filter": {"type": "equal", "args": [{"type": "column", "value": "secret"}, {"type": "literal", "value": "SECRET-1"}]}}')->>'slug' AS gone \gset
SELECT msar.save_exploration('{"name": "Gone", "base_table": {"schema": "app", "name": "gone"}, "initial_columns": [{"alias": "name", "column": "name"}]}')->>'id' AS gone_exploration \gset
SELECT msar.add_form(jsonb_build_object('name', 'Gone', 'version', 1, 'base_table_oid', 'app.gone'::regclass::oid::int, 'header_title', '{}'::jsonb,
  'fields', '[{"key": "name", "index": 0, "kind": "scalar_column", "column_attnum": 2}]'::jsonb))->>'id' AS form \gset
DROP TABLE app.gone;
SET ROLE regress_eve;
CREATE TABLE app.gone (id int PRIMARY KEY, name text, secret text); INSERT INTO app.gone VALUES (9, 'eve', 'SECRET-1');
SELECT jsonb_array_length(msar.list_shares()), (SELECT count(*) FROM msar_catalog.shares), (SELECT count(*) FROM msar_catalog.forms),
  (SELECT count(*) FROM msar_catalog.form_fields), (SELECT count(*) FROM msar_catalog.explorations), jsonb_array_length(msar.list_explorations()),
  jsonb_array_length(msar.list_forms('app')), jsonb_array_length(msar.list_shares('app.gone'));
SELECT problem.* FROM unnest(ARRAY['get_form', 'delete_form']) AS f, pg_temp.problem(format('SELECT msar.%s(%s)', f, :'form'));
SELECT * FROM pg_temp.problem(format('SELECT msar.run_saved_exploration(%s)', :'gone_exploration'));
-- Not after alice has changed something about them, either.
SET ROLE regress_alice;
SELECT count(msar.set_share(id, '{"previews": false}')) FROM msar_catalog.shares WHERE table_name = 'gone';
SELECT msar.set_form_publish(:form, true);
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'gone'));
SET ROLE regress_eve;
SELECT count(*) FROM msar_catalog.shares;
SELECT count(*) FROM msar_catalog.forms;
DROP TABLE app.gone;
-- Its owner creates it again: it is theirs again, and eve sees nothing.
SET ROLE regress_alice;
CREATE TABLE app.gone (id int PRIMARY KEY, name text, secret text); INSERT INTO app.gone VALUES (5, 'Again', 'SECRET-1');
SELECT msar.read_share(:'gone')->'results';
SELECT msar.run_saved_exploration(:gone_exploration)->'records'->'results';
SELECT msar.get_form(:form)->'problem';
SET ROLE regress_eve;
SELECT count(*) FROM msar_catalog.shares;

-- A schema of the same name: what was granted on the one of before gives nothing, and restricts as before.
RESET ROLE;
CREATE SCHEMA club AUTHORIZATION regress_alice;
SET ROLE regress_alice;
CREATE TABLE club.member (id int PRIMARY KEY);
SELECT jsonb_array_length(msar.grant_exploration('viewer', sch_id => 'club', grantee => 'regress_eve'));
SELECT msar.save_exploration('{"name": "Members", "base_table": {"schema": "club", "name": "member"}, "initial_columns": [{"alias": "id", "column": "id"}]}') IS NOT NULL;
SET ROLE regress_eve;
SELECT name, level FROM msar_catalog.explorations;
RESET ROLE;
DROP SCHEMA club CASCADE; CREATE SCHEMA club AUTHORIZATION regress_eve;
SET ROLE regress_eve;
CREATE TABLE club.member (id int PRIMARY KEY);
SELECT jsonb_array_length(msar.grant_exploration('manager', sch_id => 'club', grantee => 'regress_eve'));
SELECT name, level FROM msar_catalog.explorations;

-- A column that is dropped stays so, and is marked for dumps.
SET ROLE regress_alice;
ALTER TABLE app.gone DROP COLUMN name; ALTER TABLE app.gone ADD COLUMN name text;
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'gone'));
SELECT * FROM pg_temp.problem(format('SELECT msar.run_saved_exploration(%s)', :'gone_exploration'));
SELECT msar.get_form(:form)->'problem'->'message';

-- Searching a share of a table with links looks at what it shows, not at what is linked.
CREATE TABLE app.linked (id int PRIMARY KEY, note text, person_id int REFERENCES app.person, hidden text);
INSERT INTO app.linked VALUES (1, 'h1', 1, 'h2'), (2, 'x', 2, 'h1');
SELECT msar.share_table('app.linked', '{"columns": ["note", "person_id"]}')->>'slug' AS linked \gset
SELECT msar.read_share(:'linked', '{"search": "h1"}')->'results', msar.read_share(:'linked', '{"search": "Bob"}')->'results';
SELECT problem.* FROM unnest(ARRAY['[]', '[1]', '1', '"x"', 'null']) AS o, pg_temp.problem(format('SELECT msar.read_share(%L, %L)', :'linked', o));

-- A template decides which columns of linked rows a share shows. Only who can be the table's owner gives it one: an INSERT
-- comes without, an UPDATE keeps it, and a row that is moved to another table loses it.
SET ROLE regress_alice;
CREATE TABLE app.visit (id int PRIMARY KEY, person_id int REFERENCES app.person);
INSERT INTO app.visit VALUES (1, 1);
SELECT msar.set_preview_template('app.person', '{name}');
SELECT msar.share_table('app.visit', '{"previews": true}')->>'slug' AS visits \gset
CREATE FUNCTION pg_temp.visits(slug text) RETURNS text LANGUAGE sql AS
  $$ SELECT substring(msar.read_share(slug::uuid)::text FROM '"linked_record_summaries".{0,40}') $$;
SET ROLE regress_keeper;
SELECT pg_temp.visits(:'visits');
UPDATE msar_catalog.stored_table_metadata SET preview_template = '[[3]]' WHERE table_name = 'person';
SELECT pg_temp.visits(:'visits');
CREATE TABLE app.bait (id int, name text, secret text);
SELECT msar.set_preview_template('app.bait', '{secret}');
DELETE FROM msar_catalog.stored_table_metadata WHERE table_name = 'person';
UPDATE msar_catalog.stored_table_metadata SET table_oid = 'app.person'::regclass, schema_name = 'app', table_name = 'person' WHERE table_name = 'bait';
SELECT pg_temp.visits(:'visits');
DELETE FROM msar_catalog.stored_table_metadata WHERE table_name = 'person';
INSERT INTO msar_catalog.stored_table_metadata (table_oid, preview_template) VALUES ('app.person'::regclass, '[[3]]');
SELECT pg_temp.visits(:'visits');
DELETE FROM msar_catalog.stored_table_metadata WHERE table_name = 'person';
INSERT INTO msar_catalog.stored_table_metadata (table_oid, schema_name, table_name, owner_name, preview_template, refs)
VALUES ('app.person'::regclass, 'app', 'person', 'regress_alice', '[[3]]',
  jsonb_build_object('app.person'::regclass::oid, '{"schema": "app", "name": "person", "owner": "regress_alice", "columns": {"3": "secret"}}'::jsonb));
SELECT pg_temp.visits(:'visits');
-- Nor a table that does not exist yet.
INSERT INTO msar_catalog.stored_detached_metadata (schema_name, table_name, owner_name, metadata, reason)
VALUES ('app', 'later', 'regress_alice', '{"table": {"preview_template": [["", "secret"]], "preview_customized": true}, "columns": {}}', 'planted');
UPDATE msar_catalog.stored_detached_metadata SET metadata = '{"table": {"preview_template": [["", "secret"]]}, "columns": {}}' WHERE reason = 'planted';
SELECT metadata FROM msar_catalog.stored_detached_metadata WHERE reason = 'planted';
-- Of its own table it restores one.
INSERT INTO msar_catalog.stored_table_metadata (table_oid, preview_template) VALUES ('app.bait'::regclass, '[[3]]') ON CONFLICT (table_oid) DO UPDATE SET preview_template = EXCLUDED.preview_template;
SELECT msar.get_preview_template('app.bait');

-- A member that may not act as the role (possible since PostgreSQL 16) shares nothing in its name.
RESET ROLE;
DO $$ BEGIN
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE 'GRANT regress_alice TO regress_keeper WITH INHERIT TRUE, SET FALSE';
  END IF;
END $$;
SET ROLE regress_keeper;
INSERT INTO msar_catalog.stored_shares (slug, table_oid, schema_name, table_name, refs, role_oid, role_name, creator_oid, creator_name)
SELECT '22222222-2222-4222-8222-222222222222', table_oid, schema_name, table_name, refs, role_oid, role_name, role_oid, role_name
FROM msar_catalog.stored_shares WHERE role_name = 'regress_alice' AND table_oid IS NOT NULL ORDER BY id LIMIT 1;
SELECT creator_name FROM msar_catalog.stored_shares WHERE slug = '22222222-2222-4222-8222-222222222222';
RESET ROLE;
DO $$ BEGIN
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE 'REVOKE regress_alice FROM regress_keeper';
  END IF;
END $$;

-- A relation in msar_queries that is in the way.
SET ROLE regress_keeper;
CREATE VIEW msar_queries."Planted" AS SELECT 1;
SET ROLE regress_alice;
SELECT * FROM pg_temp.problem('SELECT msar.save_exploration(''{"name": "Planted", "view": true, "base_table": {"schema": "app", "name": "person"}, "initial_columns": [{"alias": "id", "column": "id"}]}'')');

-- Too many transformations.
SELECT problem.* FROM unnest(ARRAY[200, 201]) AS n, pg_temp.problem(format('SELECT msar.run_exploration(%L)', (SELECT '{"base_table": {"schema": "app", "name": "person"}, "initial_columns": [{"alias": "id", "column": "id"}]}'::jsonb
  || jsonb_build_object('transformations', jsonb_agg('{"type": "limit", "spec": 5}'::jsonb)) FROM generate_series(1, n))));

RESET ROLE;
DROP SCHEMA app CASCADE; DROP SCHEMA club CASCADE;
DROP EXTENSION mathesar_ext CASCADE;
DROP OWNED BY regress_alice, regress_eve, regress_keeper; DROP ROLE regress_alice, regress_eve, regress_keeper;
CREATE EXTENSION mathesar_ext;
