//! CREATE ROLE with a password that is in no text.

use crate::pg::{error_fields, text};
use pgrx::PgList;
use pgrx::pg_sys;
use std::ffi::{CStr, CString};

/// Runs a `CREATE ROLE ... PASSWORD ''` with `password` in the place of the empty one.
///
/// CREATE ROLE takes no parameters. In the text of a statement, the password would be shown by the context of an error,
/// the server's log and the views of statistics; so it is put into the parsed statement. Whoever hooks into commands,
/// such as a check of passwords, finds it where it always is.
pub(crate) fn with_password(statement: &str, password: &str) {
    let statement = to_server_cstr(statement);
    let password = to_server_cstr(password);
    // SAFETY: parsing gives a list of RawStmt, and the statement is a CREATE ROLE, whose options are DefElem; what is
    // put in lives in the same memory context. The planned statement is the wrapper that a command of its kind gets,
    // and the text is the one that it was parsed from.
    unsafe {
        let parsed = pg_sys::pg_parse_query(statement.as_ptr());
        let Some(parsed) = PgList::<pg_sys::RawStmt>::from_pg(parsed).head() else {
            return;
        };
        let command = (*parsed).stmt.cast::<pg_sys::CreateRoleStmt>();
        for option in PgList::<pg_sys::DefElem>::from_pg((*command).options).iter_ptr() {
            if CStr::from_ptr((*option).defname) == c"password" {
                (*option).arg = pg_sys::makeString(pg_sys::pstrdup(password.as_ptr())).cast();
            }
        }
        let mut planned = pgrx::PgBox::<pg_sys::PlannedStmt>::alloc_node(pg_sys::NodeTag::T_PlannedStmt);
        planned.commandType = pg_sys::CmdType::CMD_UTILITY;
        planned.utilityStmt = command.cast();
        planned.stmt_location = -1;
        let planned = planned.into_pg();
        error_fields::kept(|| {
            pg_sys::ProcessUtility(
                planned,
                statement.as_ptr(),
                false,
                pg_sys::ProcessUtilityContext::PROCESS_UTILITY_QUERY,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                pg_sys::None_Receiver,
                std::ptr::null_mut(),
            );
        });
        pg_sys::CommandCounterIncrement();
    }
}

/// The text never has a NUL: text from SQL cannot have one.
fn to_server_cstr(text: &str) -> CString {
    CString::new(text::to_server(text)).unwrap_or_default()
}
