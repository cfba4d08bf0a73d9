-- Changes everything of an exploration but its owner.
-- $1: a row of stored_explorations
UPDATE msar_catalog.stored_explorations AS e
SET name = r.name, description = r.description, base_table_oid = r.base_table_oid, schema_name = r.schema_name,
  table_name = r.table_name, initial_columns = r.initial_columns, transformations = r.transformations,
  display_options = r.display_options, display_names = r.display_names, view_name = r.view_name, refs = r.refs,
  updated_at = now()
FROM jsonb_populate_record(NULL::msar_catalog.stored_explorations, $1) AS r
WHERE e.id = r.id
RETURNING to_jsonb(e.id);
