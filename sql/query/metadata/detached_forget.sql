-- Deletes them.
WITH forgotten AS (
  DELETE FROM msar_catalog.stored_detached_metadata AS d
  WHERE d.schema_name = $1->>'schema' AND d.table_name = $1->>'table' AND $1->'owners' ? d.owner_name::pg_catalog.text
  RETURNING 1
)
SELECT pg_catalog.jsonb_build_object('forgotten', pg_catalog.count(*)) FROM forgotten;
