-- The other side of a link is not known after a write that changes it, until it is read again.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
SELECT msar.create_cache('studio', $${"entity_types": {
  "Asset": {"fields": {"code": "text", "shots": {"data_type": "multi_entity", "entity_types": ["Shot"]}}},
  "Shot": {"fields": {"code": "text",
    "tasks": {"data_type": "multi_entity", "entity_types": ["Task"]}, "assets": {"data_type": "multi_entity", "entity_types": ["Asset"]}}},
  "Task": {"fields": {"content": "text", "entity": {"data_type": "entity", "entity_types": ["Shot", "Asset"]}}}},
  "settings": {"equal_credentials": ["s"]}}$$)->'name' AS created;
SELECT msar.cache_apply_events('studio', '[{"id": 100, "event_type": "Some_Event", "created_at": "2024-01-01T00:00:00Z"}]')->'noted';
CREATE FUNCTION public.store(request text, results text) RETURNS text LANGUAGE sql AS $$
  SELECT msar.cache_ingest('studio', replace(request, '[{},', '[{"script_name": "s", "script_key": "k"},')::jsonb,
    jsonb_build_object('results', results::jsonb), clock_timestamp())::text $$;
-- Entities of which something is not known.
CREATE FUNCTION public.unknown() RETURNS text LANGUAGE sql AS $$
  SELECT COALESCE(string_agg(format('%s %s %s', type, id, _unknown), ', ' ORDER BY type, id), 'nothing') FROM (
    SELECT 'asset' AS type, id, _unknown FROM studio.asset UNION ALL SELECT 'shot', id, _unknown FROM studio.shot
    UNION ALL SELECT 'task', id, _unknown FROM studio.task) AS u WHERE _unknown IS NOT NULL $$;
SELECT store('{"type": "Asset"}', '{"entities": [{"type": "Asset", "id": 31, "code": "Rope", "shots": [{"type": "Shot", "id": 5}]}, {"type": "Asset", "id": 32, "code": "Kite", "shots": []}]}');
SELECT store('{"type": "Shot"}', '{"entities": [
  {"type": "Shot", "id": 5, "code": "a", "tasks": [{"type": "Task", "id": 1}, {"type": "Task", "id": 2}], "assets": [{"type": "Asset", "id": 31}]},
  {"type": "Shot", "id": 6, "code": "b", "tasks": [{"type": "Task", "id": 3}], "assets": []}]}');
SELECT store('{"type": "Task"}', '{"entities": [
  {"type": "Task", "id": 1, "content": "x", "entity": {"type": "Shot", "id": 5}}, {"type": "Task", "id": 2, "content": "y", "entity": {"type": "Shot", "id": 5}},
  {"type": "Task", "id": 3, "content": "z", "entity": {"type": "Shot", "id": 6}}]}');
SELECT unknown();

-- A single link that moves: the shot that had the task, and the one that has it now.
BEGIN;
SELECT store('{"method_name": "update", "params": [{}, {"type": "Task", "id": 1, "fields": [{"field_name": "entity", "value": {"type": "Shot", "id": 6}}]}]}', '{"type": "Task", "id": 1, "entity": {"type": "Shot", "id": 6}}');
SELECT unknown();
-- What is read again is known.
SELECT store('{"type": "Shot"}', '{"entities": [{"type": "Shot", "id": 5, "code": "a", "tasks": [{"type": "Task", "id": 2}], "assets": [{"type": "Asset", "id": 31}]}]}');
SELECT unknown();
ROLLBACK;
-- What stays as it is changes nothing.
BEGIN;
SELECT store('{"method_name": "update", "params": [{}, {"type": "Task", "id": 1, "fields": [{"field_name": "entity", "value": {"type": "Shot", "id": 5}}]}]}', '{"type": "Task", "id": 1, "entity": {"type": "Shot", "id": 5}}');
SELECT unknown();
ROLLBACK;
-- Several links: tasks that come and go, and the shot from which one may be taken. An asset may have several shots.
BEGIN;
SELECT store('{"method_name": "update", "params": [{}, {"type": "Shot", "id": 5, "fields": [{"field_name": "tasks", "value": []}]}]}', '{"type": "Shot", "id": 5, "tasks": [{"type": "Task", "id": 2}, {"type": "Task", "id": 3}]}');
SELECT unknown();
ROLLBACK;
BEGIN;
SELECT store('{"method_name": "update", "params": [{}, {"type": "Asset", "id": 32, "fields": [{"field_name": "shots", "value": []}]}]}', '{"type": "Asset", "id": 32, "shots": [{"type": "Shot", "id": 6}]}');
SELECT unknown();
ROLLBACK;
-- A new task, one that is written by somebody whose replies are not stored, and a batch whose parts contradict each other.
BEGIN;
SELECT store('{"method_name": "create", "params": [{}, {"type": "Task", "fields": [{"field_name": "entity", "value": {"type": "Shot", "id": 6}}]}]}', '{"type": "Task", "id": 4, "content": null, "entity": {"type": "Shot", "id": 6}}');
SELECT unknown();
ROLLBACK;
BEGIN;
SELECT store('{"method_name": "update", "params": [{"user_login": "ada"}, {"type": "Task", "id": 3, "fields": [{"field_name": "entity", "value": null}]}]}', '{"type": "Task", "id": 3, "entity": null}');
SELECT unknown();
ROLLBACK;
BEGIN;
SELECT store('{"method_name": "batch", "params": [{}, [{"request_type": "update", "type": "Shot", "id": 5, "fields": [{"field_name": "tasks", "value": []}]}, {"request_type": "update", "type": "Shot", "id": 6, "fields": [{"field_name": "tasks", "value": []}]}]]}',
  '[{"type": "Shot", "id": 5, "tasks": [{"type": "Task", "id": 3}]}, {"type": "Shot", "id": 6, "tasks": [{"type": "Task", "id": 3}]}]');
SELECT unknown();
ROLLBACK;
-- Where the links were not known before, whatever does not agree with the new ones is not known.
BEGIN;
UPDATE studio.task SET _unknown = '{entity}' WHERE id = 1;
SELECT store('{"method_name": "update", "params": [{}, {"type": "Task", "id": 1, "fields": [{"field_name": "entity", "value": null}]}]}', '{"type": "Task", "id": 1, "entity": null}');
SELECT unknown();
ROLLBACK;
