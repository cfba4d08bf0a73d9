//! Acting as another role, whose code leaves nothing temporary behind in the session.
//!
//! `pg::as_role` says how the switch is made. A security-restricted operation refuses temporary tables, but not types and
//! functions in `pg_temp`. Types there come before PostgreSQL's own: their checks would run as whoever uses the session.

use super::rows::{PgDepend, catalog_oid};
use crate::error::Error;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, as_role, names};
use std::collections::BTreeSet;

/// Runs `body` with the rights of `role`, whose search_path is passed. Fails if temporary objects are left.
pub(crate) fn act_as<T>(
    role: Oid,
    search_path: &str,
    body: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let before = temporary_objects();
    let outcome = as_role::as_role(role, search_path, body)?;
    match temporary_objects().is_subset(&before) {
        true => Ok(outcome),
        false => Err(Error::LeftTemporaryObjects),
    }
}

/// The temporary objects of the session, each by its catalog and OID.
fn temporary_objects() -> BTreeSet<(u32, u32)> {
    let Some(schema) = names::temporary_schema() else {
        return BTreeSet::new();
    };
    let reader = Reader::new(Snapshot::latest());
    let rows = PgDepend::on_object(&reader, catalog_oid::PG_NAMESPACE.into(), schema);
    rows.iter()
        .map(|row| (row.classid.to_u32(), row.objid.to_u32()))
        .collect()
}
