-- Returns the roles that want a worker in this database and have none.
-- $1: {"type"}
SELECT COALESCE(jsonb_agg(w.role_oid::bigint), '[]')
FROM msar_catalog.stored_reflectors AS w
JOIN pg_roles AS o ON o.oid = w.role_oid AND o.rolcanlogin
WHERE NOT EXISTS (
  SELECT FROM pg_stat_get_activity(NULL) AS a
  WHERE a.backend_type = $1->>'type' AND a.usesysid = w.role_oid
    AND a.datid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
)
