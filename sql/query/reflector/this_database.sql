-- Returns the identity of this database, which a copy of it shares.
SELECT jsonb_build_object('system', c.system_identifier::text, 'database', d.oid::bigint)
FROM pg_control_system() AS c, pg_database AS d WHERE d.datname = current_database()
