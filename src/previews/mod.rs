//! Previews: how a row is shown where other tables refer to it.
//!
//! A template, set by a user or the default, is compiled once into an SQL expression and its joins; nothing is looked
//! up per row, and no procedural language runs.
//!
//! - [`template`]: the template in force for a relation, with its names and numbers resolved to columns
//! - [`compile`]: compiling a template to SQL
//! - [`display`]: formatting values by the display options of their columns
//! - [`comparison`]: operators that mean the same under every search_path
//! - [`custom`]: the template that a user writes
//! - [`rows`]: previews by key, and the statement that returns all
//! - [`text`]: templates as people write them, and the default one
//! - [`relation`]: the compiler's view of a relation, and which columns the role may read

pub(crate) mod comparison;
mod compile;
pub(crate) mod custom;
mod display;
mod error;
mod relation;
pub(crate) mod rows;
mod template;
#[cfg(any(test, feature = "pg_test"))]
mod tests;
pub(crate) mod text;

use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::Oid;
use compile::RowExpression;
use relation::PreviewedRelation;
pub(crate) use template::{Purpose, Templates};

/// How a row of a relation reads, as SQL. It depends on no search_path.
pub(crate) struct RowPreview {
    /// What to append after the relation's FROM item: nothing, or ` LEFT JOIN ...`, none of which multiplies rows. The
    /// aliases begin with the relation's own and `_`.
    pub(crate) joins: String,
    /// An expression of type text that is never NULL.
    pub(crate) text: String,
}

/// The display options of a relation's columns.
pub(crate) struct ColumnDisplay(PreviewedRelation);

impl ColumnDisplay {
    pub(crate) fn of_relation(catalog: &Catalog, relation: Oid) -> Result<Self, Error> {
        PreviewedRelation::read_relation(catalog, relation).map(Self)
    }

    /// A value of a column as its options show it, as SQL of type text.
    pub(crate) fn show(&self, catalog: &Catalog, attnum: i16, value: &str) -> Result<String, Error> {
        let column = self.0.column(attnum).ok_or(Error::Vanished)?;
        display::show_value(catalog, &self.0.metadata, column, value)
    }

    /// A text as it is shown, read as a value of a column, as SQL of its type; `None`: by the input function of the type.
    pub(crate) fn read_shown(
        &self,
        catalog: &Catalog,
        attnum: i16,
        text: &str,
    ) -> Result<Option<String>, Error> {
        let column = self.0.column(attnum).ok_or(Error::Vanished)?;
        display::read_text(catalog, &self.0.metadata, column, text)
    }
}

/// How rows of `relation`, which the statement calls `alias`, read for the current role.
pub(crate) fn compile_row_preview(
    catalog: &Catalog,
    templates: &Templates,
    relation: Oid,
    alias: &str,
) -> Result<RowPreview, Error> {
    let RowExpression { joins, text } = compile::compile_row(catalog, templates, relation, alias)?;
    Ok(RowPreview {
        joins: joins.concat(),
        text,
    })
}
