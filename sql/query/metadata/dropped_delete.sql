DELETE FROM msar_catalog.stored_column_metadata AS m
WHERE m.ctid = ANY (ARRAY(
  SELECT l.ctid FROM pg_catalog.jsonb_to_recordset($1) AS o(objid pg_catalog.oid, objsubid pg_catalog.int4)
  JOIN msar_catalog.stored_column_metadata AS l ON l.table_oid = o.objid AND o.objsubid IN (0, l.attnum)
  FOR UPDATE OF l SKIP LOCKED
));
DELETE FROM msar_catalog.stored_table_metadata AS m
WHERE m.ctid = ANY (ARRAY(
  SELECT l.ctid FROM pg_catalog.jsonb_to_recordset($1) AS o(objid pg_catalog.oid, objsubid pg_catalog.int4)
  JOIN msar_catalog.stored_table_metadata AS l ON l.table_oid = o.objid AND o.objsubid = 0
  FOR UPDATE OF l SKIP LOCKED
));
