-- Which tables can be joined to a table: paths along foreign keys, in both directions. Names are bound as in
-- schemas.sql.

CREATE TYPE msar.joinable_tables AS (
  base bigint,
  target bigint,
  join_path jsonb,
  fkey_path jsonb,
  depth integer,
  multiple_results boolean
);

-- Not STRICT, so that the planner inlines it.
CREATE FUNCTION __msar.fkey_steps(tab_id oid)
RETURNS TABLE (constraint_id oid, reversed boolean, attnum smallint, target oid, target_attnum smallint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT c.oid, false, c.conkey[1], c.confrelid, c.confkey[1]
  FROM pg_catalog.pg_constraint AS c
  WHERE c.conrelid = tab_id
    AND c.contype = 'f' AND c.conparentid = 0 AND pg_catalog.cardinality(c.conkey) = 1
  UNION ALL
  SELECT c.oid, true, c.confkey[1], c.conrelid, c.conkey[1]
  -- pg_constraint has no index on confrelid, but a foreign key depends on the columns it refers to.
  FROM (
    SELECT DISTINCT d.objid
    FROM pg_catalog.pg_depend AS d
    WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = tab_id
      AND d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.deptype = 'n'
  ) AS dependent
  JOIN pg_catalog.pg_constraint AS c ON c.oid = dependent.objid
  WHERE c.confrelid = tab_id
    AND c.contype = 'f' AND c.conparentid = 0 AND pg_catalog.cardinality(c.conkey) = 1;
END;

CREATE FUNCTION __msar.joinable_tables(max_depth integer, tab_ids oid[]) RETURNS SETOF msar.joinable_tables
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH RECURSIVE path AS (
    SELECT
      b.tab_id AS base,
      b.tab_id AS target,
      '[]'::jsonb AS join_path,
      '[]'::jsonb AS fkey_path,
      0 AS depth,
      false AS multiple_results,
      0::oid AS last_fkey,
      false AS last_reversed
    FROM pg_catalog.unnest(tab_ids) AS b(tab_id)
    UNION ALL
    SELECT
      p.base,
      s.target,
      p.join_path || pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_array(
        pg_catalog.jsonb_build_array(p.target::bigint, s.attnum),
        pg_catalog.jsonb_build_array(s.target::bigint, s.target_attnum)
      )),
      p.fkey_path || pg_catalog.jsonb_build_array(
        pg_catalog.jsonb_build_array(s.constraint_id::bigint, s.reversed)
      ),
      p.depth + 1,
      p.multiple_results OR s.reversed,
      s.constraint_id,
      s.reversed
    FROM path AS p
    CROSS JOIN LATERAL __msar.fkey_steps(p.target) AS s
    -- The number of paths grows exponentially, and where tables refer to each other it has no end.
    WHERE p.depth < max_depth AND p.depth < 6
      -- No step goes straight back over the foreign key by which the path came.
      AND (s.constraint_id <> p.last_fkey OR s.reversed = p.last_reversed)
  )
  SELECT p.base::bigint, p.target::bigint, p.join_path, p.fkey_path, p.depth, p.multiple_results
  FROM path AS p
  WHERE p.depth > 0;
END;

CREATE FUNCTION msar.get_joinable_tables(max_depth integer) RETURNS SETOF msar.joinable_tables
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT j.base, j.target, j.join_path, j.fkey_path, j.depth, j.multiple_results
  FROM __msar.joinable_tables(
    max_depth,
    ARRAY(
      SELECT c.conrelid FROM pg_catalog.pg_constraint AS c WHERE c.contype = 'f'
      UNION
      SELECT c.confrelid FROM pg_catalog.pg_constraint AS c WHERE c.contype = 'f'
    )
  ) AS j
  ORDER BY j.base, j.depth, j.fkey_path;
END;
