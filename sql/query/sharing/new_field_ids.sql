-- Returns ids for new fields of forms.
-- $1: {"count"}
SELECT COALESCE(jsonb_agg(nextval('msar_catalog.stored_form_fields_id_seq'::regclass)), '[]')
FROM generate_series(1, ($1->>'count')::integer);
