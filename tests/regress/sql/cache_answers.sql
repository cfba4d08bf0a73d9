-- A cache of an upstream service: what it answers, and what it refuses to guess.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/cache_studio.sql

-- Nothing is answered before it is known to be complete.
SELECT answer('{"type": "Shot"}');
SELECT msar.cache_scan_plan('studio') - 'asked_at';
SELECT msar.cache_apply_events('studio', '[{"id": 100, "event_type": "Some_Event", "created_at": "2024-01-01T00:00:00Z"}]');
SELECT answer('{"type": "Shot"}');
CALL scan();
SELECT answer('{"type": "Shot"}');
SELECT t->'name', t->'complete' FROM jsonb_array_elements(msar.get_cache_status('studio')->0->'entity_types') AS t;

-- Fields of every type, links with their names, deep fields.
SELECT answer('{"type": "Shot", "return_fields": ["code", "sg_cut_in", "sg_float", "due", "done", "status", "meta", "updated_at", "project", "assets"]}');
SELECT answer('{"type": "Task", "return_fields": ["entity", "entity.Shot.code", "entity.Shot.done", "entity.Shot.project.Project.name", "entity.Shot.assets", "entity.Asset.project"]}');

-- Sorting and paging.
SELECT answer('{"type": "Task", "return_fields": ["content"], "sorts": [{"field_name": "content", "direction": "desc"}], "paging": {"entities_per_page": 2, "current_page": 1}, "return_paging_info_without_counts": true}');
SELECT answer('{"type": "Task", "return_fields": ["content"], "sorts": [{"field_name": "content", "direction": "desc"}], "paging": {"entities_per_page": 2, "current_page": 2}, "return_paging_info_without_counts": true}');
SELECT answer('{"type": "Task", "paging": {"entities_per_page": 2, "current_page": 2}, "return_paging_info": true}');
SELECT answer('{"type": "Task", "paging": {"entities_per_page": 2, "current_page": 9}, "return_paging_info": true}');
SELECT answer('{"type": "Shot", "sorts": [{"field_name": "sg_cut_in", "direction": "asc"}, {"field_name": "id", "direction": "desc"}]}');
SELECT answer('{"type": "Task", "sorts": [{"field_name": "entity.Shot.code", "direction": "asc"}]}');

-- Filters on scalars.
SELECT c, ids('Shot', c) FROM unnest(ARRAY[
  '["code", "is", ["010_0010"]]', '["code", "is", ["010a0010"]]', '["code", "is_not", ["010%"]]', '["code", "is", [null]]', '["code", "is_not", [null]]',
  '["status", "is", ["wtg"]]', '["status", "in", ["IP", "wtg"]]', '["status", "in", ["ip", null]]', '["status", "not_in", ["ip"]]', '["status", "not_in", ["ip", null]]',
  '["code", "contains", ["%"]]', '["code", "contains", ["_"]]', '["code", "not_contains", ["_"]]', '["code", "starts_with", ["010_"]]', '["code", "ends_with", ["0%"]]',
  '["sg_cut_in", "is", [1]]', '["sg_cut_in", "is_not", [1]]', '["sg_cut_in", "less_than", [100]]', '["sg_cut_in", "greater_than", [1]]',
  '["sg_cut_in", "between", [1, 100]]', '["sg_cut_in", "not_between", [50, 100]]', '["sg_cut_in", "in", [1, 2, null]]', '["sg_cut_in", "not_in", [1]]',
  '["sg_float", "less_than", [0.5]]', '["sg_float", "is", [1]]', '["done", "is", [true]]', '["done", "is_not", [true]]',
  '["due", "greater_than", ["2024-05-06"]]', '["due", "between", ["2024-05-06", "2024-06-01"]]',
  '["updated_at", "greater_than", ["2024-05-06T07:08:09Z"]]', '["updated_at", "in", ["2024-05-06T07:08:09Z"]]',
  '["id", "in", [861, 862, 999]]', '["id", "is", [999]]'
]) AS c;

-- Filters on links, one and several.
SELECT c, ids('Task', c) FROM unnest(ARRAY[
  '["entity", "is", [{"type": "Shot", "id": 860, "name": "x"}]]', '["entity", "is_not", [{"type": "Shot", "id": 860}]]', '["entity", "is", [null]]', '["entity", "is_not", [null]]',
  '["entity", "in", [{"type": "Shot", "id": 860}, {"type": "Asset", "id": 31}]]', '["entity", "in", [{"type": "Shot", "id": 860}, null]]', '["entity", "not_in", [{"type": "Shot", "id": 860}, null]]',
  '["entity", "type_is", ["Shot"]]', '["entity", "type_is_not", ["Shot"]]', '["entity", "type_is", [null]]',
  '["entity", "name_is", ["KITE"]]', '["entity", "name_contains", ["_"]]', '["entity", "name_not_contains", ["_"]]', '["entity", "name_starts_with", ["010"]]', '["entity", "name_ends_with", ["ITE"]]',
  '["entity.Shot.code", "is", ["010_0010"]]', '["entity.Shot.code", "is_not", ["x"]]', '["entity.Shot.code", "is", [null]]',
  '["entity.Shot.project.Project.name", "is", ["kite"]]',
  '["entity.Shot.assets.Asset.code", "is", ["rope"]]', '["entity.Shot.assets.Asset.code", "is_not", ["rope"]]'
]) AS c;
SELECT c, ids('Shot', c) FROM unnest(ARRAY[
  '["assets", "is", [{"type": "Asset", "id": 31}]]', '["assets", "is_not", [{"type": "Asset", "id": 31}]]', '["assets", "is", [null]]', '["assets", "is_not", [null]]',
  '["assets", "in", [{"type": "Asset", "id": 31}, {"type": "HumanUser", "id": 7}]]', '["assets", "not_in", [{"type": "Asset", "id": 31}]]', '["assets", "in", [{"type": "Asset", "id": 31}, null]]',
  '["assets", "type_is", ["HumanUser"]]', '["assets", "type_is_not", ["HumanUser"]]', '["assets", "name_contains", ["love"]]', '["assets", "name_not_contains", ["love"]]',
  '["assets.Asset.code", "contains", ["op"]]', '["assets.Asset.code", "not_contains", ["op"]]', '["assets.Asset.project", "is", [{"type": "Project", "id": 4}]]'
]) AS c;
-- Groups; an empty one is true.
SELECT answer('{"type": "Shot", "filters": {"logical_operator": "and", "conditions": [{"logical_operator": "or", "conditions": []}, {"logical_operator": "or", "conditions": [
  {"path": "sg_cut_in", "relation": "is", "values": [null]}, {"logical_operator": "and", "conditions": [{"path": "done", "relation": "is", "values": [true]}, {"path": "code", "relation": "is_not", "values": ["x"]}]}]}]}}');

-- What is not known is a miss.
SELECT c, ids('Shot', c) FROM unnest(ARRAY[
  '["sg_other", "is", [1]]', '["code", "is", ["a", "b"]]', '["code", "less_than", ["a"]]', '["code", "starts_with", [null]]', '["sg_cut_in", "is", ["1"]]', '["sg_cut_in", "between", [1, null]]',
  '["done", "is", [null]]', '["due", "is", ["2024-02-30"]]', '["due", "in_last", [1, "DAY"]]', '["updated_at", "is", ["2024-05-06"]]', '["meta", "is", [null]]', '["code", "in", []]',
  '["project", "is", [{"type": "Group", "id": 1}]]', '["project", "is", [{"type": "Project", "id": 99}]]', '["assets.Asset.code", "is", [null]]', '["$FROM$Task.entity.id", "is", [1]]',
  '["code.Shot.code", "is", ["x"]]', '["project.Project", "is", [1]]', '["code", "is", [["x"]]]'
]) AS c;
SELECT answer(r) FROM unnest(ARRAY[
  '{"type": "Version"}', '{"type": "Shot", "return_fields": ["image"]}', '{"type": "Shot", "include_archived_projects": false}', '{"type": "Shot", "additional_filter_presets": [{"preset_name": "LATEST"}]}',
  '{"type": "Shot", "sorts": [{"field_name": "project", "direction": "asc"}]}', '{"type": "Shot", "return_fields": ["assets.Asset.code"]}', '{"type": "Shot", "new_key": 1}', '{"type": "Shot", "return_only": "all"}', '[]'
]) AS r;

-- Summaries.
SELECT answer('{"type": "Shot", "summaries": [{"field": "id", "type": "count"}, {"field": "sg_cut_in", "type": "sum"}, {"field": "due", "type": "latest"}]}');
SELECT answer('{"type": "Task", "summaries": [{"field": "id", "type": "count"}], "grouping": [{"field": "content", "type": "exact", "direction": "desc"}], "filters": {"logical_operator": "and", "conditions": []}}');
SELECT answer('{"type": "Shot", "summaries": [{"field": "id", "type": "count"}], "grouping": [{"field": "project", "type": "exact", "direction": "asc"}], "filters": {"logical_operator": "and", "conditions": [{"path": "project", "relation": "is_not", "values": [null]}]}}');
SELECT answer('{"type": "Shot", "summaries": [{"field": "sg_cut_in", "type": "sum"}], "filters": {"logical_operator": "and", "conditions": [{"path": "code", "relation": "is", "values": [null]}]}}');
SELECT answer('{"type": "Shot", "summaries": [{"field": "sg_cut_in", "type": "average"}]}');
-- Groups within groups, of links to several types among them.
SELECT answer('{"type": "Task", "summaries": [{"field": "id", "type": "count"}], "grouping": [{"field": "entity", "type": "exact", "direction": "desc"}, {"field": "content", "type": "exact"}],
  "filters": {"logical_operator": "and", "conditions": [{"path": "entity", "relation": "is_not", "values": [null]}]}}');
SELECT answer('{"type": "Shot", "summaries": [{"field": "sg_cut_in", "type": "sum"}], "grouping": [{"field": "code", "type": "exact"}, {"field": "project", "type": "exact"}],
  "filters": {"logical_operator": "and", "conditions": [{"path": "project", "relation": "is_not", "values": [null]}]}}');
-- What is not known is a miss: a group without a value, names that the upstream has for values, ranges, a count of null.
SELECT answer(r) FROM unnest(ARRAY[
  '{"type": "Task", "summaries": [{"field": "id", "type": "count"}], "grouping": [{"field": "content", "type": "exact"}, {"field": "entity", "type": "exact"}]}',
  '{"type": "Shot", "summaries": [{"field": "id", "type": "count"}], "grouping": [{"field": "status", "type": "exact"}]}',
  '{"type": "Shot", "summaries": [{"field": "id", "type": "count"}], "grouping": [{"field": "sg_cut_in", "type": "tens"}]}',
  '{"type": "Shot", "summaries": [{"field": "sg_cut_in", "type": "count"}]}'
]) AS r;
SELECT answer('{"type": "Shot", "summaries": [{"field": "sg_cut_in", "type": "count"}], "filters": {"logical_operator": "and", "conditions": [{"path": "sg_cut_in", "relation": "is_not", "values": [null]}]}}');
-- Texts that differ by case alone may be one group.
BEGIN;
UPDATE studio.task SET content = 'ANIM' WHERE id = 2;
SELECT answer('{"type": "Task", "summaries": [{"field": "id", "type": "count"}], "grouping": [{"field": "content", "type": "exact"}]}');
ROLLBACK;

-- The protocol. The upstream has to accept credentials first, and only those that are declared equal.
CREATE FUNCTION public.reply(auth text, method text DEFAULT 'read', p text DEFAULT '{"type": "Task", "return_fields": ["content"]}') RETURNS text LANGUAGE sql AS $$
  SELECT (msar.api3('studio', jsonb_build_object('method_name', method, 'params', jsonb_build_array(auth::jsonb, p::jsonb)))::jsonb - 'asked_at')::text $$;
SELECT reply('{"script_name": "ingest", "script_key": "k"}');
SELECT msar.cache_ingest('studio', '{"method_name": "read", "params": [{"script_name": "ingest", "script_key": "k"}, {"type": "Task"}]}', '{"results": {"entities": []}}');
SELECT reply('{"script_name": "ingest", "script_key": "k"}');
SELECT reply('{"script_name": "ingest", "script_key": "other"}');
SELECT reply('{"script_name": "ingest", "script_key": "k", "sudo_as_login": "ada"}');
SELECT reply('{"script_name": "someone", "script_key": "k"}');
SELECT reply('{"script_name": "someone", "script_key": "k"}', 'update', '{"type": "Task", "id": 1, "fields": []}');
SELECT reply('{"script_name": "ingest", "script_key": "k"}', 'update', '{"type": "Task", "id": 1, "fields": []}');
SELECT reply('{"script_name": "ingest", "script_key": "k"}', 'create', '{"type": "Task", "fields": [{"field_name": "content", "value": "x"}], "return_fields": ["id"]}');
SELECT msar.api3('studio', '{"method_name": "info", "params": []}')::jsonb - 'asked_at';
-- A reply that refuses them is the end of it; what others see is not stored.
SELECT msar.cache_ingest('studio', '{"method_name": "read", "params": [{"script_name": "ingest", "script_key": "k"}, {"type": "Task"}]}', '{"exception": true, "error_code": 102, "message": "no"}');
SELECT reply('{"script_name": "ingest", "script_key": "k"}')::jsonb->'reason';
SELECT msar.cache_ingest('studio', '{"method_name": "read", "params": [{"user_login": "ada", "user_password": "k"}, {"type": "Task"}]}', '{"results": {"entities": [{"type": "Task", "id": 77, "content": "secret"}]}}');

-- Ordinary tables: describe, records and explorations know them.
SELECT msar.list_records('studio.shot_assets', '{"limit": 1}')->'count';
SELECT c->>'name' FROM jsonb_array_elements(msar.get_column_info('studio.task'::regclass)) AS c;

-- What a caller's search_path has in front of PostgreSQL's own is not used.
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.equal(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR hostile.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = hostile.equal);
CREATE FUNCTION hostile.lower(text) RETURNS text LANGUAGE sql AS $$SELECT 'x'$$;
SET search_path = hostile, pg_catalog;
SELECT public.ids('Shot', '["sg_cut_in", "is", [1]]'), public.ids('Shot', '["code", "is", ["010%"]]');
