-- Code of users that runs within a share tries to get more than the share's role has.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/problem.sql
CREATE ROLE attack_maker; CREATE ROLE attack_role; CREATE ROLE attack_visitor;
GRANT attack_role TO attack_maker;
CREATE SCHEMA app AUTHORIZATION attack_maker;
GRANT CREATE ON SCHEMA app TO attack_role;
SET ROLE attack_maker;
CREATE TABLE app.target (id int PRIMARY KEY, secret text); INSERT INTO app.target VALUES (1, 'SECRET');
-- A view that calls a function, which says who it is and tries to be somebody else.
CREATE FUNCTION app.who(OUT who text) LANGUAGE plpgsql AS $$
BEGIN
  who := format('%s, %s', current_user, current_setting('search_path'));
  BEGIN EXECUTE 'SET ROLE postgres'; who := who || ', became postgres'; EXCEPTION WHEN OTHERS THEN who := who || ', SET ROLE ' || SQLSTATE; END;
  BEGIN EXECUTE 'RESET ROLE'; who := who || ', reset'; EXCEPTION WHEN OTHERS THEN who := who || ', RESET ROLE ' || SQLSTATE; END;
  BEGIN EXECUTE 'SET SESSION AUTHORIZATION DEFAULT'; who := who || ', session'; EXCEPTION WHEN OTHERS THEN who := who || ', SESSION ' || SQLSTATE; END;
  BEGIN EXECUTE 'CREATE TEMPORARY TABLE left_behind ()'; who := who || ', left a table'; EXCEPTION WHEN OTHERS THEN who := who || ', TEMP ' || SQLSTATE; END;
  BEGIN EXECUTE 'LISTEN something'; who := who || ', listens'; EXCEPTION WHEN OTHERS THEN who := who || ', LISTEN ' || SQLSTATE; END;
  BEGIN EXECUTE 'PREPARE left_behind AS SELECT 1'; who := who || ', prepared'; EXCEPTION WHEN OTHERS THEN who := who || ', PREPARE ' || SQLSTATE; END;
  BEGIN PERFORM 1 FROM app.target; who := who || ', read the target'; EXCEPTION WHEN OTHERS THEN who := who || ', target ' || SQLSTATE; END;
  BEGIN PERFORM 1 FROM msar_catalog.stored_shares; who := who || ', read the shares'; EXCEPTION WHEN OTHERS THEN who := who || ', shares ' || SQLSTATE; END;
END $$;
CREATE VIEW app.asks WITH (security_invoker) AS SELECT 1 AS id, app.who() AS who;
GRANT SELECT ON app.asks TO attack_role; GRANT USAGE ON SCHEMA app TO attack_role;
SELECT msar.share_table('app.asks', '{"role": "attack_role"}')->>'slug' AS asks \gset
RESET ROLE;
ALTER ROLE attack_role SET search_path = app, public;
-- The caller plants objects of the same names, in temporary schemas and by its own path.
SET ROLE attack_visitor;
CREATE TEMPORARY TABLE target (id int); CREATE TEMPORARY TABLE asks (id int);
CREATE FUNCTION pg_temp.who(OUT who text) LANGUAGE sql AS 'SELECT ''planted''';
SET search_path = pg_temp, public;
SELECT msar.read_share(:'asks')->'results'->0->>'2';
SELECT current_user, current_setting('search_path'), to_regclass('pg_temp.left_behind');
RESET search_path;
-- A policy and an operator of users run as the role, too.
RESET ROLE; SET ROLE attack_maker;
CREATE FUNCTION app.sees(int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN current_user = 'attack_role'; END $$;
CREATE TABLE app.rows (id int PRIMARY KEY); INSERT INTO app.rows VALUES (1), (2);
ALTER TABLE app.rows ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON app.rows USING (app.sees(id));
GRANT SELECT ON app.rows TO attack_role;
SELECT msar.share_table('app.rows', '{"role": "attack_role"}')->>'slug' AS rows \gset
RESET ROLE; SET ROLE attack_visitor;
SELECT msar.read_share(:'rows')->'count';
-- An error within leaves the caller what it was.
RESET ROLE; SET ROLE attack_maker;
CREATE VIEW app.fails WITH (security_invoker) AS SELECT 1 / (id - 1) AS x FROM app.rows;
GRANT SELECT ON app.fails TO attack_role;
SELECT msar.share_table('app.fails', '{"role": "attack_role"}')->>'slug' AS fails \gset
RESET ROLE; SET ROLE attack_visitor;
SELECT * FROM pg_temp.problem(format('SELECT msar.read_share(%L)', :'fails'));
SELECT current_user, current_setting('search_path');
SELECT * FROM pg_temp.problem('SELECT * FROM app.rows');
-- In a read-only transaction a share is read, and not counted.
BEGIN READ ONLY; SELECT msar.read_share(:'rows')->'count'; COMMIT;

-- Ten thousand random options: no value that the share does not show comes out, in rows, errors or anything else.
RESET ROLE; SET ROLE attack_maker;
CREATE TABLE app.marked (id int PRIMARY KEY, shown text, marker text, flag boolean, day date);
INSERT INTO app.marked SELECT i, 'row ' || i, 'MARKER' || i, i % 3 = 0, date '2020-01-01' + i FROM generate_series(1, 20) AS i;
INSERT INTO app.marked VALUES (21, 'MARKER-HIDDEN', 'x', true, '2020-01-01');
CREATE TABLE app.marked_too AS SELECT id, id AS marked, 'MARKER2' || id AS marker FROM app.marked; ALTER TABLE app.marked_too ADD FOREIGN KEY (marked) REFERENCES app.marked;
GRANT SELECT ON app.marked, app.marked_too TO attack_role;
SELECT msar.share_table('app.marked', '{"role": "attack_role", "columns": ["shown", "flag", "day"], "filter": {"type": "starts_with", "args": [{"type": "column", "value": "marker"}, {"type": "literal", "value": "MARKER"}]}}')->>'slug' AS marked \gset
SELECT x->>'id' AS marked_id FROM msar.save_exploration('{"name": "Marked", "base_table": {"schema": "app", "name": "marked"},
  "initial_columns": [{"alias": "id", "column": "id"}, {"alias": "shown", "column": "shown"}, {"alias": "marker", "column": "marker"}, {"alias": "flag", "column": "flag"}, {"alias": "day", "column": "day"}],
  "transformations": [{"type": "filter", "spec": {"starts_with": [{"column_name": ["marker"]}, {"literal": ["MARKER"]}]}}]}') AS x \gset
SELECT msar.share_exploration(:marked_id, '{"role": "attack_role", "columns": ["shown", "flag", "day"]}')->>'slug' AS marked_exploration \gset
RESET ROLE;
GRANT USAGE, CREATE ON SCHEMA public TO attack_visitor;
SET ROLE attack_visitor;
SELECT setseed(0.42);
CREATE FUNCTION public.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT choices[1 + floor(random() * cardinality(choices))::int]';
CREATE FUNCTION public.random_filter(depth int) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE column_ jsonb := CASE WHEN random() < 0.5 THEN jsonb_build_object('type', 'attnum', 'value', (random() * 6)::int - 0)
                              ELSE jsonb_build_object('type', 'column', 'value', public.pick('id', 'shown', 'marker', 'flag', 'day', 'xmin', 'ctid')) END;
  literal jsonb := jsonb_build_object('type', 'literal', 'value', public.pick('M', 'MARKER1', '1', 'true', '2020-01-05', 'row 3', '%', '[1]', '{'));
  function_ text := public.pick('equal', 'lesser', 'greater', 'contains', 'starts_with', 'in', 'null', 'not_null', 'not', 'json_array_length', 'convert_to_json', 'truncate_to_month', 'uri_scheme', 'between', 'and', 'or', 'json_array_contains', 'format_data');
BEGIN
  IF depth > 2 THEN RETURN public.pick('1', '2')::jsonb - 'x' || column_; END IF;
  IF function_ IN ('and', 'or', 'not') THEN RETURN jsonb_build_object('type', function_, 'args', jsonb_build_array(public.random_filter(depth + 1))); END IF;
  IF function_ IN ('null', 'not_null', 'json_array_length', 'convert_to_json', 'truncate_to_month', 'uri_scheme', 'format_data') THEN
    IF random() < 0.5 THEN RETURN jsonb_build_object('type', function_, 'args', jsonb_build_array(column_)); END IF;
    RETURN jsonb_build_object('type', 'equal', 'args', jsonb_build_array(jsonb_build_object('type', function_, 'args', jsonb_build_array(column_)), literal));
  END IF;
  IF function_ = 'between' THEN RETURN jsonb_build_object('type', function_, 'args', jsonb_build_array(column_, literal, literal)); END IF;
  RETURN jsonb_build_object('type', function_, 'args', jsonb_build_array(column_, literal));
EXCEPTION WHEN OTHERS THEN RETURN column_;
END $$;
-- A path from the table to itself, or to another table that the role may read, found in the catalogs.
CREATE FUNCTION public.random_path() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_build_array(jsonb_build_object('alias', 'x', 'join_path', jsonb_build_array(jsonb_build_array(jsonb_build_array(marked, public.pick('1', '2', '5')::jsonb), jsonb_build_array(to_table, public.pick('1', '3')::jsonb))))
    || public.pick('{"column": "marker"}', '{"template": "{marker}"}', '{"template": true}', '{}', '{"column": "id"}')::jsonb)
  FROM (SELECT max(oid::bigint) FILTER (WHERE relname = 'marked') AS marked FROM pg_class WHERE relname = 'marked') AS c,
    LATERAL (SELECT CASE WHEN random() < 0.7 THEN marked ELSE (SELECT oid::bigint FROM pg_class WHERE relname = 'marked_too') END AS to_table) AS t $$;
CREATE FUNCTION public.attack(slug uuid, is_table boolean, times int, OUT answers int, OUT errors int, OUT leaks int, OUT leak text) LANGUAGE plpgsql AS $$
DECLARE options jsonb; answer text; message text; detail text; hint text;
BEGIN
  answers := 0; errors := 0; leaks := 0;
  FOR i IN 1 .. times LOOP
    options := jsonb_strip_nulls(jsonb_build_object('limit', (random() * 30)::int, 'count', public.pick('exact', 'estimated', 'none'),
      'offset', CASE WHEN random() < 0.2 THEN (random() * 5)::int END,
      'after', CASE WHEN random() < 0.1 THEN to_jsonb(public.pick('1', '21')) END,
      'numbers', public.pick('json', 'text'), 'previews', CASE WHEN random() < 0.2 THEN true END,
      'record_summaries', CASE WHEN is_table AND random() < 0.3 THEN true END,
      'columns', CASE WHEN is_table AND random() < 0.3 THEN jsonb_build_array(public.pick('shown', 'marker', 'id', 'flag')) END,
      'joined_columns', CASE WHEN is_table AND random() < 0.03 THEN public.random_path() END, 'links', CASE WHEN is_table AND random() < 0.2 THEN true END,
      'display', CASE WHEN is_table AND random() < 0.2 THEN true END, 'keys', CASE WHEN is_table AND random() < 0.3 THEN public.pick('names', 'attnums') END,
      'search', CASE WHEN is_table AND random() < 0.1 THEN public.pick('"MARKER"', '"x"', '{"text": "MARKER", "columns": ["marker"]}', '{"text": "row", "columns": ["shown", "id.marker", "{id}"]}', '[{"text": "3", "columns": ["shown"]}]')::jsonb END,
      'large_values', CASE WHEN is_table AND random() < 0.1 THEN public.pick('true', '1', '0')::jsonb END,
      'group', CASE WHEN is_table AND random() < 0.3 THEN jsonb_build_object('columns', jsonb_build_array((1 + random() * 5)::int)) END,
      'order', CASE WHEN random() < 0.5 THEN jsonb_build_array(jsonb_build_object(CASE WHEN is_table THEN 'column' ELSE 'field' END, public.pick('id', 'shown', 'marker', 'day', 'x.marker'), 'direction', public.pick('asc', 'desc'))) END,
      'filter', CASE WHEN random() < 0.7 THEN CASE WHEN is_table THEN public.random_filter(0) ELSE
         jsonb_build_object(public.pick('equal', 'contains', 'starts_with', 'lesser', 'greater', 'json_array_contains'), jsonb_build_array(
           jsonb_build_object(public.pick('column_name', 'year', 'to_text', 'json_array_length'), jsonb_build_array(CASE WHEN random() < 0.7 THEN to_jsonb(public.pick('id', 'shown', 'marker', 'day')) ELSE '{"column_name": ["shown"]}'::jsonb END)),
           jsonb_build_object('literal', jsonb_build_array(public.pick('M', 'MARKER', '1', 'row', '{'))))) END END));
    BEGIN
      answer := msar.read_share(slug, options)::text;
      answers := answers + 1;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
      answer := concat_ws(' ', message, detail, hint);
      -- What the caller has sent may come back.
      answer := replace(answer, options->>'filter', '');
      errors := errors + 1;
    END;
    IF answer ~ 'MARKER([0-9]+[^1"'']|-HIDDEN)' OR (answer ~ 'MARKER[2-9]') THEN leaks := leaks + 1; leak := options::text || ' -> ' || answer; END IF;
  END LOOP;
END $$;
SELECT answers > 1000, errors > 1000, leaks, leak FROM public.attack(:'marked', true, 6000);
-- A path leads to no other row, and to no other column of this one.
RESET ROLE;
SELECT 'app.marked'::regclass::oid AS marked_oid, 'app.marked_too'::regclass::oid AS too \gset
SET ROLE attack_visitor;
SELECT problem.* FROM unnest(ARRAY['[[[%1$s, 1], [%2$s, 2]]]", "column": "marker', '[[[%1$s, 1], [%2$s, 2]]]", "template": "{marker}', '[[[%1$s, 1], [%2$s, 2]], [[%2$s, 2], [%1$s, 1]]]", "column": "marker']) AS path,
  pg_temp.problem(format('SELECT msar.read_share(%L, %L)', :'marked', replace(format('{"joined_columns": [{"alias": "x", "join_path": ' || path || '"}]}', :marked_oid, :too), ']]]", ', ']]], '))) AS problem;
SELECT problem.* FROM unnest(ARRAY['{"search": {"text": "M", "columns": ["id.marker"]}}', '{"search": {"text": "M", "columns": ["{id}"]}}', '{"order": [{"column": "{id}"}]}', '{"filter": {"id.marker": "x"}}', '{"group": {"columns": ["id.marker"]}}']) AS options,
  pg_temp.problem(format('SELECT msar.read_share(%L, %L)', :'marked', options)) AS problem;
-- What a page says beside the rows.
SELECT r - 'columns' FROM msar.read_share(:'marked', '{"limit": 1, "keys": "names", "display": true, "links": true, "large_values": 3, "order": [{"column": "shown"}]}') AS r;
SELECT answers > 500, errors > 500, leaks, leak FROM public.attack(:'marked_exploration', false, 4000);
-- What PostgreSQL says of a row that it refuses has values that no visitor sent: defaults, keys, what triggers have filled in.
RESET ROLE; SET ROLE attack_maker;
CREATE TABLE app.entry (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text CHECK (a <> 'bad'), secret text UNIQUE DEFAULT 'hidden', mail text UNIQUE, n integer NOT NULL DEFAULT 1);
INSERT INTO app.entry (a, secret, mail) VALUES ('x', 'other', 'known');
CREATE UNIQUE INDEX ON app.entry (mail, (secret));
CREATE VIEW app.entries AS SELECT id, a, mail FROM app.entry WHERE a <> 'unseen' WITH CHECK OPTION;
SELECT form->>'token' AS of_table, form->>'id' AS id FROM msar.add_form(jsonb_build_object('name', 'entry', 'version', 1, 'base_table_oid', 'app.entry'::regclass::oid::bigint, 'header_title', '{}'::jsonb,
  'fields', '[{"key": "a", "index": 0, "kind": "scalar_column", "column_attnum": 2}, {"key": "mail", "index": 1, "kind": "scalar_column", "column_attnum": 4}, {"key": "n", "index": 2, "kind": "scalar_column", "column_attnum": 5}]'::jsonb)) AS form \gset
SELECT msar.set_form_publish(:id, true);
SELECT form->>'token' AS of_view, form->>'id' AS id FROM msar.add_form(jsonb_build_object('name', 'entries', 'version', 1, 'base_table_oid', 'app.entries'::regclass::oid::bigint, 'header_title', '{}'::jsonb,
  'fields', '[{"key": "a", "index": 0, "kind": "scalar_column", "column_attnum": 2}]'::jsonb)) AS form \gset
SELECT msar.set_form_publish(:id, true);
RESET ROLE; SET ROLE attack_visitor;
SELECT problem.* FROM pg_temp.problem(format('SELECT msar.submit_form(%L, %L)', :'of_view', '{"a": "unseen"}')) AS problem;
SELECT problem.* FROM unnest(ARRAY['{"a": "bad"}', '{"mail": "known"}', '{"a": "x", "n": null}', '{"a": "good"}', '{"a": "again"}']) AS sent, pg_temp.problem(format('SELECT msar.submit_form(%L, %L)', :'of_table', sent)) AS problem;
RESET ROLE;
SET client_min_messages = warning;
DROP FUNCTION public.attack, public.random_path, public.random_filter, public.pick;
DROP SCHEMA app CASCADE; DROP OWNED BY attack_maker, attack_role, attack_visitor; DROP ROLE attack_maker, attack_role, attack_visitor;
