//! Foreign servers and user mappings, by their names.
//!
//! Options are read from the catalogs' caches, so that no statement and no log ever has a password.

use crate::pg::{Oid, error_fields, text};
use pgrx::pg_sys;
use std::ffi::CString;

/// Options by their names.
pub(crate) type ForeignOptions = Vec<(String, String)>;

/// A foreign server.
pub(crate) struct ForeignServer {
    pub(crate) oid: Oid,
    pub(crate) name: String,
    /// The name of its foreign data wrapper.
    pub(crate) wrapper: String,
    pub(crate) options: ForeignOptions,
}

/// The foreign server of a name.
pub(crate) fn find_server(name: &str) -> Option<ForeignServer> {
    let name = CString::new(text::to_server(name)).ok()?;
    // SAFETY: a look-up; null where there is none.
    unsafe { server(pg_sys::GetForeignServerByName(name.as_ptr(), true)) }
}

/// # Safety
/// Null, or a server that PostgreSQL has read.
unsafe fn server(found: *mut pg_sys::ForeignServer) -> Option<ForeignServer> {
    // SAFETY: promised by the caller; a server has a wrapper.
    unsafe {
        let found = found.as_ref()?;
        let wrapper = &*pg_sys::GetForeignDataWrapper(found.fdwid);
        Some(ForeignServer {
            oid: found.serverid,
            name: text::from_server_cstr(found.servername).unwrap_or_default(),
            wrapper: text::from_server_cstr(wrapper.fdwname).unwrap_or_default(),
            options: read_options(found.options),
        })
    }
}

/// The options of the user mapping of a role, or of PUBLIC. That there is none is an error of PostgreSQL's.
pub(crate) fn user_mapping(role: Oid, server: Oid) -> ForeignOptions {
    // SAFETY: a look-up that gives a mapping or raises an error.
    error_fields::kept(|| unsafe { read_options((*pg_sys::GetUserMapping(role, server)).options) })
}

/// # Safety
/// A list of DefElem.
unsafe fn read_options(list: *mut pg_sys::List) -> ForeignOptions {
    // SAFETY: promised by the caller; the value of an option is a string.
    unsafe {
        let list = pgrx::PgList::<pg_sys::DefElem>::from_pg(list);
        let option = |element: *mut pg_sys::DefElem| {
            let name = text::from_server_cstr((*element).defname)?;
            Some((name, text::from_server_cstr(pg_sys::defGetString(element))?))
        };
        list.iter_ptr().filter_map(option).collect()
    }
}

/// Whether a role has USAGE on a foreign server.
pub(crate) fn may_use(role: Oid, server: Oid) -> bool {
    // SAFETY: questions about OIDs.
    unsafe {
        #[cfg(feature = "pg15")]
        let answer =
            pg_sys::pg_foreign_server_aclcheck(server, role, pg_sys::AclMode::from(pg_sys::ACL_USAGE));
        #[cfg(not(feature = "pg15"))]
        let answer = pg_sys::object_aclcheck(
            pg_sys::ForeignServerRelationId,
            server,
            role,
            pg_sys::ACL_USAGE.into(),
        );
        answer == pg_sys::AclResult::ACLCHECK_OK
    }
}
