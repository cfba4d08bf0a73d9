-- The trigger of the tables writes the names and references of now. A row of another table that speaks of a relation is
-- touched only while it matches its own.
UPDATE msar_catalog.stored_table_metadata AS m SET table_oid = m.table_oid
WHERE m.ctid = ANY (ARRAY(
  SELECT l.ctid FROM msar_catalog.stored_table_metadata AS l
  JOIN pg_catalog.jsonb_to_recordset($1->'tables') AS t(oid pg_catalog.oid, schema pg_catalog.name, name pg_catalog.name)
    ON l.table_oid = t.oid AND (l.schema_name, l.table_name) = (t.schema, t.name)
  FOR UPDATE OF l SKIP LOCKED
));
UPDATE msar_catalog.stored_table_metadata AS m SET table_oid = m.table_oid
WHERE m.ctid = ANY (ARRAY(
  SELECT l.ctid FROM msar_catalog.stored_table_metadata AS l
  JOIN pg_catalog.pg_class AS c ON c.oid = l.table_oid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE l.refs ?| ARRAY(SELECT pg_catalog.jsonb_array_elements_text($1->'relations'))
    AND (l.schema_name, l.table_name) = (n.nspname, c.relname)
  FOR UPDATE OF l SKIP LOCKED
));
