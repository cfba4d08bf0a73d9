-- Builds the tables of a schema again in another one, "rebuilt", by their definitions, and compares how both are described:
-- takes the variable "schema". Types, functions and sequences that belong to no column are those of the first schema.
SET search_path = pg_catalog; -- so that names are qualified everywhere
CREATE FUNCTION pg_temp.definitions(schema text) RETURNS TABLE (name name, definition jsonb) LANGUAGE sql AS
$$SELECT c.relname, msar.get_table_definition(c.oid) FROM pg_class AS c
  WHERE c.relnamespace = schema::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition$$;

CREATE TEMPORARY TABLE applied AS
SELECT msar.apply_definitions(jsonb_build_array('{"create_schema": {"name": "rebuilt"}}'::jsonb) || jsonb_agg(step ORDER BY name)) AS result
FROM pg_temp.definitions(:'schema'),
  LATERAL jsonb_build_object('create_table', replace(definition::text, format('"schema": "%s"', :'schema'), '"schema": "rebuilt"')::jsonb) AS step;
SELECT count(*) AS tables, sum((SELECT count(*) FROM jsonb_array_elements_text(s->'statements') AS sql WHERE sql ~ '^ALTER TABLE .* FOREIGN KEY')) AS keys_added_later
FROM applied, jsonb_array_elements(result->'steps') AS s WHERE s->>'step' = 'create_table';

-- What differs: OIDs, the schema's name, what depends on the originals, and how much is in them.
CREATE FUNCTION pg_temp.described(of text, schema text) RETURNS TABLE (name text, description jsonb) LANGUAGE sql AS
$$SELECT t->>'name', regexp_replace(
    regexp_replace(
      regexp_replace(t::text, format('\m(%s|rebuilt)(?=[".])', schema), '.', 'g'),
      '"(oid|schema|partition_of|import_target_oid)": ?[0-9]+', '"\1": 0', 'g'),
    '"(has_dependents|estimated_rows|created_at|updated_at)": ?("[^"]*"|[a-z0-9]+)', '"\1": null', 'g')::jsonb
  FROM json_array_elements(msar.get_schema_table_details(of::regnamespace)) AS t WHERE t->>'type' = 'table'$$;
-- Incoming keys come in the order in which their tables were made, and from other schemas too.
CREATE FUNCTION pg_temp.by_name(keys jsonb) RETURNS jsonb LANGUAGE sql AS
$$SELECT jsonb_build_object('incoming', jsonb_agg(k ORDER BY k->>'name', k->'foreign_key'->'table'->>'name')) FROM jsonb_array_elements(keys) AS k
  WHERE k->'foreign_key'->'table'->>'schema' = '.'$$;
CREATE TEMPORARY TABLE compared AS
SELECT name, a.description || pg_temp.by_name(a.description->'incoming') AS original, b.description || pg_temp.by_name(b.description->'incoming') AS rebuilt
FROM pg_temp.described(:'schema', :'schema') AS a FULL JOIN pg_temp.described('rebuilt', :'schema') AS b USING (name);
SELECT count(*) AS described, count(*) FILTER (WHERE original = rebuilt) AS equal FROM compared;
SELECT name, key, original->key AS original, rebuilt->key AS rebuilt
FROM compared, jsonb_object_keys(original) AS key WHERE original->key IS DISTINCT FROM rebuilt->key ORDER BY name, key LIMIT 5;

-- The definitions are the same again.
SELECT count(*) AS definitions, count(*) FILTER (WHERE replace(b.definition::text, '"rebuilt"', format('"%s"', :'schema'))::jsonb = a.definition) AS equal
FROM pg_temp.definitions(:'schema') AS a FULL JOIN pg_temp.definitions('rebuilt') AS b USING (name);
SELECT name, a.definition AS original, b.definition AS rebuilt
FROM pg_temp.definitions(:'schema') AS a FULL JOIN pg_temp.definitions('rebuilt') AS b USING (name)
WHERE replace(b.definition::text, '"rebuilt"', format('"%s"', :'schema'))::jsonb IS DISTINCT FROM a.definition ORDER BY name LIMIT 3;
