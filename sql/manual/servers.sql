COMMENT ON FOREIGN DATA WRAPPER mathesar_ext IS
'mathesar_ext: other database servers that clients know of. No table is read through it';

COMMENT ON FUNCTION __msar.validate_server_options(text[], oid) IS
$$Validator of the foreign data wrapper mathesar_ext.

Arguments:
  options: those of a server (host, port, dbname, sslmode, nickname) or a user mapping (user,
    password)
  catalog_id: the catalog of the object
Returns: nothing
Errors:
  HV00D: unknown option
  HV024: invalid value

Example:
  SELECT __msar.validate_server_options('{port=5432}', 'pg_foreign_server'::regclass);$$;

COMMENT ON FUNCTION __msar.server_entries() IS
$$Returns the registered databases: the current one, whose server has the number 0, and one for each
foreign server of the wrapper mathesar_ext that the current role may use.

Returns: entry_id: OID of the database, or of the foreign server; server_id: the first of those with
  the same host and port; name: of the foreign server; host, port, sslmode, dbname, nickname
Errors: none

Example:
  SELECT host, port, dbname FROM __msar.server_entries();$$;

COMMENT ON FUNCTION __msar.own_server_entries(bigint) IS
$$Returns the foreign servers that are one server to clients.

Arguments:
  server_id: as msar.list_servers returns it
Returns: their names
Errors:
  0A000: this server itself
  42704: no such server

Example:
  SELECT __msar.own_server_entries(16400);$$;

COMMENT ON FUNCTION __msar.server_option(name, text, text) IS
$$Returns the action of ALTER SERVER that sets an option.

Arguments:
  server_name: the foreign server
  option_name: the option
  value: its value; NULL to remove it
Returns: text; NULL if there is nothing to do
Errors: none

Example:
  SELECT __msar.server_option('archive', 'port', '5433');$$;

COMMENT ON FUNCTION __msar.check_object(text, jsonb, text) IS
$$Fails if a document is not a JSON object.

Arguments:
  argument: the name of the argument that has it
  document: the document
  keys: the keys that it can have, for the hint
Returns: nothing
Errors:
  22023: it is not an object

Example:
  SELECT __msar.check_object('patch', '{}', 'host and port');$$;

COMMENT ON FUNCTION msar.list_servers() IS
$$Returns the database servers that the current role may use: this one, and the foreign servers of
the wrapper mathesar_ext; those of the same host and port are one.

Returns: array of {"id": OID of the foreign server, 0 for this server, "host", "port", "sslmode"}
Errors: none

Example:
  SELECT msar.list_servers();$$;

COMMENT ON FUNCTION msar.list_databases(bigint) IS
$$Returns the current database, and the registered ones of other servers (msar.add_database).

Arguments:
  server_id: only those of this server; NULL for all
Returns: array of {"id": OID of the database or of the foreign server, "name", "server_id",
  "last_confirmed_sql_version": version of the extension, "needs_upgrade_attention": whether another
  version is installed on the server, "nickname": the database's comment, or the option of the
  foreign server}
Errors: none

Example:
  SELECT msar.list_databases();$$;

COMMENT ON FUNCTION msar.set_server(bigint, jsonb) IS
$$Changes how another database server is reached, by ALTER SERVER.

Arguments:
  server_id: as msar.list_servers returns it
  patch: {"host", "port", "sslmode"}; null removes one; absent keys change nothing
Returns: as an element of msar.list_servers
Errors:
  42704: no such server
  0A000: this server itself
  42501: not the owner of the foreign server
  22023: unknown key, or not an object
  HV024: invalid value

Example:
  SELECT msar.set_server(16400, '{"sslmode": "require"}');$$;

COMMENT ON FUNCTION msar.add_database(jsonb) IS
$$Registers a database of another server, by CREATE SERVER, and the credentials of the current role
there, by CREATE USER MAPPING. It opens no connection.

Arguments:
  database_def: {"host", "port", "database", "nickname", "sslmode", "role", "password"}; the first
    and the third are required. Pass the document as a parameter if it has a password.
Returns: as an element of msar.list_databases
Errors:
  22023: no host or database, or not an object
  42501: no USAGE on the foreign data wrapper mathesar_ext
  HV024: invalid value

Example:
  SELECT msar.add_database('{"host": "db.a.example", "database": "archive"}');$$;

COMMENT ON FUNCTION msar.set_database(bigint, jsonb) IS
$$Changes the nickname of a database, and the name of one on another server.

Arguments:
  database_id: as msar.list_databases returns it
  patch: {"name", "nickname"}; absent keys change nothing. The nickname of the current database is
    its comment.
Returns: as an element of msar.list_databases
Errors:
  42704: no such database
  0A000: another name for the current database
  22023: not an object
  42501: not the owner

Example:
  SELECT msar.set_database(16400, '{"nickname": "Old books"}');$$;

COMMENT ON FUNCTION msar.forget_database(bigint) IS
$$Removes a registered database of another server and the credentials for it, by DROP SERVER.

Arguments:
  database_id: as msar.list_databases returns it
Returns: nothing
Errors:
  42704: no such database of another server
  42501: not the owner of the foreign server

Example:
  SELECT msar.forget_database(16400);$$;

COMMENT ON FUNCTION msar.list_configured_roles(bigint) IS
$$Returns the roles that can be used on a server: those of this server, or the one that the current
role has credentials for.

Arguments:
  server_id: as msar.list_servers returns it
Returns: array of {"id": OID of the role or of the user mapping, "name", "server_id"}
Errors: none

Example:
  SELECT msar.list_configured_roles(0);$$;

COMMENT ON FUNCTION msar.add_configured_role(bigint, text, text) IS
$$Stores the credentials of the current role on another server, as a user mapping. PostgreSQL stores
the password unencrypted. For this server it only returns the role: no password is needed or stored.

Arguments:
  server_id: as msar.list_servers returns it
  name: the role there
  password: its password
Returns: as an element of msar.list_configured_roles
Errors:
  42704: no such server, or no such role of this server
  42501: no USAGE on the foreign server

Example:
  SELECT msar.add_configured_role(16400, 'reader', 'correct horse');$$;

COMMENT ON FUNCTION __msar.server_of_mapping(bigint) IS
$$Returns the foreign server of a user mapping of the current role.

Arguments:
  mapping_id: OID of the user mapping
Returns: name; NULL if there is none
Errors: none

Example:
  SELECT __msar.server_of_mapping(16401);$$;

COMMENT ON FUNCTION msar.delete_configured_role(bigint) IS
$$Deletes the credentials of the current role on another server. For a role of this server, users no
longer act as that role in this database; the role stays.

Arguments:
  configured_role_id: as msar.list_configured_roles returns it
Returns: nothing
Errors:
  42704: no such role or user mapping
  42501: as msar.delete_role_map

Example:
  SELECT msar.delete_configured_role(16401);$$;

COMMENT ON FUNCTION msar.set_configured_role_password(bigint, text) IS
$$Stores another password for the current role on another server. For a role of this server nothing
is stored: msar.set_user_password sets its password.

Arguments:
  configured_role_id: as msar.list_configured_roles returns it
  password: the password
Returns: nothing
Errors:
  42704: no such role or user mapping

Example:
  SELECT msar.set_configured_role_password(16401, 'battery staple');$$;

COMMENT ON FUNCTION __msar.set_user_mapping(text, text, text) IS
$$Makes or changes the user mapping of the current role. The password is in no statement.

Arguments:
  server: the foreign server
  user_name: the role there; NULL to leave it
  password: its password
Returns: nothing
Errors:
  42704: no such server
  42501: no USAGE on it

Example:
  SELECT __msar.set_user_mapping('archive', 'reader', 'correct horse');$$;
