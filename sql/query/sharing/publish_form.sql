-- Publishes a form, or ends its publication.
-- $1: {"id", "publish_public"}
UPDATE msar_catalog.stored_forms AS f
SET publish_public = ($1->>'publish_public')::boolean, updated_at = now() WHERE f.id = ($1->>'id')::bigint;
