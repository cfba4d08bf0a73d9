-- Whoever owns a type can create casts from it. Reading values calls none of them: their code would run with the
-- privileges of whoever reads.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
CREATE ROLE regress_planter;
CREATE SCHEMA app; CREATE SCHEMA planted AUTHORIZATION regress_planter;
CREATE TABLE app.author (id int PRIMARY KEY, name text);
INSERT INTO app.author VALUES (1, 'Ada');
GRANT USAGE ON SCHEMA app TO regress_planter; GRANT REFERENCES ON app.author TO regress_planter;
SET ROLE regress_planter;
CREATE TYPE planted.mood AS ENUM ('glad', 'sad');
CREATE TYPE planted.span AS RANGE (subtype = int);
CREATE TYPE planted.pair AS (mood planted.mood, number bigint, "a ""name""" text, gone int, moments date[]);
ALTER TYPE planted.pair DROP ATTRIBUTE gone;
CREATE DOMAIN planted.state AS planted.mood;
DO $do$
DECLARE type_name text; target text;
BEGIN
  FOREACH type_name IN ARRAY ARRAY['mood', 'span', 'pair'] LOOP
    FOREACH target IN ARRAY ARRAY['json', 'jsonb', 'text', 'varchar'] LOOP
      EXECUTE format($f$CREATE FUNCTION planted.cast_to_%3$s(planted.%1$s) RETURNS %2$s LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'code of another role runs as %%: %1$s to %2$s', current_user; END $$$f$, type_name, target, type_name || '_' || target);
      -- Where several casts are implicit, PostgreSQL itself finds no operator for the type.
      EXECUTE format('CREATE CAST (planted.%1$s AS %2$s) WITH FUNCTION planted.cast_to_%3$s(planted.%1$s) %4$s', type_name, target, type_name || '_' || target,
        CASE WHEN target = 'text' AND type_name <> 'mood' THEN 'AS IMPLICIT' ELSE 'AS ASSIGNMENT' END);
    END LOOP;
    -- And the way back.
    EXECUTE format($f$CREATE FUNCTION planted.%1$s_of_text(text) RETURNS planted.%1$s LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'code of another role runs as %%: text to %1$s', current_user; END $$$f$, type_name);
    EXECUTE format('CREATE CAST (text AS planted.%1$s) WITH FUNCTION planted.%1$s_of_text(text) AS ASSIGNMENT', type_name);
  END LOOP;
END $do$;
CREATE TABLE planted.trap (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author_id int REFERENCES app.author,
  mood planted.mood, span planted.span, pair planted.pair, state planted.state,
  moods planted.mood[], pairs planted.pair[], spans planted.span[]);
INSERT INTO planted.trap (author_id, mood, span, pair, state, moods, pairs, spans) VALUES
  (1, 'glad', '[1,3)', ROW('sad', 9007199254740993, E'x"\n', '{2024-02-29}'), 'sad', '{{glad,NULL},{sad,glad}}',
   ARRAY[ROW('glad', 1.0, NULL, NULL)::planted.pair, NULL], '{"[1,2)"}'),
  (1, NULL, NULL, NULL, NULL, NULL, NULL, '{}');
CREATE TABLE planted.by_mood (mood planted.mood PRIMARY KEY, state planted.state);
INSERT INTO planted.by_mood VALUES ('glad', 'sad'), ('sad', NULL);
CREATE TABLE planted.refers (id int PRIMARY KEY, mood planted.mood REFERENCES planted.by_mood);
INSERT INTO planted.refers VALUES (1, 'sad');
GRANT USAGE ON SCHEMA planted TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA planted TO PUBLIC;
RESET ROLE;
-- The casts are there.
DO $$ BEGIN PERFORM to_jsonb(mood) FROM planted.trap; EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', SQLERRM; END $$;
DO $$ BEGIN PERFORM mood::text FROM planted.trap; EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', SQLERRM; END $$;

SELECT jsonb_pretty(msar.list_records('planted.trap', '{"previews": true}')::jsonb->'results');
SELECT msar.list_records('planted.trap', '{"limit": 1, "keys": "names", "numbers": "text", "display": true, "count": "none"}')::jsonb->'results'->0->'pair';
SELECT jsonb_path_query(msar.get_linked_records('app.author', '1', '{"trust": true}')::jsonb, '$.links[*].records[0]');
SELECT msar.list_records('planted.trap', '{"search": "glad"}')::jsonb->'count';
SELECT msar.list_records('planted.trap', '{"order": [{"column": "mood"}, {"column": "state"}], "limit": 1}')::jsonb->'next';
SELECT msar.list_records('planted.trap', '{"group": {"columns": ["mood"]}}')::jsonb->'grouping'->'groups'->0->'results_eq';
SELECT msar.list_records('planted.trap', '{"filter": {"mood": "glad"}}')::jsonb->'count';
SELECT msar.list_records('planted.trap', jsonb_build_object('filter', f))::jsonb->'count'
FROM unnest(ARRAY['{"type": "contains", "args": [{"type": "attnum", "value": 3}, {"type": "literal", "value": "la"}]}',
  '{"type": "null", "args": [{"type": "attnum", "value": 5}]}']::jsonb[]) AS f;
SELECT msar.list_records('planted.by_mood')::jsonb->'results';
SELECT msar.list_records('planted.refers', '{"previews": true}')::jsonb->'linked_record_summaries';
SELECT msar.list_records_from_table('planted.refers'::regclass, 10, 0, NULL, NULL, NULL, NULL, true)->'linked_record_summaries';
SELECT msar.set_preview_template('planted.trap', '{mood} {pair} {moods} {state} {span}');
SELECT msar.preview_rows('planted.trap', '[1, 2]');
SELECT msar.list_by_record_summaries('planted.trap'::regclass, 5, 0, NULL)->'results'->0;
SELECT msar.search_records_from_table('planted.trap'::regclass, '[{"attnum": 3, "literal": "glad"}]', 5)->'count';
SELECT msar.get_record_from_table('planted.by_mood'::regclass, 'glad'::text)->'results';
SELECT r FROM msar.get_table_columns_and_records('planted.trap'::regclass, 1, 0, NULL, NULL) AS r;
SELECT msar.run_exploration('{"base_table": {"schema": "planted", "name": "trap"}, "initial_columns":
  [{"alias": "author", "column": "author_id"}, {"alias": "mood", "column": "mood"}, {"alias": "moods", "column": "moods"}],
  "transformations": [{"type": "summarize", "spec": {"base_grouping_column": "author", "grouping_expressions": [{"input_alias": "author", "output_alias": "author"}],
    "aggregation_expressions": [{"input_alias": "mood", "output_alias": "all", "function": "distinct_aggregate_to_array"},
      {"input_alias": "moods", "output_alias": "every", "function": "aggregate_to_array"}]}}]}')->'records'->'results';
-- Keys, and rows before a column is retyped.
SELECT msar.preview_rows('planted.by_mood', '["sad", "glad"]');
SELECT msar.update_records('planted.by_mood', NULL, '{"state": "glad"}', '{"keys": ["sad"], "return": "records"}');
DELETE FROM planted.refers;
SELECT msar.delete_records('planted.by_mood', NULL, '{"keys": ["none", "sad"], "return": "keys", "dry_run": true}');
SELECT msar.delete_records_from_table('planted.by_mood'::regclass, '["none", "sad"]');
SELECT msar.get_preview('planted.trap'::regclass, '[]', 1);
SELECT msar.get_preview('planted.trap'::regclass, '[{"attnum": 1, "type": {"name": "text"}}]', 1, '{"misfits": 3}');
SELECT msar.update_records('planted.by_mood', '{"mood": "glad"}', '{"state": "glad"}', '{"return": "records"}');
SELECT msar.delete_records('planted.by_mood', '{"mood": "glad"}', '{"return": "keys"}');
SELECT msar.add_records('planted.by_mood', '[{"mood": "glad"}]');
SELECT msar.rpc('{"jsonrpc": "2.0", "id": 1, "method": "msar.list_records", "params": {"tab_id": "planted.by_mood"}}')->'result'->'results';

SET client_min_messages = warning;
DROP SCHEMA planted CASCADE; DROP SCHEMA app CASCADE; DROP ROLE regress_planter;
