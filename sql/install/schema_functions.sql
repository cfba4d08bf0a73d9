-- Schemas: what msar.list_schemas and msar.get_schema tell about them.
--
-- Functions with an SQL-standard body (RETURN ..., BEGIN ATOMIC ...), here and in the other files, are parsed when the
-- extension is created: every relation, function and operator in them is bound then, under the search_path
-- pg_catalog, pg_temp. Nothing is looked up by name when a caller runs them, so an object of a user that shadows one of
-- pg_catalog has no effect, while the caller's search_path stays in force for the names that are printed.

CREATE FUNCTION __msar.is_reserved_name(object_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.starts_with(object_name::text, 'pg_');

COMMENT ON FUNCTION __msar.is_reserved_name(name) IS $$Whether PostgreSQL reserves a schema or role name for itself.

Arguments: object_name: unquoted name of a schema or role
Returns: true for names that begin with pg_
Errors: none

Example: SELECT __msar.is_reserved_name('pg_toast');  -- true$$;


CREATE FUNCTION __msar.is_system_schema(sch_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN __msar.is_reserved_name(sch_name) OR sch_name = 'information_schema';

COMMENT ON FUNCTION __msar.is_system_schema(name) IS $$Whether a schema is one of PostgreSQL's own.

Arguments: sch_name: unquoted name of a schema
Returns: true for information_schema and for names that begin with pg_
Errors: none

Example: SELECT __msar.is_system_schema('pgx');  -- false$$;


CREATE FUNCTION __msar.own_schemas() RETURNS SETOF oid
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT d.objid
  FROM pg_catalog.pg_extension AS e
  JOIN pg_catalog.pg_depend AS d
    ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
  WHERE e.extname = 'mathesar_ext' AND d.classid = 'pg_catalog.pg_namespace'::regclass;
END;

COMMENT ON FUNCTION __msar.own_schemas() IS $$The schemas of this extension.

Returns: their OIDs
Errors: none

Example: SELECT s::regnamespace FROM __msar.own_schemas() AS s;$$;


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

COMMENT ON FUNCTION __msar.schema_info() IS $$Every schema of the database, PostgreSQL's own too.

Returns: rows (oid, name, info); info is the object that msar.get_schema returns
Errors: none

Example: SELECT info FROM __msar.schema_info() WHERE name = 'public';$$;


CREATE FUNCTION msar.list_schemas() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(pg_catalog.jsonb_agg(s.info ORDER BY s.name), '[]')
  FROM __msar.schema_info() AS s
  WHERE NOT __msar.is_system_schema(s.name)
    -- Clients know these three by name; the others they would show to their users.
    AND (s.name IN ('msar', '__msar', 'mathesar_types') OR s.oid NOT IN (SELECT own FROM __msar.own_schemas() AS own));
END;

COMMENT ON FUNCTION msar.list_schemas() IS $$The schemas of the database, by name.

Returns: array of objects as msar.get_schema returns them. Left out are information_schema and schemas whose name begins
with pg_, and the schemas of this extension but msar, __msar and mathesar_types, by whose names clients know it.
Errors: none

Example: SELECT s->>'name' FROM jsonb_array_elements(msar.list_schemas()) AS s;$$;


CREATE FUNCTION msar.get_schema(sch_id regnamespace) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT s.info FROM __msar.schema_info() AS s WHERE s.oid = sch_id;
END;

COMMENT ON FUNCTION msar.get_schema(regnamespace) IS $$One schema.

Arguments: sch_id: the schema
Returns: {"oid": int, "name": text, "description": its comment or null, "owner_oid": int,
  "current_role_priv": those of USAGE, CREATE that the current role has,
  "current_role_owns": whether the current role has the rights of the owner,
  "table_count": int, ordinary tables only}; NULL if there is no schema with this OID
Errors: none

Example: SELECT msar.get_schema('public'::regnamespace);$$;
