-- The functions of the extension in schema msar that JSON-RPC can call, those named $1 ->> 'name' or all of them: an array of
-- objects, by name and argument types. $1 ->> 'comments' says whether their comments are wanted.
SELECT COALESCE(pg_catalog.jsonb_agg(f.document ORDER BY f.name COLLATE "C", f.signature COLLATE "C"), '[]')
FROM (
  SELECT
    p.proname::pg_catalog.text AS name,
    pg_catalog.oidvectortypes(p.proargtypes) AS signature,
    pg_catalog.jsonb_build_object(
      'oid', p.oid::bigint,
      'name', p.proname,
      'signature', pg_catalog.oidvectortypes(p.proargtypes),
      'reads', p.provolatile OPERATOR(pg_catalog.<>) 'v',
      'is_set', p.proretset,
      'result', p.prorettype::bigint,
      'is_composite', t.typtype OPERATOR(pg_catalog.=) 'c',
      'is_json', t.typtype OPERATOR(pg_catalog.=) 'd'
        AND t.typbasetype OPERATOR(pg_catalog.=) ANY ('{pg_catalog.json,pg_catalog.jsonb}'::pg_catalog.regtype[]::pg_catalog.oid[]),
      'result_type', pg_catalog.format_type(p.prorettype, NULL),
      'comment', CASE WHEN ($1 OPERATOR(pg_catalog.->>) 'comments')::boolean
        THEN pg_catalog.obj_description(p.oid, 'pg_proc') END,
      'columns', a.columns,
      'arguments', a.arguments
    ) AS document
  FROM pg_catalog.pg_extension AS e
  JOIN pg_catalog.pg_depend AS d
    ON d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
   AND d.refobjid OPERATOR(pg_catalog.=) e.oid
   AND d.deptype OPERATOR(pg_catalog.=) 'e'
   AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
  JOIN pg_catalog.pg_proc AS p ON p.oid OPERATOR(pg_catalog.=) d.objid
  JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) p.prorettype
  JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
  CROSS JOIN LATERAL (
    SELECT
      COALESCE(
        pg_catalog.jsonb_agg(
          pg_catalog.jsonb_build_object(
            'name', x.name,
            'type', x.type::bigint,
            'type_name', pg_catalog.format_type(x.type, NULL),
            'default', pg_catalog.pg_get_function_arg_default(p.oid, x.at::integer),
            'is_variadic', x.mode OPERATOR(pg_catalog.=) 'v'
          )
          ORDER BY x.at
        ) FILTER (WHERE x.mode OPERATOR(pg_catalog.=) ANY ('{i,b,v}')),
        '[]'
      ) AS arguments,
      COALESCE(
        pg_catalog.jsonb_agg(
          pg_catalog.jsonb_build_object('name', x.name, 'type', x.type::bigint, 'type_name', pg_catalog.format_type(x.type, NULL))
          ORDER BY x.at
        ) FILTER (WHERE x.mode OPERATOR(pg_catalog.=) ANY ('{o,b,t}')),
        '[]'
      ) AS columns
    FROM (
      SELECT u.at, u.name, u.type, COALESCE(u.mode, 'i') AS mode
      FROM ROWS FROM (
        pg_catalog.unnest(COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[])),
        pg_catalog.unnest(p.proargnames),
        pg_catalog.unnest(p.proargmodes)
      ) WITH ORDINALITY AS u(type, name, mode, at)
      WHERE u.type IS NOT NULL
    ) AS x
  ) AS a
  WHERE e.extname OPERATOR(pg_catalog.=) 'mathesar_ext'
    AND n.nspname OPERATOR(pg_catalog.=) 'msar'
    AND p.prokind OPERATOR(pg_catalog.=) 'f'
    AND p.prorettype OPERATOR(pg_catalog.<>) ALL
      ('{pg_catalog.trigger,pg_catalog.event_trigger,pg_catalog.internal,pg_catalog.fdw_handler}'::pg_catalog.regtype[]::pg_catalog.oid[])
    AND p.proname OPERATOR(pg_catalog.<>) ALL ('{rpc,rpc_text}')
    AND ($1 OPERATOR(pg_catalog.->>) 'name' IS NULL
      OR (p.proname OPERATOR(pg_catalog.=) ($1 OPERATOR(pg_catalog.->>) 'name')::pg_catalog.name
        -- Not a longer name, of which only the beginning is looked for.
        AND p.proname::pg_catalog.text OPERATOR(pg_catalog.=) ($1 OPERATOR(pg_catalog.->>) 'name')))
) AS f
