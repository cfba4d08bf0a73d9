//! Commands with a password that is in no text, and checking the password of a role.

use crate::pg::{error_fields, text};
use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag};
use std::ffi::{CStr, CString};

/// Runs a `CREATE ROLE`, `ALTER ROLE`, `CREATE USER MAPPING` or `ALTER USER MAPPING` with `password` in the place of the
/// empty one that it has.
///
/// Such commands take no parameters. In the text of a statement, the password would be shown by the context of an error,
/// the server's log and the views of statistics; so it is put into the parsed statement. Whoever hooks into commands,
/// such as a check of passwords, finds it where it always is.
pub(crate) fn run_with(statement: &str, password: &str) {
    let statement = to_server_cstr(statement);
    let password = to_server_cstr(password);
    // SAFETY: parsing gives a list of RawStmt, and the statement is one of those named above, whose options are DefElem;
    // what is put in lives in the same memory context. The planned statement is the wrapper that a command of its kind
    // gets, and the text is the one that it was parsed from.
    unsafe {
        let parsed = pg_sys::pg_parse_query(statement.as_ptr());
        let Some(parsed) = PgList::<pg_sys::RawStmt>::from_pg(parsed).head() else {
            return;
        };
        let command = (*parsed).stmt;
        let options = match (*command).type_ {
            NodeTag::T_CreateRoleStmt => (*command.cast::<pg_sys::CreateRoleStmt>()).options,
            NodeTag::T_AlterRoleStmt => (*command.cast::<pg_sys::AlterRoleStmt>()).options,
            NodeTag::T_CreateUserMappingStmt => (*command.cast::<pg_sys::CreateUserMappingStmt>()).options,
            NodeTag::T_AlterUserMappingStmt => (*command.cast::<pg_sys::AlterUserMappingStmt>()).options,
            _ => return,
        };
        for option in PgList::<pg_sys::DefElem>::from_pg(options).iter_ptr() {
            if CStr::from_ptr((*option).defname) == c"password" {
                (*option).arg = pg_sys::makeString(pg_sys::pstrdup(password.as_ptr())).cast();
            }
        }
        let mut planned = pgrx::PgBox::<pg_sys::PlannedStmt>::alloc_node(NodeTag::T_PlannedStmt);
        planned.commandType = pg_sys::CmdType::CMD_UTILITY;
        planned.utilityStmt = command;
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

/// Runs `body`, in which passwords of roles become SCRAM verifiers whatever `password_encryption` is set to.
pub(crate) fn with_scram<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: the setting is what it was before when `body` has run; after an error, the end of the (sub)transaction
    // restores it.
    unsafe {
        let settings = pg_sys::NewGUCNestLevel();
        pg_sys::set_config_option(
            c"password_encryption".as_ptr(),
            c"scram-sha-256".as_ptr(),
            pg_sys::GucContext::PGC_USERSET,
            pg_sys::GucSource::PGC_S_SESSION,
            pg_sys::GucAction::GUC_ACTION_SAVE,
            true,
            0,
            false,
        );
        let result = body();
        pg_sys::AtEOXact_GUC(false, settings);
        result
    }
}

/// Whether a password is that of a role, as it is when the role logs in. A role without a password has none.
pub(crate) fn is_of_role(role: &str, password: &str) -> bool {
    let (role, password) = (to_server_cstr(role), to_server_cstr(password));
    let mut detail = std::ptr::null();
    // SAFETY: C strings in the server's encoding; what is returned is a C string or null, and the server's own function
    // compares it.
    unsafe {
        let stored = pg_sys::get_role_password(role.as_ptr(), &mut detail);
        !stored.is_null()
            && pg_sys::plain_crypt_verify(role.as_ptr(), stored, password.as_ptr(), &mut detail)
                == pg_sys::STATUS_OK as i32
    }
}

/// The text never has a NUL: text from SQL cannot have one.
fn to_server_cstr(text: &str) -> CString {
    CString::new(text::to_server(text)).unwrap_or_default()
}
