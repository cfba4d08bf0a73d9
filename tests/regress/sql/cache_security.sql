-- Who gets answers of a cache, and what runs as whoever asks it.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/cache_studio.sql
\i tests/regress/include/problem.sql
SELECT msar.cache_apply_events('studio', '[{"id": 100, "event_type": "Some_Event", "created_at": "2024-01-01T00:00:00Z"}]') ? 'applied';
CALL scan();

-- A key counts once the upstream has answered a read or a summary with it. Other methods it may answer to anybody.
CREATE FUNCTION public.replied(method text, key text, reply jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT msar.cache_ingest('studio', jsonb_build_object('method_name', method, 'params', jsonb_build_array(
    jsonb_build_object('script_name', 'ingest', 'script_key', key), jsonb_build_object('type', 'Shot', 'fields', '[]'::jsonb))), reply)->>'stored' $$;
CREATE FUNCTION public.asked(key text) RETURNS text LANGUAGE sql AS $$
  SELECT COALESCE(a->>'reason', a->>'results')
  FROM (SELECT msar.api3('studio', jsonb_build_object('method_name', 'read', 'params', jsonb_build_array(
    jsonb_build_object('script_name', 'ingest', 'script_key', key), '{"type": "Project"}'::jsonb)))::jsonb AS a) AS a $$;
SELECT asked('wrong');
SELECT replied('info', 'wrong', '{"results": {"version": [8, 50, 0]}}'), asked('wrong');
SELECT replied('info', 'wrong', '{"version": [8, 50, 0]}'), asked('wrong');
SELECT replied('schema_read', 'wrong', '{"results": {}}'), asked('wrong');
SELECT replied('invented', 'wrong', '{"results": {"entities": []}}'), asked('wrong');
SELECT replied('create', 'wrong', '{"results": {"type": "Shot", "id": 990}}'), asked('wrong');
SELECT replied('delete', 'wrong', '{"results": true}'), asked('wrong');
SELECT replied('read', 'wrong', '{"results": {"entities": []}, "error_code": 5}'), asked('wrong');
SELECT replied('read', 'wrong', '{"exception": true, "error_code": 103, "message": "no"}'), asked('wrong');
SELECT replied('summarize', 'wrong', '{"results": {}}'), asked('wrong');
SELECT asked('right'), replied('read', 'right', '{"results": {"entities": []}}'), asked('right'), asked('wrong');
SELECT replied('summarize', 'other', '{"results": {"summaries": {"id": 3}, "groups": []}}'), asked('other');
SELECT replied('info', 'right', '{"exception": true, "error_code": 102, "message": "no"}'), asked('right');

-- A summary of nothing is a miss.
SELECT answer('{"type": "Shot", "summaries": [], "grouping": [{"field": "code", "type": "exact", "direction": "asc"}]}');
SELECT answer('{"type": "Shot", "summaries": []}');

-- The owner of a cache can alter its tables, and can own types: their casts never run as whoever asks.
CREATE ROLE cache_planter;
GRANT CREATE ON DATABASE :DBNAME TO cache_planter;
SET ROLE cache_planter;
CREATE SCHEMA planted;
SELECT msar.create_cache('trap', '{"entity_types": {"Shot": {"fields": {"code": "text", "shots": {"data_type": "multi_entity", "entity_types": ["Shot"]}}}},
  "settings": {"max_staleness": null}}') ? 'name';
GRANT ALL ON SCHEMA trap, planted TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA trap TO PUBLIC;
SELECT msar.cache_apply_events('trap', '[]') ? 'applied';
DO $$
DECLARE scan jsonb;
BEGIN
  FOR i IN 1 .. 2 LOOP
    FOR scan IN SELECT * FROM jsonb_array_elements(msar.cache_scan_plan('trap')->'scans') LOOP
      PERFORM msar.cache_scan_result('trap', scan, '{"entities": []}');
    END LOOP;
  END LOOP;
END $$;
SELECT msar.cache_ingest('trap', '{"type": "Shot"}', '{"entities": [{"type": "Shot", "id": 1, "code": "sad", "shots": []}]}')->'stored';
CREATE TYPE planted.mood AS ENUM ('sad', 'true', 'Shot');
CREATE FUNCTION planted.f(planted.mood) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
  $$ BEGIN RAISE WARNING 'code of the owner runs as %', current_user; RETURN true; END $$;
CREATE FUNCTION planted.g(planted.mood) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
  $$ BEGIN RAISE WARNING 'code of the owner runs as %', current_user; RETURN 'x'; END $$;
CREATE CAST (planted.mood AS boolean) WITH FUNCTION planted.f(planted.mood) AS IMPLICIT;
CREATE CAST (planted.mood AS text) WITH FUNCTION planted.g(planted.mood) AS IMPLICIT;
CREATE VIEW planted.code AS SELECT id FROM trap.shot;
RESET ROLE;
CREATE FUNCTION public.all_ways(change text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  -- A session that has asked before, and one that has not.
  RETURN NEXT msar.cache_read('trap', '{"type": "Shot", "return_fields": ["code", "shots"]}')->'results'->'entities'->0;
  EXECUTE change;
  RETURN NEXT msar.cache_read('trap', '{"type": "Shot", "return_fields": ["code", "shots"]}')->>'reason';
  RETURN NEXT msar.cache_read('trap', '{"type": "Shot", "filters": {"logical_operator": "and", "conditions": [{"path": "code", "relation": "is", "values": ["sad"]}]}}')->>'reason';
  RETURN NEXT pg_temp.problem_text($c$SELECT msar.cache_ingest('trap', '{"type": "Shot"}', '{"entities": [{"type": "Shot", "id": 1, "code": "x", "shots": []}]}')$c$);
  RETURN NEXT pg_temp.problem_text($c$SELECT msar.cache_apply_events('trap', '[{"id": 1, "event_type": "Shotgun_Shot_Change", "attribute_name": "code", "entity": {"type": "Shot", "id": 1}, "created_at": "2034-01-01T00:00:00Z", "meta": {"new_value": "y"}}]')$c$);
  RETURN NEXT pg_temp.problem_text($c$SELECT msar.cache_event_plan('trap')$c$);
  RETURN NEXT pg_temp.problem_text($c$SELECT msar.cache_scan_plan('trap')$c$);
  RETURN NEXT pg_temp.problem_text($c$SELECT msar.alter_cache('trap', '{"entity_types": {"Shot": {"fields": {"more": "text"}}}}')$c$);
END $$;
BEGIN; SELECT all_ways('DROP INDEX trap.shot_id_idx, trap.shot_id_idx1, trap.shot_code_id_idx; ALTER TABLE trap.shot ALTER _active TYPE planted.mood USING ''sad''::planted.mood'); ROLLBACK;
BEGIN; SELECT all_ways('DROP INDEX trap.shot_code_id_idx, trap.shot_lower_idx; ALTER TABLE trap.shot ALTER code TYPE planted.mood USING code::planted.mood'); ROLLBACK;
BEGIN; SELECT all_ways('ALTER TABLE trap.shot_shots ALTER child_type TYPE planted.mood USING child_type::planted.mood'); ROLLBACK;
BEGIN; SELECT all_ways('ALTER TABLE trap.shot RENAME TO hidden; CREATE VIEW trap.shot AS SELECT * FROM trap.hidden'); ROLLBACK;
BEGIN; SELECT all_ways('ALTER TABLE trap.shot RENAME code TO other'); ROLLBACK;
BEGIN; SELECT all_ways('DROP TABLE trap.shot_shots'); ROLLBACK;
-- What nobody has altered is answered, also with a column more.
BEGIN;
ALTER TABLE trap.shot ADD note planted.mood DEFAULT 'sad';
SELECT msar.cache_read('trap', '{"type": "Shot", "return_fields": ["code"]}');
ROLLBACK;
-- A cache whose tables were altered can be dropped.
DROP VIEW planted.code;
DROP TABLE trap.shot_shots;
SELECT msar.drop_cache('trap'), msar.drop_cache('studio');
DROP SCHEMA trap, planted CASCADE;
REVOKE CREATE ON DATABASE :DBNAME FROM cache_planter;
DROP ROLE cache_planter;
