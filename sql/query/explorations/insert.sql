-- Stores a new exploration, and returns its id.
-- $1: a row of stored_explorations
INSERT INTO msar_catalog.stored_explorations (
  name, description, owner_oid, owner_name, base_table_oid, schema_name, table_name, initial_columns, transformations,
  display_options, display_names, view_name, refs
)
SELECT r.name, r.description, r.owner_oid, r.owner_name, r.base_table_oid, r.schema_name, r.table_name,
  r.initial_columns, r.transformations, r.display_options, r.display_names, r.view_name, r.refs
FROM jsonb_populate_record(NULL::msar_catalog.stored_explorations, $1) AS r
RETURNING to_jsonb(id);
