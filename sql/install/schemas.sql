-- Schemas: listing, creating, changing and dropping them.
--
-- Functions with an SQL-standard body (RETURN ..., BEGIN ATOMIC ...), here and in the other files, are parsed when the
-- extension is created: every relation, function and operator in them is bound then, under the search_path
-- pg_catalog, pg_temp. Nothing is looked up by name when a caller runs them, so an object of a user that shadows one of
-- pg_catalog has no effect, while the caller's search_path stays in force for the names that are printed.

CREATE FUNCTION __msar.is_reserved_name(object_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.starts_with(object_name::text, 'pg_');

CREATE FUNCTION __msar.is_system_schema(sch_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN __msar.is_reserved_name(sch_name) OR sch_name = 'information_schema';

CREATE FUNCTION __msar.own_schemas() RETURNS SETOF oid
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT d.objid
  FROM pg_catalog.pg_extension AS e
  JOIN pg_catalog.pg_depend AS d
    ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
  WHERE e.extname = 'mathesar_ext' AND d.classid = 'pg_catalog.pg_namespace'::regclass;
END;

-- Neither STRICT nor SET, so that the planner inlines it: a caller's condition on oid reaches both catalogs.
CREATE FUNCTION __msar.schema_info() RETURNS TABLE (oid oid, name name, info jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    n.oid,
    n.nspname,
    pg_catalog.jsonb_build_object(
      'oid', n.oid::bigint,
      'name', n.nspname,
      'description', pg_catalog.obj_description(n.oid, 'pg_namespace'),
      'owner_oid', n.nspowner::bigint,
      'current_role_priv', pg_catalog.array_remove(
        ARRAY[
          CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'USAGE') THEN 'USAGE' END,
          CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'CREATE') THEN 'CREATE' END
        ],
        NULL
      ),
      'current_role_owns', pg_catalog.pg_has_role(n.nspowner, 'USAGE'),
      'table_count', COALESCE(tables.count, 0)
    )
  FROM pg_catalog.pg_namespace AS n
  LEFT JOIN (
    SELECT c.relnamespace, pg_catalog.count(*) AS count
    FROM pg_catalog.pg_class AS c
    WHERE c.relkind = 'r'
    GROUP BY c.relnamespace
  ) AS tables ON tables.relnamespace = n.oid;
END;

CREATE FUNCTION msar.list_schemas() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(pg_catalog.jsonb_agg(s.info ORDER BY s.name), '[]')
  FROM __msar.schema_info() AS s
  WHERE NOT __msar.is_system_schema(s.name)
    -- Clients know these three by name; the others they would show to their users.
    AND (s.name IN ('msar', '__msar', 'mathesar_types') OR s.oid NOT IN (SELECT own FROM __msar.own_schemas() AS own));
END;

-- An overload, not a default: the schemas of list_schemas() have the members that clients of Mathesar know.
CREATE FUNCTION msar.list_schemas(include_system boolean) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(
    pg_catalog.jsonb_agg(
      s.info || pg_catalog.jsonb_build_object('extension', e.extname, 'is_system', __msar.is_system_schema(s.name))
      ORDER BY s.name
    ),
    '[]'
  )
  FROM __msar.schema_info() AS s
  LEFT JOIN pg_catalog.pg_depend AS d
    ON d.classid = 'pg_catalog.pg_namespace'::regclass AND d.objid = s.oid AND d.deptype = 'e'
    AND d.refclassid = 'pg_catalog.pg_extension'::regclass
  LEFT JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
  WHERE COALESCE(include_system, false)
    OR NOT __msar.is_system_schema(s.name) AND e.oid IS NULL;
END;

CREATE FUNCTION msar.get_schema(sch_id regnamespace) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT s.info FROM __msar.schema_info() AS s WHERE s.oid = sch_id;
END;

-- These functions change schemas. The first statement of each calls a function in Rust; the second returns the new state.

CREATE FUNCTION msar.create_schema(sch_name text, own_id regrole, description text DEFAULT ''::text) RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.create_schema(sch_name, own_id, description);
  SELECT s.info FROM __msar.schema_info() AS s WHERE s.name = sch_name;
END;

CREATE FUNCTION msar.patch_schema(sch_id oid, patch jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT __msar.patch_schema(sch_id, patch);
  SELECT s.info FROM __msar.schema_info() AS s WHERE s.oid = sch_id;
END;

CREATE FUNCTION msar.drop_schemas(sch_ids regnamespace[]) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
RETURN __msar.drop_schemas(sch_ids::oid[]);
