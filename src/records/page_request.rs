//! A request for a page of records, without its values: which rows, which part of them, which members the document has.

use super::condition::{Conditions, RelationColumns};
use super::document::Linked;
use super::error::RecordError;
use super::filter::Filter;
use super::group::Grouping;
use super::joined::JoinedColumn;
use super::key::RecordKey;
use super::order::OrderItem;
use super::relation::{ColumnReference, LISTED, RecordRelation};
use super::search::{SearchRequest, Term};
use super::value::Forms;
use crate::error::Error;
use crate::pg::Oid;
use crate::statements::{Literal, Parameters};

/// A request for a page of records, without its values.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct PageRequest {
    pub(crate) relation: Oid,
    pub(crate) rows: RowSelection,
    /// The columns of the result; `None` for all that the role may read.
    pub(crate) columns: Option<Vec<ColumnReference>>,
    pub(crate) order: Vec<OrderItem>,
    pub(crate) bounds: Bounds,
    pub(crate) group: Option<Grouping>,
    pub(crate) joined: Vec<JoinedColumn>,
    pub(crate) linked: Linked,
    pub(crate) record_summaries: bool,
    /// As JSON.
    pub(crate) templates: Option<String>,
    pub(crate) count: Count,
    pub(crate) forms: Forms,
    pub(crate) members: Members,
    /// What the request knows of the relation, if not all that the role may read.
    pub(crate) restriction: Option<Restriction>,
    /// A text that the rows must contain, beside the selection.
    pub(crate) search: Option<SearchRequest>,
    /// Whether previews of linked rows stand beside the rows, one for each, and not by their keys.
    pub(crate) has_links: bool,
    /// Whether the values are returned as their display options show them, too.
    pub(crate) has_display: bool,
    /// The most bytes of a value that is returned.
    pub(crate) largest_value: Option<i64>,
}

/// The part of a relation that a request knows: it cannot tell that there is more.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Restriction {
    /// `None` for all that the role may read.
    pub(crate) columns: Option<Vec<i16>>,
    /// Which rows; it may be about other columns, too.
    pub(crate) filter: Option<Filter>,
}

impl Restriction {
    /// Leaves of the relation what the request knows. `is_asked` says whether the request has conditions of its own: then
    /// they see these rows only, so that no error which a condition raises tells of another row.
    pub(super) fn apply(
        &self,
        relation: &mut RecordRelation,
        parameters: &mut Parameters,
        is_asked: bool,
    ) -> Result<(), Error> {
        if let Some(filter) = &self.filter {
            let columns = RelationColumns {
                relation,
                alias: LISTED,
                paths: None,
            };
            let mut conditions = Conditions {
                columns,
                parameters,
                has_eras: true,
            };
            let condition = conditions.condition(filter)?;
            // OFFSET keeps the planner from mixing conditions.
            let barrier = if is_asked { " OFFSET 0" } else { "" };
            let columns: Vec<&str> = relation.readable().map(|column| column.sql.as_str()).collect();
            relation.sql = format!(
                "(SELECT {} FROM {} AS {LISTED} WHERE {condition}{barrier})",
                columns.join(", "),
                relation.sql
            );
        }
        relation.columns.retain(|column| {
            column.is_readable
                && self
                    .columns
                    .as_ref()
                    .is_none_or(|columns| columns.contains(&column.attnum))
        });
        if !relation.is_nameable || relation.columns.is_empty() {
            return Err(RecordError::NothingToShow.into());
        }
        Ok(())
    }
}

/// Which rows.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum RowSelection {
    /// Those that pass, or all.
    Filtered(Option<Filter>),
    /// The one with this key.
    WithKey(RecordKey),
    /// Those in which something is found, best first.
    Found(Vec<Term>),
}

/// Which part of them.
#[derive(PartialEq, Eq, Hash, Default)]
pub(crate) struct Bounds {
    /// Part of the shape, since the planner must know it; a client has few.
    pub(crate) limit: Option<i64>,
    pub(crate) offset: Option<Literal>,
    /// The key of the row that the page comes after.
    pub(crate) after: Option<RecordKey>,
}

/// Whether all rows are counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Count {
    #[default]
    Exact,
    /// By the planner.
    Estimated,
    None,
}

/// Which members the document has.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Members {
    /// Those of `list_records_from_table`.
    Listed,
    /// Those of `search_records_from_table`.
    Searched,
    /// Those of `list_records`.
    Own,
    /// Those that writes return.
    Written,
    /// Those that shares show: of `list_records`, and the columns.
    Shared,
}

impl PageRequest {
    /// A request for rows of a relation, with everything else as it is unless asked for.
    pub(crate) fn new(relation: Oid, rows: RowSelection, members: Members) -> Self {
        Self {
            relation,
            rows,
            columns: None,
            order: Vec::new(),
            bounds: Bounds::default(),
            group: None,
            joined: Vec::new(),
            linked: Linked::All,
            record_summaries: false,
            templates: None,
            count: Count::Exact,
            forms: Forms::CONTRACT,
            members,
            restriction: None,
            search: None,
            has_links: false,
            has_display: false,
            largest_value: None,
        }
    }

    /// Whether it has conditions of its own, or computes with values.
    pub(super) fn is_asked(&self) -> bool {
        !matches!(self.rows, RowSelection::Filtered(None))
            || self.group.is_some()
            || self.search.is_some()
            || self.bounds.after.is_some()
    }
}
