//! Previews by key, and the statement that gives all.

use super::compile;
use super::template::Templates;
use crate::catalog::rows::{OfRelation, PgAttribute, PgConstraint};
use crate::catalog::{Catalog, relation};
use crate::error::Error;
use crate::pg::scan::Char;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, quote};

/// The statement that gives every row's key, where there is one, and its preview.
pub(crate) fn sql(table: Oid) -> Result<String, Error> {
    let catalog = Catalog::new(Snapshot::latest());
    let row = relation::find(&catalog, table)?;
    let preview = compile::row(&catalog, &Templates::default(), table, "t")?;
    let schema = catalog.schema_name(row.relnamespace)?;
    Ok(format!(
        "SELECT {} AS preview\nFROM {} AS t{}",
        preview.text,
        quote::qualified(&schema, &row.relname),
        preview.joins
    ))
}
