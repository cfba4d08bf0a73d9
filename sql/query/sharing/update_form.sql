-- Changes a form, and returns its id.
-- $1: a row of stored_forms
UPDATE msar_catalog.stored_forms AS f
SET name = r.name, description = r.description, version = r.version, refs = r.refs, role_oid = r.role_oid,
  role_name = r.role_name, is_privileged = r.is_privileged, header_title = r.header_title,
  header_subtitle = r.header_subtitle, submit_message = r.submit_message,
  submit_redirect_url = r.submit_redirect_url, submit_button_label = r.submit_button_label, input = r.input, fields = r.fields,
  updated_at = now()
FROM jsonb_populate_record(NULL::msar_catalog.stored_forms, $1) AS r
WHERE f.id = r.id
RETURNING to_jsonb(f.id);
