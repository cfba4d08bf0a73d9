COMMENT ON FUNCTION msar.get_current_database_info() IS
$$Describes the current database.

Returns: {"oid": int, "name": text, "owner_oid": int,
  "current_role_priv": those of CONNECT, CREATE, TEMPORARY that the current role has,
  "current_role_owns": whether the current role has the owner's privileges}
Errors: none

Example:
  SELECT msar.get_current_database_info()->>'name';$$;

COMMENT ON FUNCTION msar.get_object_counts() IS
$$Counts the schemas, tables and records of the database, without the schemas of PostgreSQL and of
this extension.

Returns: {"schema_count": int, "table_count": int, "record_count": int}; table_count counts
  ordinary tables, partitions among them; record_count is the planner's estimate, which is 0 for a
  table that was never vacuumed or analyzed
Errors: none

Example:
  SELECT msar.get_object_counts();$$;

COMMENT ON FUNCTION msar.drop_database_query(oid) IS
$$Returns the statement that drops a database, for a client to run. PostgreSQL runs it outside of
transactions, and from a connection to another database.

Arguments:
  dat_id: OID of the database in pg_catalog.pg_database
Returns: text: DROP DATABASE with the name, quoted if necessary
Errors:
  42704: no database has this OID

Example:
  SELECT msar.drop_database_query(oid) FROM pg_database WHERE datname = 'library';$$;
