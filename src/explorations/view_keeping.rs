//! Views of explorations that prevent a change of their tables: dropped before it, and created again after it.
//!
//! PostgreSQL refuses to drop or retype a column that a view uses. A view of an exploration can be made again from the
//! exploration, so it is dropped before the change. Where the exploration does not run any longer, the view stays away,
//! and a warning says why; `check_explorations` says it later.

use super::stored::StoredExploration;
use super::view::ViewGrant;
use super::{run, store, view};
use crate::error::Error;
use crate::pg::ownership::AlterLock;
use crate::pg::subtransaction;
use crate::pg::{Oid, relations};
use crate::tables::aside::ChangedPart;
use crate::tables::table::Table;
use serde_json::json;

/// Makes a change of a relation, with the views of explorations that use the changed part out of its way. Only the
/// owner of the relation takes them along; everybody else gets the refusal of the change.
pub(crate) fn with_views_aside<T>(
    relation: Oid,
    part: &ChangedPart,
    change: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let in_the_way = find_views(relation, part)?;
    if in_the_way.is_empty() {
        return change();
    }
    Table::lock(relation, AlterLock::AccessExclusive)?;
    let mut aside = Vec::new();
    for exploration in in_the_way {
        let grants = match &exploration.view_name {
            Some(name) => view::view_grants(name)?,
            None => Vec::new(),
        };
        // What depends on the view is in the way as well: PostgreSQL's own error names it.
        store::define_as_owner(store::DROP_QUERY_VIEW, &json!({"name": exploration.view_name}))?;
        aside.push((exploration, grants));
    }
    let changed = change()?;
    for (exploration, grants) in aside {
        make_again(&exploration, &grants);
    }
    Ok(changed)
}

/// The explorations whose views use a part of a relation, also those that the caller may not see.
fn find_views(relation: Oid, part: &ChangedPart) -> Result<Vec<StoredExploration>, Error> {
    let attnums = match part {
        ChangedPart::Relation => None,
        ChangedPart::Columns(attnums) if attnums.is_empty() => return Ok(Vec::new()),
        ChangedPart::Columns(attnums) => Some(attnums),
    };
    if store::EXPLORATIONS.find().is_none_or(relations::has_no_pages) {
        return Ok(Vec::new());
    }
    let argument = json!({"relation": relation.to_u32(), "attnums": attnums});
    store::write_as_owner(|statements| statements.query(store::VIEWS_THAT_USE, &argument))
}

fn make_again(exploration: &StoredExploration, grants: &[ViewGrant]) {
    let Some(name) = &exploration.view_name else {
        return;
    };
    let what = format!("view \"msar_queries\".\"{name}\" was dropped and not made again");
    let outcome = subtransaction::or_warn(&what, view::MADE_BY_SAVING, || {
        // The change may have given columns other names, which were followed.
        let now: StoredExploration = store::write_as_owner(|statements| {
            statements.query(store::STORED, &json!({"id": exploration.id}))
        })?;
        let sql = run::sql_of_trusted_types(&now.document()?)?;
        view::make(name, &sql, exploration.description.as_deref(), grants)?;
        let argument = json!({"name": name, "owner": exploration.owner});
        store::define_as_owner(store::GIVE_QUERY_VIEW, &argument)
    });
    view::warn_if_blocked(outcome, &what);
}
