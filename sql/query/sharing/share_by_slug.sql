-- Returns a share by its slug if it is enabled and has not expired.
-- $1: {"slug"}
SELECT jsonb_build_object(
  'id', s.id, 'exploration_id', s.exploration_id, 'table_oid', s.table_oid::bigint, 'refs', s.refs,
  'role_oid', s.role_oid::bigint, 'creator_oid', s.creator_oid::bigint, 'is_privileged', s.is_privileged,
  'columns', s.columns, 'filter', s.filter, 'max_rows', s.max_rows, 'shows_previews', s.shows_previews,
  'time_zone', s.time_zone, 'date_style', s.date_style, 'interval_style', s.interval_style,
  'exploration', to_jsonb(e)
)
FROM msar_catalog.stored_shares AS s
LEFT JOIN (
  SELECT e.id, e.name, e.description, e.owner_name AS owner, e.base_table_oid, e.initial_columns, e.transformations,
    e.display_options, e.display_names, e.view_name, e.refs, 1 AS level, e.created_at, e.updated_at
  FROM msar_catalog.stored_explorations AS e
) AS e ON e.id = s.exploration_id
WHERE s.slug = ($1->>'slug')::uuid AND s.enabled AND (s.exploration_id IS NULL OR e.id IS NOT NULL)
  AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp());
