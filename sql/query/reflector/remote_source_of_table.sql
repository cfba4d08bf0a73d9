-- Run on another server, which has the extension: the live source that a table is, the database that it belongs to, and
-- whether the role that connects has the rights of the table's owner.
SELECT s.system_identifier::text, d.oid::text, t.id::text,
  pg_catalog.pg_has_role(session_user, c.relowner, 'USAGE')::text
FROM msar_catalog.source_tables AS t
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.table_oid
JOIN pg_catalog.pg_database AS d ON d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
CROSS JOIN pg_catalog.pg_control_system() AS s
WHERE t.table_oid OPERATOR(pg_catalog.=) CAST($1 AS pg_catalog.oid) AND t.is_live
ORDER BY t.id LIMIT 1
