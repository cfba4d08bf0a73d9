-- The figures of the web service's reports, as far as a database has them.
SELECT pg_catalog.jsonb_build_object(
  'installation_id', NULL,
  'mathesar_version', (
    SELECT e.extversion FROM pg_catalog.pg_extension AS e WHERE e.extname OPERATOR(pg_catalog.=) 'mathesar_ext'
  ),
  'user_count', r.users,
  -- PostgreSQL does not keep when a role logged in last: those that are connected.
  'active_user_count', (
    SELECT pg_catalog.count(DISTINCT a.usesysid)
    FROM pg_catalog.pg_stat_activity AS a
    WHERE a.backend_type OPERATOR(pg_catalog.=) 'client backend'
  ),
  'sso_connected_user_count', 0,
  'configured_role_count', r.roles,
  'connected_database_count', 1,
  'connected_database_schema_count', c.counts OPERATOR(pg_catalog.->) 'schema_count',
  'connected_database_table_count', c.counts OPERATOR(pg_catalog.->) 'table_count',
  'connected_database_record_count', c.counts OPERATOR(pg_catalog.->) 'record_count',
  -- Those that the current role may see.
  'exploration_count', (SELECT pg_catalog.count(*) FROM msar_catalog.explorations),
  'form_count', f.forms,
  'public_form_count', f.published
)
FROM (SELECT msar.get_object_counts() AS counts) AS c,
  (
    SELECT pg_catalog.count(*) AS forms, pg_catalog.count(*) FILTER (WHERE f.publish_public) AS published
    FROM msar_catalog.forms AS f
  ) AS f,
  (
    SELECT pg_catalog.count(*) FILTER (WHERE r.rolcanlogin) AS users, pg_catalog.count(*) AS roles
    FROM pg_catalog.pg_roles AS r
    WHERE NOT pg_catalog.starts_with(r.rolname::pg_catalog.text, 'pg_')
  ) AS r
