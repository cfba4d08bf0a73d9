-- The query of an export of a table: an exploration of all its columns.

-- A filter of msar.list_records as one of an exploration. Columns go by their names, which are the aliases.
CREATE FUNCTION __msar.filter_of_exploration(filter jsonb, names jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN CASE filter->>'type'
    WHEN 'attnum' THEN jsonb_build_object('column_name', jsonb_build_array(names->(filter->>'value')))
    WHEN 'column' THEN jsonb_build_object('column_name', jsonb_build_array(filter->'value'))
    WHEN 'literal' THEN jsonb_build_object('literal', jsonb_build_array(filter->'value'))
    ELSE jsonb_build_object(filter->>'type', (
      SELECT COALESCE(jsonb_agg(__msar.filter_of_exploration(part, names) ORDER BY place), '[]')
      FROM jsonb_array_elements(filter->'args') WITH ORDINALITY AS a(part, place)
    ))
  END;
END;
$$;

CREATE FUNCTION msar.get_export_query(tab_id regclass, options jsonb DEFAULT '{}') RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  WITH readable AS (
    SELECT a.attnum, a.attname::text AS name
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = tab_id AND a.attnum > 0 AND NOT a.attisdropped
      -- Where the role may read none, reading all is refused.
      AND (pg_catalog.has_column_privilege(tab_id, a.attnum, 'SELECT')
        OR NOT pg_catalog.has_any_column_privilege(tab_id, 'SELECT'))
  ), sorted AS (
    SELECT s.place, pg_catalog.jsonb_build_object(
        'field', COALESCE(s.item->>'column', (SELECT r.name FROM readable AS r WHERE r.attnum = (s.item->>'attnum')::smallint)),
        'direction', pg_catalog.lower(COALESCE(s.item->>'direction', 'asc'))) AS item
    FROM pg_catalog.jsonb_array_elements(COALESCE(NULLIF(options->'order', 'null'), '[]')) WITH ORDINALITY AS s(item, place)
  )
  SELECT msar.exploration_sql(pg_catalog.jsonb_build_object(
    'base_table_oid', tab_id::oid,
    'initial_columns', (
      SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('alias', name, 'attnum', attnum) ORDER BY attnum),
        -- An exploration says what is wrong with a relation that is not there.
        '[{"alias": "none", "attnum": 1}]')
      FROM readable
    ),
    'transformations', pg_catalog.jsonb_path_query_array(pg_catalog.jsonb_build_array(
      CASE WHEN options->'filter' <> 'null' THEN pg_catalog.jsonb_build_object('type', 'filter', 'spec',
        __msar.filter_of_exploration(options->'filter', (SELECT pg_catalog.jsonb_object_agg(attnum, name) FROM readable))) END,
      (SELECT pg_catalog.jsonb_build_object('type', 'order', 'spec', pg_catalog.jsonb_agg(item ORDER BY place))
       FROM sorted HAVING pg_catalog.count(*) > 0)
    ), '$[*] ? (@ != null)')
  ));
END;
