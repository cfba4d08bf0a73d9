-- The columns of a table with their metadata, as the web service shows both. $1: the table
SELECT COALESCE(
  pg_catalog.jsonb_agg(
    c.info OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object(
      'metadata', CASE WHEN m.options IS NOT NULL THEN __msar.rpc_column_metadata(m.options) END
    )
    ORDER BY c.at
  ),
  '[]'
)
FROM pg_catalog.jsonb_array_elements(msar.get_column_info($1)) WITH ORDINALITY AS c(info, at)
LEFT JOIN pg_catalog.jsonb_array_elements(msar.get_column_metadata($1)) AS m(options)
  ON m.options OPERATOR(pg_catalog.->) 'attnum' OPERATOR(pg_catalog.=) (c.info OPERATOR(pg_catalog.->) 'id')
