//! A change as the log has it, and how it is undone.

use super::super::entry::ChangeAction;
use crate::pg::Oid;
use rustc_hash::FxHashSet;
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

/// Objects that the changes created: they will be dropped, with all of their parts.
#[derive(Default)]
pub(super) struct CreatedObjects {
    /// By catalog and OID.
    pub(super) objects: FxHashSet<(u32, u32)>,
    /// By relation and attnum.
    pub(super) columns: FxHashSet<(u32, i16)>,
    pub(super) extensions: FxHashSet<String>,
}

impl CreatedObjects {
    pub(super) fn from_changes(changes: &[LoggedChange]) -> Self {
        let mut created = Self::default();
        for change in changes {
            if change.action() != Some(ChangeAction::Created) {
                continue;
            }
            if change.attnum != 0 {
                created.columns.insert((change.object, change.attnum));
                continue;
            }
            created.objects.insert((change.class, change.object));
            if change.kind == "extension" {
                created.extensions.extend(change.name.clone());
            }
        }
        created
    }
}

/// How a change is undone.
pub(super) enum Inverse {
    Statements(Vec<String>),
    /// There is nothing to do, and why.
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
