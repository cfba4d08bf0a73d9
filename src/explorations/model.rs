//! An exploration as typed values, apart from its literals.

use crate::pg::Oid;
use crate::records::filter::Filter;
use crate::records::relation::ColumnReference;
use crate::statements::Literal;
use std::collections::BTreeMap;

/// A question about data: columns of a relation and of those that it is joined with, and what is done with the rows.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct Exploration {
    pub(crate) base: Oid,
    pub(crate) initial: Vec<InitialColumn>,
    pub(crate) steps: Vec<ExplorationStep>,
    /// By alias.
    pub(crate) display_names: BTreeMap<String, String>,
}

/// A column to begin with.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct InitialColumn {
    pub(crate) alias: String,
    pub(crate) column: ColumnReference,
    /// The way to its relation; empty for the base.
    pub(crate) path: Vec<JoinStep>,
}

/// A join: the columns of both sides are equal, pair by pair.
#[derive(PartialEq, Eq, Hash, Debug, Clone)]
pub(crate) struct JoinStep {
    pub(crate) left: Oid,
    pub(crate) left_columns: Vec<ColumnReference>,
    pub(crate) right: Oid,
    pub(crate) right_columns: Vec<ColumnReference>,
}

/// A transformation of the rows, and its place in the document.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct ExplorationStep {
    pub(crate) path: String,
    pub(crate) transformation: Transformation,
}

#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) enum Transformation {
    Filter(Filter),
    Order(Vec<OrderTerm>),
    Summarize(Summary),
    Hide(Vec<String>),
    Select(Vec<String>),
    Limit(i64),
    Offset(i64),
    /// Rows that are alike in all columns are one.
    Distinct,
    /// Later steps see only the rows that are left here: conditions are not mixed.
    Barrier,
    /// A new column.
    Compute {
        alias: String,
        value: Filter,
    },
    /// The first rows of each group.
    Top {
        per: Vec<String>,
        order: Vec<OrderTerm>,
        limit: i64,
    },
    Sample(Sample),
    Pivot(Pivot),
}

/// An item of an order.
#[derive(PartialEq, Eq, Hash, Debug, Clone)]
pub(crate) struct OrderTerm {
    pub(crate) alias: String,
    pub(crate) is_descending: bool,
    pub(crate) nulls_first: bool,
}

/// Rows become groups.
#[derive(PartialEq, Eq, Hash, Debug, Clone, Default)]
pub(crate) struct Summary {
    pub(crate) base: Option<String>,
    pub(crate) grouping: Vec<GroupingColumn>,
    pub(crate) aggregation: Vec<Aggregation>,
}

#[derive(PartialEq, Eq, Hash, Debug, Clone)]
pub(crate) struct GroupingColumn {
    pub(crate) input: String,
    pub(crate) output: String,
    pub(crate) preproc: Option<Preproc>,
}

/// A function that a value is put through before rows are grouped by it, by the key that the document has for it.
#[derive(PartialEq, Eq, Hash, Debug, Clone)]
pub(crate) struct Preproc {
    pub(crate) key: String,
    pub(crate) function: crate::records::filter::Function,
}

#[derive(PartialEq, Eq, Hash, Debug, Clone)]
pub(crate) struct Aggregation {
    pub(crate) input: String,
    pub(crate) output: String,
    pub(crate) aggregate: super::aggregate::Aggregate,
}

/// Some of the rows, at random.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) enum Sample {
    Rows(i64),
    /// Each row with this probability, in percent.
    Percent(Literal),
}

/// A cross-tab: one row for each group, one column for each value.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct Pivot {
    pub(crate) rows: Vec<GroupingColumn>,
    pub(crate) column: String,
    /// The values, with the aliases of their columns.
    pub(crate) values: Vec<(Literal, String)>,
    pub(crate) input: String,
    pub(crate) aggregate: super::aggregate::Aggregate,
}
