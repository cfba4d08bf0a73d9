-- Returns a form by its token. $1: {"token"}
SELECT row_to_json(f) FROM msar_catalog.stored_forms AS f WHERE f.token = ($1->>'token')::uuid;
