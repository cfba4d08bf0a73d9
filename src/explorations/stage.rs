//! A stage: a SELECT under construction, and the rules by which the next thing that is done with its rows either
//! becomes a part of it or makes it a subquery.
//!
//! Columns keep their aliases as names where SQL can have them, so that the statement reads well.

use super::error::{BLANK_ALIAS, ExplorationError};
use super::node::unknown_name;
use crate::catalog::types::TypeInfo;
use crate::error::Error;
use crate::pg::{Oid, quote, server};
use crate::records::condition::{Expression, NamedColumns};
use crate::records::relation::ColumnReference;
use std::rc::Rc;

/// The most SQL that columns of a stage may stand for, in bytes, once PostgreSQL has put the values of subqueries in the place
/// of their names: a value that is computed twice from the one before would double with each step.
const MOST_MERGED: usize = 1 << 16;

/// Keeps PostgreSQL from merging a subquery with what reads from it.
const FENCE: &str = "\nOFFSET 0";

/// The longest name that PostgreSQL keeps, in bytes.
pub(super) const LONGEST_NAME: usize = 63;

/// A column of a table that a value comes from unchanged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ColumnOrigin {
    /// Which of the joined relations.
    pub(crate) instance: usize,
    pub(crate) relation: Oid,
    pub(crate) attnum: i16,
    /// Whether it belongs to the primary key.
    pub(crate) is_key: bool,
}

/// A column of a stage.
#[derive(Clone)]
pub(crate) struct StageColumn {
    pub(crate) alias: String,
    /// Its name in the SELECT.
    pub(crate) name: String,
    /// Its value, in terms of what the SELECT reads from.
    pub(crate) value: Expression,
    pub(crate) type_info: Rc<TypeInfo>,
    pub(crate) modifiers: i32,
    pub(crate) is_nullable: bool,
    pub(crate) origin: Option<ColumnOrigin>,
    /// The type that a description names, where it is not that of the value.
    pub(crate) described_as: Option<Rc<TypeInfo>>,
    /// The name of its type in Mathesar's contract, where that depends on the aggregation.
    pub(crate) contract_type: Option<&'static str>,
    /// The alias from which a summary made it.
    pub(crate) input: Option<String>,
    /// Whether it is the sum or mean of floating-point numbers, which the contract prints in a way of its own.
    pub(crate) is_float_aggregate: bool,
    /// Hidden columns are there for the order, and to tell rows apart.
    pub(crate) is_visible: bool,
}

/// A column by which rows are ordered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sorting {
    pub(crate) name: String,
    pub(crate) is_descending: bool,
    pub(crate) nulls_first: bool,
}

impl Sorting {
    pub(super) fn ascending(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            is_descending: false,
            nulls_first: false,
        }
    }

    /// As it stands in ORDER BY, for a value.
    pub(super) fn sql(&self, value: &str) -> String {
        let direction = if self.is_descending { " DESC" } else { "" };
        let nulls = match (self.nulls_first, self.is_descending) {
            (true, false) => " NULLS FIRST",
            (false, true) => " NULLS LAST",
            _ => "",
        };
        format!("{value}{direction}{nulls}")
    }
}

#[derive(Clone)]
pub(crate) struct Stage {
    /// How many subqueries are within.
    pub(super) depth: usize,
    /// The values of the subquery that it reads from, each with the length of the SQL that PostgreSQL will put in its place,
    /// if that is longer than a name.
    pub(super) merged: Vec<(String, usize)>,
    pub(super) from: String,
    pub(super) conditions: Vec<String>,
    /// The number of columns to group by, if it groups.
    pub(super) grouping: Option<usize>,
    pub(super) is_distinct: bool,
    /// `ORDER BY`, `LIMIT` and `OFFSET` of its own.
    pub(super) bounds: String,
    pub(super) columns: Vec<StageColumn>,
    /// The order that was asked for.
    pub(super) order: Vec<Sorting>,
    pub(super) is_ordered: bool,
    /// Names of columns that tell rows apart; `None` if nothing does.
    pub(super) unique_by: Option<Vec<String>>,
    /// Whether what follows cannot be part of this SELECT.
    pub(super) is_closed: bool,
    /// Whether it takes all rows to know the first, or has other rows each time: then it is computed once.
    pub(super) is_computed_once: bool,
}

impl Stage {
    /// Makes a subquery of it if it cannot take more.
    pub(super) fn ensure_open(&mut self) {
        if self.is_closed {
            self.wrap();
        }
    }

    /// Makes a subquery of it.
    pub(super) fn wrap(&mut self) {
        server::check_for_interrupts();
        let is_needed = |name: &str| {
            self.order.iter().any(|sorting| sorting.name == name)
                || self
                    .unique_by
                    .as_ref()
                    .is_some_and(|names| names.iter().any(|unique| unique == name))
        };
        let mut columns = std::mem::take(&mut self.columns);
        columns.retain(|column| column.is_visible || is_needed(&column.name));
        self.columns = columns;
        let lengths: Vec<usize> = self
            .columns
            .iter()
            .map(|column| self.merged_length(&column.value.sql))
            .collect();
        let mut is_merged = self.grouping.is_none() && !self.is_distinct && self.bounds.is_empty();
        if is_merged && lengths.iter().sum::<usize>() > MOST_MERGED {
            self.bounds.push_str(FENCE);
            is_merged = false;
        }
        self.depth += 1;
        let alias = format!("s{}", self.depth);
        self.from = format!("(\n{}\n) AS {alias}", self.sql(""));
        for column in &mut self.columns {
            column.value = column
                .value
                .with_sql(format!("{alias}.{}", quote::identifier(&column.name)));
        }
        let names = self.columns.iter().map(|column| column.value.sql.clone());
        self.merged = match is_merged {
            true => names
                .zip(lengths)
                .filter(|(name, length)| *length > name.len())
                .collect(),
            false => Vec::new(),
        };
        self.conditions.clear();
        self.grouping = None;
        self.is_distinct = false;
        self.bounds.clear();
        self.is_closed = false;
    }

    /// How long the SQL of a value is once the values that it names stand in their place.
    fn merged_length(&self, sql: &str) -> usize {
        let names = self.merged.iter();
        let longer = names.map(|(name, length)| sql.matches(name.as_str()).count().saturating_mul(*length));
        longer.fold(sql.len(), usize::saturating_add)
    }

    /// The SELECT, with what comes behind it.
    pub(super) fn sql(&self, tail: &str) -> String {
        let items: Vec<String> = self.columns.iter().map(StageColumn::select_item).collect();
        self.select(&items.join(",\n  "), tail)
    }

    /// The SELECT of other values, from the rows of this stage.
    pub(super) fn select(&self, items: &str, tail: &str) -> String {
        let distinct = if self.is_distinct { " DISTINCT" } else { "" };
        let items = if items.is_empty() {
            String::new()
        } else {
            format!("\n  {items}")
        };
        let grouping = match self.grouping {
            Some(columns) if columns > 0 => {
                let positions: Vec<String> = (1..=columns).map(|at| at.to_string()).collect();
                format!("\nGROUP BY {}", positions.join(", "))
            }
            _ => String::new(),
        };
        format!(
            "SELECT{distinct}{items}\nFROM {}{}{grouping}{}{tail}",
            self.from,
            self.where_clause(),
            self.bounds
        )
    }

    /// A SELECT without columns from the rows of this stage: to count them.
    pub(super) fn rows_sql(&self) -> String {
        match self.is_closed {
            true => format!("SELECT FROM ({}) AS counted", self.sql("")),
            false => self.select("", ""),
        }
    }

    /// The number of its rows, as an expression.
    pub(super) fn count_sql(&self) -> String {
        match self.is_closed {
            true => format!(
                "(SELECT pg_catalog.count(*) FROM (\n{}\n) AS counted)",
                self.sql("")
            ),
            false => format!(
                "(SELECT pg_catalog.count(*)\nFROM {}{})",
                self.from,
                self.where_clause()
            ),
        }
    }

    fn where_clause(&self) -> String {
        match self.conditions.as_slice() {
            [] => String::new(),
            conditions => format!("\nWHERE {}", conditions.join("\n  AND ")),
        }
    }

    /// ` ORDER BY ...` for the columns of this stage, or nothing.
    pub(super) fn order_by(&self, order: &[Sorting]) -> String {
        let items: Vec<String> = order
            .iter()
            .filter_map(|sorting| {
                let column = self.columns.iter().find(|column| column.name == sorting.name)?;
                // Of groups and of distinct rows, only columns of the result can be named.
                let value = match self.grouping.is_some() || self.is_distinct {
                    true => quote::identifier(&column.name),
                    false => column.value.sql.clone(),
                };
                Some(sorting.sql(&value))
            })
            .collect();
        match items.is_empty() {
            true => String::new(),
            false => format!("\nORDER BY {}", items.join(", ")),
        }
    }

    /// The order that was asked for, made total where that is possible.
    pub(super) fn total_order(&self) -> Vec<Sorting> {
        let mut order = self.order.clone();
        for name in self.unique_by.iter().flatten() {
            if !order.iter().any(|sorting| sorting.name == *name) {
                order.push(Sorting::ascending(name));
            }
        }
        order
    }

    /// Lets rows be told apart by visible columns alone.
    pub(super) fn forget_hidden_keys(&mut self) {
        let is_visible = |name: &String| self.visible().any(|column| column.name == *name);
        if !self.unique_by.iter().flatten().all(is_visible) {
            self.unique_by = None;
        }
    }

    pub(super) fn visible(&self) -> impl Iterator<Item = &StageColumn> + Clone {
        self.columns.iter().filter(|column| column.is_visible)
    }

    pub(super) fn by_name(&self, name: &str) -> Option<&StageColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// A column that the document names.
    pub(super) fn column(&self, path: &str, alias: &str) -> Result<&StageColumn, Error> {
        self.visible()
            .find(|column| column.alias == alias)
            .ok_or_else(|| {
                unknown_name(
                    path,
                    "column",
                    alias,
                    self.visible().map(|column| column.alias.as_str()),
                )
            })
    }

    /// The same where a name may have a prefix that ends with a dot.
    pub(super) fn column_or_suffix(&self, path: &str, alias: &str) -> Result<&StageColumn, Error> {
        let mut rest = alias;
        loop {
            if let Some(column) = self.visible().find(|column| column.alias == rest) {
                return Ok(column);
            }
            match rest.split_once('.') {
                Some((_, after)) => rest = after,
                None => return self.column(path, alias),
            }
        }
    }

    /// A name for a column with that alias which no other one has.
    pub(super) fn free_name(&self, alias: &str) -> String {
        free_name(alias, |name| self.by_name(name).is_some())
    }

    /// Fails if a visible column has the alias.
    pub(super) fn check_alias(&self, path: &str, alias: &str) -> Result<(), Error> {
        check_alias(path, alias)?;
        match self.visible().any(|column| column.alias == alias) {
            true => Err(ExplorationError::DuplicateAlias {
                path: path.to_owned(),
                alias: alias.to_owned(),
            }
            .into()),
            false => Ok(()),
        }
    }
}

/// Fails if the alias is blank.
pub(super) fn check_alias(path: &str, alias: &str) -> Result<(), Error> {
    match alias.trim().is_empty() {
        true => Err(ExplorationError::Invalid {
            path: path.to_owned(),
            problem: BLANK_ALIAS.into(),
            hint: "Name the column.",
        }
        .into()),
        false => Ok(()),
    }
}

/// A name for a column with that alias which is not taken.
pub(super) fn free_name(alias: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if alias.len() <= LONGEST_NAME && !alias.is_empty() && !is_taken(alias) {
        return alias.to_owned();
    }
    let mut number = 1;
    loop {
        let name = format!("c{number}");
        if !is_taken(&name) {
            return name;
        }
        number += 1;
    }
}

impl StageColumn {
    fn select_item(&self) -> String {
        format!("{} AS {}", self.value.sql, quote::identifier(&self.name))
    }

    /// The type that a description names.
    pub(super) fn described_type(&self) -> &Rc<TypeInfo> {
        self.described_as.as_ref().unwrap_or(&self.type_info)
    }
}

/// The columns of a stage as conditions name them: by their aliases.
#[derive(Clone, Copy)]
pub(super) struct StageColumns<'a> {
    pub(super) stage: &'a Stage,
    pub(super) path: &'a str,
}

impl NamedColumns for StageColumns<'_> {
    fn find_column(&self, reference: &ColumnReference) -> Result<Expression, Error> {
        let alias = match reference {
            ColumnReference::Name(name) => name.clone(),
            ColumnReference::Attnum(attnum) => attnum.to_string(),
        };
        Ok(self.stage.column(self.path, &alias)?.value.clone())
    }

    fn place(&self) -> &str {
        self.path
    }
}
