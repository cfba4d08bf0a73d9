-- The rows that match their objects, as far as the caller may see them (which the views decide).
SELECT pg_catalog.jsonb_build_object(
  'tables', (
    SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m)), '[]')
    FROM msar_catalog.table_metadata AS m
    JOIN pg_catalog.pg_class AS c ON c.oid = m.table_oid
    WHERE $1->>'schema' IS NULL OR c.relnamespace = ($1->>'schema')::pg_catalog.oid
  ),
  'columns', (
    SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m)), '[]')
    FROM msar_catalog.column_metadata AS m
    JOIN pg_catalog.pg_class AS c ON c.oid = m.table_oid
    WHERE $1->>'schema' IS NULL OR c.relnamespace = ($1->>'schema')::pg_catalog.oid
  )
);
