-- Deletes a share and its uses.
-- $1: {"id"}
DELETE FROM msar_catalog.stored_share_uses AS u WHERE u.share_id = ($1->>'id')::bigint;
DELETE FROM msar_catalog.stored_shares AS s WHERE s.id = ($1->>'id')::bigint;
