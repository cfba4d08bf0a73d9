-- A form for authors; prints its token. Run as a superuser, who gives it the role for visitors' rows.
SELECT f->>'token'
FROM msar.add_form(jsonb_build_object(
    'name', 'Authors', 'version', 1, 'schema_oid', 'library'::regnamespace::oid, 'base_table_oid', 'library.author'::regclass::oid,
    'header_title', '{"text": "Who wrote it?"}'::jsonb, 'associated_role_id', 'clerk'::regrole::oid::bigint,
    'fields', jsonb_build_array(jsonb_build_object('key', 'name', 'index', 0, 'kind', 'scalar_column', 'label', 'Your name',
        'column_attnum', 2, 'is_required', true)))) AS f,
    msar.set_form_publish((f->>'id')::bigint, true)
