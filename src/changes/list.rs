//! The log itself: `msar.list_changes`.

use super::entry::{ChangeAction, ChangeEntry, KINDS};
use super::pending;
use super::sync::{LogView, read_token};
use super::token::{ChangeToken, TokenPage};
use crate::error::Error;
use crate::pg::snapshot::Snapshot;
use crate::pg::{bookkeeping, cluster};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

/// The options and the result as JSON Schema.
pub(crate) const SCHEMA: &str = include_str!("list_changes.schema.json");

/// How many changes a page has, unless the caller says otherwise.
const USUAL_LIMIT: u32 = 1000;
const HIGHEST_LIMIT: u32 = 100_000;

/// A kind that changes can have.
#[derive(Serialize)]
struct ChangeKind(String);

impl<'de> Deserialize<'de> for ChangeKind {
    fn deserialize<D: Deserializer<'de>>(document: D) -> Result<Self, D::Error> {
        let kind = String::deserialize(document)?;
        if KINDS.contains(&kind.as_str()) {
            Ok(Self(kind))
        } else {
            Err(D::Error::unknown_variant(&kind, KINDS))
        }
    }
}

/// Which changes a caller wants.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ChangeFilter {
    schemas: Option<Vec<u32>>,
    relations: Option<Vec<u32>>,
    kinds: Option<Vec<ChangeKind>>,
    actions: Option<Vec<ChangeAction>>,
    limit: Option<u32>,
}

/// A page of the log.
#[derive(Serialize)]
pub(crate) struct ChangeList {
    token: String,
    /// Whether this is all that the log has, since the token could not be served.
    complete: bool,
    /// Whether there are more changes, for which to ask with the new token.
    more: bool,
    changes: Vec<Value>,
}

/// The position of a change in the log.
#[derive(Deserialize)]
struct ChangePosition {
    transaction: u64,
    number: u32,
}

pub(crate) fn list_changes(token: Option<&str>, filter: &ChangeFilter) -> Result<ChangeList, Error> {
    let token = token.map(read_token).transpose()?;
    let log = LogView::at_snapshot(Snapshot::of_statement())?;
    let token = token.filter(|token| log.serves(token));
    let page = token.as_ref().and_then(|token| token.page.clone());
    let until = page
        .as_ref()
        .map_or_else(|| log.seen.clone(), |page| page.until.clone());
    let limit = filter.limit.unwrap_or(USUAL_LIMIT).min(HIGHEST_LIMIT);
    let (own, _) = pending::of_transaction();
    let own: Vec<Value> = if page.is_some() {
        Vec::new()
    } else {
        own_rows(&own)
    };
    let argument = json!({
        "seen": token.as_ref().map(|token| token.seen.to_string()),
        "until": until.to_string(),
        "from": token.as_ref().map_or(0, |token| token.seen.xmin).to_string(),
        "transaction": page.as_ref().map(|page| page.transaction.to_string()),
        "number": page.as_ref().map(|page| page.number),
        "own": own,
        "schemas": filter.schemas, "relations": filter.relations, "kinds": filter.kinds, "actions": filter.actions,
        "limit": limit,
    });
    let changes: Option<Vec<Value>> = bookkeeping::as_caller(|statements| {
        statements.query(include_str!("../../sql/query/changes/list.sql"), &argument)
    })?;
    let mut changes = changes.unwrap_or_default();
    let more = changes.len() > limit as usize;
    changes.truncate(limit as usize);
    let last = changes
        .last()
        .and_then(|change| ChangePosition::deserialize(change).ok());
    let next = if more {
        ChangeToken {
            seen: token
                .as_ref()
                .map_or_else(nothing_seen, |token| token.seen.clone()),
            page: last.map(|last| TokenPage {
                transaction: last.transaction,
                number: last.number,
                until: until.clone(),
            }),
            ..log.token()
        }
    } else {
        ChangeToken {
            seen: until,
            ..log.token()
        }
    };
    Ok(ChangeList {
        token: next.encode(),
        complete: token.is_none(),
        more,
        changes,
    })
}

/// What a client has seen that has seen nothing. The first page of all comes from the horizon on.
fn nothing_seen() -> crate::pg::snapshot::VisibleTransactions {
    crate::pg::snapshot::VisibleTransactions {
        xmin: 0,
        xmax: 0,
        in_progress: Vec::new(),
    }
}

/// The changes of this transaction, which are not written yet, as rows of the log.
fn own_rows(own: &[ChangeEntry]) -> Vec<Value> {
    if own.is_empty() {
        return Vec::new();
    }
    let transaction = cluster::transaction().to_string();
    let rows = own.iter().enumerate().map(|(number, entry)| {
        let old = entry.old_place.as_ref();
        let known = |oid: u32| (oid != 0).then_some(oid);
        json!({
            "transaction": transaction, "number": number, "happened_at": cluster::print_moment(entry.happened_at),
            "role_name": entry.role_name, "tag": entry.tag, "kind": entry.kind, "action": entry.action,
            "object_oid": entry.object, "attnum": entry.attnum,
            "schema_oid": known(entry.place.schema), "schema_name": entry.place.schema_name,
            "object_name": entry.place.name,
            "old_schema_oid": old.map(|place| place.schema).and_then(known),
            "old_schema_name": old.and_then(|place| place.schema_name.as_ref()),
            "old_object_name": old.and_then(|place| place.name.as_ref()),
            "relation_oid": known(entry.relation), "extension_name": entry.extension, "found_by": entry.found_by,
        })
    });
    rows.collect()
}
