-- Asks an exploration of tables of the schema public, shows the answer, and says where another statement answers otherwise.
CREATE FUNCTION pg_temp.step(from_table text, from_column text, to_table text, to_column text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_array(
    jsonb_build_array(jsonb_build_object('schema', 'public', 'name', from_table), from_column),
    jsonb_build_array(jsonb_build_object('schema', 'public', 'name', to_table), to_column))
$$;
-- A column, by the steps to its table.
CREATE FUNCTION pg_temp.col(alias text, name text, VARIADIC steps jsonb[] DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('alias', alias, 'column', name)
    || CASE WHEN cardinality(steps) > 0 THEN jsonb_build_object('join_path', to_jsonb(steps)) ELSE '{}' END
$$;
CREATE FUNCTION pg_temp.ask(base text, columns jsonb[], transformations jsonb, by_hand text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
  ours jsonb := (msar.run_exploration(jsonb_build_object(
    'base_table', jsonb_build_object('schema', 'public', 'name', base), 'initial_columns', to_jsonb(columns),
    'transformations', transformations))::jsonb)->'records'->'results';
  theirs jsonb;
BEGIN
  EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(q)), ''[]'') FROM (%s) AS q', by_hand) INTO theirs;
  RETURN QUERY SELECT r::text FROM jsonb_array_elements(ours) AS r;
  IF ours <> theirs THEN
    RETURN QUERY SELECT 'by hand: ' || r FROM jsonb_array_elements(theirs) AS r;
  END IF;
END $$;
