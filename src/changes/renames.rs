//! Hints for names that are not there: what the log knows of them.
//!
//! `relation app.book does not exist` is answered by "It was renamed to app.novel." where the log has that. Only errors
//! that the extension raises get such a hint: no code of the extension runs when PostgreSQL reports that a plain
//! statement names a table that does not exist.

use super::storage;
use crate::error::MissingObject;
use crate::pg::{bookkeeping, server, subtransaction};
use serde::Deserialize;
use serde_json::json;

/// The later name of an object, or its end.
#[derive(Deserialize)]
struct LaterName {
    was: String,
    /// `None`: it was dropped.
    now: Option<String>,
}

/// A sentence about what became of an object, if the log knows it. Whatever goes wrong, the error at hand comes first.
pub(crate) fn hint(missing: &MissingObject) -> Option<String> {
    if !server::can_begin_subtransaction() || !storage::is_there() {
        return None;
    }
    let argument = match missing {
        MissingObject::RelationOid(oid) => json!({"oid": oid}),
        MissingObject::Relation { schema, name } => json!({"schema": schema, "name": name}),
        MissingObject::Column { relation, name } => json!({"relation": relation, "column": name}),
    };
    let found: Option<LaterName> = subtransaction::or_reason(|| {
        bookkeeping::as_caller(|statements| {
            statements.query(include_str!("../../sql/query/changes/renamed_to.sql"), &argument)
        })
        .ok()
        .flatten()
    })
    .ok()
    .flatten();
    let LaterName { was, now } = found?;
    Some(match (now, missing) {
        (Some(now), _) => format!("It was renamed to {now}."),
        (None, MissingObject::RelationOid(_)) => format!("It was {was}."),
        (None, _) => "It was dropped.".to_owned(),
    })
}
