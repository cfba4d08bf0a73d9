-- What comes into a cache: replies, events, scans, in any order, late, twice or never.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/cache_studio.sql
\i tests/regress/include/problem.sql
SELECT msar.cache_apply_events('studio', '[{"id": 100, "event_type": "Some_Event", "created_at": "2024-01-01T00:00:00Z"}]');
CALL scan();
CREATE FUNCTION public.shots() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(format('%s %s %s %s', id, COALESCE(code, '-'), COALESCE(_active::text, '-'), _unknown), E'\n' ORDER BY id) FROM studio.shot $$;
SELECT shots();

-- Older data never overwrites newer: neither by the time of the request, nor by the upstream's stamp.
SELECT msar.cache_ingest('studio', '{"type": "Shot"}', '{"entities": [{"type": "Shot", "id": 860, "code": "older", "updated_at": "2024-05-06T07:08:08Z"}]}', '-infinity');
SELECT msar.cache_ingest('studio', '{"type": "Shot"}', '{"entities": [{"type": "Shot", "id": 860, "code": "newer", "updated_at": "2024-05-06T07:09:00Z"}]}', '-infinity');
SELECT shots();
-- The same stamp, at the same time, and another value: nobody knows, so the field is not known.
SELECT msar.cache_ingest('studio', '{"type": "Shot"}', '{"entities": [{"type": "Shot", "id": 861, "code": "other", "sg_cut_in": 100, "updated_at": "2024-05-06T07:08:10Z"}]}', '-infinity');
SELECT shots();
SELECT ids('Shot', '["code", "is", ["other"]]'), ids('Shot', '["sg_cut_in", "is", [100]]');
SELECT r->'filters'->'conditions', r->'return_only' FROM jsonb_array_elements(msar.cache_event_plan('studio')->'reads') AS r;
SELECT msar.cache_ingest('studio', '{"type": "Shot"}', '{"entities": [{"type": "Shot", "id": 861, "code": "other", "updated_at": "2024-05-06T07:08:10Z"}]}', clock_timestamp());
SELECT ids('Shot', '["code", "is", ["other"]]');

-- Writes: an update says nothing of who and when; a value that does not fit is not known; partial entities are partial.
SELECT msar.cache_ingest('studio', '{"method_name": "update", "params": [{"script_name": "ingest", "script_key": "k"}, {"type": "Shot", "id": 861, "fields": []}]}', '{"results": {"type": "Shot", "id": 861, "code": "set", "sg_cut_in": "many"}}', clock_timestamp());
SELECT msar.cache_ingest('studio', '{"method_name": "batch", "params": [{"script_name": "ingest", "script_key": "k"}, [{"request_type": "create", "type": "Shot"}, {"request_type": "delete", "type": "Shot", "id": 862}, {"request_type": "delete", "type": "Shot", "id": 999}]]}',
  '{"results": [{"type": "Shot", "id": 870, "code": "made"}, true, false]}', clock_timestamp());
SELECT shots();
SELECT ids('Shot', '["code", "is", ["set"]]'), ids('Shot', '["id", "is", [861]]'), ids('Shot', '["status", "is", ["x"]]');
SELECT answer('{"type": "Shot", "return_only": "retired", "return_fields": ["code"]}');

-- Writes of others: what they say is not stored, and what they are about is not known.
BEGIN;
SELECT msar.cache_ingest('studio', '{"method_name": "update", "params": [{"user_login": "ada"}, {"type": "Shot", "id": 861, "fields": [{"field_name": "status", "value": "fin"}]}]}', '{"results": {"type": "Shot", "id": 861, "status": "fin"}}', clock_timestamp());
SELECT msar.cache_ingest('studio', '{"method_name": "create", "params": [{"user_login": "ada"}, {"type": "Shot", "fields": [{"field_name": "code", "value": "hidden"}]}]}', '{"results": {"type": "Shot", "id": 871, "code": "hidden"}}', clock_timestamp());
SELECT msar.cache_ingest('studio', '{"method_name": "read", "params": [{"user_login": "ada"}, {"type": "Shot"}]}', '{"results": {"entities": [{"type": "Shot", "id": 872, "code": "hidden"}]}}', clock_timestamp());
SELECT shots();
SELECT ids('Shot', '["id", "is", [861]]', '["status", "is", ["wtg"]]'), answer('{"type": "Shot"}');
ROLLBACK;

-- Events: a change after the entity was read is applied, one from before is not, one of the same second is doubtful.
SELECT msar.cache_apply_events('studio', '{"entities": [
  {"id": 101, "event_type": "Shotgun_Shot_Change", "attribute_name": "code", "entity": {"type": "Shot", "id": 860}, "created_at": "2024-05-06T07:00:00Z", "meta": {"new_value": "before"}},
  {"id": 102, "event_type": "Shotgun_Shot_Change", "attribute_name": "code", "entity": {"type": "Shot", "id": 862}, "created_at": "2024-05-06T07:08:11Z", "meta": {"new_value": "same second"}},
  {"id": 104, "event_type": "Shotgun_Task_New", "entity": {"type": "Task", "id": 9}, "created_at": "2024-05-06T08:00:00Z", "meta": {}},
  {"id": 105, "event_type": "Shotgun_Version_New", "entity": {"type": "Version", "id": 9}, "created_at": "2024-05-06T08:00:00Z", "meta": {}},
  {"id": 106, "event_type": "CRS_X", "created_at": "2024-05-06T08:00:00Z"}]}');
SELECT shots();
SELECT answer('{"type": "Task"}');
-- A late one, and all of them once more.
SELECT msar.cache_event_plan('studio')->'events'->'filters';
SELECT msar.cache_apply_events('studio', '[{"id": 103, "event_type": "Shotgun_Shot_Retirement", "entity": null, "created_at": "2024-05-06T09:00:00Z", "meta": {"entity_type": "Shot", "entity_id": 860}}, {"id": 104, "event_type": "Shotgun_Task_New", "entity": {"type": "Task", "id": 9}, "created_at": "2024-05-06T08:00:00Z", "meta": {}}]');
SELECT (msar.get_cache_status('studio')->0->'events') - 'synced_at';

-- Answers that differ: found once, nothing happens; found again after the event log was read, the type is suspended.
SELECT msar.cache_compare('studio', '{"type": "Project", "return_fields": ["name"]}', '{"results": {"entities": [{"type": "Project", "id": 4, "name": "Kite"}]}}');
SELECT msar.cache_compare('studio', '{"type": "Project", "return_fields": ["name"]}', '{"results": {"entities": [{"type": "Project", "id": 4, "name": "Other"}]}}');
SELECT msar.cache_shadow_plan('studio') - 'asked_at';
SELECT msar.cache_apply_events('studio', '[]')->'more';
SELECT msar.cache_compare('studio', '{"type": "Project", "return_fields": ["name"]}', '{"results": {"entities": [{"type": "Project", "id": 4, "name": "Other"}]}}');
SELECT answer('{"type": "Project"}');
SELECT entity_type, entity_id, field, cached, upstream FROM msar_catalog.cache_differences;
CALL scan();
SELECT answer('{"type": "Project"}');

-- The order and what is said of paging count as well.
SELECT msar.cache_compare('studio', '{"type": "Asset", "return_fields": ["code"], "return_paging_info": true}',
  '{"results": {"entities": [{"type": "Asset", "id": 32, "code": "Rope"}, {"type": "Asset", "id": 31, "code": "Kite"}], "paging_info": {"entity_count": 3}}}')->'differences';

-- An entity that is neither active nor retired is not there: nobody waits for it.
SELECT msar.cache_apply_events('studio', '[{"id": 107, "event_type": "Shotgun_Asset_New", "entity": {"type": "Asset", "id": 90}, "created_at": "2024-05-07T08:00:00Z", "meta": {}}]')->'applied';
SELECT answer('{"type": "Asset"}');
CREATE PROCEDURE public.reread() LANGUAGE plpgsql AS $$
DECLARE
  plan jsonb := msar.cache_event_plan('studio');
  request jsonb;
BEGIN
  FOR request IN SELECT * FROM jsonb_array_elements(plan->'reads') AS r WHERE r->>'type' = 'Asset' LOOP
    PERFORM msar.cache_ingest('studio', request, '{"entities": []}', (plan->>'asked_at')::timestamptz);
  END LOOP;
END $$;
CALL reread();
SELECT id, _unknown FROM studio.asset ORDER BY id;
SELECT answer('{"type": "Asset"}');
-- One that was active, and was retired without an event, is asked for among the retired ones.
BEGIN;
UPDATE studio.asset SET _unknown = '{code}' WHERE id = 32;
CALL reread();
SELECT id, _active, _unknown FROM studio.asset ORDER BY id;
SELECT r->'filters'->'conditions'->0->'values', r->'return_only' FROM jsonb_array_elements(msar.cache_event_plan('studio')->'reads') AS r WHERE r->>'type' = 'Asset';
SELECT msar.cache_ingest('studio', '{"type": "Asset", "return_only": "retired"}', '{"entities": [{"type": "Asset", "id": 32, "code": "Rope", "project": null}]}', clock_timestamp())->'stored';
SELECT id, _active, _unknown FROM studio.asset ORDER BY id;
ROLLBACK;

-- A moment means the same to every session.
BEGIN;
SET LOCAL datestyle = 'SQL, DMY';
SET LOCAL timezone = 'Asia/Kolkata';
SELECT msar.cache_event_plan('studio')->>'asked_at' ~ '^\d{4}-\d\d-\d\dT[0-9:.]+\+05:30$';
ROLLBACK;

-- Altering: new fields are not complete; what goes takes its column along.
SELECT msar.alter_cache('studio', '{"entity_types": {"Project": {"fields": {"sg_new": "text", "archived": null}}}}')->'name';
SELECT answer('{"type": "Project", "return_fields": ["name"]}'), answer('{"type": "Project", "return_fields": ["sg_new"]}'), answer('{"type": "Project", "return_fields": ["archived"]}');
-- A scope: a request that demands it is answered.
SELECT msar.alter_cache('studio', '{"entity_types": {"Asset": {"scopes": [[{"path": "project", "relation": "is", "values": [{"type": "Project", "id": 4}]}]]}, "Task": null}}') ? 'name';
SELECT s->'scan', s->'request'->'filters'->'conditions'->0 FROM jsonb_array_elements(msar.cache_scan_plan('studio')->'scans') AS s WHERE s->>'scan' = 'Asset';

-- What is wrong says so.
SELECT pg_temp.problem_text($$SELECT msar.create_cache('studio', '{"entity_types": {}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.create_cache('other', '{"entity_types": {"Shot": {"fields": {"image": "image"}}}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.create_cache('other', '{"entity_types": {"Shot": {"fields": {"a__id": "text", "a": "entity"}}}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.create_cache('other', '{"entity_types": {"Shot": {"fields": {"x": "multi_entity"}}, "Shot_x": {}}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.create_cache('other', '{"entity_types": {"Shot\"": {}}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.create_cache('other', '{"entity_types": {"Shot": {"fields": {"_a": "text"}}}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.create_cache('other', '{"settings": {"max_staleness": -1}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.cache_read('other', '{}')$$);
SELECT pg_temp.problem_text($$SELECT msar.cache_ingest('studio', '{"type": "Shot"}', '{}')$$);
SELECT pg_temp.problem_text($$SELECT msar.cache_ingest('studio', '{"type": "Shot"}', '{"entities": [{"type": "Shot"}]}')$$);
SELECT pg_temp.problem_text($$SELECT msar.cache_apply_events('studio', '{}')$$);
SELECT pg_temp.problem_text($$SELECT msar.cache_scan_result('studio', '{}', '{}')$$);

-- Rights: who may use the schema sees the cache, who may read the tables gets answers, the owner does the rest.
CREATE ROLE cache_reader;
SET ROLE cache_reader;
SELECT msar.get_cache_status();
SELECT pg_temp.problem_text($$SELECT msar.cache_read('studio', '{"type": "Asset"}')$$);
RESET ROLE;
GRANT USAGE ON SCHEMA studio TO cache_reader;
SET ROLE cache_reader;
SELECT pg_temp.problem_text($$SELECT msar.cache_read('studio', '{"type": "Project"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.cache_ingest('studio', '{"type": "Project"}', '{"entities": [{"type": "Project", "id": 4}]}')$$);
SELECT pg_temp.problem_text($$SELECT msar.cache_event_plan('studio')$$);
SELECT pg_temp.problem_text($$SELECT msar.alter_cache('studio', '{}')$$);
SELECT pg_temp.problem_text($$SELECT msar.drop_cache('studio')$$);
SELECT count(*) FROM msar_catalog.cache_differences;
SELECT pg_temp.problem_text('TABLE msar_catalog.stored_cache_credentials');
RESET ROLE;
DROP OWNED BY cache_reader;
DROP ROLE cache_reader;

-- A view stands in the way of dropping; then nothing is left.
CREATE VIEW public.shot_codes AS SELECT code FROM studio.shot;
SELECT pg_temp.problem_text($$SELECT msar.drop_cache('studio')$$);
DROP VIEW public.shot_codes;
SELECT msar.drop_cache('studio');
SELECT count(*) FROM pg_class WHERE relnamespace = 'studio'::regnamespace AND relkind = 'r';
SELECT count(*) FROM msar_catalog.stored_cache_feeds;
SELECT pg_temp.problem_text($$SELECT msar.get_cache_status('studio')$$);

-- A cache follows the name of its schema; a schema of somebody else under its old name is not its own.
SELECT msar.create_cache('studio', '{"entity_types": {}}')->'name' AS created;
ALTER SCHEMA studio RENAME TO workshop;
CREATE ROLE cache_other;
CREATE SCHEMA studio AUTHORIZATION cache_other;
SELECT c->'name' FROM jsonb_array_elements(msar.get_cache_status()) AS c;
SELECT msar.drop_cache('workshop');
DROP SCHEMA studio;
DROP ROLE cache_other;
