-- Rows of other tables that speak of what was dropped: their trigger notes what they have lost. Another session that
-- writes to such a row, or drops its table, is not waited for.
UPDATE msar_catalog.stored_table_metadata AS m SET table_oid = m.table_oid
WHERE m.ctid = ANY (ARRAY(
  SELECT l.ctid FROM msar_catalog.stored_table_metadata AS l
  JOIN pg_catalog.pg_class AS c ON c.oid = l.table_oid AND c.relname = l.table_name
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = l.schema_name
  WHERE l.refs ?| ARRAY(SELECT DISTINCT o.objid::pg_catalog.text FROM pg_catalog.jsonb_to_recordset($1) AS o(objid pg_catalog.oid))
  FOR UPDATE OF l SKIP LOCKED
));
