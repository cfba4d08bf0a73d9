-- Returns the process id of the worker of a role in this database; null if there is none.
-- $1: {"role", "type"}
SELECT to_jsonb((
  SELECT a.pid FROM pg_stat_get_activity(NULL) AS a
  WHERE a.backend_type = $1->>'type' AND a.usesysid = ($1->>'role')::oid
    AND a.datid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
  ORDER BY a.backend_start, a.pid LIMIT 1
))
