-- Giving the database, schemas and tables to other owners. Names are bound as in schemas.sql.
--
-- The first statement of each calls a function in Rust; the second returns the new state.

CREATE FUNCTION msar.transfer_database_ownership(new_owner_oid regrole) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.transfer_database_ownership(new_owner_oid);
  SELECT msar.get_current_database_info();
END;

CREATE FUNCTION msar.transfer_schema_ownership(sch_id regnamespace, new_owner_oid regrole) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.transfer_schema_ownership(sch_id, new_owner_oid);
  SELECT s.info FROM __msar.schema_info() AS s WHERE s.oid = sch_id;
END;

CREATE FUNCTION msar.transfer_table_ownership(tab_id regclass, new_owner_oid regrole) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.transfer_table_ownership(tab_id, new_owner_oid);
  SELECT msar.get_table(tab_id);
END;
