-- Writes the members of a patch into the profile of a role, which is created if there is none.
-- $1: {"role_oid", "role_name", members of a profile}
INSERT INTO msar_catalog.stored_user_profiles AS p
  (role_name, email, full_name, short_name, display_language, password_change_needed)
SELECT c.role_name, COALESCE(c.email, ''), c.full_name, c.short_name, COALESCE(c.display_language, 'en'),
  COALESCE(c.password_change_needed, false)
FROM jsonb_to_record($1) AS c(role_name name, email text, full_name text, short_name text, display_language text,
  password_change_needed boolean)
ON CONFLICT (role_oid) DO UPDATE SET
  role_name = EXCLUDED.role_name,
  email = CASE WHEN $1 ? 'email' THEN EXCLUDED.email ELSE p.email END,
  full_name = CASE WHEN $1 ? 'full_name' THEN EXCLUDED.full_name ELSE p.full_name END,
  short_name = CASE WHEN $1 ? 'short_name' THEN EXCLUDED.short_name ELSE p.short_name END,
  display_language = CASE WHEN $1 ? 'display_language' THEN EXCLUDED.display_language ELSE p.display_language END,
  password_change_needed = CASE WHEN $1 ? 'password_change_needed' THEN EXCLUDED.password_change_needed
    ELSE p.password_change_needed END,
  updated_at = now();
