-- Objects that stand in front of PostgreSQL's own on the caller's search_path change nothing: not functions, operators,
-- types or tables of the same names, in a schema of a user or among temporary tables. Nor does an empty path.
\pset null '(null)'

-- What every read function answers about the sample, as text. The names in this query are bound here, on a clean path;
-- what it calls runs on the path of the caller.
CREATE FUNCTION public.answers() RETURNS TABLE (call text, argument oid, answer text) LANGUAGE sql
BEGIN ATOMIC
  WITH sch AS (
    SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = ANY ('{library,staff}')
  ), tab AS (
    SELECT c.oid, c.relkind FROM pg_catalog.pg_class AS c JOIN sch AS n ON n.oid = c.relnamespace
    WHERE c.relkind = ANY ('{r,p,v,m}')
  )
  SELECT 'get_schema_table_details', oid, msar.get_schema_table_details(oid)::text FROM sch
  UNION ALL SELECT 'get_table_details', oid, msar.get_table_details(oid)::text FROM tab
  UNION ALL SELECT 'get_table_definition', oid, msar.get_table_definition(oid)::text FROM tab WHERE relkind = ANY ('{r,p}')
  UNION ALL SELECT 'get_table_info', oid, msar.get_table_info(oid)::text FROM sch
  UNION ALL SELECT 'get_table', oid, msar.get_table(oid)::text FROM tab
  UNION ALL SELECT 'get_column_info', oid, msar.get_column_info(oid)::text FROM tab
  UNION ALL SELECT 'get_tab_col_info_map', oid,
    msar.get_tab_col_info_map(jsonb_build_object(oid, ARRAY[1, 2]))::text FROM tab
  UNION ALL SELECT 'get_constraints_for_table', tab.oid, c::text FROM tab, msar.get_constraints_for_table(tab.oid) AS c
  UNION ALL SELECT 'get_joinable_tables', oid, msar.get_joinable_tables(2, oid::regclass)::text FROM tab
  UNION ALL SELECT 'get_joinable_tables', 0, j::text FROM msar.get_joinable_tables(1) AS j
  UNION ALL SELECT 'get_dependents', oid, msar.get_dependents(oid)::text FROM tab
  UNION ALL SELECT 'preview_drop', oid, msar.preview_drop(oid)::text FROM tab
  UNION ALL SELECT 'get_schema', oid, msar.get_schema(oid)::text FROM sch
  UNION ALL SELECT 'list_schemas', 0, msar.list_schemas()::text
  UNION ALL SELECT 'get_current_database_info', 0, msar.get_current_database_info()::text
  UNION ALL SELECT 'get_current_role', 0, msar.get_current_role()::text
  UNION ALL SELECT 'get_object_counts', 0, msar.get_object_counts()::text
  UNION ALL SELECT 'sync_schema', oid, (msar.sync_schema(oid)::jsonb - 'token')::text FROM sch
  UNION ALL SELECT 'list_changes', 0, (msar.list_changes(options => '{"limit": 5}') - 'token')::text
  UNION ALL SELECT 'get_change_token', 0, (msar.get_change_token() IS NOT NULL)::text
  UNION ALL SELECT 'find_object', 0, msar.find_object('answers')::text
  UNION ALL SELECT 'current_user_id', 0, msar.current_user_id()::text
  UNION ALL SELECT 'list_users', 0, msar.list_users()::text
  UNION ALL SELECT 'list_role_maps', 0, msar.list_role_maps()::text
  UNION ALL SELECT 'list_servers', 0, msar.list_servers()::text
  UNION ALL SELECT 'list_databases', 0, msar.list_databases()::text
  UNION ALL SELECT 'list_configured_roles', 0, msar.list_configured_roles(NULL)::text
  UNION ALL SELECT 'list_data_files', 0, msar.list_data_files()::text
  UNION ALL SELECT 'list_source_tables', 0, msar.list_source_tables()::text
  UNION ALL SELECT 'get_reflection_status', 0, msar.get_reflection_status()::text
  UNION ALL SELECT 'list_roles', 0, msar.list_roles()::text
  UNION ALL SELECT 'list_db_priv', 0, msar.list_db_priv()::text
  UNION ALL SELECT 'list_schema_privileges', oid, msar.list_schema_privileges(oid)::text FROM sch
  UNION ALL SELECT 'list_table_privileges', oid, msar.list_table_privileges(oid)::text FROM tab
  UNION ALL SELECT 'get_table_metadata', 0, msar.get_table_metadata('library.book')::text
  UNION ALL SELECT 'get_preview_template', oid, repeat(msar.get_preview_template(oid), 9) FROM tab
  -- Digests, as qualified names are what it is about.
  UNION ALL SELECT 'preview_template_sql', oid, repeat(md5(msar.preview_template_sql(oid)), 2) FROM tab
  UNION ALL SELECT 'preview_rows', 0, msar.preview_rows('library.copy', '[1, 2, 3]')::text
  UNION ALL SELECT 'preview_rows', 1, msar.preview_rows('library.book_author', '[{"1": 1, "2": 1}, {"1": 1, "2": 7}]')::text
  UNION ALL SELECT 'list_table_metadata', oid, msar.list_table_metadata(oid)::text FROM sch
  UNION ALL SELECT 'get_column_metadata', oid, msar.get_column_metadata(oid)::text FROM tab
  UNION ALL SELECT 'check_metadata', 0, msar.check_metadata()::text
  UNION ALL SELECT 'list_detached_metadata', 0, msar.list_detached_metadata()::text
  UNION ALL SELECT 'list_records', oid, msar.list_records(oid, '{"limit": 3, "record_summaries": true, "group": {"columns": [1]}}')::text FROM tab
  UNION ALL SELECT 'list_records_from_table', oid, msar.list_records_from_table(oid, 3, 1, '[{"attnum": 1, "direction": "desc"}]',
    '{"type": "and", "args": [{"type": "not_null", "args": [{"type": "attnum", "value": 1}]},
      {"type": "in", "args": [{"type": "attnum", "value": 1}, {"type": "attnum", "value": 1}, {"type": "attnum", "value": 1}]},
      {"type": "not", "args": [{"type": "contains_case_insensitive", "args": [{"type": "attnum", "value": 1}, {"type": "literal", "value": "%"}]}]}]}',
    NULL, NULL, true)::text FROM tab
  UNION ALL SELECT 'get_linked_records', 0, msar.get_linked_records('library.book', 1)::text
  UNION ALL SELECT 'get_schema_diagram', oid, msar.get_schema_diagram(oid) FROM sch
  UNION ALL SELECT 'get_uninstall_plan', 0, msar.get_uninstall_plan()::text
  UNION ALL SELECT 'help', 0, string_agg(h, ' ') FROM msar.help('list_records') AS h
  UNION ALL SELECT 'list_records', 1, msar.list_records('library.loan',
    '{"after": 20, "order": [{"column": "returned_at"}, {"column": "renewals", "direction": "desc"}], "group": {"columns": ["lent_at"], "preproc": ["truncate_to_month"]}}')::text
  UNION ALL SELECT 'list_records', 2, msar.list_records('library.book', '{"filter": {"type": "or", "args": [
      {"type": "element_in_json_array_untyped", "args": [{"type": "literal", "value": "sea"}, {"type": "column", "value": "tags"}]},
      {"type": "json_array_contains", "args": [{"type": "column", "value": "tags"}, {"type": "literal", "value": ["dream"]}]},
      {"type": "contains", "args": [{"type": "column", "value": "title"}, {"type": "column", "value": "category_code"}]}]}}')::text
  UNION ALL SELECT 'get_record_from_table', 0, msar.get_record_from_table('library.book_author'::regclass, '{"1": 1, "2": 1}'::text, jsonb_build_array(
    jsonb_build_object('alias', 'x', 'join_path', jsonb_build_array(jsonb_build_array(jsonb_build_array('library.book_author'::regclass::oid, 1), jsonb_build_array('library.edition'::regclass::oid, 2)),
      jsonb_build_array(jsonb_build_array('library.edition'::regclass::oid, 3), jsonb_build_array('library.publisher'::regclass::oid, 1))))))::text
  UNION ALL SELECT 'search_records_from_table', oid, msar.search_records_from_table(oid, '[{"attnum": 1, "literal": "1"}, {"attnum": 2, "literal": "a"}]', 3)::text FROM tab
  UNION ALL SELECT 'list_by_record_summaries', oid, msar.list_by_record_summaries(oid, 3, 1, 'a')::text FROM tab
  UNION ALL SELECT 'get_table_columns_and_records', oid, repeat(msar.get_table_columns_and_records(oid, 3, 1, NULL, NULL)::text, 9) FROM tab
  UNION ALL SELECT 'export_metadata', oid, msar.export_metadata(oid)::text FROM sch
  UNION ALL SELECT 'run_exploration', oid, msar.run_exploration(jsonb_build_object('base_table_oid', oid::bigint, 'initial_columns', '[{"alias": "a", "attnum": 1}]'::jsonb,
    'transformations', '[{"type": "filter", "spec": {"not": [{"contains": [{"column_name": ["a"]}, {"literal": ["%"]}]}]}},
      {"type": "compute", "spec": {"alias": "b", "expression": {"case": [{"greater": [{"length": [{"column_name": ["a"]}]}, {"literal": [2]}]}, {"literal": [1]}, {"literal": [0]}]}}},
      {"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "b", "output_alias": "b"}], "aggregation_expressions": [{"input_alias": "a", "output_alias": "a", "function": "max"}, {"input_alias": "a", "output_alias": "l", "function": "distinct_aggregate_to_array"}]}}]'::jsonb))::text FROM tab
  UNION ALL SELECT 'exploration_sql', oid, msar.exploration_sql(jsonb_build_object('base_table_oid', oid::bigint, 'initial_columns', '[{"alias": "a", "attnum": 1}]'::jsonb))::text FROM tab
  UNION ALL SELECT 'get_exploration', e.id::oid, msar.get_exploration(e.id)::text FROM msar_catalog.explorations AS e
  UNION ALL SELECT 'run_saved_exploration', e.id::oid, msar.run_saved_exploration(e.id)::text FROM msar_catalog.explorations AS e
  UNION ALL SELECT 'get_exploration_export_query', e.id::oid, msar.get_exploration_export_query(e.id) FROM msar_catalog.explorations AS e
  UNION ALL SELECT 'list_explorations', oid, msar.list_explorations(oid)::text FROM sch
  UNION ALL SELECT 'check_explorations', oid, msar.check_explorations(oid)::text FROM sch
  UNION ALL SELECT 'export_explorations', oid, msar.export_explorations(oid)::text FROM sch
  UNION ALL SELECT 'list_shares', 0, msar.list_shares()::text
  UNION ALL SELECT 'list_forms', oid, msar.list_forms(oid)::text FROM sch
  UNION ALL SELECT 'get_form', f.id::oid, msar.get_form(f.id)::text FROM msar_catalog.forms AS f
  UNION ALL SELECT 'get_public_form', f.id::oid, msar.get_public_form(f.token)::text FROM msar_catalog.forms AS f
  UNION ALL SELECT 'get_form_source_info', f.id::oid, msar.get_form_source_info(f.token)::text FROM msar_catalog.forms AS f
  UNION ALL SELECT 'list_form_related_records', f.id::oid, msar.list_form_related_records(f.token, '{"field_key": "country"}')::text FROM msar_catalog.forms AS f;
END;
SELECT msar.save_exploration('{"name": "Books", "base_table": {"schema": "library", "name": "book"}, "initial_columns": [{"alias": "t", "column": "title"}]}') IS NOT NULL,
  msar.share_table('library.book', '{"privileged_role": true}') IS NOT NULL,
  msar.set_form_publish((msar.add_form(jsonb_build_object('name', 'City', 'version', 1, 'base_table_oid', 'library.city'::regclass::oid::bigint, 'header_title', '{}'::jsonb, 'privileged_role', true, 'fields', jsonb_build_array(
    jsonb_build_object('key', 'country', 'index', 0, 'kind', 'foreign_key', 'column_attnum', (SELECT attnum FROM pg_attribute WHERE attrelid = 'library.city'::regclass AND attname = 'country_code'),
      'related_table_oid', 'library.country'::regclass::oid::bigint, 'fk_interaction_rule', 'must_pick'))))->>'id')::bigint, true);

-- Something to list: metadata, some of it of a table that is gone, and a grant on each sort of object.
CREATE FUNCTION public.set_metadata(width integer) RETURNS SETOF jsonb LANGUAGE sql
BEGIN ATOMIC
  SELECT msar.set_table_metadata('library.book', jsonb_build_object('column_order', ARRAY[width, 1]));
  SELECT msar.set_column_metadata('library.book', jsonb_build_array(jsonb_build_object('attnum', 2, 'display_width', width)));
  INSERT INTO msar_catalog.stored_column_metadata AS m (table_oid, attnum, display_width) VALUES ('library.book'::regclass, 1, width)
  ON CONFLICT (table_oid, attnum) DO UPDATE SET display_width = EXCLUDED.display_width
  RETURNING pg_catalog.to_jsonb(m.display_width);
END;
SELECT public.set_metadata(2);
-- Previews with all that they can be made of.
SELECT msar.set_preview_template('library.edition', '{book_id}, {publisher_id.active}, {year} {format} {playing_time} {weight_kg}');
SELECT msar.set_preview_template('library.branch', '{name} {open_on} {opens} {opened_on}');
SELECT msar.set_preview_template('library.shelf', '{mark} {branch_id}');
SELECT msar.set_preview_template('library.copy', '{isbn} in {branch_id}: {acquired_on} {price} {condition:raw}');
SELECT count(*) FROM msar.set_column_metadata('library.edition', '[
  {"name": "playing_time", "duration_min": "m"}, {"name": "weight_kg", "num_format": "german"}]');
SELECT count(*) FROM msar.set_column_metadata('library.branch', '[
  {"name": "opens", "time_format": "HH24"}, {"name": "opened_on", "date_format": "YYYY"}]');
SELECT count(*) FROM msar.set_column_metadata('library.copy', '[
  {"name": "acquired_on", "date_format": "DD.MM.YYYY"}, {"name": "price", "num_min_frac_digits": 3}]');
CREATE TABLE library.gone (a integer);
SELECT count(*) FROM msar.set_column_metadata('library.gone', '[{"name": "a", "display_width": 7}]');
DROP TABLE library.gone;
CREATE ROLE regress_shadow;
GRANT USAGE ON SCHEMA library TO regress_shadow;
GRANT SELECT ON library.book TO regress_shadow;
GRANT CONNECT ON DATABASE regression TO regress_shadow;

-- The schema is made before the first answers: schemas and their tables are listed and counted, too. In it stand a
-- function for each one of pg_catalog (and each aggregate), an operator for each, a type and a table: all of them fail
-- when they are used, as the internal function aclinsert always does.
CREATE SCHEMA hostile;
SET client_min_messages = warning;
SET search_path = pg_catalog;
CREATE FUNCTION pg_temp.shadow(statements text) RETURNS TABLE (made bigint) LANGUAGE plpgsql AS
$$
DECLARE
  statement text;
BEGIN
  made := 0;
  FOR statement IN EXECUTE statements LOOP
    BEGIN
      EXECUTE statement;
      made := made + 1;
    EXCEPTION WHEN OTHERS THEN
      NULL; -- such a function or type only PostgreSQL itself can make, so nobody can put one in front of it
    END;
  END LOOP;
  RETURN NEXT;
END
$$;
SELECT made > 3000 AS many_functions FROM pg_temp.shadow($$
  SELECT format('CREATE FUNCTION hostile.%I(%s) RETURNS %s%s LANGUAGE internal AS ''aclinsert''', proname,
                CASE WHEN provariadic = 0 THEN oidvectortypes(proargtypes)
                     ELSE regexp_replace(oidvectortypes(proargtypes), '([^,]+)$', ' VARIADIC \1') END,
                CASE WHEN proretset THEN 'SETOF ' END, format_type(prorettype, NULL))
  FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind <> 'w'
$$);
SELECT made > 700 AS many_operators FROM pg_temp.shadow($$
  SELECT format('CREATE FUNCTION hostile.operator_%s(%s%s) RETURNS %s LANGUAGE internal AS ''aclinsert'';
                 CREATE OPERATOR hostile.%s (%s RIGHTARG = %s, FUNCTION = hostile.operator_%1$s)',
                oid, CASE WHEN oprleft <> 0 THEN format_type(oprleft, NULL) || ', ' END, format_type(oprright, NULL),
                format_type(oprresult, NULL), oprname,
                CASE WHEN oprleft <> 0 THEN 'LEFTARG = ' || format_type(oprleft, NULL) || ',' END,
                format_type(oprright, NULL))
  FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace
$$);
SELECT made > 100 AS many_tables FROM pg_temp.shadow($$
  SELECT format('CREATE TABLE hostile.%I (nothing integer)', relname)
  FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')
$$);
SELECT made > 70 AS many_types FROM pg_temp.shadow($$
  SELECT format('CREATE DOMAIN hostile.%I AS boolean CHECK (false)', typname)
  FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typrelid = 0 AND typelem = 0
$$);

-- They do stand in front, and they do fail.
CREATE FUNCTION pg_temp.failure(statement text) RETURNS text LANGUAGE plpgsql SET search_path = hostile, pg_catalog AS
$$
BEGIN
  EXECUTE statement;
  RETURN 'fine';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLERRM;
END
$$;
SELECT statement, pg_temp.failure(statement) AS failure
FROM unnest(ARRAY['SELECT 1 = 1', 'SELECT pg_get_userbyid(10)', 'SELECT jsonb_build_object(''a'', 1)',
                  'SELECT jsonb_agg(1)', 'SELECT ''x''::text', 'SELECT oid FROM pg_class',
                  'SELECT 1 = ANY (ARRAY[1])']) AS statement;

-- The answers on a clean path, on the hostile one, on none at all, and with temporary tables in front as well.
CREATE TEMPORARY TABLE clean AS SELECT * FROM public.answers();
SET search_path = hostile, pg_catalog, public;
CREATE TEMPORARY TABLE hostile AS SELECT * FROM public.answers();
SET search_path = '';
CREATE TEMPORARY TABLE none AS SELECT * FROM public.answers();
SET search_path = pg_catalog;
SELECT made > 100 AS many_temporary_tables FROM pg_temp.shadow($$
  SELECT format('CREATE TEMPORARY TABLE %I (nothing integer)', relname)
  FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')
$$);
SELECT * FROM pg_class; -- which is empty
SET search_path = hostile, pg_catalog, public;
CREATE TEMPORARY TABLE hidden AS SELECT * FROM public.answers();
SET search_path = pg_catalog;

-- Where names of pg_catalog no longer are the first of their name, they are told qualified. Nothing else may differ.
CREATE FUNCTION pg_temp.difference(other regclass)
RETURNS TABLE (call text, answers bigint, characters bigint, qualified bool, different bigint) LANGUAGE plpgsql AS
$$
BEGIN
  RETURN QUERY EXECUTE format($query$
    SELECT call, count(*), sum(length(c.answer)), bool_or(c.answer <> o.answer),
           count(*) FILTER (WHERE c.answer IS NULL OR c.answer IS DISTINCT FROM
             regexp_replace(replace(o.answer, 'pg_catalog.', ''), 'OPERATOR\(([^ ]+?)\)', '\1', 'g'))
    FROM (SELECT row_number() OVER (PARTITION BY call, argument) AS n, * FROM clean) AS c
    FULL JOIN (SELECT row_number() OVER (PARTITION BY call, argument) AS n, * FROM %s) AS o USING (call, argument, n)
    GROUP BY call ORDER BY call COLLATE "C"$query$, other);
END
$$;
SELECT call, answers, characters > 50 AS something, qualified, different FROM pg_temp.difference('pg_temp.hostile');
SELECT call, answers, qualified, different FROM pg_temp.difference('pg_temp.none');
SELECT call, answers, qualified, different FROM pg_temp.difference('pg_temp.hidden');

-- Writing goes on as ever, too.
SET search_path = hostile, pg_catalog, public;
SELECT public.set_metadata(3);
SET search_path = '';
SELECT public.set_metadata(4);
SET search_path = pg_catalog;
SELECT column_order, column_name, display_width FROM msar_catalog.column_metadata JOIN msar_catalog.table_metadata USING (table_oid)
ORDER BY attnum, column_name;

-- Every function that reads the catalogs took part; get_preview shows rows of users. Functions of one stored exploration,
-- form, file or user need its number, and use what those that list them use.
SELECT p.oid::regprocedure AS missing
FROM pg_catalog.pg_proc AS p
WHERE pronamespace = 'msar'::regnamespace AND provolatile = 's' AND NOT starts_with(proname, 'cast_to_')
  AND proname NOT IN (SELECT call FROM clean) AND proname <> 'get_preview'
  AND proname NOT IN ('get_data_file', 'get_exploration', 'get_exploration_export_query', 'get_export_query', 'get_form',
    'get_form_source_info', 'get_public_form', 'get_user', 'list_form_related_records', 'run_saved_exploration', 'reflection_as_publication',
    -- These need a cache; tests of caches ask them on such a path.
    'api3', 'cache_read', 'get_cache_status');

RESET search_path;
REVOKE CONNECT ON DATABASE regression FROM regress_shadow;
DROP OWNED BY regress_shadow;
DROP ROLE regress_shadow;
