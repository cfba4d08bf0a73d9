//! The statements about shares and forms.

/// A share by its slug, if it is enabled and has not expired, with its roles.
pub(super) const SHARE_BY_SLUG: &str = include_str!("../../sql/query/sharing/share_by_slug.sql");

pub(super) const COUNT_USE: &str = include_str!("../../sql/query/sharing/count_use.sql");

/// Sums up uses into one row, except those that another session is summing up.
pub(super) const SUM_USES: &str = include_str!("../../sql/query/sharing/sum_uses.sql");

pub(super) const USES: &str = include_str!("../../sql/query/sharing/uses.sql");

/// The shares that the current role may see.
pub(super) const SHARES: &str = include_str!("../../sql/query/sharing/shares.sql");

pub(super) const INSERT_SHARE: &str = include_str!("../../sql/query/sharing/insert_share.sql");

pub(super) const UPDATE_SHARE: &str = include_str!("../../sql/query/sharing/update_share.sql");

pub(super) const DISABLE_SHARE: &str = include_str!("../../sql/query/sharing/disable_share.sql");

pub(super) const DELETE_SHARE: &str = include_str!("../../sql/query/sharing/delete_share.sql");

/// A role as shares and forms must know it.
pub(super) const ROLE: &str = include_str!("../../sql/query/sharing/role.sql");

/// The forms that the current role may see.
pub(super) const FORMS: &str = include_str!("../../sql/query/sharing/forms.sql");

pub(super) const NEW_FIELD_IDS: &str = include_str!("../../sql/query/sharing/new_field_ids.sql");

pub(super) const INSERT_FORM: &str = include_str!("../../sql/query/sharing/insert_form.sql");

pub(super) const UPDATE_FORM: &str = include_str!("../../sql/query/sharing/update_form.sql");

pub(super) const DELETE_FORM: &str = include_str!("../../sql/query/sharing/delete_form.sql");

pub(super) const PUBLISH_FORM: &str = include_str!("../../sql/query/sharing/publish_form.sql");

pub(super) const NEW_TOKEN: &str = include_str!("../../sql/query/sharing/new_token.sql");

/// A form by its token. As json: a visitor waits for it with each submission.
pub(super) const FORM_BY_TOKEN: &str = include_str!("../../sql/query/sharing/form_by_token.sql");

/// The user of the session.
pub(super) const USER: &str = include_str!("../../sql/query/sharing/current_user.sql");
