-- Returns the owners of a table and of those below it, where checks, generated columns, defaults, indexes or statistics of the
-- table use functions, operators or types that are not PostgreSQL's own: those are not in pg_depend.
-- $1: {"relation": its OID}
WITH RECURSIVE family (oid) AS (
  SELECT ($1->>'relation')::oid
  UNION
  SELECT i.inhrelid FROM family AS f JOIN pg_inherits AS i ON i.inhparent = f.oid
)
SELECT COALESCE(jsonb_agg(DISTINCT c.relowner::bigint), '[]')
FROM family AS f
JOIN pg_class AS c ON c.oid = f.oid
JOIN pg_depend AS part ON part.refclassid = 'pg_class'::regclass AND part.refobjid = c.oid
JOIN pg_depend AS used ON used.classid = part.classid AND used.objid = part.objid
WHERE part.classid IN ('pg_class'::regclass, 'pg_constraint'::regclass, 'pg_attrdef'::regclass, 'pg_statistic_ext'::regclass)
  AND used.refclassid IN (
    'pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass, 'pg_opclass'::regclass, 'pg_opfamily'::regclass
  );
