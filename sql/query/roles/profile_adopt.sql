-- Gives a role the profile that a restore brought before the role existed.
-- $1: {"role_oid", "role_name"}
UPDATE msar_catalog.stored_user_profiles SET role_oid = ($1 ->> 'role_oid')::oid
WHERE role_oid IS NULL AND role_name = ($1 ->> 'role_name')::name
  AND NOT EXISTS (SELECT FROM msar_catalog.stored_user_profiles AS p WHERE p.role_oid = ($1 ->> 'role_oid')::oid);
