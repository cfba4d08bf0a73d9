-- The methods of Mathesar's web service: all of them are there with their parameters and defaults, and every example runs.
\pset null '(null)'
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;

CREATE TEMPORARY VIEW described AS
SELECT m.method ->> 'name' AS name, m.method, m.at
FROM jsonb_array_elements(msar.rpc('{"jsonrpc": "2.0", "id": 1, "method": "rpc.discover"}') #> '{result,methods}')
  WITH ORDINALITY AS m(method, at);

-- The methods of the web service, with their parameters in order, those that a call must give first.
CREATE TEMPORARY TABLE contract (name text, parameters text);
INSERT INTO contract VALUES
  ('analytics.get_state', ''),
  ('analytics.initialize', ''),
  ('analytics.disable', ''),
  ('analytics.view_report', ''),
  ('analytics.upload_feedback', 'message'),
  ('collaborators.list', 'database_id'),
  ('collaborators.add', 'database_id, user_id, configured_role_id'),
  ('collaborators.delete', 'collaborator_id'),
  ('collaborators.set_role', 'collaborator_id, configured_role_id'),
  ('columns.list', 'database_id, table_oid'),
  ('columns.list_with_metadata', 'database_id, table_oid'),
  ('columns.add', 'database_id, table_oid, column_data_list'),
  ('columns.patch', 'database_id, table_oid, column_data_list'),
  ('columns.delete', 'database_id, table_oid, column_attnums'),
  ('columns.add_primary_key_column', 'database_id, table_oid, pkey_type, drop_existing_pkey_column=false, name="id"'),
  ('columns.reset_mash', 'database_id, table_oid, column_attnum'),
  ('columns.metadata.list', 'database_id, table_oid'),
  ('columns.metadata.set', 'database_id, table_oid, column_meta_data_list'),
  ('constraints.list', 'database_id, table_oid'),
  ('constraints.add', 'database_id, table_oid, constraint_def_list'),
  ('constraints.delete', 'database_id, table_oid, constraint_oid'),
  ('data_modeling.add_foreign_key_column', 'database_id, column_name, referrer_table_oid, referent_table_oid'),
  ('data_modeling.add_mapping_table', 'database_id, schema_oid, table_name, mapping_columns'),
  ('data_modeling.suggest_types', 'database_id, table_oid'),
  ('data_modeling.split_table', 'database_id, table_oid, column_attnums, extracted_table_name, relationship_fk_column_name=null'),
  ('data_modeling.move_columns', 'database_id, source_table_oid, target_table_oid, move_column_attnums'),
  ('data_modeling.change_primary_key_column', 'database_id, table_oid, column_attnum, default=null, drop_existing_pk_column=false'),
  ('databases.get', 'database_id'),
  ('databases.delete', 'database_id, database_oid'),
  ('databases.upgrade_sql', 'database_id, username=null, password=null'),
  ('databases.configured.list', 'server_id=null'),
  ('databases.configured.patch', 'database_id, patch'),
  ('databases.configured.disconnect', 'database_id, schemas_to_remove=["msar","__msar","mathesar_types"], strict=true, role_name=null, password=null, disconnect_db_server=false'),
  ('databases.privileges.list_direct', 'database_id'),
  ('databases.privileges.replace_for_roles', 'database_id, privileges'),
  ('databases.privileges.transfer_ownership', 'database_id, new_owner_oid'),
  ('databases.setup.create_new', 'database, sample_data=[], nickname=null'),
  ('databases.setup.connect_existing', 'host, database, role, password, port=null, sample_data=[], nickname=null, sslmode="prefer"'),
  ('explorations.list', 'database_id, schema_oid=null'),
  ('explorations.get', 'database_id, exploration_id'),
  ('explorations.add', 'database_id, exploration_def'),
  ('explorations.replace', 'database_id, new_exploration'),
  ('explorations.delete', 'database_id, exploration_id'),
  ('explorations.run', 'database_id, exploration_def, limit=100, offset=0'),
  ('forms.add', 'database_id, form_def'),
  ('forms.get', 'form_token'),
  ('forms.get_source_info', 'form_token'),
  ('forms.list', 'database_id, schema_oid'),
  ('forms.regenerate_token', 'database_id, form_id'),
  ('forms.set_publish_public', 'database_id, form_id, publish_public'),
  ('forms.delete', 'database_id, form_id'),
  ('forms.patch', 'database_id, update_form_def'),
  ('forms.list_related_records', 'form_token, field_key, limit=null, offset=null, search=null'),
  ('forms.submit', 'form_token, values'),
  ('records.list', 'database_id, table_oid, limit=null, offset=null, order=null, filter=null, grouping=null, joined_columns=null, return_record_summaries=false'),
  ('records.get', 'database_id, table_oid, record_id, joined_columns=null, return_record_summaries=false, table_record_summary_templates=null'),
  ('records.add', 'database_id, table_oid, record_def, return_record_summaries=false'),
  ('records.patch', 'database_id, table_oid, record_id, record_def, return_record_summaries=false'),
  ('records.delete', 'database_id, table_oid, record_ids'),
  ('records.search', 'database_id, table_oid, search_params=[], limit=10, offset=0, return_record_summaries=false'),
  ('records.list_summaries', 'database_id, table_oid, limit=null, offset=null, search=null, linked_record_path=null'),
  ('roles.list', 'database_id'),
  ('roles.add', 'database_id, rolename, password=null, login=null'),
  ('roles.delete', 'database_id, role_oid'),
  ('roles.get_current_role', 'database_id'),
  ('roles.set_members', 'database_id, parent_role_oid, members'),
  ('roles.configured.list', 'database_id, server_id'),
  ('roles.configured.add', 'server_id, name, password'),
  ('roles.configured.delete', 'configured_role_id'),
  ('roles.configured.set_password', 'configured_role_id, password'),
  ('schemas.add', 'database_id, name, owner_oid=null, description=null'),
  ('schemas.list', 'database_id'),
  ('schemas.get', 'database_id, schema_oid'),
  ('schemas.delete', 'database_id, schema_oids'),
  ('schemas.patch', 'database_id, schema_oid, patch'),
  ('schemas.privileges.list_direct', 'database_id, schema_oid'),
  ('schemas.privileges.replace_for_roles', 'database_id, schema_oid, privileges'),
  ('schemas.privileges.transfer_ownership', 'database_id, schema_oid, new_owner_oid'),
  ('servers.configured.list', ''),
  ('servers.configured.patch', 'server_id, patch'),
  ('tables.list', 'database_id, schema_oid'),
  ('tables.get', 'database_id, table_oid'),
  ('tables.list_with_metadata', 'database_id, schema_oid'),
  ('tables.get_with_metadata', 'database_id, table_oid'),
  ('tables.add', 'database_id, schema_oid, table_name=null, pkey_column_info={}, column_data_list=[], constraint_data_list=[], owner_oid=null, comment=null'),
  ('tables.delete', 'database_id, table_oid, cascade=false'),
  ('tables.patch', 'database_id, table_oid, table_data_dict'),
  ('tables.import', 'database_id, data_file_id, schema_oid, table_name=null, comment=null'),
  ('tables.get_import_preview', 'database_id, table_oid, columns, limit=20'),
  ('tables.list_joinable', 'database_id, table_oid, max_depth=3'),
  ('tables.metadata.list', 'database_id'),
  ('tables.metadata.set', 'database_id, table_oid, metadata'),
  ('tables.privileges.list_direct', 'database_id, table_oid'),
  ('tables.privileges.replace_for_roles', 'database_id, table_oid, privileges'),
  ('tables.privileges.transfer_ownership', 'database_id, table_oid, new_owner_oid'),
  ('users.add', 'user_def'),
  ('users.delete', 'user_id'),
  ('users.get', 'user_id'),
  ('users.list', ''),
  ('users.patch_self', 'username, email, full_name, display_language'),
  ('users.patch_other', 'user_id, username, is_superuser, email, full_name, display_language'),
  ('users.password.replace_own', 'old_password, new_password'),
  ('users.password.revoke', 'user_id, new_password');
CREATE TEMPORARY VIEW served AS
SELECT d.name, COALESCE((
  SELECT string_agg(p.param ->> 'name' || CASE WHEN p.param #> '{schema,default}' IS NULL THEN ''
    ELSE '=' || replace((p.param #> '{schema,default}')::text, '", "', '","') END, ', ' ORDER BY p.at)
  FROM jsonb_array_elements(d.method -> 'params') WITH ORDINALITY AS p(param, at)
), '') AS parameters
FROM described AS d
WHERE d.name !~ '^(msar|rpc|system)[.]';
SELECT count(*) FROM served;
SELECT 'lacking', * FROM (TABLE contract EXCEPT TABLE served) AS d ORDER BY name;
SELECT 'too much', * FROM (TABLE served EXCEPT TABLE contract) AS d ORDER BY name;
-- A parameter is needed exactly if it has no default.
SELECT d.name, p.param FROM described AS d, jsonb_array_elements(d.method -> 'params') AS p(param)
WHERE d.name !~ '^msar[.]' AND (p.param ->> 'required')::boolean <> NOT (p.param -> 'schema' ? 'default');

-- Every function that SQL can call is there too, with its comment; those of one name have their types in the name.
SELECT count(*) FROM pg_proc AS p
WHERE pronamespace = 'msar'::regnamespace AND prokind = 'f' AND proname NOT IN ('rpc', 'rpc_text')
  AND NOT EXISTS (SELECT FROM described AS d WHERE d.name IN
    ('msar.' || proname, 'msar.' || proname || '(' || oidvectortypes(proargtypes) || ')'));
SELECT name, count(*) FROM described GROUP BY name HAVING count(*) > 1;
SELECT count(*) FROM described WHERE length(method ->> 'description') < 10;

-- Every example of the service's methods runs, each in a subtransaction that is rolled back. What has no example is refused.
-- Those of functions name objects that are not here: a client test runs them.
\i tests/regress/include/rpc_examples.sql
CREATE FUNCTION pg_temp.run_example(method jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  answer jsonb;
BEGIN
  BEGIN
    answer := msar.rpc(jsonb_build_object('jsonrpc', '2.0', 'id', 1, 'method', method ->> 'name', 'params', (
      SELECT COALESCE(jsonb_object_agg(p ->> 'name', p -> 'value'), '{}')
      FROM jsonb_array_elements(method #> '{examples,0,params}') AS p
    )));
    RAISE EXCEPTION 'roll back' USING ERRCODE = 'UR000';
  EXCEPTION WHEN SQLSTATE 'UR000' THEN
    RETURN answer;
  END;
END
$$;
SELECT name, CASE WHEN answer ? 'result' THEN jsonb_typeof(answer -> 'result') ELSE answer #>> '{error,message}' END
FROM (SELECT name, pg_temp.run_example(method) AS answer FROM described
  WHERE method ? 'examples' AND name <> 'rpc.discover' AND name !~ '^msar[.]') AS r
ORDER BY name;
SELECT name, msar.rpc(jsonb_build_object('jsonrpc', '2.0', 'id', 1, 'method', name, 'params', '{}'::jsonb)) #>> '{error,code}'
FROM described WHERE NOT method ? 'examples' AND name !~ '^msar[.]' ORDER BY name;
\i tests/regress/include/rpc_examples_end.sql
