-- Stores a new share, and returns its id: nothing if its exploration has gone meanwhile, which is locked.
-- $1: a row of stored_shares
INSERT INTO msar_catalog.stored_shares (
  enabled, exploration_id, table_oid, schema_name, table_name, refs, role_oid, role_name, is_privileged, creator_oid,
  creator_name, columns, filter, max_rows, shows_previews, expires_at
)
SELECT r.enabled, r.exploration_id, r.table_oid, r.schema_name, r.table_name, r.refs, r.role_oid, r.role_name,
  r.is_privileged, r.creator_oid, r.creator_name, r.columns, r.filter, r.max_rows, r.shows_previews, r.expires_at
FROM jsonb_populate_record(NULL::msar_catalog.stored_shares, $1) AS r
WHERE r.exploration_id IS NULL
  OR EXISTS (SELECT FROM msar_catalog.stored_explorations AS e WHERE e.id = r.exploration_id FOR KEY SHARE)
RETURNING to_jsonb(id);
