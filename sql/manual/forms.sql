COMMENT ON FUNCTION msar.add_form(jsonb) IS
$$Makes a form, by which whoever knows its token adds rows to a table, with the rights of one role.

Arguments:
  form_def: {"name", "version", "base_table_oid", "header_title", "fields"}, and maybe "schema_oid", "description",
    "associated_role_id" (name or OID of the role that it runs as; the current role by default, which must be able to
    set it), "header_subtitle", "submit_message", "submit_redirect_url", "submit_button_label", "privileged_role". A
    field is {"key", "index", "kind": "scalar_column" or "foreign_key", "column_attnum"}, and maybe "label", "help",
    "styling", "is_required"; a foreign key also has "related_table_oid", "fk_interaction_rule": "must_pick",
    "can_pick_or_create" or "must_create", and "child_fields", the fields of a row that is created.
Returns: as msar.get_form.
Errors:
  22023: a document of another shape, with the place of the problem
  42501: the current role cannot set the role, or the role is privileged
  42703: an unknown column
  42P01: there is no such table

Example:
  SELECT msar.add_form(jsonb_build_object(
    'name', 'Join us', 'version', 1, 'base_table_oid', 'library.member'::regclass::oid::int, 'header_title', '{"text": "Join us"}'::jsonb,
    'fields', '[{"key": "name", "index": 0, "kind": "scalar_column", "column_attnum": 3, "is_required": true}]'::jsonb));$$;

COMMENT ON FUNCTION msar.get_form(bigint) IS
$$A form, as those who made it see it.

Arguments:
  id: the form
Returns: {"id", "created_at", "updated_at", "token", "name", "description", "version", "schema_oid", "base_table_oid",
  "associated_role_id", "associated_role", "creator", "header_title", "header_subtitle", "publish_public",
  "submit_message", "submit_redirect_url", "submit_button_label", "fields": [{"id", "key", "form_id", "index", "label",
  "help", "kind", "column_attnum", "related_table_oid", "fk_interaction_rule", "styling", "is_required",
  "child_fields"}]}, and "problem" where a table or a column is gone.
Errors:
  42704: the current role sees no such form

Example: SELECT msar.get_form(1);$$;

COMMENT ON FUNCTION msar.list_forms(regnamespace) IS
$$The forms of the tables of a schema that the current role made, and those of its own tables.

Arguments:
  sch_id: the schema
Returns: an array, each element as msar.get_form returns it.
Errors:
  3F000: there is no such schema

Example: SELECT msar.list_forms('library');$$;

COMMENT ON FUNCTION msar.patch_form(jsonb) IS
$$Changes a form: everything but its table, its token and whether it is published. A field whose key stays keeps its id.

Arguments:
  form_def: as for msar.add_form, with "id"; without "fields", they stay
Returns: as msar.get_form.
Errors: as msar.add_form, and
  42704: the current role sees no such form

Example:
  SELECT msar.patch_form('{"id": 1, "name": "Join", "version": 1, "header_title": {"text": "Join"}}');$$;

COMMENT ON FUNCTION msar.delete_form(bigint) IS
$$Deletes a form.

Arguments:
  id: the form, which the current role made, or which writes to its table
Returns: its id.
Errors:
  42704: the current role sees no such form

Example: SELECT msar.delete_form(1);$$;

COMMENT ON FUNCTION msar.set_form_publish(bigint, boolean) IS
$$Publishes a form, or ends its publication. The owner of the form's table can do the latter.

Arguments:
  id: the form
  publish_public: whether whoever knows the token can use it
Returns: publish_public.
Errors:
  42501: the current role did not make the form
  42704: the current role sees no such form

Example: SELECT msar.set_form_publish(1, true);$$;

COMMENT ON FUNCTION msar.regenerate_form_token(bigint) IS
$$Gives a form another token; the one of before is worth nothing then.

Arguments:
  id: the form
Returns: the token.
Errors: as msar.set_form_publish.

Example: SELECT msar.regenerate_form_token(1);$$;

COMMENT ON FUNCTION msar.get_public_form(uuid) IS
$$What a page needs to show a form that is published, and no more.

Arguments:
  token: the form's
Returns: {"name", "description", "version", "header_title", "header_subtitle", "submit_message", "submit_redirect_url",
  "submit_button_label", "fields": [{"key", "index", "label", "help", "kind", "type", "type_options", "ui_type",
  "has_default", "fk_interaction_rule", "styling", "is_required", "child_fields"}]}
Errors:
  42704: there is no such form, it is not published, or its role is no longer what it must be

Example: SELECT msar.get_public_form('00000000-0000-4000-8000-000000000000');$$;

COMMENT ON FUNCTION msar.get_form_source_info(uuid) IS
$$The tables and columns of a form that is published, as msar.get_tab_col_info_map returns them to the form's role.

Arguments:
  token: the form's
Returns: {"<table OID>": {"table_info", "columns": {"<attnum>": column, with "metadata"}}}
Errors: as msar.get_public_form.

Example: SELECT msar.get_form_source_info('00000000-0000-4000-8000-000000000000');$$;

COMMENT ON FUNCTION msar.list_form_related_records(uuid, jsonb) IS
$$The records that a field of a form can refer to, by how they read.

Arguments:
  token: the form's
  options: {"field_key", "search", "limit": 50, at most 500, "offset": 0}
Returns: as msar.list_by_record_summaries.
Errors: as msar.get_public_form, and
  22023: an unknown option or field, or a field for which no record can be picked

Example:
  SELECT msar.list_form_related_records('00000000-0000-4000-8000-000000000000', '{"field_key": "branch", "search": "north"}');$$;

COMMENT ON FUNCTION msar.submit_form(uuid, jsonb) IS
$$Sends a form in: adds a row to its table, and rows to which that one refers, in one statement, with the rights of the
form's role.

Arguments:
  token: the form's
  values: {key of a field: value}; of a foreign key, {"type": "pick", "value": key} or {"type": "create"}. 1 MB at most
Returns: {"submit_message", "submit_redirect_url"}
Errors: as msar.get_public_form, and with the key of the field in front of the message
  22023: a value that is required is missing, the rule of a link is broken, or there is no such field
  54000: the values are too large
  others: as an INSERT of the form's role

Example: SELECT msar.submit_form('00000000-0000-4000-8000-000000000000', '{"name": "Ada"}');$$;

COMMENT ON FUNCTION __msar.new_form_token(bigint) IS
$$Gives a form another token.

Arguments:
  id: the form
Returns: the token, as text.
Errors: as msar.set_form_publish.

Example: none, it serves msar.regenerate_form_token only.$$;

COMMENT ON FUNCTION __msar.place_form(jsonb) IS
$$Gives a row of stored_forms the numbers that its names have in this database. Called by the trigger of that table.

Arguments:
  stored: the row
Returns: what changes of it.
Errors:
  55000: the row is not one that mathesar_ext wrote

Example: none, it serves a trigger only.$$;

COMMENT ON FUNCTION __msar.form_row() IS
$$Trigger of stored_forms: a row means its tables and its roles by names, and nobody writes it in the name of a role that
they cannot be.

Returns: the row.
Errors: none.

Example: none, it serves a trigger only.$$;

COMMENT ON SEQUENCE msar_catalog.stored_form_fields_id_seq IS 'Ids of fields of forms';
COMMENT ON TABLE msar_catalog.stored_forms IS
  'Forms. The views msar_catalog.forms and msar_catalog.form_fields show those that the current role may see';
COMMENT ON COLUMN msar_catalog.stored_forms.id IS 'The form';
COMMENT ON COLUMN msar_catalog.stored_forms.token IS 'What whoever uses it must know';
COMMENT ON COLUMN msar_catalog.stored_forms.name IS 'Its name';
COMMENT ON COLUMN msar_catalog.stored_forms.description IS 'What it is about';
COMMENT ON COLUMN msar_catalog.stored_forms.version IS 'The version of the document, for clients';
COMMENT ON COLUMN msar_catalog.stored_forms.base_table_oid IS 'The table to which it adds rows';
COMMENT ON COLUMN msar_catalog.stored_forms.schema_name IS 'The schema of that table, kept up to date';
COMMENT ON COLUMN msar_catalog.stored_forms.table_name IS 'The name of that table, kept up to date';
COMMENT ON COLUMN msar_catalog.stored_forms.refs IS 'What the numbers mean by name, as in stored_explorations';
COMMENT ON COLUMN msar_catalog.stored_forms.role_oid IS 'The role with whose rights it runs';
COMMENT ON COLUMN msar_catalog.stored_forms.role_name IS 'The name of that role, for other clusters';
COMMENT ON COLUMN msar_catalog.stored_forms.is_privileged IS
  'Whether a superuser has said that the role may be a superuser or one that bypasses row-level security';
COMMENT ON COLUMN msar_catalog.stored_forms.creator_oid IS 'The role that made it; it must still be able to set the other one';
COMMENT ON COLUMN msar_catalog.stored_forms.creator_name IS 'The name of that role, for other clusters';
COMMENT ON COLUMN msar_catalog.stored_forms.header_title IS 'The title, for clients';
COMMENT ON COLUMN msar_catalog.stored_forms.header_subtitle IS 'The title below it, for clients';
COMMENT ON COLUMN msar_catalog.stored_forms.publish_public IS 'Whether whoever knows the token can use it';
COMMENT ON COLUMN msar_catalog.stored_forms.submit_message IS 'What a client shows after it was sent in';
COMMENT ON COLUMN msar_catalog.stored_forms.submit_redirect_url IS 'Where a client goes after it was sent in';
COMMENT ON COLUMN msar_catalog.stored_forms.submit_button_label IS 'The label of the button';
COMMENT ON COLUMN msar_catalog.stored_forms.fields IS 'The fields, as a tree; msar_catalog.form_fields has one row for each';
COMMENT ON COLUMN msar_catalog.stored_forms.created_at IS 'When it was made';
COMMENT ON COLUMN msar_catalog.stored_forms.updated_at IS 'When it was last changed';
COMMENT ON VIEW msar_catalog.forms IS 'The forms that the current role made, and those of its tables';
COMMENT ON VIEW msar_catalog.form_fields IS 'The fields of these forms, each with its parent';
