-- A cache of which one type has been read in full, and another one for one project.
SET SESSION AUTHORIZATION clerk;
SELECT msar.create_cache('studio', '{"entity_types": {
  "Project": {"fields": {"name": "text"}},
  "Shot": {"fields": {"code": "text", "sg_cut_in": "number", "project": {"data_type": "entity", "entity_types": ["Project"]}},
    "scopes": [[{"path": "project", "relation": "is", "values": [{"type": "Project", "id": 4}]}]]},
  "Version": {"fields": {"code": "text", "description": "text", "updated_at": "date_time"}}},
  "settings": {"equal_credentials": ["robot"]}}') ->> 'name';
SELECT msar.cache_apply_events('studio', '[{"id": 100, "event_type": "Some_Event", "created_at": "2024-01-01T00:00:00Z"}]') ->> 'applied';
DO $$
DECLARE
  plan jsonb;
  scan jsonb;
BEGIN
  FOR i IN 1 .. 6 LOOP
    plan := msar.cache_scan_plan('studio');
    FOR scan IN SELECT * FROM jsonb_array_elements(plan->'scans') AS s WHERE s->'request'->>'type' <> 'Version' LOOP
      PERFORM msar.cache_scan_result('studio', scan, CASE WHEN scan->'request'->>'type' = 'Project' AND i = 1 AND NOT (scan->>'retired')::boolean
        THEN '{"entities": [{"type": "Project", "id": 4, "name": "Kite"}]}'::jsonb ELSE '{"entities": []}' END, (plan->>'asked_at')::timestamptz);
    END LOOP;
  END LOOP;
END $$;
-- The upstream has accepted credentials, so requests with them are answered.
SELECT msar.cache_ingest('studio', '{"method_name": "read", "params": [{"script_name": "robot", "script_key": "k"}, {"type": "Project"}]}',
  '{"results": {"entities": []}}') ->> 'stored';
