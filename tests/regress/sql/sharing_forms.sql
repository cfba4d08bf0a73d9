-- Forms: made by one role, filled in by anybody who knows the token, with the rights of a third.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/problem.sql
CREATE ROLE form_maker; CREATE ROLE form_role; CREATE ROLE form_visitor; CREATE ROLE form_owner;
GRANT form_role TO form_maker;
CREATE SCHEMA app AUTHORIZATION form_owner;
SET ROLE form_owner;
CREATE TYPE app.size AS ENUM ('small', 'large');
CREATE TABLE app.city (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, country text DEFAULT 'NL');
CREATE TABLE app.shop (city_id int REFERENCES app.city, no int, name text, PRIMARY KEY (city_id, no));
CREATE TABLE app.visit (id int GENERATED ALWAYS AS IDENTITY, visitor text NOT NULL, size app.size, born date CHECK (born > '1900-01-01'),
  city_id int REFERENCES app.city, shop_city int, shop_no int, at timestamptz DEFAULT '2020-01-01Z', upper_name text GENERATED ALWAYS AS (upper(visitor)) STORED,
  part int NOT NULL DEFAULT 1, who text DEFAULT current_user, PRIMARY KEY (id, part), FOREIGN KEY (shop_city, shop_no) REFERENCES app.shop) PARTITION BY LIST (part);
CREATE TABLE app.visit_1 PARTITION OF app.visit FOR VALUES IN (1);
INSERT INTO app.city (name) VALUES ('Utrecht'), ('Delft'); INSERT INTO app.shop VALUES (1, 1, 'Books'), (1, 2, 'Bread');
GRANT USAGE ON SCHEMA app TO form_role, form_maker; GRANT INSERT ON app.visit TO form_role; GRANT SELECT, INSERT ON app.city, app.shop TO form_role;
SELECT 'app.visit'::regclass::oid::int AS visit, 'app.city'::regclass::oid::int AS city, 'app.shop'::regclass::oid::int AS shop \gset
SET ROLE form_maker;
SELECT jsonb_build_object('name', 'Visit', 'version', 1, 'schema_oid', 'app'::regnamespace::oid::int, 'base_table_oid', :visit, 'header_title', '{"text": "Visit us"}'::jsonb,
  'associated_role_id', 'form_role', 'submit_message', '{"text": "Thanks"}'::jsonb, 'submit_redirect_url', 'https://example.org/', 'fields', jsonb_build_array(
    '{"key": "name", "index": 0, "kind": "scalar_column", "column_attnum": 2, "label": "Name", "is_required": true}'::jsonb,
    '{"key": "size", "index": 2, "kind": "scalar_column", "column_attnum": 3}'::jsonb,
    '{"key": "born", "index": 1, "kind": "scalar_column", "column_attnum": 4, "styling": {"size": "large"}}'::jsonb,
    jsonb_build_object('key', 'city', 'index', 3, 'kind', 'foreign_key', 'column_attnum', 5, 'related_table_oid', :city, 'fk_interaction_rule', 'can_pick_or_create', 'child_fields', jsonb_build_array(
      '{"key": "city name", "index": 0, "kind": "scalar_column", "column_attnum": 2, "is_required": true}'::jsonb)),
    jsonb_build_object('key', 'shop', 'index', 4, 'kind', 'foreign_key', 'column_attnum', 6, 'related_table_oid', :shop, 'fk_interaction_rule', 'must_create', 'child_fields', jsonb_build_array(
      '{"key": "shop no", "index": 0, "kind": "scalar_column", "column_attnum": 2}'::jsonb, '{"key": "shop name", "index": 1, "kind": "scalar_column", "column_attnum": 3}'::jsonb,
      jsonb_build_object('key', 'shop city', 'index', 2, 'kind', 'foreign_key', 'column_attnum', 1, 'related_table_oid', :city, 'fk_interaction_rule', 'must_pick'))))) AS def \gset
SELECT msar.add_form(:'def') AS form \gset
SELECT jsonb_pretty((:'form'::jsonb - '{id,token,created_at,updated_at,schema_oid,base_table_oid,associated_role_id}'::text[]) #- '{fields,4}' #- '{fields,3}' #- '{fields,2}' #- '{fields,1}' #- '{fields,0,form_id}');
SELECT :'form'::jsonb->>'id' AS id, :'form'::jsonb->>'token' AS token \gset
SELECT key, kind, parent_field_id IS NOT NULL AS is_child FROM msar_catalog.form_fields ORDER BY id;
-- Not published: nobody uses it, not even its maker.
SELECT * FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{}'')', :'token'));
SELECT msar.set_form_publish(:id, true);

-- A visitor sees what the page needs, picks, and sends in.
SET ROLE form_visitor;
SELECT jsonb_pretty(msar.get_public_form(:'token') #- '{fields,3,child_fields}' #- '{fields,4}');
SELECT msar.list_form_related_records(:'token', '{"field_key": "city", "search": "u", "limit": 1}');
SELECT msar.submit_form(:'token', '{"name": "Ada", "size": "large", "born": "1915-12-10", "city": {"type": "pick", "value": 2}}');
SELECT msar.submit_form(:'token', '{"name": "Bob", "city": {"type": "create"}, "city name": "Gouda"}');
SELECT msar.submit_form(:'token', '{"name": "Cor", "shop": {"type": "create"}, "shop no": 7, "shop name": "Cheese", "shop city": {"type": "pick", "value": 1}}');
-- Fields of a row that is not created are not looked at.
SELECT msar.submit_form(:'token', '{"name": "Dan", "city": {"type": "pick", "value": 1}, "city name": "Nowhere"}');
RESET ROLE;
SELECT visitor, size, born, v.city_id, c.name, shop_city, shop_no, at AT TIME ZONE 'UTC' AS at, upper_name, who FROM app.visit AS v LEFT JOIN app.city AS c ON c.id = v.city_id ORDER BY v.id;
SELECT name FROM app.city ORDER BY id; SELECT * FROM app.shop ORDER BY 1, 2;

-- What is refused, with the key of the field; nothing is written.
SET ROLE form_visitor;
SELECT problem.* FROM unnest(ARRAY['{}', '{"name": ""}', '{"name": null}', '{"name": "x", "age": 1}', '{"name": "x", "size": "huge"}', '{"name": "x", "born": "yesterday, maybe"}',
  '{"name": "x", "born": "1800-01-01"}', '{"name": "x", "city": 1}', '{"name": "x", "city": {"type": "pick", "value": 99}}', '{"name": "x", "city": {"type": "create"}}',
  '{"name": "x", "city": {"type": "create"}, "city name": "Delft"}', '{"name": "x", "city": {"type": "steal"}}', '{"name": "x", "shop": {"type": "pick", "value": 1}}',
  '{"name": "x", "shop": {"type": "create"}, "shop no": 1, "shop city": {"type": "create"}}', '{"name": {"a": 1}}', '[]']) AS sent,
  pg_temp.problem(format('SELECT msar.submit_form(%L, %L)', :'token', sent));
SELECT code, message, detail FROM pg_temp.problem(format('SELECT msar.submit_form(%L, jsonb_build_object(''name'', repeat(''x'', 1100000)))', :'token'));
SELECT * FROM pg_temp.problem(format('SELECT msar.list_form_related_records(%L, ''{"field_key": "shop"}'')', :'token'));
SELECT * FROM pg_temp.problem(format('SELECT msar.list_form_related_records(%L, ''{"field_key": "nothing"}'')', :'token'));
SELECT * FROM pg_temp.problem(format('SELECT msar.get_form(%s)', :id));
SELECT * FROM pg_temp.problem('SELECT msar.get_public_form(''00000000-0000-4000-8000-000000000000'')');
SELECT jsonb_array_length(msar.list_forms('app')) FROM pg_roles WHERE false;
RESET ROLE;
SELECT count(*) FROM app.visit;

-- PostgreSQL does not say whose value is too long or too large, and its hint about dates is not for visitors.
SET ROLE form_owner;
CREATE TABLE app.narrow (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code varchar(3), "odd ""name" varchar(3), price numeric(4,2), born date, tags varchar(2)[], city_id int REFERENCES app.city);
GRANT INSERT ON app.narrow TO form_role; GRANT SELECT ON app.narrow TO form_maker;
SELECT msar.set_column_metadata('app.narrow'::regclass, '[{"attnum": 5, "date_format": "dmy"}]') IS NOT NULL AS is_set;
SET ROLE form_maker;
CREATE FUNCTION pg_temp.narrow(input text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT msar.add_form(jsonb_build_object('name', 'Narrow ' || input, 'version', 1, 'base_table_oid', 'app.narrow'::regclass::oid::int, 'header_title', '{}'::jsonb, 'associated_role_id', 'form_role', 'input', input,
    'fields', (SELECT jsonb_agg(jsonb_build_object('key', 'f' || n, 'index', n, 'kind', 'scalar_column', 'column_attnum', n)) FROM generate_series(2, 6) AS n)
      || jsonb_build_array(jsonb_build_object('key', 'f7', 'index', 7, 'kind', 'foreign_key', 'column_attnum', 7, 'related_table_oid', 'app.city'::regclass::oid::int, 'fk_interaction_rule', 'can_pick_or_create',
        'child_fields', '[{"key": "city", "index": 0, "kind": "scalar_column", "column_attnum": 2}]'::jsonb))))
$$;
SELECT r->>'id' AS raw_id, r->>'token' AS raw FROM pg_temp.narrow('raw') AS r \gset
SELECT d->>'id' AS displayed_id, d->>'token' AS displayed FROM pg_temp.narrow('display') AS d \gset
SELECT msar.set_form_publish(:raw_id, true), msar.set_form_publish(:displayed_id, true);
SET ROLE form_visitor;
SELECT problem.* FROM unnest(ARRAY[:'raw', :'displayed']) AS token, unnest(ARRAY['{"f2": "abc", "f3": "abcd"}', '{"f2": "abcd", "f3": "abc"}', '{"f2": "abc", "f4": 12345}', '{"f4": "99.999", "f2": "abc"}',
  '{"f5": "32.01.2026"}', '{"f2": "a", "f6": ["ab", "abc"]}', '{"f2": "abcd", "f7": {"type": "create"}, "city": "Zwolle"}']) AS sent,
  pg_temp.problem(format('SELECT msar.submit_form(%L, %L)', token, sent));
RESET ROLE;
SELECT count(*) FROM app.narrow;

-- A plain field of a column that has a foreign key takes a key, and creates nothing.
SET ROLE form_maker;
SELECT f->>'id' AS plain_id, f->>'token' AS plain FROM msar.add_form(jsonb_build_object('name', 'Plain', 'version', 1, 'base_table_oid', :visit, 'header_title', '{}'::jsonb, 'associated_role_id', 'form_role',
  'fields', '[{"key": "name", "index": 0, "kind": "scalar_column", "column_attnum": 2}, {"key": "city", "index": 1, "kind": "scalar_column", "column_attnum": 5}]'::jsonb)) AS f \gset
SELECT msar.set_form_publish(:plain_id, true);
SET ROLE form_visitor;
SELECT msar.submit_form(:'plain', '{"name": "Gus", "city": 1}') IS NOT NULL;
SELECT problem.* FROM unnest(ARRAY['{"name": "x", "city": {"type": "create"}}', '{"name": "x", "city": {"type": "pick", "value": 1}}', '{"name": "x", "city": [1]}', '{"name": "x", "city": "one"}']) AS sent,
  pg_temp.problem(format('SELECT msar.submit_form(%L, %L)', :'plain', sent));
-- What others changed meanwhile counts at once: the form, its columns, its table.
SELECT * FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{"name": "x", "city": 8589934592}'')', :'plain'));
RESET ROLE;
ALTER TABLE app.visit ALTER city_id TYPE bigint;
SET ROLE form_visitor;
SELECT * FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{"name": "x", "city": 8589934592}'')', :'plain'));
RESET ROLE;
ALTER TABLE app.visit ALTER city_id TYPE integer;
ALTER TABLE app.visit ADD CONSTRAINT no_tom CHECK (visitor <> 'Tom');
SET ROLE form_visitor;
SELECT * FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{"name": "Tom"}'')', :'plain'));
SET ROLE form_maker;
SELECT msar.set_form_publish(:plain_id, false);
SET ROLE form_visitor;
SELECT * FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{"name": "x"}'')', :'plain'));
SET ROLE form_maker;
SELECT msar.delete_form(:plain_id) = :plain_id;
SET ROLE form_visitor;
SELECT * FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{"name": "x"}'')', :'plain'));
RESET ROLE;
ALTER TABLE app.visit DROP CONSTRAINT no_tom;
DELETE FROM app.visit WHERE visitor = 'Gus';

-- A form whose texts are read as the columns show values.
RESET ROLE;
SELECT msar.set_column_metadata('app.visit', '[{"name": "born", "date_format": "DD.MM.YYYY"}]') IS NOT NULL;
SET ROLE form_maker;
SELECT f->>'id' AS shown_id, f->>'token' AS shown, f->'input' AS input FROM msar.add_form(jsonb_build_object('name', 'Shown', 'version', 1, 'base_table_oid', :visit, 'header_title', '{}'::jsonb, 'associated_role_id', 'form_role',
  'input', 'display', 'fields', '[{"key": "name", "index": 0, "kind": "scalar_column", "column_attnum": 2}, {"key": "born", "index": 1, "kind": "scalar_column", "column_attnum": 4}, {"key": "city", "index": 2, "kind": "scalar_column", "column_attnum": 5}]'::jsonb)) AS f \gset
SELECT :'input', msar.set_form_publish(:shown_id, true);
SELECT * FROM pg_temp.problem(format('SELECT msar.patch_form(''{"id": %s, "name": "x", "version": 1, "header_title": 1, "input": "shown"}'')', :shown_id));
SET ROLE form_visitor;
SELECT msar.get_public_form(:'shown')->'input';
SELECT msar.submit_form(:'shown', '{"name": "Hal", "born": "03.02.1955"}') IS NOT NULL, msar.submit_form(:'shown', '{"name": "Hal"}') IS NOT NULL;
SELECT problem.code, problem.message, problem.detail FROM unnest(ARRAY['{"name": "x", "born": "31.02.1955"}', '{"name": "x", "born": "03.02.1955", "city": "one"}', '{"name": "x", "born": "03.02.1855"}', '{"name": "x", "born": "02/03/1955 or so"}']) AS sent,
  pg_temp.problem(format('SELECT msar.submit_form(%L, %L)', :'shown', sent));
RESET ROLE;
SELECT born FROM app.visit WHERE visitor = 'Hal';
-- The way in which they are shown counts at once.
SELECT msar.set_column_metadata('app.visit', '[{"name": "born", "date_format": "MM/DD/YYYY"}]') IS NOT NULL;
SET ROLE form_visitor;
SELECT msar.submit_form(:'shown', '{"name": "Ida", "born": "03/02/1955"}') IS NOT NULL;
SET ROLE form_maker;
SELECT f->'input' FROM msar.patch_form(jsonb_build_object('id', :shown_id, 'name', 'Raw', 'version', 2, 'header_title', 1, 'associated_role_id', 'form_role')) AS f;
SET ROLE form_visitor;
SELECT code, message, detail FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{"name": "x", "born": "13/14/1955"}'')', :'shown'));
RESET ROLE;
SELECT born FROM app.visit WHERE visitor = 'Ida';
DELETE FROM app.visit WHERE visitor IN ('Hal', 'Ida');
SET ROLE form_maker; SELECT msar.delete_form(:shown_id) = :shown_id; RESET ROLE;

-- A column that tells which user wrote a row gets the OID of the visitor's login role, in each row that is created.
SET ROLE form_owner;
ALTER TABLE app.visit ADD written_by bigint; ALTER TABLE app.city ADD written_by bigint;
SELECT msar.set_table_metadata(t, jsonb_build_object('user_tracking_attnum', a.attnum)) IS NOT NULL
FROM unnest(ARRAY['app.visit', 'app.city']::regclass[]) AS t JOIN pg_attribute AS a ON a.attrelid = t AND a.attname = 'written_by';
SET ROLE form_visitor;
SELECT msar.submit_form(:'token', '{"name": "Flo", "city": {"type": "create"}, "city name": "Goes"}') IS NOT NULL;
SELECT * FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{"name": "x", "written_by": 1}'')', :'token'));
RESET ROLE;
SELECT v.visitor, v.written_by::oid::regrole = session_user::regrole AS visit_by_user, c.name, c.written_by::oid::regrole = session_user::regrole AS city_by_user
FROM app.visit AS v LEFT JOIN app.city AS c ON c.id = v.city_id WHERE visitor = 'Flo';

-- Changing it: fields that stay keep their ids; another token; its end by the owner of the table.
SET ROLE form_maker;
SELECT f->'version', f->'fields'->0->'id' = :'form'::jsonb->'fields'->0->'id', jsonb_array_length(f->'fields'), f->>'updated_at' > f->>'created_at', f->'publish_public', f->>'token' = :'token'
  FROM msar.patch_form(:'def'::jsonb || jsonb_build_object('id', :id, 'version', 2, 'fields', jsonb_build_array(:'def'::jsonb->'fields'->0 || '{"label": "Your name"}',
    '{"key": "new", "index": 9, "kind": "scalar_column", "column_attnum": 8}'::jsonb))) AS f;
SELECT f->'fields'->0->'label', jsonb_array_length(f->'fields') FROM msar.patch_form(jsonb_build_object('id', :id, 'name', 'Visit 2', 'version', 3, 'header_title', 1, 'associated_role_id', 'form_role')) AS f;
SELECT * FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{"name": "x", "size": "large"}'')', :'token'));
SELECT problem.* FROM unnest(ARRAY[
    '{"name": ""}', '{"header_title": null}', '{"submit_redirect_url": "javascript:alert(1)"}', '{"submit_redirect_url": "//evil.example"}', '{"associated_role_id": "form_owner"}', '{"colour": "red"}',
    '{"fields": [{"key": "a", "index": 0, "kind": "scalar_column", "column_attnum": 99}]}', '{"fields": [{"key": "a", "index": 0, "kind": "scalar_column", "column_attnum": 1}]}',
    '{"fields": [{"key": "a", "index": 0, "kind": "scalar", "column_attnum": 2}]}', '{"fields": [{"key": "a", "index": 0, "kind": "scalar_column", "column_attnum": 2}, {"key": "a", "index": 0, "kind": "scalar_column", "column_attnum": 3}]}',
    '{"fields": [{"key": "a", "index": 0, "kind": "foreign_key", "column_attnum": 2, "related_table_oid": 1, "fk_interaction_rule": "must_pick"}]}',
    '{"fields": [{"key": "a", "index": 0, "kind": "foreign_key", "column_attnum": 5}]}', '{"fields": [{"key": "a", "index": -1, "kind": "scalar_column", "column_attnum": 2}]}']) AS change,
  pg_temp.problem(format('SELECT msar.patch_form(%L)', :'def'::jsonb || jsonb_build_object('id', :id) || change::jsonb));
SELECT msar.regenerate_form_token(:id) AS token \gset
SELECT msar.submit_form(:'token', '{"name": "Eva", "new": "2021-01-01Z"}')->'submit_message';
SET ROLE form_owner;
SELECT name, is_own FROM msar_catalog.forms;
SELECT * FROM pg_temp.problem(format('SELECT msar.patch_form(''{"id": %s}'')', :id));
SELECT * FROM pg_temp.problem(format('SELECT msar.regenerate_form_token(%s)', :id));
SELECT msar.set_form_publish(:id, false);
SELECT * FROM pg_temp.problem(format('SELECT msar.set_form_publish(%s, true)', :id));
SET ROLE form_maker; SELECT msar.set_form_publish(:id, true);

-- Renames; a column that is gone; the conditions of the role.
RESET ROLE;
ALTER TABLE app.visit RENAME visitor TO guest; ALTER SCHEMA app RENAME TO place;
SELECT msar.submit_form(:'token', '{"name": "Fay"}') IS NOT NULL;
REVOKE INSERT ON place.visit FROM form_role;
SELECT * FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{"name": "x"}'')', :'token'));
GRANT INSERT ON place.visit TO form_role;
REVOKE form_role FROM form_maker;
SELECT * FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{"name": "x"}'')', :'token'));
GRANT form_role TO form_maker;
-- A trigger of the table runs as the role, and cannot get back.
CREATE FUNCTION place.watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN EXECUTE 'SET ROLE postgres'; NEW.who := 'became postgres'; EXCEPTION WHEN OTHERS THEN NEW.who := current_user || ' ' || SQLSTATE; END;
  RETURN NEW;
END $$;
CREATE TRIGGER watch BEFORE INSERT ON place.visit FOR EACH ROW EXECUTE FUNCTION place.watch();
SET ROLE form_visitor;
SELECT msar.submit_form(:'token', '{"name": "Gus"}') IS NOT NULL, current_user;
RESET ROLE;
SELECT guest, who FROM place.visit WHERE guest IN ('Fay', 'Gus') ORDER BY id;
DROP TRIGGER watch ON place.visit;
-- Nor can it leave code to the end of the visitor's transaction: a deferred trigger runs at once, as the role; a cursor
-- WITH HOLD, which would be run at commit, is refused, and so is what would stay in the session.
CREATE TABLE place.ran (what text, as_role name DEFAULT current_user); GRANT INSERT ON place.ran TO PUBLIC;
CREATE FUNCTION place.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO place.ran VALUES (TG_NAME); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON place.visit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION place.note();
SELECT msar.submit_form(:'token', '{"name": "Hal"}') IS NOT NULL;
BEGIN; SET CONSTRAINTS ALL DEFERRED; SELECT msar.submit_form(:'token', '{"name": "Ida"}') IS NOT NULL; COMMIT;
SELECT what, as_role, count(*) FROM place.ran GROUP BY 1, 2;
DROP TRIGGER late ON place.visit;
CREATE FUNCTION place.leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE TG_ARGV[0]; RETURN NEW; END $$;
CREATE FUNCTION pg_temp.leaves(command text, token uuid) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER leave BEFORE INSERT ON place.visit FOR EACH ROW EXECUTE FUNCTION place.leave(%L)', command);
  PERFORM msar.submit_form(token, '{"name": "Joe"}');
  RETURN 'done';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT c, pg_temp.leaves(c, :'token') FROM unnest(ARRAY['DECLARE kept CURSOR WITH HOLD FOR SELECT 1', 'PREPARE kept AS SELECT 1',
  'CREATE TEMP TABLE kept (id int)', 'LISTEN kept', 'SET CONSTRAINTS ALL DEFERRED']) AS c;
DROP TRIGGER leave ON place.visit;
CREATE TRIGGER leave BEFORE INSERT ON place.visit FOR EACH ROW EXECUTE FUNCTION place.leave('SET search_path = place; SET "my.word" = left');
SELECT msar.submit_form(:'token', '{"name": "Kim"}') IS NOT NULL, current_setting('search_path'), current_setting('my.word', true);
DROP TRIGGER leave ON place.visit;
ALTER TABLE place.visit DROP upper_name, DROP guest; ALTER TABLE place.visit ADD guest text;
SELECT * FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{"name": "x"}'')', :'token'));
-- What is picked is a record: a form whose foreign key was dropped takes no pick, and says so.
RESET ROLE;
CREATE TABLE place.room (id int PRIMARY KEY);
INSERT INTO place.room VALUES (1);
CREATE TABLE place.stay (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, room int CONSTRAINT stay_room REFERENCES place.room, nights int);
GRANT SELECT, INSERT ON place.room, place.stay TO form_maker;
SET ROLE form_maker;
SELECT f->>'token' AS stay, f->'id' AS stay_id FROM msar.add_form(jsonb_build_object('name', 'Stay', 'version', 1, 'header_title', '{"text": "Stay"}'::jsonb,
  'base_table_oid', 'place.stay'::regclass::oid::int, 'fields', jsonb_build_array(
    jsonb_build_object('key', 'room', 'index', 0, 'kind', 'foreign_key', 'column_attnum', 2, 'related_table_oid', 'place.room'::regclass::oid::int, 'fk_interaction_rule', 'must_pick'),
    jsonb_build_object('key', 'nights', 'index', 1, 'kind', 'scalar_column', 'column_attnum', 3)))) AS f \gset
SELECT msar.set_form_publish(:stay_id, true) IS NOT NULL;
SELECT problem.* FROM unnest(ARRAY['{"room": {"type": "pick", "value": 7}}', '{"nights": "many"}']) AS sent, pg_temp.problem(format('SELECT msar.submit_form(%L, %L)', :'stay', sent));
RESET ROLE;
ALTER TABLE place.stay DROP CONSTRAINT stay_room;
SELECT * FROM pg_temp.problem(format('SELECT msar.submit_form(%L, ''{"room": {"type": "pick", "value": 7}}'')', :'stay'));
SELECT msar.submit_form(:'stay', '{"room": null, "nights": 2}') IS NOT NULL;
SELECT room, nights FROM place.stay;
SET ROLE form_maker;
SELECT f->'problem' FROM msar.get_form(:id) AS f;
SELECT msar.delete_form(:id) = :id, msar.delete_form(:stay_id) = :stay_id;
-- The user of a row that is created without a field of its own.
RESET ROLE;
CREATE TABLE place.visit_log (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, who bigint);
CREATE TABLE place.guest (name text, log int REFERENCES place.visit_log);
SELECT msar.set_table_metadata('place.visit_log', '{"user_tracking_attnum": 2}') IS NOT NULL;
SELECT f->>'id' AS guest_id, f->>'token' AS guest FROM msar.add_form(jsonb_build_object('name', 'Guest', 'version', 1,
  'base_table_oid', 'place.guest'::regclass::oid::bigint, 'header_title', '{}'::jsonb, 'privileged_role', true, 'fields', jsonb_build_array(
    jsonb_build_object('key', 'log', 'index', 0, 'kind', 'foreign_key', 'column_attnum', 2,
      'related_table_oid', 'place.visit_log'::regclass::oid::bigint, 'fk_interaction_rule', 'must_create')))) AS f \gset
SELECT msar.set_form_publish(:guest_id, true);
SELECT msar.submit_form(:'guest', '{"log": {"type": "create"}}') IS NOT NULL;
SELECT who = (SELECT oid FROM pg_roles WHERE rolname = session_user) AS is_the_visitor FROM place.visit_log;
SELECT msar.delete_form(:guest_id) = :guest_id;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA place CASCADE; DROP OWNED BY form_maker, form_role, form_owner, form_visitor; DROP ROLE form_maker, form_role, form_owner, form_visitor;
