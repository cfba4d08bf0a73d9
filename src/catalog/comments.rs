//! Comments on a relation and on its columns.

use super::Catalog;
use super::rows::{OfRelation, PgDescription};
use crate::pg::Oid;

/// The comments that are not written yet.
pub(crate) struct Comments(Vec<PgDescription>);

impl Comments {
    pub(crate) fn of_relation(catalog: &Catalog, relation: Oid) -> Self {
        Self(PgDescription::of_relation(&catalog.reader, relation))
    }

    /// The comment on the relation itself.
    pub(crate) fn take_relation(&mut self) -> Option<String> {
        self.take_comment(0)
    }

    /// The comment on a column.
    pub(crate) fn take_comment(&mut self, attnum: i16) -> Option<String> {
        let at = self.0.iter().position(|row| row.objsubid == i32::from(attnum))?;
        Some(self.0.swap_remove(at).description.0)
    }
}
