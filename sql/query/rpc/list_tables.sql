-- The tables of a schema with their metadata, as the web service shows both. $1: the schema
SELECT COALESCE(
  pg_catalog.jsonb_agg(
    t.info OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object(
      'metadata', CASE WHEN m.options IS NOT NULL THEN __msar.rpc_table_metadata(m.options) END
    )
    ORDER BY t.at
  ),
  '[]'
)
FROM pg_catalog.jsonb_array_elements(msar.get_table_info($1)) WITH ORDINALITY AS t(info, at)
LEFT JOIN pg_catalog.jsonb_array_elements(msar.list_table_metadata($1)) AS m(options)
  ON m.options OPERATOR(pg_catalog.->) 'oid' OPERATOR(pg_catalog.=) (t.info OPERATOR(pg_catalog.->) 'oid')
