-- The current database as a whole. Names are bound as in schemas.sql.

CREATE FUNCTION msar.get_current_database_info() RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.jsonb_build_object(
    'oid', d.oid::bigint,
    'name', d.datname,
    'owner_oid', d.datdba::bigint,
    'current_role_priv', pg_catalog.array_remove(
      ARRAY[
        CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT') THEN 'CONNECT' END,
        CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CREATE') THEN 'CREATE' END,
        CASE WHEN pg_catalog.has_database_privilege(d.oid, 'TEMPORARY') THEN 'TEMPORARY' END
      ],
      NULL
    ),
    'current_role_owns', pg_catalog.pg_has_role(d.datdba, 'USAGE')
  )
  FROM pg_catalog.pg_database AS d
  WHERE d.datname = pg_catalog.current_database();
END;

CREATE FUNCTION msar.get_object_counts() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH user_schema AS (
    SELECT n.oid
    FROM pg_catalog.pg_namespace AS n
    WHERE NOT __msar.is_system_schema(n.nspname)
      AND n.oid NOT IN (SELECT own FROM __msar.own_schemas() AS own)
  ),
  user_table AS (
    -- reltuples is -1 as long as a table was never vacuumed or analysed.
    SELECT GREATEST(c.reltuples, 0)::bigint AS records
    FROM pg_catalog.pg_class AS c
    JOIN user_schema AS s ON s.oid = c.relnamespace
    WHERE c.relkind = 'r'
  )
  SELECT pg_catalog.jsonb_build_object(
    'schema_count', (SELECT pg_catalog.count(*) FROM user_schema),
    'table_count', (SELECT pg_catalog.count(*) FROM user_table),
    'record_count', (SELECT COALESCE(pg_catalog.sum(t.records), 0) FROM user_table AS t)
  );
END;
