-- The rows of `columns` that matched, each with those of the unfit options that it has.
SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m) || pg_catalog.jsonb_build_object('unfit', (
         SELECT COALESCE(pg_catalog.jsonb_agg(option), '[]') FROM pg_catalog.jsonb_array_elements_text(c.unfit) AS option
         WHERE pg_catalog.to_jsonb(m)->>option IS NOT NULL
       ))), '[]')
FROM pg_catalog.jsonb_to_recordset($1->'columns')
  AS c(oid pg_catalog.oid, schema pg_catalog.name, name pg_catalog.name, attnum pg_catalog.int2, "column" pg_catalog.name, unfit pg_catalog.jsonb)
JOIN (
  SELECT l.* FROM msar_catalog.stored_column_metadata AS l
  WHERE l.table_oid IN (SELECT r.oid FROM pg_catalog.jsonb_to_recordset($1->'columns') AS r(oid pg_catalog.oid))
  FOR UPDATE SKIP LOCKED
) AS m
  ON m.table_oid = c.oid AND m.attnum = c.attnum
  AND (m.schema_name, m.table_name, m.column_name) = (c.schema, c.name, c."column");
