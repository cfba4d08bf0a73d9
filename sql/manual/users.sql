COMMENT ON TABLE msar_catalog.stored_user_profiles IS
'Data of users that PostgreSQL does not store; read msar_catalog.user_profiles';
COMMENT ON COLUMN msar_catalog.stored_user_profiles.role_oid IS
  'The role; NULL if there is none of that name';
COMMENT ON COLUMN msar_catalog.stored_user_profiles.role_name IS
  'Its name, by which a restore finds it';
COMMENT ON COLUMN msar_catalog.stored_user_profiles.email IS 'E-mail address';
COMMENT ON COLUMN msar_catalog.stored_user_profiles.full_name IS 'Full name';
COMMENT ON COLUMN msar_catalog.stored_user_profiles.short_name IS 'Short name';
COMMENT ON COLUMN msar_catalog.stored_user_profiles.display_language IS
  'Language of the user''s screen: en';
COMMENT ON COLUMN msar_catalog.stored_user_profiles.password_change_needed IS
'Whether a client should ask for a new password';
COMMENT ON COLUMN msar_catalog.stored_user_profiles.created_at IS 'When the profile was created';
COMMENT ON COLUMN msar_catalog.stored_user_profiles.updated_at IS 'When it was last changed';
COMMENT ON TRIGGER place_user_profile ON msar_catalog.stored_user_profiles IS
'Finds the role by its name, also for rows of a restore';
COMMENT ON FUNCTION __msar.place_user_profile() IS
'Trigger of msar_catalog.stored_user_profiles: finds the role of a profile by its name';

COMMENT ON VIEW msar_catalog.user_profiles IS
'The profiles of users: one''s own, and all for roles with CREATEROLE and superusers';
COMMENT ON COLUMN msar_catalog.user_profiles.role_oid IS 'The role';
COMMENT ON COLUMN msar_catalog.user_profiles.role_name IS 'Its name';
COMMENT ON COLUMN msar_catalog.user_profiles.email IS 'E-mail address; empty if there is none';
COMMENT ON COLUMN msar_catalog.user_profiles.full_name IS 'Full name';
COMMENT ON COLUMN msar_catalog.user_profiles.short_name IS 'Short name';
COMMENT ON COLUMN msar_catalog.user_profiles.display_language IS
  'Language of the user''s screen: en';
COMMENT ON COLUMN msar_catalog.user_profiles.password_change_needed IS
'Whether a client should ask for a new password';
COMMENT ON COLUMN msar_catalog.user_profiles.created_at IS 'When the profile was created';
COMMENT ON COLUMN msar_catalog.user_profiles.updated_at IS 'When it was last changed';

COMMENT ON FUNCTION __msar.role_maps() IS
$$Returns which users act as which roles in the current database.

Returns: user_id, role_id: OIDs
Errors: none

Example:
  SELECT user_id::regrole, role_id::regrole FROM __msar.role_maps();$$;

COMMENT ON FUNCTION __msar.user_info() IS
$$Returns the users: roles that can log in.

Returns: oid, name, info: as msar.list_users
Errors: none

Example:
  SELECT info FROM __msar.user_info();$$;

COMMENT ON FUNCTION msar.current_user_id() IS
$$Returns the user of the session: the login role, if the session acts as the role that this user is
to act as in this database (msar.set_role_map); otherwise the current role.

Returns: the OID of the user's role
Errors: none

Example:
  SELECT msar.current_user_id();$$;

COMMENT ON FUNCTION msar.list_users() IS
$$Returns the users: roles that can log in.

Returns: array, by name, of {"id": OID of the role, "username", "is_superuser": whether the user may
  add others (CREATEROLE or SUPERUSER), "email", "full_name", "display_language"}. Profiles that the
  current role may not read (see msar_catalog.user_profiles) are as if they were empty.
Errors: none

Example:
  SELECT msar.list_users();$$;

COMMENT ON FUNCTION msar.get_user(regrole) IS
$$Returns a user.

Arguments:
  user_id: the user's role
Returns: as msar.list_users; NULL for a role that cannot log in
Errors: none

Example:
  SELECT msar.get_user(current_user::regrole);$$;

COMMENT ON FUNCTION msar.add_user(jsonb) IS
$$Creates a role that can log in, and its profile.

Arguments:
  user_def: {"username", "password", "is_superuser": whether the user may add others, "email",
    "full_name", "short_name", "display_language"}; only the first two are required. The role gets
    CREATEROLE for "is_superuser", never SUPERUSER. The password, or its SCRAM verifier, is kept
    by PostgreSQL alone; pass it as a parameter, not in the text of the statement.
Returns: as msar.get_user; the user is asked to choose another password
Errors:
  42710: there is such a role
  42501: no right to create roles
  22023: empty password, unknown key
  23514: a field that is too long

Example:
  SELECT msar.add_user('{"username": "ada", "password": "correct horse"}');$$;

COMMENT ON FUNCTION msar.patch_user(regrole, jsonb) IS
$$Changes a user's role and profile.

Arguments:
  user_id: the user's role
  patch: {"username", "is_superuser", "email", "full_name", "short_name", "display_language"}; a key
    that is left out changes nothing
Returns: as msar.get_user
Errors:
  42704: no such role, or it cannot log in
  42501: neither the user's own profile nor a role that the caller may alter
  42710: the name is taken
  22023: unknown key
  23514: a field that is too long

Example:
  SELECT msar.patch_user(current_user::regrole, '{"full_name": "Ada Lovelace"}');$$;

COMMENT ON FUNCTION msar.delete_user(regrole) IS
$$Drops a user's role and deletes the profile.

Arguments:
  user_id: the user's role
Returns: nothing
Errors:
  42704: no such role, or it cannot log in
  2BP01: something belongs to the role
  42501: no right to drop it

Example:
  SELECT msar.delete_user('ada');$$;

COMMENT ON FUNCTION msar.set_user_password(regrole, text, boolean) IS
$$Sets the password of a user. It occurs in no statement that is logged or counted; pass it as a
parameter, so that it is not in the text of your own statement either.

Arguments:
  user_id: the user's role
  new_password: the password, or its SCRAM verifier
  change_needed: whether the user is asked to choose another one
Returns: nothing
Errors:
  42704: no such role, or it cannot log in
  42501: no right to alter it
  22023: empty password

Example:
  SELECT msar.set_user_password('ada', 'battery staple');$$;

COMMENT ON FUNCTION msar.replace_own_password(text, text) IS
$$Sets the password of the current role, if its old one is given.

Arguments:
  old_password: the password that the role has now
  new_password: the password, or its SCRAM verifier
Returns: nothing
Errors:
  28P01: wrong old password, or the role has none
  42704: the role cannot log in
  22023: empty password

Example:
  SELECT msar.replace_own_password('correct horse', 'battery staple');$$;

COMMENT ON FUNCTION msar.list_role_maps() IS
$$Returns which users act as which roles in the current database, by ALTER ROLE ... IN DATABASE ...
SET role.

Returns: array, by the users' names, of {"id", "user_id": OID of the user's role, "database_id": OID
  of the database, "configured_role_id": OID of the role that the user acts as}
Errors: none

Example:
  SELECT msar.list_role_maps();$$;

COMMENT ON FUNCTION msar.set_role_map(regrole, regrole) IS
$$Makes sessions of a user act as a role in the current database: makes the user a member of it and
runs ALTER ROLE ... IN DATABASE ... SET role. Sessions that are open already stay as they are.

Arguments:
  user_id: the user's role
  role_id: the role to act as
Returns: as an element of msar.list_role_maps
Errors:
  42704: no such role
  42501: no right to alter the user, or to grant the role

Example:
  SELECT msar.set_role_map('ada', 'editor');$$;

COMMENT ON FUNCTION msar.delete_role_map(regrole) IS
$$Reverts msar.set_role_map. The membership goes too, unless the user acts as that role
in another database.

Arguments:
  user_id: the user's role
Returns: nothing
Errors:
  42704: no such role, or it acts as no other role here
  42501: no right to alter the user, or to revoke the role

Example:
  SELECT msar.delete_role_map('ada');$$;

COMMENT ON FUNCTION __msar.add_user(jsonb) IS 'Does the work of msar.add_user. Arguments: as there';
COMMENT ON FUNCTION __msar.patch_user(oid, jsonb) IS
  'Does the work of msar.patch_user. Arguments: as there';
COMMENT ON FUNCTION __msar.delete_user(oid) IS
  'Does the work of msar.delete_user. Arguments: as there';
COMMENT ON FUNCTION __msar.set_user_password(oid, text, boolean) IS
'Does the work of msar.set_user_password. Arguments: as there';
COMMENT ON FUNCTION __msar.replace_own_password(text, text) IS
'Does the work of msar.replace_own_password. Arguments: as there';
COMMENT ON FUNCTION __msar.set_role_map(oid, oid) IS
  'Does the work of msar.set_role_map. Arguments: as there';
COMMENT ON FUNCTION __msar.delete_role_map(oid) IS
'Does the work of msar.delete_role_map. Arguments: as there';
