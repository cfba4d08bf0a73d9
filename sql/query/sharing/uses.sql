-- Returns how often a share was used, and when last.
-- $1: {"id"}
SELECT jsonb_build_object('count', COALESCE(sum(u.uses), 0), 'last_used_at', max(u.used_at))
FROM msar_catalog.stored_share_uses AS u WHERE u.share_id = ($1->>'id')::bigint;
