-- Counts a use of a share.
-- $1: {"id"}
INSERT INTO msar_catalog.stored_share_uses (share_id) VALUES (($1->>'id')::bigint)
