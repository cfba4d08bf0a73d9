//! From whose point of view a description holds: it depends on the role, its memberships, and on settings of the session.

use crate::catalog::rows::{PgAuthMembers, PgAuthid, PgDatabase};
use crate::pg::scan::Reader;
use crate::pg::{Oid, caller, cluster, server};
use rustc_hash::{FxHashSet, FxHasher};
use std::ffi::CStr;
use std::hash::{Hash, Hasher};

/// Settings by which expressions, types and moments are printed.
const SETTINGS: [&CStr; 8] = [
    c"DateStyle",
    c"IntervalStyle",
    c"TimeZone",
    c"extra_float_digits",
    c"bytea_output",
    c"quote_all_identifiers",
    c"lc_monetary",
    c"xmloption",
];

/// A number that is another one when the same catalogs would be described otherwise.
pub(super) fn fingerprint(reader: &Reader) -> u64 {
    let mut hasher = FxHasher::default();
    cluster::search_path().hash(&mut hasher);
    for name in SETTINGS {
        cluster::setting(name).hash(&mut hasher);
    }
    // The database's owner is a member of pg_database_owner.
    let database = PgDatabase::by_oid(reader, server::current_database());
    database.map(|row| row.datdba.to_u32()).hash(&mut hasher);
    hash_memberships(reader, caller::current_role(), &mut hasher);
    hasher.finish()
}

/// All roles of which the role is a member, directly or not, with the options of each membership.
fn hash_memberships(reader: &Reader, role: Oid, hasher: &mut FxHasher) {
    let mut known = FxHashSet::from_iter([role.to_u32()]);
    let mut roles = vec![role];
    while let Some(role) = roles.pop() {
        role.to_u32().hash(hasher);
        if let Some(row) = PgAuthid::by_oid(reader, role) {
            (row.rolsuper, row.rolinherit).hash(hasher);
        }
        let mut memberships = PgAuthMembers::of_member(reader, role);
        memberships.sort_by_key(|membership| (membership.roleid.to_u32(), membership.grantor.to_u32()));
        for membership in memberships {
            let options = (
                membership.admin_option,
                membership.inherit_option,
                membership.set_option,
            );
            (membership.roleid.to_u32(), options).hash(hasher);
            if known.insert(membership.roleid.to_u32()) {
                roles.push(membership.roleid);
            }
        }
    }
}
