//! What depends on what.

use super::rows::PgDepend;
use crate::pg::Oid;
use crate::pg::scan::{Char, Reader};

/// A normal dependency: the dependent object must be dropped explicitly, or by CASCADE.
pub(crate) const NORMAL: Char = Char(b'n');

pub(crate) fn refuses_drop(_reader: &Reader, _relation: Oid, dependents: &[PgDepend]) -> bool {
    dependents.iter().any(|row| row.deptype == NORMAL)
}
