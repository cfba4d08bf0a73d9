-- Every data type of the upstream: what is cached is answered as it was received, the rest is a miss that says why.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/problem.sql

-- Each type with a value of the upstream, another one, and whether the upstream has null.
CREATE TABLE public.types (name text PRIMARY KEY, value jsonb, other jsonb, may_be_null boolean NOT NULL DEFAULT true);
INSERT INTO public.types VALUES
  ('text', '"a \"b\" \\ é <\u0001"', '"b"'), ('entity_type', '"Shot"', '"Asset"'), ('uuid', '"7f000001-0000-4000-8000-00000000000a"', '"8"'),
  ('list', '"high"', '"low"'), ('status_list', '"wtg"', '"fin"'), ('color', '"80,120,255"', '"pipeline_step"'),
  ('number', '2147483648', '-7'), ('duration', '480', '0'), ('timecode', '86400000', '1'),
  ('percent', '50', '101'), ('float', '1.0', '-999999999.999999'), ('currency', '9999999999999.99', '12'),
  ('date', '"2024-02-29"', '"1970-01-01"'), ('date_time', '"2024-02-29T23:59:59Z"', '"1970-01-01T00:00:00Z"'),
  ('tag_list', '["b", "a"]', '[]'), ('serializable', '{"type": "attribute_change", "new_value": [1, 2.5, null]}', '"x"'),
  ('entity', '{"type": "Thing", "id": 1, "name": "one"}', '{"type": "Thing", "id": 2, "name": "two"}');
INSERT INTO public.types VALUES
  ('checkbox', 'true', 'false', false),
  ('multi_entity', '[{"type": "Thing", "id": 2, "name": "two"}, {"type": "Thing", "id": 1, "name": "one"}]', '[]', false);
-- Those whose values expire, depend on the caller, or have forms that are not documented.
INSERT INTO public.types SELECT unnest(ARRAY['addressing', 'url', 'image', 'footage', 'password', 'pivot_column', 'summary',
  'url_template', 'calculated', 'query', 'smart_cut_summary_display', 'jsonb', '']);

-- One at a time, in a cache of its own, in which it is complete.
CREATE FUNCTION public.asked(parameters jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT COALESCE(a->>'reason', a#>>'{results,entities}') FROM msar.cache_read('one', parameters) AS a $$;
CREATE FUNCTION public.condition(relation text, given jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('logical_operator', 'and', 'conditions', jsonb_build_array(jsonb_build_object('path', 'field',
    'relation', relation, 'values', jsonb_build_array(given)))) $$;
CREATE PROCEDURE public.try(tried types) LANGUAGE plpgsql AS $$
DECLARE
  entities jsonb; request jsonb; answer jsonb; described jsonb; refused text; found text := '';
BEGIN
  described := jsonb_build_object('data_type', tried.name);
  IF tried.name LIKE '%entity' THEN described := described || '{"entity_types": ["Thing"]}'; END IF;
  refused := pg_temp.problem_text(format('SELECT msar.create_cache(''one'', %L)', jsonb_build_object('entity_types', jsonb_build_object('Thing',
    jsonb_build_object('fields', jsonb_build_object('code', 'text', 'field', described))), 'settings',
    '{"max_staleness": null, "order": {"collation": "C", "nulls": "last"}}'::jsonb)));
  IF refused <> 'no problem' THEN
    RAISE NOTICE '%: %', tried.name, split_part(refused, ' | ', 1);
    RETURN;
  END IF;
  PERFORM msar.cache_apply_events('one', '[]');
  entities := jsonb_build_array(jsonb_build_object('type', 'Thing', 'id', 1, 'code', 'one', 'field', tried.value),
    jsonb_build_object('type', 'Thing', 'id', 2, 'code', 'two', 'field', tried.other));
  IF tried.may_be_null THEN entities := entities || jsonb_build_object('type', 'Thing', 'id', 3, 'code', 'three', 'field', null); END IF;
  FOR i IN 1 .. 2 LOOP
    FOR request IN SELECT * FROM jsonb_array_elements(msar.cache_scan_plan('one')->'scans') LOOP
      PERFORM msar.cache_scan_result('one', request, jsonb_build_object('entities', CASE WHEN request->>'retired' = 'true' THEN '[]' ELSE entities END));
    END LOOP;
  END LOOP;
  answer := msar.cache_read('one', '{"type": "Thing", "return_fields": ["code", "field"]}');
  IF answer->'results'->'entities' IS DISTINCT FROM entities THEN
    RAISE WARNING '%: % in place of %', tried.name, answer, entities;
  END IF;
  -- The text of the protocol is the same, number by number.
  IF (SELECT string_agg(e->>'field', ' ') FROM jsonb_array_elements(answer->'results'->'entities') AS e)
      IS DISTINCT FROM (SELECT string_agg(e->>'field', ' ') FROM jsonb_array_elements(entities) AS e) THEN
    RAISE WARNING '%: another text', tried.name;
  END IF;
  FOR request IN SELECT jsonb_build_object('type', 'Thing', 'filters', condition(r, CASE tried.name WHEN 'multi_entity' THEN tried.value->1 ELSE tried.value END))
    FROM unnest(ARRAY['is', 'is_not', 'contains', 'less_than']) AS r
  LOOP
    found := found || E'\n  ' || (request#>>'{filters,conditions,0,relation}') || ': ' || asked(request);
  END LOOP;
  found := found || E'\n  is null: ' || asked(jsonb_build_object('type', 'Thing', 'filters', condition('is', 'null')));
  found := found || E'\n  sorted: ' || asked('{"type": "Thing", "sorts": [{"field_name": "field", "direction": "desc"}]}');
  RAISE NOTICE '%: cached%', tried.name, found;
  PERFORM msar.drop_cache('one');
END $$;
DO $$
DECLARE
  tried types;
BEGIN
  FOR tried IN SELECT * FROM types ORDER BY name COLLATE "C" LOOP
    CALL try(tried);
  END LOOP;
END $$;

-- Fields that are not cached: wherever a request names them it is a miss, and replies that have them are stored without.
SELECT msar.create_cache('one', '{"entity_types": {"Thing": {"fields": {"code": "text"}}}, "settings": {"max_staleness": null, "order": {"collation": "C", "nulls": "last"}}}') ? 'name';
SELECT msar.cache_ingest('one', '{"type": "Thing"}', '{"entities": [{"type": "Thing", "id": 1, "code": "one", "image": "https://a", "attachment": {"url": "https://a"}}]}')->'stored';
CREATE FUNCTION public.one(more jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT asked('{"type": "Thing", "filters": {"logical_operator": "and", "conditions": [{"path": "id", "relation": "is", "values": [1]}]}}' || more) $$;
SELECT one('{"return_fields": ["code"]}'), one('{"return_fields": ["code", "image"]}'), one('{"return_fields": ["step_0"]}');
SELECT one('{"sorts": [{"field_name": "image", "direction": "asc"}]}');
SELECT asked(jsonb_build_object('type', 'Thing', 'filters', condition('is', 'null')));

-- A number of which less was kept than the upstream said is not known.
SELECT msar.alter_cache('one', '{"entity_types": {"Thing": {"fields": {"meta": "serializable"}}}}') ? 'name';
SELECT n, msar.cache_ingest('one', '{"type": "Thing"}', jsonb_build_object('entities', jsonb_build_array(jsonb_build_object('type', 'Thing', 'id', 1, 'meta', jsonb_build_array(n)))), clock_timestamp())->'stored',
  one('{"return_fields": ["meta"]}')
FROM unnest(ARRAY['9007199254740993', '18446744073709551615', '12345678901234567890123', '-1e40', '0.1', '1.0']::numeric[]) AS n;
SELECT msar.drop_cache('one');

-- As many fields as a table has columns.
SELECT msar.create_cache('one', jsonb_build_object('entity_types', jsonb_build_object('Thing', jsonb_build_object('fields', jsonb_object_agg('f' || n, 'text'))),
  'settings', '{"max_staleness": null}'::jsonb)) ? 'name' FROM generate_series(1, 1500) AS n;
SELECT msar.cache_ingest('one', '{"type": "Thing"}', jsonb_build_object('entities', jsonb_build_array(jsonb_build_object('type', 'Thing', 'id', 1) || jsonb_object_agg('f' || n, n::text))), clock_timestamp())->'stored'
FROM generate_series(1, 1500) AS n;
SELECT one(jsonb_build_object('return_fields', jsonb_agg('f' || n)))::jsonb->0 = jsonb_build_object('type', 'Thing', 'id', 1) || jsonb_object_agg('f' || n, n::text)
FROM generate_series(1, 1500) AS n;
SELECT msar.drop_cache('one');
