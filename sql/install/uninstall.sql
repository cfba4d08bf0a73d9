-- Leaving: what must be changed before DROP EXTENSION succeeds without CASCADE, and what it takes along. Names are bound
-- as in schemas.sql.

CREATE FUNCTION __msar.own_types() RETURNS TABLE (id oid, base text, base_array text, needs_function boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    t.oid,
    CASE t.typtype WHEN 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) WHEN 'e' THEN 'text' ELSE 'jsonb' END,
    CASE t.typtype WHEN 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) || '[]' WHEN 'e' THEN 'text[]' ELSE 'jsonb' END,
    t.typtype = 'c'
  FROM pg_catalog.pg_extension AS e
  JOIN pg_catalog.pg_depend AS d
    ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
  JOIN pg_catalog.pg_type AS t ON d.classid = 'pg_catalog.pg_type'::regclass AND t.oid = d.objid
  WHERE e.extname = 'mathesar_ext' AND t.typtype IN ('d', 'c', 'e');
END;

-- Columns of users that have such a type, directly or within an array, or within a type of a user.
CREATE FUNCTION __msar.columns_of_own_types()
RETURNS TABLE (
  relation oid, attnum smallint, type text, own_type oid, becomes text, using_function boolean, is_direct boolean,
  relkind "char", is_inherited boolean
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH RECURSIVE part AS MATERIALIZED (
    -- What each type is made of: arrays, domains, rows, ranges.
    SELECT t.oid AS type_id, t.typelem AS part_id, true AS is_array
    FROM pg_catalog.pg_type AS t WHERE t.typcategory = 'A' AND t.typelem <> 0
    UNION ALL
    SELECT t.oid, t.typbasetype, false FROM pg_catalog.pg_type AS t WHERE t.typtype = 'd'
    UNION ALL
    SELECT r.reltype, a.atttypid, false
    FROM pg_catalog.pg_class AS r JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid
    WHERE r.reltype <> 0 AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT u.type_id, r.rngsubtype, false
    FROM pg_catalog.pg_range AS r, LATERAL (VALUES (r.rngtypid), (r.rngmultitypid)) AS u(type_id)
  ), containing AS (
    SELECT o.id AS type_id, o.id AS own_id, 0 AS depth, false AS is_array FROM __msar.own_types() AS o
    UNION
    SELECT p.type_id, c.own_id, c.depth + (NOT p.is_array OR c.depth > 0)::integer, p.is_array
    FROM containing AS c JOIN part AS p ON p.part_id = c.type_id
    WHERE c.depth < 10
  ), nearest AS (
    SELECT DISTINCT ON (c.type_id) c.* FROM containing AS c ORDER BY c.type_id, c.depth, c.own_id
  )
  SELECT
    a.attrelid, a.attnum, pg_catalog.format_type(a.atttypid, a.atttypmod), n.own_id,
    CASE WHEN n.is_array THEN o.base_array ELSE o.base END, o.needs_function, n.depth = 0, r.relkind,
    a.attinhcount > 0
  FROM nearest AS n
  JOIN __msar.own_types() AS o ON o.id = n.own_id
  JOIN pg_catalog.pg_attribute AS a ON a.atttypid = n.type_id AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_class AS r ON r.oid = a.attrelid
  WHERE r.relkind IN ('r', 'p', 'f', 'm', 'c')
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
    -- The composite types of the extension itself.
    AND NOT EXISTS (SELECT FROM __msar.own_types() AS own WHERE own.id = r.reltype);
END;

CREATE FUNCTION msar.get_uninstall_plan() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  WITH found AS (
    SELECT c.*, n.nspname, r.relname, a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS default_sql,
      EXISTS (
        SELECT FROM pg_catalog.pg_depend AS p
        JOIN pg_catalog.pg_depend AS own ON own.classid = p.refclassid AND own.objid = p.refobjid AND own.deptype = 'e'
        JOIN pg_catalog.pg_extension AS e ON own.refclassid = 'pg_catalog.pg_extension'::regclass
          AND own.refobjid = e.oid AND e.extname = 'mathesar_ext'
        WHERE p.classid = 'pg_catalog.pg_attrdef'::regclass AND p.objid = d.oid
      ) AS default_depends,
      a.attgenerated <> '' AS is_generated
    FROM __msar.columns_of_own_types() AS c
    JOIN pg_catalog.pg_class AS r ON r.oid = c.relation
    JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.relation AND a.attnum = c.attnum
    LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = c.relation AND d.adnum = c.attnum
  ), planned AS (
    SELECT f.*,
      -- A default that names the type is set again without it, or it would keep the type.
      pg_catalog.regexp_replace(
        f.default_sql,
        '::' || pg_catalog.replace(pg_catalog.format_type(f.own_type, NULL), '.', '\.') || '\M',
        '::' || o.base, 'g') AS new_default,
      CASE
        WHEN NOT f.is_direct THEN 'a type of the database is made of a type of the extension: change that type first'
        WHEN f.relkind = 'm' THEN 'it is a column of a materialized view: create the view again over the changed columns'
        WHEN f.relkind = 'c' THEN 'it is a field of a composite type: create the type again with another field type'
        WHEN f.is_inherited THEN 'it is changed with the column of the parent table'
        WHEN f.is_generated AND f.default_depends THEN 'its expression uses the extension: drop the expression first'
      END AS obstacle
    FROM found AS f JOIN __msar.own_types() AS o ON o.id = f.own_type
  ), actions AS (
    SELECT p.*, CASE WHEN p.obstacle IS NULL THEN pg_catalog.concat_ws(
      ', ',
      CASE WHEN p.default_depends THEN pg_catalog.format('ALTER COLUMN %I DROP DEFAULT', p.attname) END,
      pg_catalog.format('ALTER COLUMN %I TYPE %s', p.attname, p.becomes) || CASE
        WHEN p.using_function THEN pg_catalog.format(' USING pg_catalog.to_jsonb(%I)', p.attname)
        WHEN p.type LIKE '%[]' OR p.own_type = 'msar.pkey_kind'::regtype THEN pg_catalog.format(' USING %I::%s', p.attname, p.becomes)
        ELSE '' END,
      CASE WHEN p.default_depends AND NOT p.using_function
        THEN pg_catalog.format('ALTER COLUMN %I SET DEFAULT %s', p.attname, p.new_default) END
    ) END AS action
    FROM planned AS p
  ), statements AS (
    SELECT a.nspname, a.relname, pg_catalog.format(
      'ALTER %s %I.%I %s', CASE a.relkind WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, a.nspname, a.relname,
      pg_catalog.string_agg(a.action, ', ' ORDER BY a.attnum)) AS statement
    FROM actions AS a WHERE a.action IS NOT NULL
    GROUP BY a.nspname, a.relname, a.relkind
  ), taken AS (
    SELECT __msar.preview_extension_drop(e.oid) AS objects FROM pg_catalog.pg_extension AS e WHERE e.extname = 'mathesar_ext'
  )
  SELECT pg_catalog.jsonb_build_object(
    'columns', (
      SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'schema', a.nspname, 'table', a.relname, 'column', a.attname, 'attnum', a.attnum, 'type', a.type,
        'becomes', CASE WHEN a.action IS NOT NULL THEN a.becomes END,
        'obstacle', a.obstacle,
        -- PostgreSQL changes no column that a view shows.
        'views', (
          SELECT COALESCE(pg_catalog.jsonb_agg(DISTINCT w.ev_class::regclass::text), '[]')
          FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_rewrite AS w ON w.oid = d.objid
          WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
            AND d.refobjid = a.relation AND d.refobjsubid = a.attnum AND w.ev_class <> a.relation)
      ) ORDER BY a.nspname, a.relname, a.attnum), '[]') FROM actions AS a),
    'statements', (SELECT COALESCE(pg_catalog.jsonb_agg(s.statement ORDER BY s.nspname, s.relname), '[]') FROM statements AS s),
    'dependents', (SELECT t.objects FROM taken AS t),
    'stored', pg_catalog.jsonb_build_object(
      'table_metadata', (SELECT pg_catalog.count(*) FROM msar_catalog.table_metadata),
      'column_metadata', (SELECT pg_catalog.count(*) FROM msar_catalog.column_metadata),
      'explorations', (SELECT pg_catalog.count(*) FROM msar_catalog.explorations),
      'forms', (SELECT pg_catalog.count(*) FROM msar_catalog.forms),
      'shares', (SELECT pg_catalog.count(*) FROM msar_catalog.shares)
    ),
    'is_droppable', (SELECT pg_catalog.jsonb_array_length(t.objects) = 0 FROM taken AS t),
    'drop', 'DROP EXTENSION mathesar_ext'
  );
END;
