COMMENT ON FUNCTION msar.add_form(jsonb) IS
$$Creates a form: everybody who knows its token can add rows to a table, with the privileges of one
role.

Arguments:
  form_def: {"name", "version", "base_table_oid", "header_title", "fields"}; optional: "schema_oid",
    "description", "associated_role_id" (name or OID of the role that it runs as; the current role
    by default, which must be able to set it), "header_subtitle", "submit_message",
    "submit_redirect_url", "submit_button_label", "privileged_role", "input" ("display" to
    read texts as their columns show values; "raw" by default). A field is {"key", "index",
    "kind": "scalar_column" or "foreign_key", "column_attnum"}; optional: "label", "help",
    "styling", "is_required". A foreign key also has "related_table_oid", "fk_interaction_rule":
    "must_pick", "can_pick_or_create" or "must_create", and "child_fields", the fields of a row that
    is created.
Returns: as msar.get_form.
Errors:
  22023: a document of another shape, with the place of the problem
  42501: the current role cannot set the role, or the role is privileged
  42703: an unknown column
  42704: there is no such role
  42P01: there is no such table

Example:
  SELECT msar.add_form(jsonb_build_object(
    'name', 'Join us', 'version', 1, 'base_table_oid', 'library.member'::regclass::oid::int,
    'header_title', '{"text": "Join us"}'::jsonb, 'associated_role_id', 'librarian',
    'fields', '[{"key": "name", "index": 0, "kind": "scalar_column", "column_attnum": 3,
      "is_required": true}]'::jsonb));$$;

COMMENT ON FUNCTION msar.get_form(bigint) IS
$$Returns a form with all of its settings, to roles that may change it.

Arguments:
  id: the form
Returns: {"id", "created_at", "updated_at", "token", "name", "description", "version", "schema_oid",
  "base_table_oid", "associated_role_id", "associated_role", "creator", "header_title",
  "header_subtitle", "publish_public", "submit_message", "submit_redirect_url",
  "submit_button_label", "input" if it is not "raw", "fields": [{"id", "key", "form_id", "index",
  "label", "help", "kind", "column_attnum", "related_table_oid", "fk_interaction_rule", "styling",
  "is_required", "child_fields"}]}, and "problem" if a table or a column no longer exists.
Errors:
  42704: the current role sees no such form

Example: SELECT msar.get_form(1);$$;

COMMENT ON FUNCTION msar.list_forms(regnamespace) IS
$$Returns the forms of a schema's tables that the current role made, and those of its own tables.

Arguments:
  sch_id: the schema
Returns: an array, each element as msar.get_form returns it.
Errors:
  3F000: there is no such schema

Example: SELECT msar.list_forms('library');$$;

COMMENT ON FUNCTION msar.patch_form(jsonb) IS
$$Changes a form: everything but its table, its token and whether it is published. A field whose key
stays keeps its id.

Arguments:
  form_def: as for msar.add_form, with "id"; without "fields", they stay
Returns: as msar.get_form.
Errors: as msar.add_form, and
  42704: the current role sees no such form

Example:
  SELECT msar.patch_form('{"id": 1, "name": "Join", "version": 1,
    "header_title": {"text": "Join"}}');$$;

COMMENT ON FUNCTION msar.delete_form(bigint) IS
$$Deletes a form.

Arguments:
  id: a form that the current role made, or one of its tables
Returns: its id.
Errors:
  42704: the current role sees no such form

Example: SELECT msar.delete_form(1);$$;

COMMENT ON FUNCTION msar.set_form_publish(bigint, boolean) IS
$$Publishes a form, or ends its publication. The owner of the form's table can do the latter.

Arguments:
  id: the form
  publish_public: whether everybody who knows the token can use it
Returns: publish_public.
Errors:
  42501: the current role did not make the form
  42704: the current role sees no such form

Example: SELECT msar.set_form_publish(1, true);$$;

COMMENT ON FUNCTION msar.regenerate_form_token(bigint) IS
$$Replaces the token of a form. The old one is no longer valid.

Arguments:
  id: the form
Returns: the token.
Errors: as msar.set_form_publish.

Example: SELECT msar.regenerate_form_token(1);$$;

COMMENT ON FUNCTION __msar.get_form_by_token(uuid) IS
'The whole form of a token for roles that may see it; for others a published one, without its roles.';

COMMENT ON FUNCTION msar.get_public_form(uuid) IS
$$Returns a published form without roles and OIDs, for the page that shows it.

Arguments:
  token: the form's
Returns: {"name", "description", "version", "header_title", "header_subtitle", "submit_message",
  "submit_redirect_url", "submit_button_label", "fields": [{"key", "index", "label", "help", "kind",
  "type", "type_options", "ui_type", "has_default", "fk_interaction_rule", "styling", "is_required",
  "child_fields"}]}, and "input": "display" if texts are read as their columns show values
Errors:
  42704: there is no such form, it is not published, or its role no longer meets the conditions

Example: SELECT msar.get_public_form('00000000-0000-4000-8000-000000000000');$$;

COMMENT ON FUNCTION msar.get_form_source_info(uuid) IS
$$Returns the tables and columns of a form, as msar.get_tab_col_info_map for the form's role.
Before the form is published, only roles that can act as that role (SET ROLE) get them.

Arguments:
  token: the form's
Returns: {"<table OID>": {"table_info", "columns": {"<attnum>": column, with "metadata"}}}
Errors: as msar.get_public_form.

Example: SELECT msar.get_form_source_info('00000000-0000-4000-8000-000000000000');$$;

COMMENT ON FUNCTION msar.list_form_related_records(uuid, jsonb) IS
$$Returns the records to which a field of a form can refer, by preview. Before the form is published,
only roles that can act as the form's role (SET ROLE) get them.

Arguments:
  token: the form's
  options: {"field_key", "search", "limit": 50, at most 500, "offset": 0}
Returns: as msar.list_by_record_summaries.
Errors: as msar.get_public_form, and
  22023: an unknown option or field, or a field for which no record can be picked

Example:
  SELECT msar.list_form_related_records('00000000-0000-4000-8000-000000000000',
    '{"field_key": "branch", "search": "north"}');$$;

COMMENT ON FUNCTION msar.submit_form(uuid, jsonb) IS
$$Submits a form: adds a row to its table, and rows to which that one refers, in one statement, with
the privileges of the form's role.

Arguments:
  token: the form's
  values: {key of a field: value}; of a foreign key, {"type": "pick", "value": key} or {"type":
    "create"}. 1 MB at most
Returns: {"submit_message", "submit_redirect_url"}
Errors: as msar.get_public_form, and with the key of the field in front of the message
  22023: a value that is required is missing, the rule of a link is broken, or there is no such
    field
  54000: the values are too large
  others: as an INSERT of the form's role

Example: SELECT msar.submit_form('00000000-0000-4000-8000-000000000000', '{"name": "Ada"}');$$;

COMMENT ON FUNCTION __msar.new_form_token(bigint) IS
$$Replaces the token of a form.

Arguments:
  id: the form
Returns: the token, as text.
Errors: as msar.set_form_publish.

Example: none, it serves msar.regenerate_form_token only.$$;

COMMENT ON FUNCTION __msar.place_form(jsonb, boolean) IS
$$Finds the numbers that the names of a row of stored_forms mean in this database. Called by the
trigger of that table.

Arguments:
  stored: the row
  is_restored: whether it comes from another database, where only names count
Returns: the columns that change.
Errors:
  55000: the row is not one that mathesar_ext wrote

Example: none, it serves a trigger only.$$;

COMMENT ON SEQUENCE msar_catalog.stored_form_fields_id_seq IS 'Numbers for new fields of forms';
COMMENT ON SEQUENCE msar_catalog.stored_forms_id_seq IS 'Numbers for new forms';
COMMENT ON TABLE msar_catalog.stored_forms IS
  'Forms. Read them by the views msar_catalog.forms and msar_catalog.form_fields';
COMMENT ON COLUMN msar_catalog.stored_forms.role_name IS
  'The name of that role, for other clusters';
COMMENT ON COLUMN msar_catalog.stored_forms.input IS
  'raw: PostgreSQL reads texts by their types; display: they are read as their columns show values';
COMMENT ON COLUMN msar_catalog.stored_forms.is_privileged IS
  'Whether a superuser has allowed a role that is a superuser or bypasses row-level security';
COMMENT ON COLUMN msar_catalog.stored_forms.creator_oid IS
  'The role that made it; it must still be able to SET ROLE to the other one';
COMMENT ON COLUMN msar_catalog.stored_forms.creator_name IS
  'The name of that role, for other clusters';
COMMENT ON VIEW msar_catalog.forms IS
  'The forms that the current role made, and those of its tables';
COMMENT ON COLUMN msar_catalog.forms.id IS 'The form';
COMMENT ON COLUMN msar_catalog.forms.token IS 'The secret that a visitor must know';
COMMENT ON COLUMN msar_catalog.forms.name IS 'Its name';
COMMENT ON COLUMN msar_catalog.forms.description IS 'What it is about';
COMMENT ON COLUMN msar_catalog.forms.version IS 'The version of the document, for clients';
COMMENT ON COLUMN msar_catalog.forms.base_table_oid IS 'The table to which it adds rows';
COMMENT ON COLUMN msar_catalog.forms.schema_name IS 'The schema of that table, kept up to date';
COMMENT ON COLUMN msar_catalog.forms.table_name IS 'The name of that table, kept up to date';
COMMENT ON COLUMN msar_catalog.forms.refs IS
  'The names behind the numbers, as in msar_catalog.explorations';
COMMENT ON COLUMN msar_catalog.forms.role_oid IS 'The role whose privileges it uses';
COMMENT ON COLUMN msar_catalog.forms.role IS 'The name of that role';
COMMENT ON COLUMN msar_catalog.forms.creator IS 'The role that made it';
COMMENT ON COLUMN msar_catalog.forms.header_title IS 'The title, for clients';
COMMENT ON COLUMN msar_catalog.forms.header_subtitle IS 'The title below it, for clients';
COMMENT ON COLUMN msar_catalog.forms.publish_public IS
  'Whether everybody who knows the token can use it';
COMMENT ON COLUMN msar_catalog.forms.submit_message IS 'What a client shows after it was sent in';
COMMENT ON COLUMN msar_catalog.forms.submit_redirect_url IS
  'Where a client goes after it was sent in';
COMMENT ON COLUMN msar_catalog.forms.submit_button_label IS 'The label of the button';
COMMENT ON COLUMN msar_catalog.forms.input IS
  'display: texts are read as their columns show values';
COMMENT ON COLUMN msar_catalog.forms.fields IS
  'The fields, as a tree; msar_catalog.form_fields has one row for each';
COMMENT ON COLUMN msar_catalog.forms.is_own IS
  'Whether the current role made it, or inherits from the role that did';
COMMENT ON COLUMN msar_catalog.forms.created_at IS 'When it was made';
COMMENT ON COLUMN msar_catalog.forms.updated_at IS 'When it was last changed';
COMMENT ON VIEW msar_catalog.form_fields IS 'The fields of these forms, each with its parent';
COMMENT ON COLUMN msar_catalog.form_fields.id IS 'The field';
COMMENT ON COLUMN msar_catalog.form_fields.form_id IS 'The form';
COMMENT ON COLUMN msar_catalog.form_fields.parent_field_id IS
  'The field of the link whose row it fills in, if it is of such a row';
COMMENT ON COLUMN msar_catalog.form_fields.key IS 'Its key in the values that are submitted';
COMMENT ON COLUMN msar_catalog.form_fields.index IS 'Its position among its siblings';
COMMENT ON COLUMN msar_catalog.form_fields.label IS 'Its label, for clients';
COMMENT ON COLUMN msar_catalog.form_fields.help IS 'Its help text, for clients';
COMMENT ON COLUMN msar_catalog.form_fields.kind IS 'scalar_column or foreign_key';
COMMENT ON COLUMN msar_catalog.form_fields.column_attnum IS 'The column that it fills in';
COMMENT ON COLUMN msar_catalog.form_fields.related_table_oid IS
  'The table that a foreign key refers to';
COMMENT ON COLUMN msar_catalog.form_fields.fk_interaction_rule IS
  'must_pick, can_pick_or_create or must_create, for a foreign key';
COMMENT ON COLUMN msar_catalog.form_fields.styling IS 'How clients show it';
COMMENT ON COLUMN msar_catalog.form_fields.is_required IS 'Whether a value must be submitted';
