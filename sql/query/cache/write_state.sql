-- Writes what is cached and how it is defined, as a new version.
-- $1: {"id", "schema_name", "coverage", "definition"}
UPDATE msar_catalog.stored_caches AS c
SET coverage = $1->'coverage', definition = $1->'definition', schema_name = $1->>'schema_name',
  version = nextval('msar_catalog.stored_cache_versions'), updated_at = now()
WHERE c.id = ($1->>'id')::bigint
