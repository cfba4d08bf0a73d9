-- The rows about what was dropped. Those of columns of tables that are still there are not kept. (OFFSET 0: each by its
-- key, whatever the planner thinks of their number.) The parameter is a list of dropped relations and columns.
WITH dropped AS MATERIALIZED (
  SELECT objid, objsubid FROM pg_catalog.jsonb_to_recordset($1) AS o(objid pg_catalog.oid, objsubid pg_catalog.int4)
)
SELECT pg_catalog.jsonb_build_object(
  'tables', (
    SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m)), '[]') FROM dropped AS o, LATERAL (
      SELECT m.* FROM msar_catalog.stored_table_metadata AS m WHERE m.table_oid = o.objid OFFSET 0
    ) AS m
    WHERE o.objsubid = 0
  ),
  'columns', (
    SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m)), '[]') FROM dropped AS o, LATERAL (
      SELECT m.* FROM msar_catalog.stored_column_metadata AS m WHERE m.table_oid = o.objid OFFSET 0
    ) AS m
    WHERE o.objsubid = 0
  ),
  'lone_columns', EXISTS (
    SELECT FROM dropped AS o, LATERAL (
      SELECT FROM msar_catalog.stored_column_metadata AS m WHERE (m.table_oid, m.attnum) = (o.objid, o.objsubid) OFFSET 0
    ) AS m
    WHERE o.objsubid <> 0
  ),
  'spoken_of', EXISTS (
    SELECT FROM msar_catalog.stored_table_metadata AS m
    WHERE m.refs ?| ARRAY(SELECT DISTINCT o.objid::pg_catalog.text FROM dropped AS o)
  )
);
