-- The manual as rows of text: which functions there are, by topic, and the COMMENT of each. Names are bound as in
-- schemas.sql.

-- The topics, in the order in which a reader meets them. A function that none of them names is listed last.
CREATE FUNCTION __msar.help_topics() RETURNS TABLE (place integer, topic text, function_names text[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT * FROM (VALUES
    (1, 'help', '{help,get_uninstall_plan}'::text[]),
    (2, 'describe', '{get_schema_table_details,get_table_details,get_dependents,preview_drop,get_schema_diagram,list_schemas,get_schema,get_object_counts,get_current_database_info,get_table_info,get_table,get_column_info,get_tab_col_info_map,get_constraints_for_table,get_joinable_tables}'),
    (3, 'records', '{list_records,list_records_schema,get_linked_records,list_records_from_table,get_record_from_table,search_records_from_table,list_by_record_summaries,get_table_columns_and_records,get_export_query}'),
    (4, 'writing records', '{add_records,update_records,delete_records,add_record_to_table,patch_record_in_table,delete_records_from_table,form_insert}'),
    (5, 'previews', '{set_preview_template,get_preview_template,preview_rows,preview_template_sql}'),
    (6, 'metadata', '{set_table_metadata,get_table_metadata,set_column_metadata,get_column_metadata,list_table_metadata,export_metadata,import_metadata,check_metadata,repair_metadata,list_detached_metadata,attach_metadata,forget_detached_metadata}'),
    (7, 'definitions', '{get_table_definition,apply_definitions,add_mathesar_table,alter_table,drop_table,add_columns,alter_columns,drop_columns,add_constraints,drop_constraint,add_pkey_column,set_pkey_column,create_schema,patch_schema,drop_schemas}'),
    (8, 'links', '{link_column,add_foreign_key_column,add_mapping_table,extract_columns_from_table,move_columns_to_referenced_table}'),
    (9, 'import', '{import_text,infer_types,infer_table_column_data_types,get_preview,prepare_table_for_import,prepare_temp_table_for_import,insert_from_select,reset_mash,add_data_file,list_data_files,get_data_file,set_data_file,delete_data_file,import_data_file,insert_data_file}'),
    (10, 'explorations', '{run_exploration,exploration_sql,save_exploration,get_exploration,list_explorations,run_saved_exploration,rename_exploration,delete_exploration,grant_exploration,revoke_exploration,set_exploration_owner,check_explorations,export_explorations,import_explorations,register_view_as_exploration,get_exploration_export_query}'),
    (11, 'sharing', '{share_table,share_exploration,list_shares,set_share,delete_share,read_share,get_share_uses}'),
    (12, 'forms', '{add_form,get_form,list_forms,patch_form,delete_form,set_form_publish,regenerate_form_token,get_form_source_info,get_public_form,list_form_related_records,submit_form}'),
    (13, 'changes', '{sync_schema,get_change_token,list_changes,list_changes_schema,undo_changes,reconcile_changes,find_object}'),
    (14, 'roles', '{list_roles,get_current_role,create_role,drop_role,set_members_to_role,list_db_priv,list_schema_privileges,list_table_privileges,replace_database_privileges_for_roles,replace_schema_privileges_for_roles,replace_table_privileges_for_roles,transfer_database_ownership,transfer_schema_ownership,transfer_table_ownership,drop_database_query}'),
    (15, 'users and servers', '{add_user,list_users,get_user,patch_user,delete_user,current_user_id,replace_own_password,set_user_password,list_role_maps,set_role_map,delete_role_map,list_servers,set_server,list_databases,add_database,set_database,forget_database,list_configured_roles,add_configured_role,delete_configured_role,set_configured_role_password}'),
    (16, 'JSON-RPC', '{rpc,rpc_text}'),
    (17, 'values', '{email_domain_name,uri_parts,uri_scheme,uri_authority,uri_path,uri_query,uri_fragment,peak_time,peak_month}'),
    (18, 'caches', '{create_cache,alter_cache,drop_cache,get_cache_status,api3,cache_read,cache_ingest,cache_event_plan,cache_apply_events,cache_scan_plan,cache_scan_result,cache_shadow_plan,cache_compare}'),
    (19, 'reflector', '{add_source_table,list_source_tables,drop_source_table,add_reflection,run_reflections,start_reflector,stop_reflector,pause_reflection,resume_reflection,recopy_reflection,drop_reflection,skip_events,retry_dead_letters,get_reflection_status,reflection_as_publication}')
  ) AS topics(place, topic, function_names);
END;

-- Every function of msar, with its topic. The casts, more than 300, are one line.
CREATE FUNCTION __msar.help_functions()
RETURNS TABLE (place integer, topic text, rank bigint, id oid, name text, signature text, comment text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    COALESCE(t.place, 99),
    COALESCE(t.topic, 'other'),
    COALESCE(t.rank, 0),
    p.oid,
    p.proname::text,
    pg_catalog.format(
      'msar.%I(%s)',
      p.proname,
      pg_catalog.pg_get_function_arguments(p.oid)
    ),
    pg_catalog.obj_description(p.oid, 'pg_proc')
  FROM pg_catalog.pg_proc AS p
  LEFT JOIN (
    SELECT topics.place, topics.topic, named.name, named.rank
    FROM __msar.help_topics() AS topics, pg_catalog.unnest(topics.function_names) WITH ORDINALITY AS named(name, rank)
  ) AS t ON t.name = p.proname::text
  WHERE p.pronamespace = 'msar'::pg_catalog.regnamespace AND NOT pg_catalog.starts_with(p.proname::text, 'cast_to_')
  UNION ALL
  SELECT 17, 'values', 100, 0, 'cast_to_<type>', 'msar.cast_to_<type>(value, ...)',
    'Casts a value to a type, by more forms than a cast of PostgreSQL takes; '
    || '\df msar.cast_to_* lists them.';
END;

CREATE FUNCTION msar.help(topic text DEFAULT NULL) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
  WITH wanted AS (
    -- The name of a function, with or without its schema and parentheses. No word is longer.
    SELECT pg_catalog.lower(pg_catalog.regexp_replace(pg_catalog.btrim(pg_catalog.left(help.topic, 200)), '^msar\.|\s*\(.*$', '', 'g')) AS word
  ), known AS (
    SELECT * FROM __msar.help_functions()
  ), named AS (
    SELECT k.* FROM known AS k, wanted AS w WHERE k.name = w.word AND k.id <> 0
  ), in_topic AS (
    SELECT k.* FROM known AS k, wanted AS w WHERE pg_catalog.lower(k.topic) = w.word
  ), listed AS (
    SELECT k.* FROM known AS k, wanted AS w
    WHERE NOT EXISTS (SELECT FROM named) AND CASE
      WHEN w.word IS NULL OR w.word = '' THEN true
      WHEN EXISTS (SELECT FROM in_topic) THEN pg_catalog.lower(k.topic) = w.word
      ELSE pg_catalog.strpos(pg_catalog.lower(k.name), w.word) > 0
        OR pg_catalog.strpos(pg_catalog.lower(pg_catalog.split_part(k.comment, E'\n', 1)), w.word) > 0
    END
  ), summaries AS (
    SELECT
      l.place, l.topic, l.rank, l.id,
      l.name,
      -- The first sentence.
      pg_catalog.regexp_replace(
        pg_catalog.substring(l.comment, '^(?:.(?!\n\n))*?(?:\.(?=\s)|.(?=\n\n)|.$)'), '\s+', ' ', 'g') AS summary,
      pg_catalog.row_number() OVER (PARTITION BY l.name ORDER BY l.id) AS overload
    FROM listed AS l
  ), lines AS (
    -- The manual of a function.
    SELECT n.place, n.rank, n.id, part.number, part.line
    FROM named AS n, LATERAL (
      SELECT 0, n.signature
      UNION ALL SELECT 1, '  returns ' || pg_catalog.pg_get_function_result(n.id)
      UNION ALL SELECT 2, ''
      UNION ALL SELECT 2 + c.number, c.line
      FROM pg_catalog.regexp_split_to_table(n.comment, E'\n') WITH ORDINALITY AS c(line, number)
    ) AS part(number, line)
    -- A list of functions, under the names of their topics.
    UNION ALL
    SELECT DISTINCT s.place, 0, 0::oid, 0, pg_catalog.upper(s.topic) FROM summaries AS s
    UNION ALL
    SELECT s.place, 1 + s.rank, s.id, 1,
      '  ' || pg_catalog.rpad(s.name, GREATEST(pg_catalog.length(s.name), 34)) || ' ' || COALESCE(s.summary, '')
    FROM summaries AS s WHERE s.overload = 1
    UNION ALL
    SELECT 0, 0, 0::oid, 0, pg_catalog.format(
      'No function of msar has "%s" in its name or its summary. SELECT * FROM msar.help(); lists all.', w.word)
    FROM wanted AS w
    WHERE NOT EXISTS (SELECT FROM named) AND NOT EXISTS (SELECT FROM listed)
  )
  SELECT l.line FROM lines AS l ORDER BY l.place, l.rank, l.id, l.number;
END;
