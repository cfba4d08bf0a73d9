-- What the statements of JSON-RPC methods have in common: shapes of the web service made of our documents, and the
-- other way round. Names are bound as in schemas.sql.

CREATE FUNCTION __msar.rpc_column_metadata(metadata jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.jsonb_build_object(
  'attnum', metadata -> 'attnum',
  'bool_input', metadata -> 'bool_input',
  'bool_true', metadata -> 'bool_true',
  'bool_false', metadata -> 'bool_false',
  'num_min_frac_digits', metadata -> 'num_min_frac_digits',
  'num_max_frac_digits', metadata -> 'num_max_frac_digits',
  'num_grouping', metadata -> 'num_grouping',
  'num_format', metadata -> 'num_format',
  'mon_currency_symbol', metadata -> 'mon_currency_symbol',
  'mon_currency_location', metadata -> 'mon_currency_location',
  'time_format', metadata -> 'time_format',
  'date_format', metadata -> 'date_format',
  'duration_min', metadata -> 'duration_min',
  'duration_max', metadata -> 'duration_max',
  'display_width', metadata -> 'display_width',
  'file_backend', metadata -> 'file_backend',
  'user_display_field', metadata -> 'user_display_field'
);

CREATE FUNCTION __msar.rpc_table_metadata(metadata jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.jsonb_build_object(
  -- A data file is gone when it has been imported.
  'data_file_id', NULL,
  'import_verified', metadata -> 'import_verified',
  'column_order', metadata -> 'column_order',
  'record_summary_template', CASE
    WHEN metadata -> 'preview_customized' IS DISTINCT FROM 'false' THEN metadata -> 'preview_template'
  END,
  'mathesar_added_pkey_attnum', metadata -> 'mathesar_added_pkey_attnum',
  'user_tracking_attnum', metadata -> 'user_tracking_attnum'
);

CREATE FUNCTION __msar.rpc_table_metadata_patch(metadata jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (metadata - '{data_file_id,record_summary_template,id,database_id,table_oid}'::text[]) || CASE
  WHEN metadata -> 'record_summary_template' = 'null' THEN '{"preview_template": null, "preview_customized": null}'
  WHEN metadata ? 'record_summary_template' THEN pg_catalog.jsonb_build_object(
    'preview_template', metadata -> 'record_summary_template', 'preview_customized', true
  )
  ELSE '{}'
END;

CREATE FUNCTION __msar.rpc_column_definitions(definitions jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(
    pg_catalog.jsonb_agg(
      pg_catalog.jsonb_build_object(
        'name', NULLIF(pg_catalog.btrim(d.value ->> 'name'), ''),
        'type', pg_catalog.jsonb_build_object(
          'name', COALESCE(NULLIF(d.value ->> 'type', ''), 'character varying'),
          'options', COALESCE(NULLIF(d.value -> 'type_options', 'null'), '{}')
        ),
        'not_null', NOT COALESCE((d.value ->> 'nullable')::boolean, true),
        'default', d.value #> '{default,value}',
        'description', d.value -> 'description'
      )
      ORDER BY d.ordinality
    ),
    '[]'
  )
  FROM pg_catalog.jsonb_array_elements(definitions) WITH ORDINALITY AS d;
END;

CREATE FUNCTION __msar.rpc_column_alterations(alterations jsonb) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(
    pg_catalog.jsonb_agg(
      pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'attnum', d.value -> 'id',
        'name', NULLIF(pg_catalog.btrim(d.value ->> 'name'), ''),
        'type', NULLIF(
          pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'name', NULLIF(d.value ->> 'type', ''),
            'options', NULLIF(d.value -> 'type_options', '{}')
          )),
          '{}'
        ),
        'cast_options', d.value -> 'cast_options',
        'not_null', NOT (d.value ->> 'nullable')::boolean,
        'description', d.value ->> 'description'
      ))
      -- null removes the default; without a value it stays.
      || CASE WHEN d.value -> 'default' = 'null' OR d.value -> 'default' ? 'value'
        THEN pg_catalog.jsonb_build_object('default', d.value #> '{default,value}')
        ELSE '{}'
      END
      -- null removes the comment, as it is said to do; the web service itself leaves it.
      || CASE WHEN d.value -> 'description' = 'null'
          AND NOT COALESCE(NULLIF(pg_catalog.current_setting('mathesar_ext.rpc_compat', true), '')::boolean, false)
        THEN '{"description": null}'
        ELSE '{}'
      END
      ORDER BY d.ordinality
    ),
    '[]'
  )
  FROM pg_catalog.jsonb_array_elements(alterations) WITH ORDINALITY AS d;
END;

CREATE FUNCTION __msar.rpc_privileges(privileges jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(
    pg_catalog.jsonb_agg(
      pg_catalog.jsonb_build_object('role_oid', p.value -> 'role_oid', 'direct', p.value -> 'direct') ORDER BY p.ordinality
    ),
    '[]'
  )
  FROM pg_catalog.jsonb_array_elements(privileges) WITH ORDINALITY AS p;
END;

CREATE FUNCTION __msar.rpc_note_added_key(tab_id regclass, attnum jsonb) RETURNS boolean
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  -- No metadata is kept of temporary tables.
  SELECT pg_catalog.count(
    msar.set_table_metadata(tab_id, pg_catalog.jsonb_build_object('mathesar_added_pkey_attnum', attnum))
  ) >= 0
  FROM pg_catalog.pg_class AS c
  WHERE c.oid = tab_id AND c.relpersistence <> 't' AND attnum <> 'null';
END;

CREATE FUNCTION __msar.refuse(sqlstate_ text, message text, hint text) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = sqlstate_, MESSAGE = message, HINT = hint;
END
$$;

CREATE FUNCTION __msar.rpc_needs_service_columns(tab_id regclass) RETURNS boolean
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT
    FROM msar_catalog.column_metadata AS m
    WHERE m.table_oid = tab_id AND (m.user_display_field IS NOT NULL OR m.file_backend IS NOT NULL)
  );
END;

CREATE FUNCTION __msar.rpc_download_links(tab_id regclass) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  -- Links to files are made by the service that stores them: there are none here.
  SELECT pg_catalog.jsonb_object_agg(m.attnum, '{}'::jsonb)
  FROM msar_catalog.column_metadata AS m
  WHERE m.table_oid = tab_id AND m.file_backend IS NOT NULL;
END;

CREATE FUNCTION __msar.rpc_tracked_user(tab_id regclass) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT COALESCE(
    (
      SELECT pg_catalog.jsonb_build_object(m.user_tracking_attnum, msar.current_user_id())
      FROM msar_catalog.table_metadata AS m
      WHERE m.table_oid = tab_id AND m.user_tracking_attnum > 0
    ),
    '{}'
  );
END;

CREATE FUNCTION __msar.rpc_with_user_names(tab_id regclass, records jsonb) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT records || pg_catalog.jsonb_build_object(
    'linked_record_summaries',
    CASE WHEN named.columns IS NULL THEN records -> 'linked_record_summaries'
      ELSE COALESCE(NULLIF(records -> 'linked_record_summaries', 'null'), '{}') || named.columns
    END
  )
  FROM (
    SELECT pg_catalog.jsonb_object_agg(c.attnum, c.names) AS columns
    FROM (
      SELECT m.attnum, pg_catalog.jsonb_object_agg(u.info ->> 'id', COALESCE(u.info -> m.user_display_field, '""')) AS names
      FROM msar_catalog.column_metadata AS m
      CROSS JOIN pg_catalog.jsonb_array_elements(records -> 'results') AS r(record)
      JOIN pg_catalog.jsonb_array_elements(msar.list_users()) AS u(info)
        ON u.info ->> 'id' = r.record ->> m.attnum::text
      WHERE m.table_oid = tab_id AND m.user_display_field IS NOT NULL
      GROUP BY m.attnum
    ) AS c
  ) AS named;
END;
