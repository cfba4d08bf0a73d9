COMMENT ON FUNCTION msar.get_current_database_info() IS
$$The current database.

Returns: {"oid": int, "name": text, "owner_oid": int, "current_role_priv": those of CONNECT,
  CREATE, TEMPORARY that the current role has, "current_role_owns": whether the current role has
  the rights of the owner}
Errors: none

Example: SELECT msar.get_current_database_info()->>'name';$$;

COMMENT ON FUNCTION msar.get_object_counts() IS
$$How much there is in the database, outside of PostgreSQL's own and this extension's schemas.

Returns: {"schema_count": int, "table_count": int, "record_count": int}. Counted are ordinary
  tables (partitions are among them); records are the planner's estimate, 0 for a table that was
  never vacuumed or analysed
Errors: none

Example: SELECT msar.get_object_counts();$$;

COMMENT ON FUNCTION msar.drop_database_query(oid) IS
$$Writes the statement that drops a database, for a client to run: PostgreSQL runs it outside of
transactions and of that database only.

Arguments: dat_id: the database, by its OID in pg_catalog.pg_database.
Returns: text: DROP DATABASE with the name, quoted where it must be.
Errors: 42704 no database has this OID.

Example: SELECT msar.drop_database_query(oid) FROM pg_database WHERE datname = 'library';$$;
