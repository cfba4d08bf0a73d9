-- The relations that a command reached: those that it defined, and those that schemas, extensions and composite types
-- that it defined contain or define.
-- $1: [{"classid", "objid"}], the objects that the command defined
WITH command AS MATERIALIZED (
  SELECT o.classid, o.objid FROM pg_catalog.jsonb_to_recordset($1) AS o(classid pg_catalog.oid, objid pg_catalog.oid)
)
SELECT COALESCE(pg_catalog.jsonb_agg(named.oid::pg_catalog.int8), '[]')
FROM (
  SELECT o.objid FROM command AS o WHERE o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
  UNION
  SELECT c.oid
  FROM command AS o
  JOIN pg_catalog.pg_class AS c ON c.relnamespace = o.objid
  WHERE o.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
  UNION
  SELECT d.objid
  FROM command AS o
  JOIN pg_catalog.pg_depend AS d ON d.refclassid = o.classid AND d.refobjid = o.objid
  WHERE o.classid = 'pg_catalog.pg_extension'::pg_catalog.regclass
    AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
  UNION
  SELECT c.oid
  FROM command AS o
  JOIN pg_catalog.pg_type AS y
    ON o.objid = CASE o.classid WHEN 'pg_catalog.pg_class'::pg_catalog.regclass THEN y.typrelid ELSE y.oid END
  JOIN pg_catalog.pg_class AS c ON c.reloftype = y.oid
  WHERE o.classid IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass)
) AS named(oid);
