-- A cache as its caller sees it. $1: the name of its schema
SELECT jsonb_build_object(
  'id', c.id, 'version', c.version, 'schema', c.schema_name, 'is_own', c.is_own, 'definition', c.definition,
  'coverage', c.coverage
)
FROM msar_catalog.caches AS c WHERE c.schema_name = $1::name
