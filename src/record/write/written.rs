//! What a write tells of the row that it wrote: the document that readers of records give.

use super::key::Key;
use super::target::Target;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::plan::{JsonbDatum, Planning, Prepared, Sees};
use crate::pg::snapshot::Snapshot;
use crate::record::document;
use crate::record::preview::Templates;
use crate::record::relation::{Column, Relation};

/// What the caller wants to be told.
pub(crate) struct Wanted {
    pub(crate) record_summaries: bool,
    pub(crate) templates: Templates,
}

/// How to tell of rows of a target.
pub(super) struct Teller<'a> {
    target: &'a Target,
    wanted: &'a Wanted,
    catalog: Catalog,
    relation: Relation,
}

impl<'a> Teller<'a> {
    pub(super) fn new(target: &'a Target, wanted: &'a Wanted) -> Result<Self, Error> {
        let catalog = Catalog::new(Snapshot::latest());
        let relation = Relation::read(&catalog, target.row.oid)?;
        Ok(Self {
            target,
            wanted,
            catalog,
            relation,
        })
    }

    /// The columns of the row `target` that the document needs, as a select list; `None` if there are none.
    pub(super) fn returned(&self) -> Option<String> {
        let columns: Vec<&Column> = self.relation.readable().collect();
        (!columns.is_empty()).then(|| document::page_columns(&columns, "target"))
    }

    /// The row of this key, as it is now.
    pub(super) fn of_key(&self, key: &Key, value: JsonbValue) -> Result<JsonbDatum, Error> {
        let page = format!(
            "SELECT {} FROM {} AS target, pg_catalog.jsonb_to_record($1) AS key({}) WHERE {}",
            self.returned().unwrap_or_default(),
            self.target.sql,
            key.declarations()?,
            key.condition()?,
        );
        self.run(&page, value)
    }

    /// No row.
    pub(super) fn of_none(&self) -> Result<JsonbDatum, Error> {
        let page = format!(
            "SELECT {} FROM {} AS target WHERE false",
            self.returned().unwrap_or_default(),
            self.target.sql,
        );
        self.run(&page, JsonbValue::parse("null"))
    }

    /// The rows that a statement with RETURNING gives back, whose parameter `$1` is `json`.
    pub(super) fn run(&self, page: &str, json: JsonbValue) -> Result<JsonbDatum, Error> {
        let rest = document::of_written(
            &self.catalog,
            &self.wanted.templates,
            &self.relation,
            self.wanted.record_summaries,
        )?;
        let statement = format!("WITH page AS ({page}) {rest}");
        Prepared::new(&statement, &[JsonbValue::TYPE], Planning::Once)?
            .document(&[Some(json.datum())], Sees::OwnWrites)?
            .0
            .ok_or(Error::Vanished)
    }
}
