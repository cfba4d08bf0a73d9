-- Objects that examples of methods name: those of the sample database, and what its user has made of it.
SELECT pg_catalog.jsonb_build_object(
  'database', pg_catalog.min(e.entry_id::bigint) FILTER (WHERE e.server_id OPERATOR(pg_catalog.=) 0::pg_catalog.oid),
  'server', pg_catalog.min(e.entry_id::bigint) FILTER (WHERE e.server_id OPERATOR(pg_catalog.<>) 0::pg_catalog.oid)
) OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object(
  'data_file', (SELECT pg_catalog.min(f.id) FROM msar_catalog.data_files AS f),
  'constraint', (
    SELECT c.oid::bigint
    FROM pg_catalog.pg_constraint AS c
    WHERE c.conname OPERATOR(pg_catalog.=) 'author_lifetime'
      AND c.conrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass('library.author')
  ),
  'library', pg_catalog.to_regnamespace('library')::pg_catalog.oid::bigint,
  'staff', pg_catalog.to_regnamespace('staff')::pg_catalog.oid::bigint,
  'reader', pg_catalog.to_regrole('mathesar_ext_example_reader')::pg_catalog.oid::bigint,
  'visitor', pg_catalog.to_regrole('mathesar_ext_example_visitor')::pg_catalog.oid::bigint,
  'reflection', (SELECT pg_catalog.min(r.id) FROM msar_catalog.reflections AS r),
  'share', s.id,
  'share_slug', s.slug,
  'exploration', (x.info OPERATOR(pg_catalog.->) 'id'),
  'exploration_info', x.info,
  -- The same under a name that is free.
  'exploration_def', (x.info OPERATOR(pg_catalog.-) 'id') OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object(
    'name', pg_catalog.concat(x.info OPERATOR(pg_catalog.->>) 'name', ' (copy)')
  ),
  'form', (f.info OPERATOR(pg_catalog.->) 'id'),
  'form_token', (f.info OPERATOR(pg_catalog.->) 'token'),
  'form_info', f.info OPERATOR(pg_catalog.-) '{token,created_at,updated_at,publish_public}'::pg_catalog.text[],
  'form_def', f.info OPERATOR(pg_catalog.-) '{id,token,created_at,updated_at,publish_public}'::pg_catalog.text[]
) OPERATOR(pg_catalog.||) t.tables
FROM __msar.server_entries() AS e
CROSS JOIN (
  SELECT COALESCE(pg_catalog.jsonb_object_agg(pg_catalog.concat(n.nspname, '.', c.relname), c.oid::bigint), '{}') AS tables
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE n.nspname OPERATOR(pg_catalog.=) ANY ('{library,staff}') AND c.relkind OPERATOR(pg_catalog.=) 'r'
) AS t
LEFT JOIN LATERAL (
  SELECT s.id, s.slug
  FROM msar_catalog.shares AS s
  WHERE s.schema_name OPERATOR(pg_catalog.=) 'library' AND s.table_name OPERATOR(pg_catalog.=) 'book'
  ORDER BY s.id
  LIMIT 1
) AS s ON true
LEFT JOIN LATERAL (
  SELECT __msar.rpc_exploration(msar.get_exploration(pg_catalog.min(e.id))) AS info
  FROM msar_catalog.explorations AS e
  WHERE e.schema_name OPERATOR(pg_catalog.=) 'library' AND e.table_name OPERATOR(pg_catalog.=) 'book'
) AS x ON true
LEFT JOIN LATERAL (
  SELECT __msar.rpc_form(msar.get_form(pg_catalog.min(f.id))) AS info
  FROM msar_catalog.forms AS f
  WHERE f.publish_public AND f.schema_name OPERATOR(pg_catalog.=) 'library' AND f.table_name OPERATOR(pg_catalog.=) 'author'
) AS f ON true
GROUP BY x.info, f.info, t.tables, s.id, s.slug
