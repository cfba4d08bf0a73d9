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
        THEN '{"description": null}'::jsonb
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

CREATE FUNCTION __msar.rpc_refuse_drop_database(database_oid bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
  statement pg_catalog.text := msar.drop_database_query(database_oid::pg_catalog.oid);
BEGIN
  IF database_oid IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'the OID of the database is null',
      HINT = 'Pass the OID of a database: SELECT oid FROM pg_database.';
  END IF;
  IF EXISTS (
    SELECT FROM pg_catalog.pg_database AS d WHERE d.oid::bigint OPERATOR(pg_catalog.=) database_oid
      AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'object_in_use', MESSAGE = 'cannot drop the currently open database',
      HINT = pg_catalog.format('Connect to another database: %s', statement);
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'active_sql_transaction',
    MESSAGE = 'DROP DATABASE cannot run inside a transaction block', HINT = pg_catalog.format('Run it yourself: %s', statement);
END
$$;

CREATE FUNCTION __msar.rpc_update_extension(username text) RETURNS jsonb
LANGUAGE plpgsql
AS $$
BEGIN
  IF username OPERATOR(pg_catalog.<>) current_user THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = 'a session cannot log in as another role',
      HINT = pg_catalog.format('Connect as %s: ALTER EXTENSION mathesar_ext UPDATE.', pg_catalog.quote_ident(username));
  END IF;
  IF EXISTS (
    SELECT
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_available_extensions AS a ON a.name OPERATOR(pg_catalog.=) e.extname
    WHERE e.extname OPERATOR(pg_catalog.=) 'mathesar_ext' AND a.default_version OPERATOR(pg_catalog.<>) e.extversion
  ) THEN
    ALTER EXTENSION mathesar_ext UPDATE;
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION __msar.rpc_disconnect_database(database_id bigint) RETURNS jsonb
LANGUAGE plpgsql
AS $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_catalog.pg_database AS d WHERE d.oid::bigint OPERATOR(pg_catalog.=) database_id
      AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
      MESSAGE = 'the extension cannot be dropped by a function of its own', HINT = 'Run DROP EXTENSION mathesar_ext.';
  END IF;
  PERFORM msar.forget_database(database_id);
  RETURN '{"sql_cleaned": false}';
END
$$;

CREATE FUNCTION __msar.rpc_connect_database(
  host text, port integer, database text, role text, password text, sample_data jsonb, nickname text, sslmode text
) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
  added pg_catalog.jsonb;
BEGIN
  IF sample_data OPERATOR(pg_catalog.<>) '[]' THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = 'sample data cannot be installed on another server',
      HINT = 'Connect to that database and load it there.';
  END IF;
  added := msar.add_database(pg_catalog.jsonb_build_object(
    'host', host, 'port', port, 'database', database, 'role', role, 'password', password, 'nickname', nickname,
    'sslmode', sslmode
  ));
  RETURN (
    SELECT pg_catalog.jsonb_build_object('server', s.info, 'database', added, 'configured_role', r.info)
    FROM pg_catalog.jsonb_array_elements(msar.list_servers()) AS s(info)
    CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(
      msar.list_configured_roles((s.info OPERATOR(pg_catalog.->>) 'id')::bigint)
    ) AS r(info)
    WHERE s.info OPERATOR(pg_catalog.->) 'id' OPERATOR(pg_catalog.=) (added OPERATOR(pg_catalog.->) 'server_id')
      AND r.info OPERATOR(pg_catalog.->>) 'name' OPERATOR(pg_catalog.=) rpc_connect_database.role
    LIMIT 1
  );
END
$$;

CREATE FUNCTION __msar.rpc_with_database(info jsonb) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT info || pg_catalog.jsonb_build_object('database_id', d.oid::bigint)
  FROM pg_catalog.pg_database AS d
  WHERE d.datname = pg_catalog.current_database();
END;

CREATE FUNCTION __msar.rpc_exploration(info jsonb) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN __msar.rpc_with_database(info - '{owner,view,level,created_at,updated_at}'::text[]);

-- A time as the service prints it: to the millisecond, if it has a fraction of a second.
CREATE FUNCTION __msar.rpc_moment(moment timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.to_char(
  moment AT TIME ZONE 'UTC',
  CASE WHEN pg_catalog.date_trunc('second', moment AT TIME ZONE 'UTC') = moment AT TIME ZONE 'UTC'
    THEN 'YYYY-MM-DD"T"HH24:MI:SS"Z"' ELSE 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"' END
);

CREATE FUNCTION __msar.rpc_form(info jsonb) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN __msar.rpc_with_database(info - '{associated_role,creator}'::text[] || pg_catalog.jsonb_build_object(
  'created_at', __msar.rpc_moment((info->>'created_at')::timestamptz),
  'updated_at', __msar.rpc_moment((info->>'updated_at')::timestamptz)
));

-- Display options of columns are whole there.
CREATE FUNCTION __msar.rpc_form_source_info(info jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(pg_catalog.jsonb_object_agg(t.oid, t.source || pg_catalog.jsonb_build_object('columns', (
    SELECT COALESCE(pg_catalog.jsonb_object_agg(c.attnum, CASE
      WHEN c.info ? 'metadata' THEN c.info || pg_catalog.jsonb_build_object('metadata', __msar.rpc_column_metadata(
        (c.info->'metadata') || pg_catalog.jsonb_build_object('attnum', c.attnum::smallint)
      ))
      ELSE c.info
    END), '{}')
    FROM pg_catalog.jsonb_each(t.source->'columns') AS c(attnum, info)
  ))), '{}')
  FROM pg_catalog.jsonb_each(info) AS t(oid, source);
END;
