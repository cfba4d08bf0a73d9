-- Returns the name of a role, and whether row-level security does not apply to it.
-- $1: {"oid"}
SELECT jsonb_build_object('name', r.rolname, 'is_above_rules', r.rolsuper OR r.rolbypassrls)
FROM pg_roles AS r WHERE r.oid = ($1->>'oid')::oid;
