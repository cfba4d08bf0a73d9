-- Turns a share off.
-- $1: {"id"}
UPDATE msar_catalog.stored_shares AS s SET enabled = false, updated_at = now() WHERE s.id = ($1->>'id')::bigint
