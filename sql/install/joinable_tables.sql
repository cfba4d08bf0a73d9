-- Which tables can be joined to a table: paths along foreign keys, in both directions. Names are bound as in
-- schema_functions.sql.

CREATE TYPE msar.joinable_tables AS (
  base bigint,
  target bigint,
  join_path jsonb,
  fkey_path jsonb,
  depth integer,
  multiple_results boolean
);

COMMENT ON TYPE msar.joinable_tables IS
  'A path of joins from one table to another, as msar.get_joinable_tables gives them';
COMMENT ON COLUMN msar.joinable_tables.base IS 'OID of the table where the path begins';
COMMENT ON COLUMN msar.joinable_tables.target IS 'OID of the table where the path ends';
COMMENT ON COLUMN msar.joinable_tables.join_path IS
  'The pairs of columns to join, step by step: [[[left table OID, attnum], [right table OID, attnum]], ...]';
COMMENT ON COLUMN msar.joinable_tables.fkey_path IS
  'The foreign keys followed, step by step: [[constraint OID, reversed], ...]; reversed is true for a step from the referenced table to the referencing one';
COMMENT ON COLUMN msar.joinable_tables.depth IS 'Number of steps';
COMMENT ON COLUMN msar.joinable_tables.multiple_results IS
  'Whether some step is reversed, so that a row of base may have several rows of target';


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

COMMENT ON FUNCTION __msar.fkey_steps(oid) IS $$The single-column foreign keys of a table and to a table, as steps of a join.

Arguments: tab_id: OID of the table
Returns: rows (constraint_id, reversed, attnum, target, target_attnum): the column attnum of the table joins the column
target_attnum of target; reversed is true for the foreign keys of other tables that refer to this one. A foreign key of
the table to itself gives two rows. Copies that partitioning makes of a foreign key are left out
Errors: none

Example: SELECT target::regclass FROM __msar.fkey_steps('app.invoice'::regclass);$$;


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
    WHERE p.depth < max_depth
      -- No step goes straight back over the foreign key by which the path came.
      AND (s.constraint_id <> p.last_fkey OR s.reversed = p.last_reversed)
  )
  SELECT p.base::bigint, p.target::bigint, p.join_path, p.fkey_path, p.depth, p.multiple_results
  FROM path AS p
  WHERE p.depth > 0;
END;

COMMENT ON FUNCTION __msar.joinable_tables(integer, oid[]) IS $$All join paths from the given tables.

Arguments: max_depth: largest number of steps
tab_ids: OIDs of the tables to begin with
Returns: rows of type msar.joinable_tables, in no particular order; none if max_depth is NULL or less than 1
Errors: none

Example: SELECT target::oid::regclass FROM __msar.joinable_tables(2, ARRAY['app.invoice'::regclass::oid]);$$;


CREATE FUNCTION __msar.target_table_info(tab_ids oid[]) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(
    pg_catalog.jsonb_object_agg(
      c.oid,
      pg_catalog.jsonb_build_object('name', c.relname, 'columns', COALESCE(col.list, '{}'))
    ),
    '{}'
  )
  FROM pg_catalog.pg_class AS c
  LEFT JOIN pg_catalog.pg_constraint AS pkey ON pkey.conrelid = c.oid AND pkey.contype = 'p'
  CROSS JOIN LATERAL (
    SELECT pg_catalog.jsonb_object_agg(
      a.attnum,
      pg_catalog.jsonb_build_object(
        'name', a.attname,
        'type',
        CASE
          -- The type tells an array: attndims is 0 in tables made by CREATE TABLE AS.
          WHEN t.typsubscript = 'pg_catalog.array_subscript_handler'::pg_catalog.regproc THEN '_array'
          -- format_type looks into the newest catalogs, and prints ??? for a type that was dropped meanwhile.
          ELSE COALESCE(NULLIF(pg_catalog.format_type(t.oid, NULL), '???'), t.typname)
        END,
        'primary_key', COALESCE(a.attnum = ANY (pkey.conkey), false)
      )
    ) AS list
    FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  ) AS col
  WHERE c.oid = ANY (tab_ids);
END;

COMMENT ON FUNCTION __msar.target_table_info(oid[]) IS $$Names and columns of tables, for a client that offers joins to them.

Arguments: tab_ids: OIDs of the tables
Returns: {"<table OID>": {"name": text, "columns": {"<attnum>": {"name": text, "type": text, "primary_key": bool}}}};
type has no modifiers, is qualified when off the search_path, and is _array for any array. Unknown OIDs are left out
Errors: none

Example: SELECT __msar.target_table_info(ARRAY['app.invoice'::regclass::oid]);$$;


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

COMMENT ON FUNCTION msar.get_joinable_tables(integer) IS $$The join paths from every table of the database along single-column foreign keys, in both directions.

Arguments: max_depth: largest number of steps; the number of paths grows quickly with it
Returns: rows (base, target, join_path, fkey_path, depth, multiple_results), see the type msar.joinable_tables, by base and
depth. A path may visit a table again, but no step goes straight back over the foreign key by which it came. No rows if
max_depth is NULL or less than 1
Errors: none

Example: SELECT base::oid::regclass, target::oid::regclass FROM msar.get_joinable_tables(1);$$;


CREATE FUNCTION msar.get_joinable_tables(max_depth integer, table_id oid) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.jsonb_build_object(
    'joinable_tables', COALESCE(pg_catalog.jsonb_agg(j ORDER BY j.depth, j.fkey_path), '[]'),
    'target_table_info', __msar.target_table_info(pg_catalog.array_agg(DISTINCT j.target::oid))
  )
  FROM __msar.joinable_tables(max_depth, ARRAY[table_id]) AS j;
END;

COMMENT ON FUNCTION msar.get_joinable_tables(integer, oid) IS $$The join paths from one table along single-column foreign keys, in both directions.

Arguments: max_depth: largest number of steps
table_id: OID of the table
Returns: {"joinable_tables": [{"base": int, "target": int, "join_path": [[[left OID, attnum], [right OID, attnum]], ...],
  "fkey_path": [[constraint OID, reversed], ...], "depth": int, "multiple_results": bool}],
  "target_table_info": {"<OID>": {"name": text,
  "columns": {"<attnum>": {"name": text, "type": text (_array for arrays), "primary_key": bool}}}}},
paths by depth, see the type msar.joinable_tables. A path may visit a table again, but no step goes straight back over
the foreign key by which it came. Both are empty if max_depth is less than 1, or if there is no table with this OID
Errors: none

Example: SELECT msar.get_joinable_tables(2, 'app.invoice'::regclass)->'joinable_tables';$$;
