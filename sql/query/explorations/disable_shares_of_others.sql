-- Disables the shares of an exploration whose creator cannot be set by the role that changed it: they would show, with the
-- rights of their role, what their creator did not share.
UPDATE msar_catalog.stored_shares AS s SET enabled = false, updated_at = now()
WHERE s.exploration_id = ($1->>'id')::bigint AND s.enabled
  AND NOT pg_has_role(($1->>'editor_oid')::oid, s.creator_oid, __msar.acting_privilege());
