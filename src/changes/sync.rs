//! The changes that a client has to know to be in step: `msar.sync_schema`.

use super::affected::{self, AffectedRelations};
use super::entry::ChangeAction;
use super::storage::{self, ChangedObject};
use super::token::{ChangeToken, TokenOrigin};
use super::unlogged::LoggedObjects;
use super::{ChangeError, pending, perspective, unlogged};
use crate::catalog::relation::RelationKind;
use crate::catalog::rows::{PgClass, PgNamespace, catalog_oid};
use crate::describe::details;
use crate::error::Error;
use crate::pg::results::JsonText;
use crate::pg::scan::Reader;
use crate::pg::snapshot::{Snapshot, VisibleTransactions};
use crate::pg::{Oid, bookkeeping, cluster, server};
use pgrx::pg_sys;
use rustc_hash::FxHashSet;
use serde_json::{Value, json};
use std::ffi::CStr;

/// The event triggers that feed the log.
const EVENT_TRIGGERS: [&CStr; 2] = [c"mathesar_ext_command_end", c"mathesar_ext_drop"];

/// The log as it stands by a snapshot, for a caller.
pub(super) struct LogView {
    pub(super) reader: Reader,
    pub(super) origin: TokenOrigin,
    pub(super) perspective: u64,
    pub(super) seen: VisibleTransactions,
    horizon: u64,
}

/// Changes since a token.
pub(super) enum Delta {
    /// The token cannot be served.
    Unknown,
    Changes(Vec<ChangedObject>),
}

impl LogView {
    pub(super) fn at_snapshot(snapshot: Snapshot) -> Result<Self, Error> {
        let seen = snapshot.transactions();
        let reader = Reader::new(snapshot);
        let head = storage::head(&reader).ok_or(ChangeError::NotAsCreated)?;
        Ok(Self {
            origin: TokenOrigin {
                system: cluster::system_identifier(),
                timeline: cluster::timeline(),
                database: server::current_database().to_u32(),
                epoch: head.epoch,
            },
            perspective: perspective::fingerprint(&reader),
            seen,
            horizon: head.horizon,
            reader,
        })
    }

    pub(super) fn token(&self) -> ChangeToken {
        ChangeToken {
            origin: self.origin,
            perspective: self.perspective,
            seen: self.seen.clone(),
            tables: None,
            page: None,
        }
    }

    /// Whether the log has all changes since the token.
    pub(super) fn serves(&self, token: &ChangeToken) -> bool {
        let is_unseen = |transaction: u64| !token.seen.includes(transaction);
        token.origin == self.origin
            && token.seen.xmin >= self.horizon
            && token.seen.xmax <= self.seen.xmax
            && !storage::gaps(&self.reader).into_iter().any(is_unseen)
            && EVENT_TRIGGERS.iter().all(|name| {
                cluster::event_trigger(name)
                    .is_some_and(|(fires_always, altered)| fires_always && !altered.is_some_and(is_unseen))
            })
    }

    /// The changes since the token, with those that this transaction has made.
    fn changes_since(&self, token: &ChangeToken) -> Delta {
        let (own, misses_some) = pending::of_transaction();
        if misses_some || token.page.is_some() || token.perspective != self.perspective || !self.serves(token)
        {
            return Delta::Unknown;
        }
        let stored = storage::changes_from(&self.reader, token.seen.xmin).into_iter();
        let unseen = stored
            .filter(|stored| !token.seen.includes(stored.transaction))
            .map(|stored| stored.change);
        Delta::Changes(unseen.chain(own.into_iter().map(ChangedObject::from)).collect())
    }
}

/// Reads a token of the caller.
pub(super) fn read_token(text: &str) -> Result<ChangeToken, Error> {
    ChangeToken::decode(text).ok_or_else(|| ChangeError::NoToken.into())
}

/// A token that covers what the running statement sees.
pub(crate) fn current_token() -> Result<String, Error> {
    Ok(LogView::at_snapshot(Snapshot::of_statement())?.token().encode())
}

/// The relations of a schema that have changed since the token.
pub(crate) fn sync_schema(schema: Oid, token: Option<&str>) -> Result<JsonText, Error> {
    let token = token.map(read_token).transpose()?;
    server::catalog_changes();
    let position = unlogged::position();
    // The snapshot is older than what is described below: what is committed meanwhile is delivered again.
    let log = LogView::at_snapshot(Snapshot::latest())?;
    let delta = token
        .as_ref()
        .map_or(Delta::Unknown, |token| log.changes_since(token));
    let is_there = PgNamespace::by_oid(&log.reader, schema).is_some();
    let changed = match delta {
        Delta::Unknown => None,
        Delta::Changes(changes) => match affected::find_affected(&log.reader, changes.iter()) {
            AffectedRelations::Every => None,
            AffectedRelations::These(relations) => Some((changes, relations)),
        },
    };
    let logged = changed
        .as_ref()
        .map(|(changes, _)| LoggedObjects::from_changes(changes));
    let since = token.as_ref().map(|token| &token.seen).zip(logged.as_ref());
    let unlogged = unlogged::find_unlogged(&log.reader, since, &log.seen, position, schema);
    let changed = changed.filter(|_| !unlogged.is_schema_renamed);
    let answer = match changed {
        None => Answer {
            is_complete: true,
            relations: if is_there {
                details::describe_schema(schema)?
            } else {
                empty_list()?
            },
            removed: Vec::new(),
            tables: None,
        },
        Some((changes, mut relations)) => {
            relations.extend(&unlogged.written);
            relations.extend(affected::find_telling(&log.reader, &unlogged.renamed));
            let known = token.as_ref().and_then(|token| token.tables);
            let known = known
                .filter(|(of, _)| *of == schema.to_u32())
                .map(|(_, count)| count)
                .filter(|_| unlogged.written.is_empty() && unlogged.removed.is_empty());
            changed_relations(&log, schema, &changes, relations, unlogged.removed, known)?
        }
    };
    answer.write(&log, schema, is_there)
}

struct Answer {
    is_complete: bool,
    relations: JsonText,
    removed: Vec<u32>,
    /// The number of tables of the schema, if it is the same as before.
    tables: Option<u32>,
}

fn empty_list() -> Result<JsonText, Error> {
    let mut text = JsonText::new();
    text.push_str("[]")?;
    Ok(text)
}

fn changed_relations(
    log: &LogView,
    schema: Oid,
    changes: &[ChangedObject],
    relations: FxHashSet<u32>,
    gone: FxHashSet<u32>,
    tables: Option<u32>,
) -> Result<Answer, Error> {
    let mut relations: Vec<u32> = relations.into_iter().collect();
    relations.sort_unstable();
    let rows: Vec<PgClass> = relations
        .into_iter()
        .filter_map(|relation| PgClass::by_oid(&log.reader, relation.into()))
        .filter(|row| row.relnamespace == schema && RelationKind::of_row(row).is_some())
        .collect();
    let is_here: FxHashSet<u32> = rows.iter().map(|row| row.oid.to_u32()).collect();
    let of_relations = || {
        changes
            .iter()
            .filter(|change| change.class == catalog_oid::PG_CLASS && change.attnum == 0)
    };
    let is_new: FxHashSet<u32> = of_relations()
        .filter(|change| change.action == Some(ChangeAction::Created))
        .map(|change| change.object)
        .collect();
    let mut removed: Vec<u32> = of_relations()
        .filter(|change| match change.action {
            Some(ChangeAction::Dropped) => {
                change.schema == schema.to_u32()
                    && RelationKind::is_name(&change.kind)
                    && !is_new.contains(&change.object)
            }
            Some(ChangeAction::Moved) => {
                change.old_schema == schema.to_u32() && RelationKind::is_name(&change.kind)
            }
            _ => false,
        })
        .map(|change| change.object)
        .filter(|relation| !is_here.contains(relation))
        .chain(gone)
        .collect();
    removed.sort_unstable();
    removed.dedup();
    let same_number = of_relations().all(|change| {
        !matches!(
            change.action,
            Some(ChangeAction::Created | ChangeAction::Dropped | ChangeAction::Moved)
        )
    });
    Ok(Answer {
        is_complete: false,
        relations: if rows.is_empty() {
            empty_list()?
        } else {
            details::describe_some(schema, &rows)?
        },
        removed,
        tables: tables.filter(|_| same_number),
    })
}

/// The schema as `msar.get_schema` describes it, but for the number of its tables.
const SCHEMA_INFO: &str = include_str!("../../sql/query/changes/schema_info.sql");

impl Answer {
    fn write(self, log: &LogView, schema: Oid, is_there: bool) -> Result<JsonText, Error> {
        let mut token = log.token();
        let mut info = Value::Null;
        if is_there {
            info = bookkeeping::as_caller(|statements| {
                statements.query(SCHEMA_INFO, &json!({"oid": schema.to_u32()}))
            })?;
        }
        if let Value::Object(fields) = &mut info {
            let count = self.tables.unwrap_or_else(|| {
                let rows = PgClass::of_schema(&log.reader, schema);
                let is_table = |row: &&PgClass| row.relkind.0 == pg_sys::RELKIND_RELATION;
                rows.iter().filter(is_table).count() as u32
            });
            fields.insert("table_count".to_owned(), count.into());
            token.tables = Some((schema.to_u32(), count));
        }
        let mut text = JsonText::new();
        text.push_str("{\"token\":")?;
        text.push(&token.encode())?;
        text.push_str(",\"complete\":")?;
        text.push(&self.is_complete)?;
        text.push_str(",\"schema\":")?;
        text.push(&info)?;
        text.push_str(",\"relations\":")?;
        text.push_text(&self.relations)?;
        text.push_str(",\"removed\":")?;
        text.push(&self.removed)?;
        text.push_str("}")?;
        Ok(text)
    }
}
