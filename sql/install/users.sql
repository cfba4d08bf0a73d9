-- Users: roles that can log in, with a profile each, and the roles that they act as in this database. Names are bound as in
-- schemas.sql.

CREATE TABLE msar_catalog.stored_user_profiles (
  -- NULL where the cluster has no such role (yet).
  role_oid oid UNIQUE,
  role_name name NOT NULL,
  email text NOT NULL DEFAULT '' CONSTRAINT email_length CHECK (pg_catalog.char_length(email) <= 254),
  full_name text CONSTRAINT full_name_length CHECK (pg_catalog.char_length(full_name) <= 255),
  short_name text CONSTRAINT short_name_length CHECK (pg_catalog.char_length(short_name) <= 255),
  display_language text NOT NULL DEFAULT 'en'
    CONSTRAINT display_language_code CHECK (display_language ~ '^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,3}$'),
  password_change_needed boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  updated_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON msar_catalog.stored_user_profiles TO @extowner@;
SELECT pg_catalog.pg_extension_config_dump('msar_catalog.stored_user_profiles', '');

-- Roles of another cluster have other OIDs: what a restore brings is placed by name.
CREATE FUNCTION __msar.place_user_profile() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  NEW.role_oid := (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = NEW.role_name);
  RETURN NEW;
END
$$;
CREATE TRIGGER place_user_profile BEFORE INSERT ON msar_catalog.stored_user_profiles
  FOR EACH ROW EXECUTE FUNCTION __msar.place_user_profile();
ALTER TABLE msar_catalog.stored_user_profiles ENABLE ALWAYS TRIGGER place_user_profile;

CREATE VIEW msar_catalog.user_profiles WITH (security_barrier) AS
SELECT
  r.oid AS role_oid, r.rolname AS role_name, p.email, p.full_name, p.short_name, p.display_language,
  p.password_change_needed, p.created_at, p.updated_at
FROM msar_catalog.stored_user_profiles AS p
JOIN pg_catalog.pg_roles AS r
  ON r.oid = p.role_oid OR (p.role_oid IS NULL AND r.rolname = p.role_name)
WHERE r.rolname IN (current_user, session_user)
  OR pg_catalog.pg_has_role(r.oid, 'USAGE')
  OR (SELECT c.rolcreaterole FROM pg_catalog.pg_roles AS c WHERE c.rolname = current_user);
GRANT SELECT ON msar_catalog.user_profiles TO PUBLIC;

-- The roles that users act as: what ALTER ROLE ... IN DATABASE ... SET role has stored. Neither STRICT nor SET, so that
-- the planner inlines it.
CREATE FUNCTION __msar.role_maps() RETURNS TABLE (user_id oid, role_id oid)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT s.setrole, r.oid
  FROM pg_catalog.pg_db_role_setting AS s
  JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
  CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c(setting)
  JOIN pg_catalog.pg_roles AS r ON r.rolname = pg_catalog.substr(c.setting, 6)
  WHERE d.datname = pg_catalog.current_database()
    AND s.setrole <> 0
    AND pg_catalog.starts_with(c.setting, 'role=');
END;

CREATE FUNCTION msar.current_user_id() RETURNS bigint
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
  -- Who logged in, while the session acts as the role that this user is to act as here; otherwise the current role.
  SELECT COALESCE(
    (
      SELECT m.user_id
      FROM __msar.role_maps() AS m
      JOIN pg_catalog.pg_roles AS u ON u.oid = m.user_id AND u.rolname = session_user
      JOIN pg_catalog.pg_roles AS r ON r.oid = m.role_id AND r.rolname = current_user
    ),
    (SELECT c.oid FROM pg_catalog.pg_roles AS c WHERE c.rolname = current_user)
  )::bigint;
END;

CREATE FUNCTION __msar.user_info() RETURNS TABLE (oid oid, name name, info jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT r.oid, r.rolname, pg_catalog.jsonb_build_object(
    'id', r.oid::bigint,
    'username', r.rolname,
    'is_superuser', r.rolsuper OR r.rolcreaterole,
    'email', COALESCE(p.email, ''),
    'full_name', COALESCE(p.full_name, ''),
    'display_language', COALESCE(p.display_language, 'en')
  )
  FROM pg_catalog.pg_roles AS r
  LEFT JOIN msar_catalog.user_profiles AS p ON p.role_oid = r.oid
  WHERE r.rolcanlogin AND NOT __msar.is_reserved_name(r.rolname);
END;

CREATE FUNCTION msar.list_users() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(pg_catalog.jsonb_agg(u.info ORDER BY u.name), '[]') FROM __msar.user_info() AS u;
END;

CREATE FUNCTION msar.get_user(user_id regrole) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT u.info FROM __msar.user_info() AS u WHERE u.oid = user_id;
END;

-- These functions change users. The first statement of each calls a function in Rust; the second returns the new state.

CREATE FUNCTION msar.add_user(user_def jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.add_user(user_def);
  SELECT u.info FROM __msar.user_info() AS u WHERE u.name = user_def ->> 'username';
END;

CREATE FUNCTION msar.patch_user(user_id regrole, patch jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.patch_user(user_id, patch);
  SELECT u.info FROM __msar.user_info() AS u WHERE u.oid = user_id;
END;

CREATE FUNCTION msar.delete_user(user_id regrole) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
RETURN __msar.delete_user(user_id);

CREATE FUNCTION msar.set_user_password(user_id regrole, new_password text, change_needed boolean DEFAULT true) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
RETURN __msar.set_user_password(user_id, new_password, change_needed);

CREATE FUNCTION msar.replace_own_password(old_password text, new_password text) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
RETURN __msar.replace_own_password(old_password, new_password);

CREATE FUNCTION msar.list_role_maps() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(
    pg_catalog.jsonb_agg(
      pg_catalog.jsonb_build_object(
        'id', m.user_id::bigint, 'user_id', m.user_id::bigint, 'database_id', d.oid::bigint,
        'configured_role_id', m.role_id::bigint
      )
      ORDER BY u.rolname
    ),
    '[]'
  )
  FROM __msar.role_maps() AS m
  JOIN pg_catalog.pg_roles AS u ON u.oid = m.user_id
  JOIN pg_catalog.pg_database AS d ON d.datname = pg_catalog.current_database();
END;

CREATE FUNCTION msar.set_role_map(user_id regrole, role_id regrole) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.set_role_map(user_id, role_id);
  SELECT pg_catalog.jsonb_build_object(
    'id', user_id::oid::bigint, 'user_id', user_id::oid::bigint, 'database_id', d.oid::bigint,
    'configured_role_id', role_id::oid::bigint
  )
  FROM pg_catalog.pg_database AS d
  WHERE d.datname = pg_catalog.current_database();
END;

CREATE FUNCTION msar.delete_role_map(user_id regrole) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
RETURN __msar.delete_role_map(user_id);
