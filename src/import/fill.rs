//! The rows of a file go into a table of text.

use super::file::{FileLayout, FileOptions, Lines};
use crate::catalog::Catalog;
use crate::catalog::rows::{PgAttribute, PgClass};
use crate::error::Error;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, copy, lock, server};
use crate::progress::{Progress, Total};
use pgrx::pg_sys;

/// Puts the rows of a file, except the bad ones, into the columns of type text of a table, in their order. Returns their
/// number.
pub(crate) fn fill_table(
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
    if columns.len() != layout.columns.len() {
        return Err(Error::InvalidArgument {
            argument: "layout",
            problem: format!(
                "the file has {} columns, and the table {} of type text",
                layout.columns.len(),
                columns.len()
            ),
            hint: "Create the table with msar.prepare_table_for_import from the columns of the file.",
        });
    }
    let mut progress = Progress::begin("filling the table", "rows", Total::Exactly(layout.rows));
    let pulse = server::check_for_interrupts;
    let text = layout.decode(data, &pulse)?;
    let mut lines = Lines::open(&text, layout, options, &pulse)?;
    copy::fill_from_lines(relation, &columns, |out| {
        let is_more = lines.write_next(out)?;
        if let Some(progress) = progress.as_mut().filter(|_| is_more) {
            progress.advance();
        }
        Ok(is_more)
    })
}
