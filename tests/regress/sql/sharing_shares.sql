-- Shares: what a visitor without any right sees by a slug, and what ends a share.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/problem.sql
CREATE ROLE share_maker; CREATE ROLE share_role; CREATE ROLE share_visitor; CREATE ROLE share_editor; CREATE ROLE share_above BYPASSRLS;
GRANT share_role TO share_maker;
CREATE SCHEMA app AUTHORIZATION share_maker;
SET ROLE share_maker;
CREATE TABLE app.team (id int PRIMARY KEY, name text, note text);
CREATE TABLE app.person (id int PRIMARY KEY, name text, secret text, team_id int REFERENCES app.team, doc text);
INSERT INTO app.team VALUES (1, 'Red', 'SECRET-R'), (2, 'Blue', 'SECRET-B');
INSERT INTO app.person SELECT i, 'Person ' || i, 'SECRET-' || i, 1 + i % 2, CASE WHEN i = 7 THEN 'SECRET, no JSON' ELSE '{}' END FROM generate_series(1, 9) AS i;
GRANT USAGE ON SCHEMA app TO share_role, share_editor; GRANT SELECT ON app.person, app.team TO share_role, share_editor;

-- Making one: of a table, with some columns and rows.
SELECT s AS share FROM msar.share_table('app.person', '{
  "role": "share_role", "columns": ["name", "team_id", "doc"], "limit": 3,
  "filter": {"type": "lesser", "args": [{"type": "column", "value": "secret"}, {"type": "literal", "value": "SECRET-7"}]}}') AS s \gset
SELECT :'share'::jsonb - 'id' - 'slug' - 'created_at' - 'updated_at' - 'table_oid';
SELECT :'share'::jsonb->>'slug' AS slug, :'share'::jsonb->>'id' AS id \gset
SELECT msar.share_table('app.person', '{"role": "share_role"}')->>'slug' AS whole \gset
SELECT x->>'id' AS exploration FROM msar.save_exploration('{"name": "By team", "base_table": {"schema": "app", "name": "person"},
  "initial_columns": [{"alias": "id", "column": "id"}, {"alias": "name", "column": "name"}, {"alias": "secret", "column": "secret"}, {"alias": "doc", "column": "doc"},
    {"alias": "team", "column": "name", "join_path": [[[{"schema": "app", "name": "person"}, "team_id"], [{"schema": "app", "name": "team"}, "id"]]]}],
  "transformations": [{"type": "filter", "spec": {"lesser": [{"column_name": ["secret"]}, {"literal": ["SECRET-7"]}]}}]}') AS x \gset
SELECT msar.share_exploration(:exploration, '{"role": "share_role", "columns": ["name", "team", "doc"]}')->>'slug' AS seen \gset
-- Who cannot.
SELECT * FROM pg_temp.problem($$SELECT msar.share_table('app.person', '{"role": "share_visitor"}')$$);
SELECT * FROM pg_temp.problem($$SELECT msar.share_table('app.person', '{"role": "nobody there"}')$$);
SELECT * FROM pg_temp.problem($$SELECT msar.share_table('app.person', '{"columns": ["nothing"]}')$$);
SELECT * FROM pg_temp.problem($$SELECT msar.share_table('app.person', '{"column": ["name"]}')$$);
SELECT * FROM pg_temp.problem($$SELECT msar.share_table('app.person', '{"limit": 0}')$$);
SELECT * FROM pg_temp.problem($$SELECT msar.share_table('app.person', '{"expires_at": "some day"}')$$);
RESET ROLE; GRANT share_above TO share_maker; SET ROLE share_maker;
SELECT * FROM pg_temp.problem($$SELECT msar.share_table('app.person', '{"role": "share_above"}')$$);
SELECT * FROM pg_temp.problem($$SELECT msar.share_table('app.person', '{"role": "share_above", "privileged_role": true}')$$);
RESET ROLE;
SELECT * FROM pg_temp.problem($$SELECT msar.share_table('app.person')$$);
SELECT msar.share_table('app.person', '{"privileged_role": true}')->>'slug' AS above \gset

-- Reading: with no right on anything. Nothing is left behind in the session.
SET ROLE share_visitor;
SELECT * FROM pg_temp.problem('SELECT * FROM app.person');
SELECT jsonb_pretty(msar.read_share(:'slug', '{"limit": 1}'));
SELECT jsonb_array_length(msar.read_share(:'slug', '{"limit": null}')->'results'), msar.read_share(:'slug', '{"count": "estimated"}')->'count';
SELECT msar.read_share(:'seen', '{"limit": 2, "order": [{"field": "team"}, {"field": "name", "direction": "desc"}]}')->'records';
SELECT msar.read_share(:'seen', '{"limit": 1}') - 'records';
SELECT current_user, current_setting('search_path');
-- What is not shown is not there: not for an order, a filter, a group, a key or a template.
SELECT problem.* FROM unnest(ARRAY[
  '{"order": [{"column": "secret"}]}', '{"order": [{"attnum": 3}]}', '{"columns": ["secret"]}', '{"group": {"columns": [3]}}', '{"after": 1}', '{"previews": ["id"]}',
  '{"filter": {"type": "starts_with", "args": [{"type": "attnum", "value": 3}, {"type": "literal", "value": "S"}]}}']) AS options,
  pg_temp.problem(format('SELECT msar.read_share(%L, %L)', :'slug', options));
SELECT problem.* FROM unnest(ARRAY['{"order": [{"field": "secret"}]}', '{"filter": {"not_null": [{"column_name": ["id"]}]}}', '{"after": ["1"]}', '{"columns": ["secret"]}']) AS options,
  pg_temp.problem(format('SELECT msar.read_share(%L, %L)', :'seen', options));
SELECT msar.read_share(:'slug', '{"record_summaries": true, "previews": true}')->'linked_record_summaries';
-- An error that a condition raises tells nothing about rows that are not shown: person 7 has no JSON.
SELECT msar.read_share(:'slug', '{"filter": {"type": "equal", "args": [{"type": "json_array_length", "args": [{"type": "attnum", "value": 5}]}, {"type": "literal", "value": 1}]}}')->'count';
SELECT msar.read_share(:'seen', '{"filter": {"equal": [{"json_array_length": [{"column_name": ["doc"]}]}, {"literal": [1]}]}}')->'records';
-- Slugs that are wrong, disabled, expired answer alike.
SELECT * FROM pg_temp.problem('SELECT msar.read_share(''00000000-0000-4000-8000-000000000000'')');
SET ROLE share_maker;
SELECT s->'enabled' FROM msar.set_share(:id, '{"enabled": false}') AS s;
SET ROLE share_visitor;
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'slug'));
SELECT * FROM pg_temp.problem(format('SELECT msar.set_share(%s, ''{"enabled": true}'')', :id));
SET ROLE share_maker;
SELECT s->'enabled' FROM msar.set_share(:id, '{"enabled": true, "expires_at": "2001-01-01"}') AS s;
SET ROLE share_visitor;
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'slug'));
SET ROLE share_maker;
SELECT s->>'slug' AS slug FROM msar.set_share(:id, '{"expires_at": null, "new_slug": true, "columns": ["name"], "filter": null}') AS s \gset
SELECT msar.read_share(:'slug', '{"limit": 1}')->'results', msar.get_share_uses(:id)->'count', msar.get_share_uses(:id)->'last_used_at' <> 'null';
SELECT count(*) FROM jsonb_array_elements(msar.list_shares('app.person')) AS s;

-- Filters are those of msar.list_records, also short ones; they are stored with numbers. What is wrong with one names its place.
SELECT t->'filter' AS filter, msar.read_share((t->>'slug')::uuid, '{"columns": ["id"]}')->'results' AS results, (msar.delete_share((t->>'id')::bigint) > 0) AS deleted
FROM unnest(ARRAY['{"id": {"<": 3}}', '["id", "=", 2]', '["or", {"name": "?"}, ["not", {"id": {">": 1}}]]', '{"id": [1, 2]}', '{}']::jsonb[]) AS filter,
  LATERAL (SELECT msar.share_table('app.person', jsonb_build_object('role', 'share_role', 'filter', filter)) AS t) AS s;
-- Digits are kept.
SELECT t->'filter' AS filter, (msar.delete_share((t->>'id')::bigint) > 0) AS deleted
FROM msar.share_table('app.person', '{"role": "share_role", "filter": {"id": {"<": 12345678901234567890.10}}}') AS t;
SELECT problem.* FROM unnest(ARRAY['{"nope": true}', '"x"', '7', '[]', '{"type": "equal"}', '{"type": "or", "args": [{"type": "attnum", "value": "x"}]}', '["id", "?", 1]']) AS filter,
  pg_temp.problem(format('SELECT msar.share_table(%L, jsonb_build_object(''role'', ''share_role'', ''filter'', %L::jsonb))', 'app.person', filter));

-- What the role loses, the share loses at once.
REVOKE SELECT ON app.person FROM share_role; GRANT SELECT (id, name, team_id) ON app.person TO share_role;
SELECT msar.read_share(:'whole', '{"limit": 1}')->'results';
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'seen'));
REVOKE SELECT (id, name, team_id) ON app.person FROM share_role;
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'slug'));
GRANT SELECT ON app.person TO share_role;
-- Row-level security is that of the role.
ALTER TABLE app.person ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON app.person USING (id < 3);
SELECT msar.read_share(:'whole')->'count';
ALTER TABLE app.person DISABLE ROW LEVEL SECURITY;
-- The creator can no longer be the role; the role becomes a superuser; it is renamed; it is dropped.
RESET ROLE; REVOKE share_role FROM share_maker;
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'slug'));
GRANT share_role TO share_maker;
SELECT msar.read_share(:'slug')->'count';
ALTER ROLE share_role SUPERUSER;
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'slug'));
ALTER ROLE share_role NOSUPERUSER;
SELECT msar.read_share(:'above')->'count';
ALTER ROLE share_role RENAME TO share_renamed;
SELECT msar.read_share(:'slug')->'count';
ALTER ROLE share_renamed RENAME TO share_role;
ALTER TABLE app.person RENAME TO people; ALTER TABLE app.people RENAME name TO label; ALTER SCHEMA app RENAME TO club;
SELECT msar.read_share(:'slug', '{"limit": 1}')->'columns'->0->'name', msar.read_share(:'seen', '{"limit": 1}')->'records'->'count';
-- A visitor does not learn what a hidden column is called now.
ALTER TABLE club.people RENAME secret TO hidden;
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L, ''{"order": [{"column": "secret"}]}'')', :'slug'));
SELECT hint FROM pg_temp.problem('SELECT msar.list_records(''club.people'', ''{"order": [{"column": "secret"}]}'')');
ALTER TABLE club.people RENAME hidden TO secret;
ALTER TABLE club.people DROP label; ALTER TABLE club.people ADD label text DEFAULT 'SECRET';
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'slug'));
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'seen'));

-- Somebody who may edit an exploration, but cannot be the role that shared it, ends the share by editing.
SET ROLE share_maker;
SELECT x->>'id' AS other FROM msar.save_exploration('{"name": "Other", "base_table": {"schema": "club", "name": "people"}, "initial_columns": [{"alias": "id", "column": "id"}]}') AS x \gset
SELECT s->>'slug' AS other_slug FROM msar.share_exploration(:other, '{"role": "share_role"}') AS s \gset
SELECT jsonb_array_length(msar.grant_exploration('editor', 'share_editor', :other));
SET ROLE share_editor;
SELECT x->>'name' FROM msar.save_exploration(jsonb_build_object('id', :other) || '{"name": "Other", "base_table": {"schema": "club", "name": "people"}, "initial_columns": [{"alias": "id", "column": "id"}, {"alias": "s", "column": "secret"}]}') AS x;
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'other_slug'));
SELECT * FROM pg_temp.problem(format('SELECT msar.share_exploration(%s)', :other));

-- The values of a share's filter mean to every visitor what they meant to the role that set it, whatever settings the visitor has.
RESET ROLE;
CREATE TABLE club.event (id int PRIMARY KEY, at timestamptz, day date, lasts interval);
INSERT INTO club.event VALUES (1, '2024-06-01 02:00+00', '2024-01-02', '-1 day -2 hours'), (2, '2024-06-01 04:00+00', '2024-02-01', '-1 day +2 hours');
GRANT SELECT ON club.event TO share_role; ALTER TABLE club.event OWNER TO share_maker;
SET ROLE share_maker;
SET TimeZone = 'Europe/Amsterdam'; SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'sql_standard';
SELECT s->>'id' AS at_id, s->>'slug' AS at_slug FROM msar.share_table('club.event', '{"role": "share_role", "columns": ["id"], "filter": {"at": {">=": "2024-06-01 05:00"}}}') AS s \gset
SELECT msar.share_table('club.event', '{"role": "share_role", "columns": ["id"], "filter": {"day": "01/02/2024"}}')->>'slug' AS day_slug \gset
SELECT msar.share_table('club.event', '{"role": "share_role", "columns": ["id"], "filter": {"lasts": "-1 2:00:00"}}')->>'slug' AS lasts_slug \gset
RESET TimeZone; RESET DateStyle; RESET IntervalStyle;
SET ROLE share_visitor;
CREATE FUNCTION pg_temp.seen(slug uuid) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(r->>'1', ',') FROM jsonb_array_elements(msar.read_share(slug)->'results') AS r $$;
SELECT pg_temp.seen(:'at_slug') AS at, pg_temp.seen(:'day_slug') AS day, pg_temp.seen(:'lasts_slug') AS lasts;
SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'SQL, MDY'; SET IntervalStyle = 'postgres';
SELECT pg_temp.seen(:'at_slug') AS at, pg_temp.seen(:'day_slug') AS day, pg_temp.seen(:'lasts_slug') AS lasts, current_setting('TimeZone') AS time_zone;
RESET TimeZone; RESET DateStyle; RESET IntervalStyle;
-- A new filter is that of the session which sets it; other changes leave the old one what it means.
SET ROLE share_maker;
SET TimeZone = 'UTC';
SELECT msar.set_share(:at_id, '{"limit": 5}') IS NOT NULL AS limited;
SELECT pg_temp.seen(:'at_slug') AS at;
SELECT msar.set_share(:at_id, '{"filter": {"at": {">=": "2024-06-01 01:00"}}}') IS NOT NULL AS filtered;
RESET TimeZone;
SELECT pg_temp.seen(:'at_slug') AS at;
RESET ROLE; DROP FUNCTION pg_temp.seen;
-- Whoever may write to the tables, to restore them, gets no other role by that.
RESET ROLE;
CREATE ROLE share_restorer; GRANT USAGE ON SCHEMA msar_catalog TO share_restorer;
GRANT SELECT, INSERT, UPDATE ON msar_catalog.stored_shares TO share_restorer; GRANT USAGE ON SEQUENCE msar_catalog.stored_shares_id_seq TO share_restorer;
GRANT EXECUTE ON FUNCTION __msar.place_share(jsonb, boolean) TO share_restorer;
SET ROLE share_restorer;
INSERT INTO msar_catalog.stored_shares (slug, table_oid, schema_name, table_name, refs, role_oid, role_name, creator_oid, creator_name, is_privileged)
  SELECT '11111111-1111-4111-8111-111111111111', table_oid, schema_name, table_name, refs, 10, 'postgres', 10, 'postgres', true FROM msar_catalog.stored_shares WHERE table_oid IS NOT NULL LIMIT 1;
SELECT * FROM pg_temp.problem('SELECT msar.read_share(''11111111-1111-4111-8111-111111111111'')');
UPDATE msar_catalog.stored_shares SET role_name = 'postgres', is_privileged = true WHERE slug = :'slug';
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'slug'));
-- The owner learns what a share lacks; visitors do not.
RESET ROLE; CREATE SCHEMA short AUTHORIZATION share_maker;
SET ROLE share_maker;
GRANT USAGE ON SCHEMA short TO share_role;
CREATE TABLE short.city (id int PRIMARY KEY, name text);
CREATE TABLE short.short (id int PRIMARY KEY, a text, b text, c text, city int REFERENCES short.city);
GRANT SELECT ON short.short TO share_role;
SELECT msar.share_table('short.short', '{"role": "share_role", "columns": ["a", "b"], "filter": {"c": "x"}}')->>'slug' AS short \gset
SELECT msar.share_exploration((msar.save_exploration('{"name": "Short", "base_table": {"schema": "short", "name": "short"}, "initial_columns": [{"alias": "a", "column": "a"}]}')->>'id')::bigint, '{"role": "share_role"}')->>'slug' AS explored \gset
SELECT s ? 'problem' FROM jsonb_array_elements(msar.list_shares('short.short'::regclass)) AS s;
ALTER TABLE short.short RENAME COLUMN b TO bb;
ALTER TABLE short.short DROP COLUMN c;
SELECT s->'enabled', s->'problem' FROM jsonb_array_elements(msar.list_shares('short.short'::regclass)) AS s;
SELECT s->'problem' FROM jsonb_array_elements(msar.list_shares()) AS s WHERE s->>'slug' = :'explored';
ALTER TABLE short.short DROP COLUMN a;
SELECT s->'problem' FROM jsonb_array_elements(msar.list_shares()) AS s WHERE s->>'slug' IN (:'short', :'explored');
SELECT msar.set_share((s->>'id')::bigint, '{"filter": null, "columns": ["bb"]}') ? 'problem' FROM jsonb_array_elements(msar.list_shares('short.short'::regclass)) AS s;
-- A filter of a share is about the table's own columns.
SELECT * FROM pg_temp.problem($$SELECT msar.share_table('short.short', '{"filter": {"city.name": "Gouda"}}')$$);
DROP TABLE short.short;
SELECT s->'problem' FROM jsonb_array_elements(msar.list_shares()) AS s WHERE s->>'slug' IN (:'short', :'explored');
SET ROLE share_visitor;
SELECT code, message, detail FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'short'));
SET ROLE share_maker;
SELECT count(msar.delete_share((s->>'id')::bigint)) FROM jsonb_array_elements(msar.list_shares()) AS s WHERE s->>'slug' IN (:'short', :'explored');
RESET ROLE;
SET client_min_messages = warning; DROP SCHEMA short CASCADE;
RESET ROLE;
SET client_min_messages = warning;
DROP OWNED BY share_restorer; DROP ROLE share_restorer;
DROP SCHEMA club CASCADE; DROP ROLE share_editor, share_visitor, share_above;
DROP OWNED BY share_maker, share_role; DROP ROLE share_role, share_maker;
SELECT count(*) FROM msar_catalog.shares WHERE creator = 'share_maker';
