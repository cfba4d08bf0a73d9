//! The result of a write: the same document that reading the record returns.

use super::target::WriteTarget;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::plan::{JsonbDatum, Planning, Prepared, Sees};
use crate::pg::snapshot::Snapshot;
use crate::previews::Purpose;
use crate::records::relation::{RecordColumn, RecordRelation};
use crate::records::value::Forms;
use crate::records::{document, written};
use serde_json::value::RawValue;

/// The parts of the result that the caller wants.
pub(crate) struct WriteResultOptions {
    pub(crate) record_summaries: bool,
    /// JSON, of the argument `table_record_summary_templates`.
    pub(crate) templates: Option<String>,
}

/// The row of this key, as it is now.
pub(super) fn of_key(
    target: &WriteTarget,
    key: String,
    wanted: WriteResultOptions,
) -> Result<JsonbDatum, Error> {
    let key = RawValue::from_string(key).map_err(Error::Serialization)?;
    written::by_key(target.row.oid, key, wanted.record_summaries, wanted.templates)
}

/// How to return rows without a key. All facts of the catalogs are known already.
pub(super) struct Teller<'a> {
    target: &'a WriteTarget,
    /// The columns of the row `target` that the document needs, as a select list.
    columns: String,
    /// The SELECT of the document from these columns, which the statement calls `page`.
    document: String,
}

impl<'a> Teller<'a> {
    pub(super) fn new(target: &'a WriteTarget, wanted: &WriteResultOptions) -> Result<Self, Error> {
        let catalog = Catalog::new(Snapshot::latest());
        let relation = RecordRelation::read_relation(&catalog, target.row.oid)?;
        let columns: Vec<&RecordColumn> = relation.readable().collect();
        let templates = document::templates(&catalog, wanted.templates.as_deref(), Purpose::Contract)?;
        Ok(Self {
            target,
            columns: document::page_columns(&columns, "target"),
            document: document::of_written(
                &catalog,
                &templates,
                &relation,
                wanted.record_summaries,
                Forms::CONTRACT,
            )?,
        })
    }

    /// No row.
    pub(super) fn of_none(&self) -> Result<JsonbDatum, Error> {
        // A role that may read no column may not name the table either.
        let page = if self.has_columns() {
            format!(
                "SELECT {} FROM {} AS target WHERE false",
                self.columns, self.target.sql
            )
        } else {
            "SELECT WHERE false".into()
        };
        self.of_page(&page, JsonbValue::parse("null"))
    }

    /// The row that a statement makes, whose parameter `$1` is `json`. It returns the [`columns`](Self::columns).
    pub(super) fn of_statement(&self, sql: &str, json: JsonbValue) -> Result<JsonbDatum, Error> {
        self.of_page(sql, json)
    }

    /// The columns of the row `target` that the document needs, as a select list.
    pub(super) fn columns(&self) -> &str {
        &self.columns
    }

    /// Whether an INSERT can give back what the document needs.
    pub(super) fn has_columns(&self) -> bool {
        !self.columns.is_empty()
    }

    fn of_page(&self, page: &str, json: JsonbValue) -> Result<JsonbDatum, Error> {
        let statement = format!("WITH page AS ({page}) {}", self.document);
        Prepared::new(&statement, &[JsonbValue::TYPE], Planning::Once)?
            .document(&[Some(json.datum())], Sees::OwnWrites)?
            .0
            .ok_or(Error::Vanished)
    }
}
