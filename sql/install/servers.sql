-- Other database servers, as foreign servers of a foreign data wrapper without a handler: no tables are read through it.
-- A server names a database, too (option dbname), as those of postgres_fdw do; servers of the same host and port are one
-- server to clients. The credentials of a role are its user mapping. Names are bound as in schemas.sql.

CREATE FUNCTION __msar.validate_server_options(options text[], catalog_id oid) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
  given pg_catalog.record;
  known pg_catalog.text[] := CASE
    WHEN catalog_id OPERATOR(pg_catalog.=) 'pg_catalog.pg_foreign_server'::pg_catalog.regclass THEN '{host,port,dbname,sslmode,root_certificate,nickname}'
    WHEN catalog_id OPERATOR(pg_catalog.=) 'pg_catalog.pg_user_mapping'::pg_catalog.regclass THEN '{user,password}'
    ELSE '{}'
  END;
BEGIN
  FOR given IN
    SELECT pg_catalog.split_part(o.text, '=', 1) AS name,
      pg_catalog.substr(o.text, pg_catalog.strpos(o.text, '=') OPERATOR(pg_catalog.+) 1) AS value
    FROM pg_catalog.unnest(options) AS o(text)
  LOOP
    IF given.name OPERATOR(pg_catalog.<>) ALL (known) THEN
      RAISE EXCEPTION USING ERRCODE = 'fdw_invalid_option_name',
        MESSAGE = pg_catalog.format('invalid option "%s"', given.name),
        HINT = pg_catalog.format('Valid options here are: %s.', CASE WHEN pg_catalog.cardinality(known) OPERATOR(pg_catalog.>) 0 THEN pg_catalog.array_to_string(known, ', ') ELSE 'none' END);
    END IF;
    IF (given.name OPERATOR(pg_catalog.=) 'sslmode' AND given.value OPERATOR(pg_catalog.<>) ALL
          ('{disable,allow,prefer,require,verify-ca,verify-full}'))
      OR (given.name OPERATOR(pg_catalog.=) 'port' AND (given.value OPERATOR(pg_catalog.!~) '^[0-9]{1,5}$'
        OR given.value::integer OPERATOR(pg_catalog.<) 1 OR given.value::integer OPERATOR(pg_catalog.>) 65535))
      OR (given.name OPERATOR(pg_catalog.=) 'root_certificate'
        AND pg_catalog.strpos(given.value, '-----BEGIN CERTIFICATE-----') OPERATOR(pg_catalog.=) 0)
      OR (given.name OPERATOR(pg_catalog.=) ANY ('{host,dbname,user}') AND given.value OPERATOR(pg_catalog.=) '')
    THEN
      -- Passwords are never refused, so no message shows one.
      RAISE EXCEPTION USING ERRCODE = 'fdw_invalid_attribute_value',
        MESSAGE = pg_catalog.format('invalid value for option "%s"', given.name),
        DETAIL = pg_catalog.format('The value is "%s".', given.value),
        HINT = CASE
          WHEN given.name OPERATOR(pg_catalog.=) 'sslmode' THEN 'Valid values are disable, allow, prefer, require, verify-ca and verify-full.'
          WHEN given.name OPERATOR(pg_catalog.=) 'root_certificate' THEN 'It is the text of a certificate in PEM, -----BEGIN CERTIFICATE----- and so on, not the name of a file.'
          WHEN given.name OPERATOR(pg_catalog.=) 'port' THEN 'A port is a number from 1 to 65535.'
          ELSE 'It must not be empty.'
        END;
    END IF;
  END LOOP;
END
$$;

CREATE FOREIGN DATA WRAPPER mathesar_ext NO HANDLER VALIDATOR __msar.validate_server_options;
GRANT USAGE ON FOREIGN DATA WRAPPER mathesar_ext TO @extowner@ WITH GRANT OPTION;

-- The servers that the current role may use, this one (which has no OID) first. Neither STRICT nor SET, so that the
-- planner inlines it.
CREATE FUNCTION __msar.server_entries()
RETURNS TABLE (entry_id oid, server_id oid, name name, host text, port integer, sslmode text, dbname text, nickname text)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
  SELECT d.oid, 0::oid, NULL::name, COALESCE(pg_catalog.host(pg_catalog.inet_server_addr()), 'localhost'),
    pg_catalog.current_setting('port')::integer, 'prefer', d.datname::text,
    pg_catalog.shobj_description(d.oid, 'pg_database')
  FROM pg_catalog.pg_database AS d
  WHERE d.datname = pg_catalog.current_database()
  UNION ALL
  SELECT e.oid, pg_catalog.min(e.oid::bigint) OVER (PARTITION BY e.host, e.port)::oid, e.name, e.host, e.port, e.sslmode,
    e.dbname, e.nickname
  FROM (
    SELECT s.oid, s.srvname AS name,
      pg_catalog.max(o.option_value) FILTER (WHERE o.option_name = 'host') AS host,
      pg_catalog.max(o.option_value) FILTER (WHERE o.option_name = 'port')::integer AS port,
      COALESCE(pg_catalog.max(o.option_value) FILTER (WHERE o.option_name = 'sslmode'), 'prefer') AS sslmode,
      pg_catalog.max(o.option_value) FILTER (WHERE o.option_name = 'dbname') AS dbname,
      pg_catalog.max(o.option_value) FILTER (WHERE o.option_name = 'nickname') AS nickname
    FROM pg_catalog.pg_foreign_server AS s
    JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
    LEFT JOIN LATERAL pg_catalog.pg_options_to_table(s.srvoptions) AS o ON true
    WHERE w.fdwname = 'mathesar_ext' AND pg_catalog.has_server_privilege(s.oid, 'USAGE')
    GROUP BY s.oid, s.srvname
  ) AS e;
END;

CREATE FUNCTION msar.list_servers() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
  SELECT pg_catalog.jsonb_agg(
    pg_catalog.jsonb_build_object('id', e.server_id::bigint, 'host', e.host, 'port', e.port, 'sslmode', e.sslmode)
    ORDER BY e.server_id
  )
  FROM __msar.server_entries() AS e
  -- Of those with the same host and port, the first.
  WHERE e.server_id = 0 OR e.entry_id = e.server_id;
END;

CREATE FUNCTION msar.list_databases(server_id bigint DEFAULT NULL) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
  SELECT COALESCE(
    pg_catalog.jsonb_agg(
      pg_catalog.jsonb_build_object(
        'id', e.entry_id::bigint,
        'name', e.dbname,
        'server_id', e.server_id::bigint,
        'last_confirmed_sql_version', x.extversion,
        'needs_upgrade_attention', e.server_id = 0 AND x.extversion IS DISTINCT FROM a.default_version,
        'nickname', e.nickname
      )
      ORDER BY e.server_id, e.dbname
    ),
    '[]'
  )
  FROM __msar.server_entries() AS e
  JOIN pg_catalog.pg_extension AS x ON x.extname = 'mathesar_ext'
  LEFT JOIN pg_catalog.pg_available_extensions AS a ON a.name = 'mathesar_ext'
  WHERE e.dbname IS NOT NULL AND e.server_id = COALESCE(list_databases.server_id, e.server_id::bigint)::oid;
END;

-- The entries of a server, or an error if there are none.
CREATE FUNCTION __msar.own_server_entries(server_id bigint) RETURNS name[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
AS $$
DECLARE
  names pg_catalog.name[] := ARRAY(
    SELECT e.name FROM __msar.server_entries() AS e
    WHERE e.server_id::bigint OPERATOR(pg_catalog.=) own_server_entries.server_id AND e.name IS NOT NULL
    ORDER BY e.entry_id
  );
BEGIN
  IF server_id OPERATOR(pg_catalog.=) 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = 'this server itself has no settings here',
      HINT = 'It is what the session is connected to. Other servers are foreign servers of the wrapper mathesar_ext.';
  ELSIF pg_catalog.cardinality(names) OPERATOR(pg_catalog.=) 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object',
      MESSAGE = pg_catalog.format('server with OID %s does not exist', server_id),
      HINT = 'msar.list_servers() returns the servers that the current role may use.';
  END IF;
  RETURN names;
END
$$;

-- The action of ALTER SERVER ... OPTIONS that gives an option a value, or takes it away.
CREATE FUNCTION __msar.server_option(server_name name, option_name text, value text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE
    WHEN value IS NULL AND is_set THEN pg_catalog.format('DROP %I', option_name)
    WHEN value IS NULL THEN NULL
    WHEN is_set THEN pg_catalog.format('SET %I %L', option_name, value)
    ELSE pg_catalog.format('ADD %I %L', option_name, value)
  END
  FROM (
    SELECT EXISTS (
      SELECT
      FROM pg_catalog.pg_foreign_server AS s
      CROSS JOIN LATERAL pg_catalog.pg_options_to_table(s.srvoptions) AS o
      WHERE s.srvname = server_name AND o.option_name = server_option.option_name
    ) AS is_set
  ) AS option;
END;

-- What callers say of servers and databases are objects.
CREATE FUNCTION __msar.check_object(argument text, document jsonb, keys text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
  IF pg_catalog.jsonb_typeof(document) OPERATOR(pg_catalog.<>) 'object'::pg_catalog.text THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = pg_catalog.format('argument "%s" must be an object', argument),
      HINT = pg_catalog.format('The keys are %s.', keys);
  END IF;
END
$$;

CREATE FUNCTION msar.set_server(server_id bigint, patch jsonb) RETURNS jsonb
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  entry pg_catalog.name;
  actions pg_catalog.text;
  unknown pg_catalog.text;
BEGIN
  PERFORM __msar.check_object('patch', patch, 'host, port and sslmode');
  unknown := (
    SELECT k.key FROM pg_catalog.jsonb_object_keys(patch) AS k(key)
    WHERE k.key OPERATOR(pg_catalog.<>) ALL ('{host,port,sslmode}'::pg_catalog.text[]) LIMIT 1
  );
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = pg_catalog.format('unknown key "%s" of "patch"', unknown), HINT = 'The keys are host, port and sslmode.';
  END IF;
  FOREACH entry IN ARRAY __msar.own_server_entries(server_id) LOOP
    actions := (
      SELECT pg_catalog.string_agg(__msar.server_option(entry, p.key, p.value), ', ' ORDER BY p.key)
      FROM pg_catalog.jsonb_each_text(patch) AS p(key, value)
    );
    IF actions IS NOT NULL THEN
      EXECUTE pg_catalog.format('ALTER SERVER %I OPTIONS (%s)', entry, actions);
    END IF;
  END LOOP;
  -- Another host or port may make it part of another server.
  RETURN (
    SELECT pg_catalog.jsonb_build_object('id', e.server_id::bigint, 'host', e.host, 'port', e.port, 'sslmode', e.sslmode)
    FROM __msar.server_entries() AS e WHERE e.name OPERATOR(pg_catalog.=) entry
  );
END
$$;

CREATE FUNCTION msar.add_database(database_def jsonb) RETURNS jsonb
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  known CONSTANT pg_catalog.text := 'host, port, database, nickname, sslmode, role and password';
  def pg_catalog.record;
  entry pg_catalog.name;
BEGIN
  PERFORM __msar.check_object('database_def', database_def, known);
  SELECT * INTO def
  FROM pg_catalog.jsonb_to_record(database_def) AS d(host pg_catalog.text, port integer, database pg_catalog.text, nickname pg_catalog.text,
    sslmode pg_catalog.text, role pg_catalog.text, password pg_catalog.text);
  IF def.host IS NULL OR def.database IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a database needs "host" and "database"',
      HINT = pg_catalog.format('The keys are %s.', known);
  END IF;
  entry := pg_catalog."left"(
    pg_catalog.concat(def.host, ':', COALESCE(def.port, 5432), '/', def.database), 63
  );
  IF NOT EXISTS (
    SELECT FROM __msar.server_entries() AS e WHERE e.host OPERATOR(pg_catalog.=) def.host
      AND COALESCE(e.port, 5432) OPERATOR(pg_catalog.=) COALESCE(def.port, 5432)
      AND e.dbname OPERATOR(pg_catalog.=) def.database AND e.name IS NOT NULL
  ) THEN
    EXECUTE pg_catalog.format('CREATE SERVER %I FOREIGN DATA WRAPPER mathesar_ext OPTIONS (%s)', entry, (
      SELECT pg_catalog.string_agg(pg_catalog.format('%I %L', o.name, o.value), ', ')
      FROM (VALUES ('host', def.host), ('port', def.port::pg_catalog.text), ('dbname', def.database), ('nickname', def.nickname),
        ('sslmode', def.sslmode)) AS o(name, value)
      WHERE o.value IS NOT NULL
    ));
  ELSE
    entry := (
      SELECT e.name FROM __msar.server_entries() AS e WHERE e.host OPERATOR(pg_catalog.=) def.host
        AND COALESCE(e.port, 5432) OPERATOR(pg_catalog.=) COALESCE(def.port, 5432)
        AND e.dbname OPERATOR(pg_catalog.=) def.database AND e.name IS NOT NULL
      LIMIT 1
    );
  END IF;
  IF def.role IS NOT NULL THEN
    PERFORM __msar.set_user_mapping(entry::pg_catalog.text, def.role, COALESCE(def.password, ''));
  END IF;
  RETURN (
    SELECT d.info
    FROM __msar.server_entries() AS e
    CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(msar.list_databases(e.server_id::bigint)) AS d(info)
    WHERE e.name OPERATOR(pg_catalog.=) entry
      AND (d.info OPERATOR(pg_catalog.->>) 'id')::bigint OPERATOR(pg_catalog.=) e.entry_id::bigint
  );
END
$$;

CREATE FUNCTION msar.set_database(database_id bigint, patch jsonb) RETURNS jsonb
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  entry pg_catalog.record;
  actions pg_catalog.text;
BEGIN
  PERFORM __msar.check_object('patch', patch, 'name and nickname');
  SELECT e.name, e.server_id, e.dbname INTO entry
  FROM __msar.server_entries() AS e WHERE e.entry_id::bigint OPERATOR(pg_catalog.=) database_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object',
      MESSAGE = pg_catalog.format('database with OID %s does not exist', database_id),
      HINT = 'msar.list_databases() returns the databases that the current role may use.';
  END IF;
  IF entry.name IS NULL THEN
    IF patch OPERATOR(pg_catalog.->>) 'name' OPERATOR(pg_catalog.<>) entry.dbname THEN
      RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = 'the current database cannot be renamed',
        HINT = pg_catalog.format('Connect to another database: ALTER DATABASE %I RENAME TO ...', entry.dbname);
    END IF;
    IF patch OPERATOR(pg_catalog.?) 'nickname' THEN
      EXECUTE pg_catalog.format('COMMENT ON DATABASE %I IS %L', entry.dbname, patch OPERATOR(pg_catalog.->>) 'nickname');
    END IF;
  ELSE
    actions := (
      SELECT pg_catalog.string_agg(
        __msar.server_option(entry.name, CASE WHEN p.key OPERATOR(pg_catalog.=) 'name' THEN 'dbname' ELSE p.key END, p.value), ', '
      )
      FROM pg_catalog.jsonb_each_text(patch) AS p(key, value)
      WHERE p.key OPERATOR(pg_catalog.=) ANY ('{name,nickname}')
    );
    IF actions IS NOT NULL THEN
      EXECUTE pg_catalog.format('ALTER SERVER %I OPTIONS (%s)', entry.name, actions);
    END IF;
  END IF;
  RETURN (
    SELECT d.info FROM pg_catalog.jsonb_array_elements(msar.list_databases(entry.server_id::bigint)) AS d(info)
    WHERE (d.info OPERATOR(pg_catalog.->>) 'id')::bigint OPERATOR(pg_catalog.=) database_id
  );
END
$$;

CREATE FUNCTION msar.forget_database(database_id bigint) RETURNS void
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  entry pg_catalog.name := (
    SELECT e.name FROM __msar.server_entries() AS e WHERE e.entry_id::bigint OPERATOR(pg_catalog.=) database_id
  );
BEGIN
  IF entry IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object',
      MESSAGE = pg_catalog.format('there is no entry of another database with OID %s', database_id),
      HINT = 'msar.list_databases() returns the databases that the current role may use.';
  END IF;
  EXECUTE pg_catalog.format('DROP SERVER %I CASCADE', entry);
END
$$;

CREATE FUNCTION msar.list_configured_roles(server_id bigint) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
  SELECT COALESCE(
    pg_catalog.jsonb_agg(
      pg_catalog.jsonb_build_object('id', r.id::bigint, 'name', r.name, 'server_id', list_configured_roles.server_id)
      ORDER BY r.name
    ),
    '[]'
  )
  FROM (
    SELECT r.oid AS id, r.rolname::text AS name
    FROM pg_catalog.pg_roles AS r
    WHERE list_configured_roles.server_id = 0 AND NOT __msar.is_reserved_name(r.rolname)
    UNION ALL
    SELECT m.umid, pg_catalog.max(o.option_value) FILTER (WHERE o.option_name = 'user')
    FROM __msar.server_entries() AS e
    JOIN pg_catalog.pg_user_mappings AS m ON m.srvid = e.entry_id
    CROSS JOIN LATERAL pg_catalog.pg_options_to_table(m.umoptions) AS o
    WHERE list_configured_roles.server_id <> 0 AND e.server_id = list_configured_roles.server_id::oid
      AND m.usename = current_user
    GROUP BY m.umid
  ) AS r;
END;

CREATE FUNCTION msar.add_configured_role(server_id bigint, name text, password text) RETURNS jsonb
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  entry pg_catalog.name;
BEGIN
  IF server_id OPERATOR(pg_catalog.=) 0 THEN
    -- A role of this server needs no stored password.
    IF pg_catalog.to_regrole(pg_catalog.quote_ident(name)) IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = pg_catalog.format('role "%s" does not exist', name),
        HINT = 'msar.create_role(rolename, password_, login_) creates one.';
    END IF;
  ELSE
    FOREACH entry IN ARRAY __msar.own_server_entries(server_id) LOOP
      PERFORM __msar.set_user_mapping(entry::pg_catalog.text, name, password);
    END LOOP;
  END IF;
  RETURN (
    SELECT r.info FROM pg_catalog.jsonb_array_elements(msar.list_configured_roles(server_id)) AS r(info)
    WHERE r.info OPERATOR(pg_catalog.->>) 'name' OPERATOR(pg_catalog.=) add_configured_role.name
    LIMIT 1
  );
END
$$;

-- The server of a user mapping of the current role; NULL if there is none.
CREATE FUNCTION __msar.server_of_mapping(mapping_id bigint) RETURNS name
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT m.srvname
  FROM pg_catalog.pg_user_mappings AS m
  JOIN pg_catalog.pg_foreign_server AS s ON s.oid = m.srvid
  JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw AND w.fdwname = 'mathesar_ext'
  WHERE m.umid::bigint = mapping_id AND m.usename = current_user;
END;

CREATE FUNCTION msar.delete_configured_role(configured_role_id bigint) RETURNS void
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  server pg_catalog.name := __msar.server_of_mapping(configured_role_id);
  map pg_catalog.record;
BEGIN
  IF server IS NOT NULL THEN
    EXECUTE pg_catalog.format('DROP USER MAPPING FOR CURRENT_USER SERVER %I', server);
  ELSIF EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.oid::bigint OPERATOR(pg_catalog.=) configured_role_id) THEN
    -- The role stays; nobody acts as it in this database any more.
    FOR map IN SELECT m.user_id FROM __msar.role_maps() AS m WHERE m.role_id::bigint OPERATOR(pg_catalog.=) configured_role_id LOOP
      PERFORM msar.delete_role_map(map.user_id::pg_catalog.regrole);
    END LOOP;
  ELSE
    RAISE EXCEPTION USING ERRCODE = 'undefined_object',
      MESSAGE = pg_catalog.format('there is no configured role with OID %s', configured_role_id),
      HINT = 'msar.list_configured_roles(server) returns them.';
  END IF;
END
$$;

CREATE FUNCTION msar.set_configured_role_password(configured_role_id bigint, password text) RETURNS void
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  server pg_catalog.name := __msar.server_of_mapping(configured_role_id);
BEGIN
  IF server IS NOT NULL THEN
    PERFORM __msar.set_user_mapping(server::pg_catalog.text, NULL, password);
  ELSIF NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.oid::bigint OPERATOR(pg_catalog.=) configured_role_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object',
      MESSAGE = pg_catalog.format('there is no configured role with OID %s', configured_role_id),
      HINT = 'msar.list_configured_roles(server) returns them.';
  END IF;
  -- No password of a role of this server is stored anywhere but in PostgreSQL.
END
$$;
