-- Every object of the extension, and how its functions are declared. Whoever adds or removes one changes this list, and
-- gives each a comment: \df+ is the manual of the product.
\pset null '(null)'
\pset format unaligned
\pset tuples_only on

-- The search_path decides how arguments are printed.
SET search_path = pg_catalog;

CREATE TEMPORARY VIEW member AS
SELECT classid, objid, pg_describe_object(classid, objid, 0) AS description,
       obj_description(objid, classid::regclass::name) AS comment
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'mathesar_ext')
  -- An array type comes along with its element's, and a row type with its table's.
  AND NOT (classid = 'pg_type'::regclass AND (objid IN (SELECT typarray FROM pg_type)
    OR objid IN (SELECT reltype FROM pg_class WHERE relkind <> 'c')));

-- All but the functions.
SELECT description FROM member WHERE classid <> 'pg_proc'::regclass ORDER BY description COLLATE "C";

-- The functions: name and arguments, result, volatility, parallel safety, and what else is not PostgreSQL's default.
SELECT concat_ws(' ', p.oid::regprocedure, 'RETURNS', pg_get_function_result(p.oid),
                 CASE provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
                 CASE proparallel WHEN 's' THEN 'PARALLEL SAFE' WHEN 'r' THEN 'PARALLEL RESTRICTED'
                                  ELSE 'PARALLEL UNSAFE' END,
                 CASE WHEN proisstrict THEN 'STRICT' END,
                 CASE WHEN prosecdef THEN 'SECURITY DEFINER' END,
                 'SET ' || array_to_string(proconfig, ', '),
                 'LANGUAGE ' || lanname)
FROM member JOIN pg_proc AS p ON p.oid = objid AND classid = 'pg_proc'::regclass
JOIN pg_language AS l ON l.oid = prolang
ORDER BY p.oid::regprocedure::text COLLATE "C";

-- What is without a comment, or has too short a one.
SELECT 'no comment: ' || description FROM member
WHERE comment IS NULL ORDER BY description COLLATE "C";
SELECT 'short comment: ' || description FROM member WHERE length(comment) < 20 ORDER BY description COLLATE "C";
SELECT 'no comment: column ' || attrelid::regclass || '.' || attname
FROM member JOIN pg_class AS c ON c.oid = objid AND classid = 'pg_class'::regclass AND relkind IN ('r', 'p', 'v', 'm')
JOIN pg_attribute ON attrelid = objid AND attnum > 0 AND NOT attisdropped
WHERE col_description(attrelid, attnum) IS NULL
  -- The columns of a storage table are explained at the view of it.
  AND NOT EXISTS (
    SELECT FROM pg_attribute AS v
    WHERE v.attrelid = to_regclass('msar_catalog.' || NULLIF(substr(relname, length('stored_') + 1), '')) AND v.attname = pg_attribute.attname
      AND relname ~ '^stored_' AND col_description(v.attrelid, v.attnum) IS NOT NULL
  )
ORDER BY 1;
-- Lines that are too long for \df+ and \d+ on a screen.
SELECT 'long line in the comment on ' || description FROM member
WHERE EXISTS (SELECT FROM regexp_split_to_table(comment, '\n') AS line WHERE length(line) > 100)
ORDER BY description COLLATE "C";
SELECT 'long line in the comment on column ' || attrelid::regclass || '.' || attname
FROM member JOIN pg_attribute ON attrelid = objid AND classid = 'pg_class'::regclass AND attnum > 0
WHERE EXISTS (
  SELECT FROM regexp_split_to_table(col_description(attrelid, attnum), '\n') AS line WHERE length(line) > 100
) ORDER BY 1;
-- The comment on a function of msar tells its arguments by name, what it returns, its errors and an example that calls it.
SELECT 'comment of ' || p.oid::regprocedure || ' lacks ' || lacking
FROM member JOIN pg_proc AS p ON p.oid = objid AND classid = 'pg_proc'::regclass,
     LATERAL (
       SELECT 'Returns' WHERE comment !~ 'Returns:'
       UNION ALL SELECT 'Errors' WHERE comment !~ 'Errors:'
       UNION ALL SELECT 'Example' WHERE comment !~ ('Example:.*msar\.' || proname)
       UNION ALL SELECT 'argument ' || name
         FROM unnest(proargnames, coalesce(proargmodes, '{}'::"char"[])) AS a(name, mode)
         WHERE coalesce(mode, 'i') IN ('i', 'b', 'v') AND comment !~ ('\m' || name || '\M')
     ) AS x(lacking)
WHERE pronamespace = 'msar'::regnamespace ORDER BY 1;

-- The extension itself.
SELECT concat_ws(' ', extname, extversion, 'in', extnamespace::regnamespace,
                 CASE WHEN extrelocatable THEN 'relocatable' END)
FROM pg_extension WHERE extname = 'mathesar_ext';
SELECT name, version, superuser, trusted, relocatable, schema, requires, length(comment) > 20 AS has_comment
FROM pg_available_extension_versions WHERE name = 'mathesar_ext';
