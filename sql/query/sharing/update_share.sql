-- Changes a share.
-- $1: a row of stored_shares
UPDATE msar_catalog.stored_shares AS s
SET enabled = r.enabled, refs = r.refs, role_oid = r.role_oid, role_name = r.role_name,
  is_privileged = r.is_privileged, columns = r.columns, filter = r.filter, max_rows = r.max_rows,
  shows_previews = r.shows_previews, expires_at = r.expires_at,
  time_zone = CASE WHEN r.filter IS DISTINCT FROM s.filter THEN current_setting('TimeZone') ELSE s.time_zone END,
  date_style = CASE WHEN r.filter IS DISTINCT FROM s.filter THEN current_setting('DateStyle') ELSE s.date_style END,
  interval_style = CASE WHEN r.filter IS DISTINCT FROM s.filter THEN current_setting('IntervalStyle') ELSE s.interval_style END,
  slug = CASE WHEN ($1->>'new_slug')::boolean THEN gen_random_uuid() ELSE s.slug END, updated_at = now()
FROM jsonb_populate_record(NULL::msar_catalog.stored_shares, $1) AS r
WHERE s.id = r.id;
