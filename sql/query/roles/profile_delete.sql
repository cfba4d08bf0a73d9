-- Deletes the profile of a role.
-- $1: {"role_oid"}
DELETE FROM msar_catalog.stored_user_profiles WHERE role_oid = ($1 ->> 'role_oid')::oid
