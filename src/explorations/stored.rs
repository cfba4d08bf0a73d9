//! Saved explorations: which roles see and change them, and running them.
//!
//! The views show which explorations a caller may see, and the caller's level on each, which decides what the caller may
//! do. Only then is anything written.

use super::error::ExplorationError;
use super::reference::{self, Placed, Placement, StoredColumnReference, TableReferences};
use super::store;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, names};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// The level of a role on an exploration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, Debug)]
#[serde(from = "i64", into = "&'static str")]
pub(crate) enum ExplorationLevel {
    Viewer,
    Editor,
    Manager,
    Owner,
}

impl From<i64> for ExplorationLevel {
    fn from(rank: i64) -> Self {
        match rank {
            4 => Self::Owner,
            3 => Self::Manager,
            2 => Self::Editor,
            _ => Self::Viewer,
        }
    }
}

impl From<ExplorationLevel> for &'static str {
    fn from(level: ExplorationLevel) -> Self {
        level.name()
    }
}

impl ExplorationLevel {
    fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }
}

/// An exploration as the view has it.
#[derive(Deserialize)]
pub(crate) struct StoredExploration {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(super) description: Option<String>,
    pub(super) owner: String,
    #[serde(deserialize_with = "crate::metadata::model::deserialize_oid")]
    pub(super) base_table_oid: u32,
    pub(super) initial_columns: Vec<StoredColumnReference>,
    pub(super) transformations: Option<Box<RawValue>>,
    pub(super) display_options: Option<Box<RawValue>>,
    pub(super) display_names: Option<Box<RawValue>>,
    pub(super) view_name: Option<String>,
    pub(super) refs: TableReferences,
    pub(super) level: ExplorationLevel,
    created_at: String,
    updated_at: String,
}

/// An exploration as callers get it.
#[derive(Serialize)]
pub(crate) struct ExplorationInfo<'a> {
    id: i64,
    name: &'a str,
    base_table_oid: u32,
    schema_oid: Option<u32>,
    initial_columns: &'a [StoredColumnReference],
    transformations: Option<&'a RawValue>,
    display_options: Option<&'a RawValue>,
    display_names: Option<&'a RawValue>,
    description: Option<&'a str>,
    owner: &'a str,
    view: bool,
    level: ExplorationLevel,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Value>,
    created_at: &'a str,
    updated_at: &'a str,
}

impl StoredExploration {
    /// The numbers of now, or what is gone.
    pub(crate) fn place(&self) -> Result<Placed, Error> {
        reference::place_columns(
            &self.refs,
            self.base_table_oid,
            &self.initial_columns,
            Placement::SameDatabase,
        )
    }

    /// Whether the numbers of now are those that are stored.
    pub(super) fn is_placed_as_stored(&self, placed: &Placed) -> bool {
        placed.base.to_u32() == self.base_table_oid && placed.columns == self.initial_columns
    }

    /// As a document that can be run. Fails with what is gone.
    pub(crate) fn document(&self) -> Result<String, Error> {
        Ok(self.document_of(&self.place()?))
    }

    /// The same with the numbers of now.
    pub(super) fn document_of(&self, placed: &Placed) -> String {
        let mut document = json!({
            "id": self.id,
            "name": self.name,
            "base_table_oid": placed.base.to_u32(),
            "schema_oid": names::schema_of(placed.base).map(Oid::to_u32),
            "initial_columns": placed.columns,
            "description": self.description,
        })
        .to_string();
        // The other parts keep their text, and so the digits of their numbers.
        document.pop();
        for (key, part) in [
            ("transformations", &self.transformations),
            ("display_options", &self.display_options),
            ("display_names", &self.display_names),
        ] {
            let part = part.as_ref().map_or("null", |part| part.get());
            document.push_str(&format!(",\"{key}\":{part}"));
        }
        document.push('}');
        document
    }

    fn serialize(&self) -> Result<String, Error> {
        let (base, columns, problem) = match self.place() {
            Ok(placed) => (placed.base.to_u32(), placed.columns, None),
            Err(problem) => (
                self.base_table_oid,
                self.initial_columns.clone(),
                Some(describe_problem(&problem)),
            ),
        };
        let info = ExplorationInfo {
            id: self.id,
            name: &self.name,
            base_table_oid: base,
            schema_oid: names::schema_of(Oid::from(base)).map(Oid::to_u32),
            initial_columns: &columns,
            transformations: self.transformations.as_deref(),
            display_options: self.display_options.as_deref(),
            display_names: self.display_names.as_deref(),
            description: self.description.as_deref(),
            owner: &self.owner,
            view: self.view_name.is_some(),
            level: self.level,
            problem,
            created_at: &self.created_at,
            updated_at: &self.updated_at,
        };
        serde_json::to_string(&info).map_err(Error::Serialization)
    }

    pub(crate) fn need(&self, level: ExplorationLevel) -> Result<(), Error> {
        if self.level >= level {
            return Ok(());
        }
        Err(ExplorationError::NotAllowed {
            name: self.name.clone(),
            needed: level.name(),
        }
        .into())
    }
}

pub(super) fn describe_problem(problem: &Error) -> Value {
    let fields = problem.fields();
    json!({
        "message": fields.message, "detail": fields.detail,
        "sqlstate": crate::pg::report::sqlstate_text(fields.sqlstate),
    })
}

/// A document as JSON of our own: valid, since its parts are.
fn raw_document(json: String) -> Result<Box<RawValue>, Error> {
    RawValue::from_string(json).map_err(Error::Serialization)
}

/// The exploration with an id, if the current role sees it; an error otherwise.
pub(crate) fn find_exploration(id: i64) -> Result<StoredExploration, Error> {
    find_visible(id)?.ok_or_else(|| ExplorationError::Unknown { id }.into())
}

/// The same, or `None`.
pub(crate) fn find_visible(id: i64) -> Result<Option<StoredExploration>, Error> {
    store::read_as_caller(|statements| statements.query(store::READ_ONE, &json!({"id": id})))
}

/// The explorations that the current role sees.
pub(super) fn find_all(schema: Option<Oid>) -> Result<Vec<StoredExploration>, Error> {
    let schema = match schema {
        Some(schema) => Some(Catalog::new(Snapshot::latest()).schema_name(schema)?),
        None => None,
    };
    store::read_as_caller(|statements| statements.query(store::READ, &json!({"schema": schema.as_deref()})))
}

pub(crate) fn get_exploration(id: i64) -> Result<Box<RawValue>, Error> {
    raw_document(find_exploration(id)?.serialize()?)
}

pub(crate) fn list_explorations(schema: Option<Oid>) -> Result<Vec<Box<RawValue>>, Error> {
    find_all(schema)?
        .iter()
        .map(|exploration| raw_document(exploration.serialize()?))
        .collect()
}
