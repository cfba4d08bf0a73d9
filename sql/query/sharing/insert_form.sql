-- Stores a new form, and returns its id.
-- $1: a row of stored_forms
INSERT INTO msar_catalog.stored_forms (
  name, description, version, base_table_oid, schema_name, table_name, refs, role_oid, role_name, is_privileged,
  creator_oid, creator_name, header_title, header_subtitle, submit_message, submit_redirect_url, submit_button_label,
  input, fields
)
SELECT r.name, r.description, r.version, r.base_table_oid, r.schema_name, r.table_name, r.refs, r.role_oid, r.role_name,
  r.is_privileged, r.creator_oid, r.creator_name, r.header_title, r.header_subtitle, r.submit_message,
  r.submit_redirect_url, r.submit_button_label, r.input, r.fields
FROM jsonb_populate_record(NULL::msar_catalog.stored_forms, $1) AS r
RETURNING to_jsonb(id);
