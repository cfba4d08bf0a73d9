-- Brings the names of tables and columns in forms up to date.
-- $1: {"relations": OIDs of those that were dropped, or have dropped columns}, or {} for all
-- Rows that another transaction holds are left to it.
WITH changed AS (
  SELECT o.id, f.refs
  FROM msar_catalog.stored_forms AS o CROSS JOIN LATERAL (SELECT __msar.follow_names(o.refs) AS refs) AS f
  WHERE f.refs <> o.refs
    AND ($1->'relations' IS NULL OR o.refs ?| ARRAY(SELECT jsonb_array_elements_text($1->'relations')))
  FOR NO KEY UPDATE OF o SKIP LOCKED
)
UPDATE msar_catalog.stored_forms AS s
SET refs = c.refs,
  schema_name = COALESCE(c.refs->(s.base_table_oid::text)->>'schema', s.schema_name),
  table_name = COALESCE(c.refs->(s.base_table_oid::text)->>'name', s.table_name)
FROM changed AS c
WHERE c.id = s.id;
