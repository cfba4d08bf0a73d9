//! The rows of a file into a table of text.

use super::file::{self, FileLayout, FileOptions};
use crate::catalog::Catalog;
use crate::catalog::rows::{PgAttribute, PgClass};
use crate::error::Error;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, copy, lock, server};
use pgrx::pg_sys;

/// Puts the rows of a file, but for the bad ones, into the columns of type text of a table, in their order.
pub(crate) fn table(
    relation: Oid,
    data: &[u8],
    layout: &FileLayout,
    options: &FileOptions,
) -> Result<u64, Error> {
    lock::share_until_commit(relation);
    let catalog = Catalog::new(Snapshot::latest());
    PgClass::by_oid(&catalog.reader, relation).ok_or(Error::UnknownRelation(relation))?;
    let columns: Vec<String> = PgAttribute::live(&catalog.reader, relation)
        .into_iter()
        .filter(|column| column.atttypid == pg_sys::TEXTOID)
        .map(|column| column.attname)
        .collect();
    drop(catalog);
    let pulse = server::check_for_interrupts;
    file::with_lines(data, layout, options, &pulse, |next| {
        copy::lines(relation, &columns, |out| next(out).map_err(Error::from))
    })?
}
