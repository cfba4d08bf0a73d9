//! A change as the log has it, and how it is undone.

use super::super::entry::ChangeAction;
use crate::catalog::rows::catalog_oid;
use crate::pg::Oid;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// A change that is to be undone.
#[derive(Deserialize)]
pub(crate) struct RequestedChange {
    #[serde(flatten)]
    pub(super) id: ChangeId,
    /// Whether rows of the table, or values of the column, that the change created may go with it.
    #[serde(default)]
    pub(super) drop_data: bool,
}

/// Which change. Other keys of the documents of `msar.list_changes` are ignored.
#[derive(Deserialize, Serialize, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ChangeId {
    pub(super) transaction: u64,
    pub(super) number: u32,
}

/// A change, as the log has it.
#[derive(Deserialize, Clone)]
pub(super) struct LoggedChange {
    #[serde(flatten)]
    pub(super) id: ChangeId,
    pub(super) kind: String,
    pub(super) action: String,
    pub(super) class: u32,
    pub(super) object: u32,
    pub(super) attnum: i16,
    pub(super) schema_name: Option<String>,
    pub(super) name: Option<String>,
    pub(super) old_schema: u32,
    pub(super) old_name: Option<String>,
    pub(super) relation: u32,
    pub(super) extension: Option<String>,
    pub(super) found_by: String,
    pub(super) differences: Option<Value>,
    /// A later change of the same that stays.
    pub(super) later: Option<String>,
    /// Whether a command has dropped the object.
    pub(super) was_dropped: bool,
    /// Whether the caller has said that data may go with what the change created.
    #[serde(skip)]
    pub(super) may_drop_data: bool,
}

impl LoggedChange {
    pub(super) fn action(&self) -> Option<ChangeAction> {
        ChangeAction::from_name(&self.action)
    }

    /// A part of what the change replaced.
    pub(super) fn difference(&self, aspect: &str) -> Option<&Value> {
        self.differences.as_ref()?.get(aspect)
    }
}

/// As messages name it.
impl fmt::Display for LoggedChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or_default();
        let Self { id, action, kind, .. } = self;
        write!(
            formatter,
            "change {}-{} ({action} {kind} \"{name}\")",
            id.transaction, id.number
        )
    }
}

/// An object that a change created.
#[derive(Clone, Copy)]
pub(super) struct CreatedWhole {
    /// The place of the change among all, the newest of which is undone first.
    order: usize,
    /// Whether data may go with the object.
    pub(super) may_drop_data: bool,
}

/// What changes created: it is dropped with all of its parts.
#[derive(Default)]
pub(super) struct CreatedObjects {
    /// By catalog and OID.
    objects: FxHashMap<(u32, u32), CreatedWhole>,
    /// By relation and attnum.
    columns: FxHashMap<(u32, i16), CreatedWhole>,
    extensions: FxHashMap<String, CreatedWhole>,
}

impl CreatedObjects {
    fn add(&mut self, change: &LoggedChange, order: usize) {
        let creation = CreatedWhole {
            order,
            may_drop_data: change.may_drop_data,
        };
        if change.attnum != 0 {
            self.columns.insert((change.object, change.attnum), creation);
            return;
        }
        self.objects.insert((change.class, change.object), creation);
        if let Some(name) = change.name.as_ref().filter(|_| change.kind == "extension") {
            self.extensions.insert(name.clone(), creation);
        }
    }

    pub(super) fn object(&self, class: u32, object: u32) -> Option<CreatedWhole> {
        self.objects.get(&(class, object)).copied()
    }

    pub(super) fn column(&self, relation: u32, attnum: i16) -> Option<CreatedWhole> {
        self.columns.get(&(relation, attnum)).copied()
    }

    pub(super) fn extension(&self, name: &str) -> Option<CreatedWhole> {
        self.extensions.get(name).copied()
    }

    /// Whether the object was created after `whole`: then it is dropped before.
    pub(super) fn is_younger(&self, class: u32, object: u32, whole: CreatedWhole) -> bool {
        self.object(class, object)
            .is_some_and(|creation| creation.order < whole.order)
    }
}

/// What the changes of a call did together: what goes with it needs no statement of its own.
#[derive(Default)]
pub(super) struct UndoneTogether {
    /// What they created and is there, and will be dropped.
    pub(super) created: CreatedObjects,
    /// What they created and was gone before anything was undone.
    pub(super) gone: CreatedObjects,
    /// Changes of objects that were there before anything was undone.
    there: FxHashSet<ChangeId>,
    /// By transaction and relation.
    changed: FxHashSet<(u64, u32)>,
    /// What became of columns, by transaction, relation, attnum and aspect.
    aspects: FxHashSet<(u64, u32, i16, String)>,
}

impl UndoneTogether {
    /// `changes`: the newest first. `is_there`: whether the object of a change is there now.
    pub(super) fn from_changes(changes: &[LoggedChange], is_there: impl Fn(&LoggedChange) -> bool) -> Self {
        let mut together = Self::default();
        for (order, change) in changes.iter().enumerate() {
            if is_there(change) {
                together.there.insert(change.id);
            }
            if change.class == catalog_oid::PG_CLASS && change.difference("follows").is_none() {
                together.changed.insert((change.id.transaction, change.object));
            }
            together.add_columns(change);
            if change.action() == Some(ChangeAction::Created) {
                if together.was_there(change) {
                    together.created.add(change, order);
                } else {
                    together.gone.add(change, order);
                }
            }
        }
        together
    }

    fn add_columns(&mut self, change: &LoggedChange) {
        let columns = change.difference("columns").and_then(Value::as_object);
        for (attnum, aspects) in columns.into_iter().flatten() {
            let (Ok(attnum), Some(aspects)) = (attnum.parse(), aspects.as_object()) else {
                continue;
            };
            let (transaction, relation) = (change.id.transaction, change.object);
            let keys = aspects
                .keys()
                .map(|aspect| (transaction, relation, attnum, aspect.clone()));
            self.aspects.extend(keys);
        }
    }

    /// Whether the object of a change was there before anything was undone.
    pub(super) fn was_there(&self, change: &LoggedChange) -> bool {
        self.there.contains(&change.id)
    }

    /// Whether one of them changed a relation in the transaction of `change`.
    pub(super) fn change_relation(&self, change: &LoggedChange, relation: u32) -> bool {
        self.changed.contains(&(change.id.transaction, relation))
    }

    /// Whether one of them changed this of a column in the transaction of `change`.
    pub(super) fn change_column(
        &self,
        change: &LoggedChange,
        relation: u32,
        attnum: i16,
        aspect: &str,
    ) -> bool {
        let key = (change.id.transaction, relation, attnum, aspect.to_owned());
        self.aspects.contains(&key)
    }
}

/// How a change is undone.
pub(super) enum Inverse {
    Statements(Vec<String>),
    /// It is undone by the statements of another of the changes, and why.
    GoesAlong(&'static str),
    /// There is nothing to undo, and why.
    Nothing(&'static str),
    /// There is no way back, and why.
    Impossible(String),
}

impl Inverse {
    pub(super) fn impossible(reason: &str) -> Self {
        Self::Impossible(reason.to_owned())
    }

    /// That nothing here knows the statements for objects of a kind.
    pub(super) fn unknown_for(kind: &str) -> Self {
        Self::Impossible(format!(
            "It is not known how to undo it for objects of kind \"{kind}\"."
        ))
    }

    pub(super) fn statement(statement: String) -> Self {
        Self::Statements(vec![statement])
    }
}

/// An OID in the log.
pub(super) fn logged_oid(value: &Value) -> Option<Oid> {
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok())?;
    (number != 0).then(|| number.into())
}

/// The word of statements for PostgreSQL's word for a kind. Their names are SQL as PostgreSQL writes them.
pub(super) fn keyword(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "table" => "TABLE",
        "view" => "VIEW",
        "materialized view" => "MATERIALIZED VIEW",
        "foreign table" => "FOREIGN TABLE",
        "index" => "INDEX",
        "sequence" => "SEQUENCE",
        "schema" => "SCHEMA",
        "type" | "composite type" => "TYPE",
        "function" => "FUNCTION",
        "procedure" => "PROCEDURE",
        "aggregate" => "AGGREGATE",
        "trigger" => "TRIGGER",
        "policy" => "POLICY",
        "rule" => "RULE",
        "statistics object" => "STATISTICS",
        "collation" => "COLLATION",
        "extension" => "EXTENSION",
        _ => return None,
    })
}
