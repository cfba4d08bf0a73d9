-- Replaces the token of a form, and returns the new one.
-- $1: {"id"}
UPDATE msar_catalog.stored_forms AS f SET token = gen_random_uuid(), updated_at = now()
WHERE f.id = ($1->>'id')::bigint RETURNING to_jsonb(f.token);
