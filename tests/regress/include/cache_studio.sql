-- A cache in schema studio, filled by scans of a small upstream, and functions to ask it.
SELECT msar.create_cache('studio', $${"entity_types": {
  "Project": {"fields": {"name": "text", "archived": "checkbox"}},
  "Asset": {"fields": {"code": "text", "project": {"data_type": "entity", "entity_types": ["Project"]}}},
  "HumanUser": {"fields": {"name": "text"}},
  "Shot": {"fields": {"code": "text", "sg_cut_in": "number", "sg_float": "float", "due": "date", "updated_at": "date_time",
    "done": "checkbox", "status": "status_list", "meta": "serializable",
    "project": {"data_type": "entity", "entity_types": ["Project"]},
    "assets": {"data_type": "multi_entity", "entity_types": ["Asset", "HumanUser"]}}},
  "Task": {"fields": {"content": "text", "entity": {"data_type": "entity", "entity_types": ["Shot", "Asset"]}}}},
  "settings": {"order": {"collation": "C", "nulls": "last"}, "equal_credentials": ["ingest"], "scan_interval": 0}}$$)->'name' AS created;

-- What is answered, or why not. Moments differ from run to run.
CREATE FUNCTION public.answer(request text) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN (a->>'hit')::boolean THEN (a->'results')::text ELSE 'miss: ' || (a->>'reason') END
  FROM msar.cache_read('studio', request::jsonb) AS a $$;
-- The same of a type's entities with some conditions: their ids.
CREATE FUNCTION public.ids(entity_type text, VARIADIC conditions text[]) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN (a->>'hit')::boolean
    THEN (SELECT COALESCE(string_agg(e->>'id', ' '), 'none') FROM jsonb_array_elements(a->'results'->'entities') AS e)
    ELSE 'miss: ' || (a->>'reason') END
  FROM msar.cache_read('studio', jsonb_build_object('type', entity_type, 'filters', jsonb_build_object('logical_operator', 'and',
    'conditions', (SELECT COALESCE(jsonb_agg(jsonb_build_object('path', c->0, 'relation', c->1, 'values', c->2)), '[]')
      FROM unnest(conditions) AS t, LATERAL (SELECT t::jsonb AS c) AS c)))) AS a $$;

CREATE TABLE public.upstream (type text, entity jsonb);
INSERT INTO public.upstream VALUES
  ('Project', '{"id": 4, "name": "Kite", "archived": false}'),
  ('Asset', '{"id": 31, "code": "Kite", "project": {"type": "Project", "id": 4, "name": "Kite"}}'),
  ('Asset', '{"id": 32, "code": "Rope", "project": null}'),
  ('HumanUser', '{"id": 7, "name": "Ada Lovelace"}'),
  ('Shot', '{"id": 860, "code": "010_0010", "sg_cut_in": 1, "sg_float": 1.0, "due": "2024-05-06", "done": true, "status": "ip",
    "meta": {"b": 1.50}, "updated_at": "2024-05-06T07:08:09Z", "project": {"type": "Project", "id": 4, "name": "Kite"},
    "assets": [{"type": "Asset", "id": 32, "name": "Rope"}, {"type": "Asset", "id": 31, "name": "Kite"}]}'),
  ('Shot', '{"id": 861, "code": "010%", "sg_cut_in": 100, "sg_float": -0.25, "due": "2024-06-01", "done": false, "status": "WTG",
    "meta": null, "updated_at": "2024-05-06T07:08:10Z", "project": null, "assets": [{"type": "HumanUser", "id": 7}]}'),
  ('Shot', '{"id": 862, "code": null, "sg_cut_in": null, "sg_float": null, "due": null, "done": false, "status": null,
    "meta": [], "updated_at": "2024-05-06T07:08:11Z", "project": null, "assets": []}'),
  ('Task', '{"id": 1, "content": "anim", "entity": {"type": "Shot", "id": 860}}'),
  ('Task', '{"id": 2, "content": "Light", "entity": {"type": "Asset", "id": 31}}'),
  ('Task', '{"id": 3, "content": "_x", "entity": null}');

-- Scans until there is nothing left to scan.
CREATE PROCEDURE public.scan() LANGUAGE plpgsql AS $$
DECLARE
  plan jsonb;
  scan jsonb;
  found jsonb;
BEGIN
  FOR i IN 1 .. 10 LOOP
    plan := msar.cache_scan_plan('studio');
    FOR scan IN SELECT * FROM jsonb_array_elements(plan->'scans') LOOP
      SELECT jsonb_build_object('entities', COALESCE(jsonb_agg(entity || jsonb_build_object('type', type) ORDER BY entity->'id'), '[]'))
      INTO found FROM public.upstream
      WHERE type = scan->'request'->>'type' AND (entity->>'id')::int > (scan->>'after_id')::int AND NOT (scan->>'retired')::boolean;
      PERFORM msar.cache_scan_result('studio', scan, found, (plan->>'asked_at')::timestamptz);
    END LOOP;
  END LOOP;
END $$;
