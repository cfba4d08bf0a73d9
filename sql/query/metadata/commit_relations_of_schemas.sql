-- The OIDs of the relations of schemas.
-- $1: an array of OIDs of schemas
SELECT COALESCE(pg_catalog.jsonb_agg(c.oid::pg_catalog.int8), '[]')
FROM pg_catalog.pg_class AS c
WHERE c.relnamespace = ANY (ARRAY(
  SELECT o::pg_catalog.oid FROM pg_catalog.jsonb_array_elements_text($1) AS o
));
