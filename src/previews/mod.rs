//! Previews: how a row is shown where other tables refer to it.
//!
//! A template, whether a user wrote it or it is the default, is compiled once into an SQL expression and the joins that
//! it takes; nothing is looked up per row, and no procedural language runs.
//!
//! - [`template`]: which template is in force for a relation, with columns for names and numbers
//! - [`compile`]: a template becomes SQL
//! - [`display`]: values by the display options of their columns
//! - [`comparison`]: operators that mean the same on every search_path
//! - [`custom`], [`nearest`]: the template that a user writes, and what he may have meant
//! - [`rows`]: previews by key, and the statement that gives all
//! - [`text`]: templates as people write them, and the default one
//! - [`relation`]: what the compiler knows of a relation, and what the role may read of it

pub(crate) mod comparison;
mod compile;
pub(crate) mod custom;
mod display;
mod nearest;
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
pub(crate) use template::Templates;

/// How a row of a relation reads, as SQL. It depends on no search_path.
pub(crate) struct RowPreview {
    /// What to append after the relation's FROM item: nothing, or ` LEFT JOIN ...`, none of which multiplies rows. The
    /// aliases begin with the relation's own and `_`.
    pub(crate) joins: String,
    /// An expression of type text that is never NULL.
    pub(crate) text: String,
}

/// How rows of `relation`, which the statement calls `alias`, read for the current role.
pub(crate) fn row(
    catalog: &Catalog,
    templates: &Templates,
    relation: Oid,
    alias: &str,
) -> Result<RowPreview, Error> {
    let RowExpression { joins, text } = compile::row(catalog, templates, relation, alias)?;
    Ok(RowPreview {
        joins: joins.concat(),
        text,
    })
}
