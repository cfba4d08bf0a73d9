-- The constraints of one table as rows. Names are bound as in schemas.sql.

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
