-- Run on another server: the OID of the role that connects.
SELECT r.oid::text FROM pg_catalog.pg_roles AS r
WHERE r.rolname OPERATOR(pg_catalog.=) current_user
