-- Sums up uses into one row, except those that another session is summing up.
WITH found AS (
  SELECT u.ctid FROM msar_catalog.stored_share_uses AS u
  WHERE u.share_id = ($1->>'id')::bigint FOR UPDATE SKIP LOCKED
), summed AS (
  DELETE FROM msar_catalog.stored_share_uses AS u USING found AS f WHERE u.ctid = f.ctid RETURNING u.uses, u.used_at
)
INSERT INTO msar_catalog.stored_share_uses (share_id, uses, used_at)
SELECT ($1->>'id')::bigint, sum(s.uses), max(s.used_at) FROM summed AS s HAVING count(*) > 0;
