-- The newest state of a cache, and how old its knowledge of events is, in seconds. $1: the name of its schema
SELECT jsonb_build_object(
  'version', c.version, 'age', extract(epoch FROM clock_timestamp() - c.synced_at)::double precision
)
FROM msar_catalog.caches AS c WHERE c.schema_name = $1::name
