-- Changes of the log, oldest first: of transactions that the snapshot "seen" does not see and "until" does, after a position.
-- $1: {"seen", "until", "from", "transaction", "number", "own": [rows], "schemas", "relations", "kinds", "actions", "limit"}
WITH request AS MATERIALIZED (
  SELECT
    ($1->>'seen')::pg_catalog.pg_snapshot AS seen,
    ($1->>'until')::pg_catalog.pg_snapshot AS until,
    ($1->>'from')::pg_catalog.xid8 AS first,
    ($1->>'transaction')::pg_catalog.xid8 AS transaction,
    ($1->>'number')::pg_catalog.int4 AS number
),
selected AS (
  SELECT c.transaction, c.number, c.happened_at, c.role_name, c.tag, c.kind, c.action, c.object_oid, c.attnum, c.schema_oid,
    c.schema_name, c.object_name, c.old_schema_oid, c.old_schema_name, c.old_object_name, c.relation_oid, c.extension_name,
    c.found_by
  FROM msar_catalog.changes AS c, request AS r
  WHERE c.transaction >= (SELECT first FROM request)
    AND pg_catalog.pg_visible_in_snapshot(c.transaction, r.until)
    AND (r.seen IS NULL OR NOT pg_catalog.pg_visible_in_snapshot(c.transaction, r.seen))
    AND (r.transaction IS NULL OR (c.transaction, c.number) > (r.transaction, r.number))
  UNION ALL
  SELECT o.transaction, o.number, o.happened_at, o.role_name, o.tag, o.kind, o.action, o.object_oid, o.attnum, o.schema_oid,
    o.schema_name, o.object_name, o.old_schema_oid, o.old_schema_name, o.old_object_name, o.relation_oid, o.extension_name,
    o.found_by
  FROM pg_catalog.jsonb_to_recordset($1->'own') AS o(
    transaction pg_catalog.xid8, number pg_catalog.int4, happened_at pg_catalog.timestamptz, role_name pg_catalog.name,
    tag pg_catalog.text, kind pg_catalog.text, action pg_catalog.text, object_oid pg_catalog.oid, attnum pg_catalog.int2,
    schema_oid pg_catalog.oid, schema_name pg_catalog.name, object_name pg_catalog.name, old_schema_oid pg_catalog.oid,
    old_schema_name pg_catalog.name, old_object_name pg_catalog.name, relation_oid pg_catalog.oid,
    extension_name pg_catalog.name, found_by pg_catalog.text
  )
),
page AS (
  SELECT s.*
  FROM selected AS s
  WHERE ($1->'schemas' = 'null' OR $1->'schemas' @> pg_catalog.to_jsonb(s.schema_oid::pg_catalog.int8)
      OR $1->'schemas' @> pg_catalog.to_jsonb(s.old_schema_oid::pg_catalog.int8))
    AND ($1->'relations' = 'null' OR $1->'relations' @> pg_catalog.to_jsonb(s.relation_oid::pg_catalog.int8))
    AND ($1->'kinds' = 'null' OR $1->'kinds' ? s.kind)
    AND ($1->'actions' = 'null' OR $1->'actions' ? s.action)
  ORDER BY s.transaction, s.number
  LIMIT ($1->>'limit')::pg_catalog.int8 + 1
)
SELECT pg_catalog.jsonb_agg(
  pg_catalog.jsonb_build_object(
    'kind', p.kind, 'action', p.action, 'oid', p.object_oid::pg_catalog.int8, 'attnum', NULLIF(p.attnum, 0),
    'schema', p.schema_oid::pg_catalog.int8, 'schema_name', p.schema_name, 'name', p.object_name,
    'old_schema', p.old_schema_oid::pg_catalog.int8, 'old_schema_name', p.old_schema_name, 'old_name', p.old_object_name,
    'relation', p.relation_oid::pg_catalog.int8, 'tag', p.tag, 'role', p.role_name, 'time', p.happened_at,
    'transaction', p.transaction::pg_catalog.text::pg_catalog.int8, 'number', p.number,
    'extension', p.extension_name, 'found_by', p.found_by
  )
  ORDER BY p.transaction, p.number
)
FROM page AS p;
