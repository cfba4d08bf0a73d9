-- What roles see of source tables, reflections and dead letters.

-- Source tables that the current role may read.
CREATE VIEW msar_catalog.source_tables WITH (security_barrier) AS
SELECT s.id, s.table_oid, s.schema_name, s.table_name, s.column_names, s.key_type, s.key_names, s.keeps_old_rows, s.on_error,
  s.max_events, s.max_age, s.when_full, __msar.source_is_live(s.id, s.event_table) AS is_live, s.created_at
FROM msar_catalog.stored_source_tables AS s
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = s.table_oid AND c.relname = s.table_name
WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE') OR pg_catalog.has_table_privilege(c.oid, 'SELECT')
  OR EXISTS (
    SELECT FROM msar_catalog.stored_reflections AS r
    WHERE r.source_id = s.id AND EXISTS (SELECT FROM pg_catalog.pg_roles AS o WHERE o.oid = r.owner_oid)
      AND pg_catalog.pg_has_role(r.owner_oid, 'USAGE')
  );
GRANT SELECT ON msar_catalog.source_tables TO PUBLIC;

-- The reflections of the current role, and those of its tables.
CREATE VIEW msar_catalog.reflections WITH (security_barrier) AS
SELECT r.id, r.source_id, s.schema_name AS source_schema, s.table_name AS source_name, r.owner_name AS owner,
  COALESCE(f.srvname, r.server_name) AS server, r.target_schema, r.target_name, r.fields, r.statement, r.delete_statement, r.filter, r.ignore_deletes, r.on_error,
  CASE
    WHEN NOT __msar.source_is_live(s.id, s.event_table) THEN 'paused'
    WHEN r.state = 'active' AND r.failures > 0 THEN 'failed'
    ELSE r.state
  END AS state,
  CASE
    WHEN __msar.source_is_live(s.id, s.event_table) THEN COALESCE(
      CASE WHEN __msar.has_parent_table(s.table_oid)
        THEN 'the source table is a part of another table: statements that name that one are not reflected' END,
      r.recopy_reason
    )
    WHEN EXISTS (
      SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = s.schema_name AND c.relname = s.table_name
    ) THEN 'the database was restored: resume the reflection'
    ELSE 'the source table was dropped'
  END AS recopy_reason,
  r.snapshot, r.applied, r.copied, r.copy_started_at, r.copied_at, r.rate,
  (SELECT pg_catalog.count(*) FROM msar_catalog.stored_dead_letters AS d WHERE d.reflection_id = r.id) AS dead_letters,
  r.last_error, r.failures, r.retry_at, r.last_run_at, r.created_at
FROM msar_catalog.stored_reflections AS r
JOIN msar_catalog.stored_source_tables AS s ON s.id = r.source_id
LEFT JOIN pg_catalog.pg_foreign_server AS f ON f.oid = r.server_oid
LEFT JOIN pg_catalog.pg_roles AS o ON o.oid = r.owner_oid
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = s.table_oid AND c.relname = s.table_name
WHERE pg_catalog.pg_has_role(o.oid, 'USAGE') OR pg_catalog.pg_has_role(c.relowner, 'USAGE');
GRANT SELECT ON msar_catalog.reflections TO PUBLIC;

-- Events that could not be applied, with the values of their rows: for the reflection's owner and the source's.
CREATE VIEW msar_catalog.dead_letters WITH (security_barrier) AS
SELECT d.id, d.reflection_id, d.seq,
  CASE d.operation WHEN 'I' THEN 'INSERT' WHEN 'U' THEN 'UPDATE' WHEN 'D' THEN 'DELETE' ELSE 'TRUNCATE' END AS operation,
  d.key, d.error ->> 'sqlstate' AS sqlstate, d.error ->> 'message' AS message, d.error, d.attempts, d.failed_at
FROM msar_catalog.stored_dead_letters AS d
JOIN msar_catalog.reflections AS r ON r.id = d.reflection_id;
GRANT SELECT ON msar_catalog.dead_letters TO PUBLIC;
