-- The constraints of one table as rows. Names are bound as in schema_functions.sql.

CREATE FUNCTION msar.get_constraints_for_table(tab_id oid)
RETURNS TABLE (
  oid oid, name text, type text, columns smallint[], referent_table_oid oid, referent_columns smallint[]
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    c.oid,
    c.conname::text,
    CASE c.contype
      WHEN 'c' THEN 'check'
      WHEN 'f' THEN 'foreignkey'
      WHEN 'p' THEN 'primary'
      WHEN 'u' THEN 'unique'
      WHEN 'x' THEN 'exclude'
    END,
    c.conkey,
    c.confrelid,
    c.confkey
  FROM pg_catalog.pg_constraint AS c
  WHERE c.conrelid = tab_id
    AND c.contype IN ('c', 'f', 'p', 'u', 'x')
    -- A foreign key to a partitioned table has a further row for each partition of it.
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_constraint AS parent
      WHERE parent.oid = c.conparentid AND parent.conrelid = c.conrelid
    )
  ORDER BY c.conname;
END;

COMMENT ON FUNCTION msar.get_constraints_for_table(oid) IS $$The check, foreign key, primary key, unique and exclusion constraints of a table, by name.

Arguments: tab_id: OID of the table
Returns: rows (oid, name, type, columns, referent_table_oid, referent_columns); type is check, foreignkey, primary, unique
or exclude; columns are attnums in key order; referent_table_oid is 0 and referent_columns NULL unless it is a foreign
key. No rows if there is no table with this OID
Errors: none

Example: SELECT name, type FROM msar.get_constraints_for_table('app.invoice'::regclass);$$;
