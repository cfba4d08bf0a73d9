//! The statements about shares and forms.

/// A share by its slug, if it is enabled and has not expired, with what must be known of its roles.
pub(super) const SHARE_BY_SLUG: &str = "
    SELECT jsonb_build_object(
      'id', s.id, 'exploration_id', s.exploration_id, 'table_oid', s.table_oid::bigint, 'refs', s.refs,
      'role_oid', r.oid::bigint, 'creator_oid', s.creator_oid::bigint, 'is_privileged', s.is_privileged,
      'is_above_rules', r.rolsuper OR r.rolbypassrls, 'search_path', __msar.search_path_of_role(r.oid),
      'columns', s.columns, 'filter', s.filter, 'max_rows', s.max_rows, 'shows_previews', s.shows_previews,
      'exploration', to_jsonb(e)
    )
    FROM msar_catalog.stored_shares AS s
    JOIN pg_roles AS r ON r.oid = s.role_oid
    JOIN pg_roles AS c ON c.oid = s.creator_oid
    LEFT JOIN (
      SELECT e.id, e.name, e.description, e.owner_name AS owner, e.base_table_oid, e.initial_columns, e.transformations,
        e.display_options, e.display_names, e.view_name, e.refs, 1 AS level, e.created_at, e.updated_at
      FROM msar_catalog.stored_explorations AS e
    ) AS e ON e.id = s.exploration_id
    WHERE s.slug = ($1->>'slug')::uuid AND s.enabled AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp())";

pub(super) const COUNT_USE: &str = "
    INSERT INTO msar_catalog.stored_share_uses (share_id) VALUES (($1->>'id')::bigint)";

/// Uses that nobody else sums up just now become one row.
pub(super) const SUM_USES: &str = "
    WITH found AS (
      SELECT u.ctid FROM msar_catalog.stored_share_uses AS u
      WHERE u.share_id = ($1->>'id')::bigint FOR UPDATE SKIP LOCKED
    ), summed AS (
      DELETE FROM msar_catalog.stored_share_uses AS u USING found AS f WHERE u.ctid = f.ctid RETURNING u.uses, u.used_at
    )
    INSERT INTO msar_catalog.stored_share_uses (share_id, uses, used_at)
    SELECT ($1->>'id')::bigint, sum(s.uses), max(s.used_at) FROM summed AS s HAVING count(*) > 0";

pub(super) const USES: &str = "
    SELECT jsonb_build_object('count', COALESCE(sum(u.uses), 0), 'last_used_at', max(u.used_at))
    FROM msar_catalog.stored_share_uses AS u WHERE u.share_id = ($1->>'id')::bigint";

/// The shares that the current role may see.
pub(super) const SHARES: &str = "
    SELECT COALESCE(jsonb_agg(to_jsonb(s) || jsonb_build_object('table_oid', s.table_oid::bigint) ORDER BY s.created_at DESC, s.id DESC), '[]')
    FROM msar_catalog.shares AS s
    WHERE s.id = COALESCE(($1->>'id')::bigint, s.id)
      AND ($1->>'schema' IS NULL OR (s.schema_name, s.table_name) = ($1->>'schema', $1->>'table'))
      AND ($1->>'exploration_id' IS NULL OR s.exploration_id = ($1->>'exploration_id')::bigint)";

pub(super) const INSERT_SHARE: &str = "
    INSERT INTO msar_catalog.stored_shares (
      enabled, exploration_id, table_oid, schema_name, table_name, refs, role_oid, role_name, is_privileged, creator_oid,
      creator_name, columns, filter, max_rows, shows_previews, expires_at
    )
    SELECT r.enabled, r.exploration_id, r.table_oid, r.schema_name, r.table_name, r.refs, r.role_oid, r.role_name,
      r.is_privileged, r.creator_oid, r.creator_name, r.columns, r.filter, r.max_rows, r.shows_previews, r.expires_at
    FROM jsonb_populate_record(NULL::msar_catalog.stored_shares, $1) AS r
    RETURNING to_jsonb(id)";

pub(super) const UPDATE_SHARE: &str = "
    UPDATE msar_catalog.stored_shares AS s
    SET enabled = r.enabled, refs = r.refs, role_oid = r.role_oid, role_name = r.role_name,
      is_privileged = r.is_privileged, columns = r.columns, filter = r.filter, max_rows = r.max_rows,
      shows_previews = r.shows_previews, expires_at = r.expires_at,
      slug = CASE WHEN ($1->>'new_slug')::boolean THEN gen_random_uuid() ELSE s.slug END, updated_at = now()
    FROM jsonb_populate_record(NULL::msar_catalog.stored_shares, $1) AS r
    WHERE s.id = r.id";

pub(super) const DISABLE_SHARE: &str = "
    UPDATE msar_catalog.stored_shares AS s SET enabled = false, updated_at = now() WHERE s.id = ($1->>'id')::bigint";

pub(super) const DELETE_SHARE: &str = "
    DELETE FROM msar_catalog.stored_share_uses AS u WHERE u.share_id = ($1->>'id')::bigint;
    DELETE FROM msar_catalog.stored_shares AS s WHERE s.id = ($1->>'id')::bigint";

/// A role as shares and forms must know it.
pub(super) const ROLE: &str = "
    SELECT jsonb_build_object('name', r.rolname, 'is_above_rules', r.rolsuper OR r.rolbypassrls)
    FROM pg_roles AS r WHERE r.oid = ($1->>'oid')::oid";

/// Shares of an exploration whose creator the role that changed it cannot be: it would show with their rights what they
/// did not share.
pub(crate) const DISABLE_SHARES_OF_OTHERS: &str = "
    UPDATE msar_catalog.stored_shares AS s SET enabled = false, updated_at = now()
    WHERE s.exploration_id = ($1->>'id')::bigint AND s.enabled
      AND NOT pg_has_role(($1->>'editor_oid')::oid, s.creator_oid, 'MEMBER')";

pub(crate) const FOLLOW_NAMES: &str = "
    UPDATE msar_catalog.stored_shares AS s
    SET refs = f.refs,
      schema_name = COALESCE(f.refs->(s.table_oid::text)->>'schema', s.schema_name),
      table_name = COALESCE(f.refs->(s.table_oid::text)->>'name', s.table_name)
    FROM msar_catalog.stored_shares AS o, LATERAL (SELECT __msar.follow_names(o.refs) AS refs) AS f
    WHERE o.id = s.id AND f.refs <> o.refs";

/// The forms that the current role may see.
pub(super) const FORMS: &str = "
    SELECT COALESCE(jsonb_agg(to_jsonb(f) || jsonb_build_object(
      'base_table_oid', f.base_table_oid::bigint, 'role_oid', f.role_oid::bigint) ORDER BY f.id), '[]')
    FROM msar_catalog.forms AS f
    WHERE f.id = COALESCE(($1->>'id')::bigint, f.id) AND f.schema_name = COALESCE($1->>'schema', f.schema_name)";

pub(super) const NEW_FIELD_IDS: &str = "
    SELECT COALESCE(jsonb_agg(nextval('msar_catalog.stored_form_fields_id_seq'::regclass)), '[]')
    FROM generate_series(1, ($1->>'count')::integer)";

pub(super) const INSERT_FORM: &str = "
    INSERT INTO msar_catalog.stored_forms (
      name, description, version, base_table_oid, schema_name, table_name, refs, role_oid, role_name, is_privileged,
      creator_oid, creator_name, header_title, header_subtitle, submit_message, submit_redirect_url, submit_button_label,
      fields
    )
    SELECT r.name, r.description, r.version, r.base_table_oid, r.schema_name, r.table_name, r.refs, r.role_oid, r.role_name,
      r.is_privileged, r.creator_oid, r.creator_name, r.header_title, r.header_subtitle, r.submit_message,
      r.submit_redirect_url, r.submit_button_label, r.fields
    FROM jsonb_populate_record(NULL::msar_catalog.stored_forms, $1) AS r
    RETURNING to_jsonb(id)";

pub(super) const UPDATE_FORM: &str = "
    UPDATE msar_catalog.stored_forms AS f
    SET name = r.name, description = r.description, version = r.version, refs = r.refs, role_oid = r.role_oid,
      role_name = r.role_name, is_privileged = r.is_privileged, header_title = r.header_title,
      header_subtitle = r.header_subtitle, submit_message = r.submit_message,
      submit_redirect_url = r.submit_redirect_url, submit_button_label = r.submit_button_label, fields = r.fields,
      updated_at = now()
    FROM jsonb_populate_record(NULL::msar_catalog.stored_forms, $1) AS r
    WHERE f.id = r.id
    RETURNING to_jsonb(f.id)";

pub(super) const DELETE_FORM: &str = "
    DELETE FROM msar_catalog.stored_forms AS f WHERE f.id = ($1->>'id')::bigint";

pub(super) const PUBLISH_FORM: &str = "
    UPDATE msar_catalog.stored_forms AS f
    SET publish_public = ($1->>'publish_public')::boolean, updated_at = now() WHERE f.id = ($1->>'id')::bigint";

pub(super) const NEW_TOKEN: &str = "
    UPDATE msar_catalog.stored_forms AS f SET token = gen_random_uuid(), updated_at = now()
    WHERE f.id = ($1->>'id')::bigint RETURNING to_jsonb(f.token)";

/// A form by its token, if it is published, with what must be known of its roles.
pub(super) const FORM_BY_TOKEN: &str = "
    SELECT to_jsonb(f) || jsonb_build_object(
      'base_table_oid', f.base_table_oid::bigint, 'role_oid', r.oid::bigint, 'creator_oid', f.creator_oid::bigint,
      'is_above_rules', r.rolsuper OR r.rolbypassrls, 'search_path', __msar.search_path_of_role(r.oid)
    )
    FROM msar_catalog.stored_forms AS f
    JOIN pg_roles AS r ON r.oid = f.role_oid
    JOIN pg_roles AS c ON c.oid = f.creator_oid
    WHERE f.token = ($1->>'token')::uuid AND f.publish_public";

pub(crate) const FOLLOW_NAMES_OF_FORMS: &str = "
    UPDATE msar_catalog.stored_forms AS s
    SET refs = f.refs,
      schema_name = COALESCE(f.refs->(s.base_table_oid::text)->>'schema', s.schema_name),
      table_name = COALESCE(f.refs->(s.base_table_oid::text)->>'name', s.table_name)
    FROM msar_catalog.stored_forms AS o, LATERAL (SELECT __msar.follow_names(o.refs) AS refs) AS f
    WHERE o.id = s.id AND f.refs <> o.refs";
