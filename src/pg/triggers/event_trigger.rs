//! The arguments of an event trigger.

use crate::error::Error;
use crate::pg::text;
use pgrx::pg_sys;
use std::ffi::CStr;

/// The event for which a trigger function is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Event {
    /// A command has made its changes: `ddl_command_end`.
    CommandEnd,
    /// A command has dropped something: `sql_drop`. Comes before the end of the command.
    Drop,
}

/// An event, and the command that caused it.
pub(crate) struct EventTrigger {
    pub(crate) event: Event,
    /// The command's tag: `ALTER TABLE`.
    pub(crate) tag: &'static str,
    /// Whether the command is an ALTER TABLE of which what was there, and still is, keeps its name, type and owner.
    pub(crate) alters_nothing_old: bool,
}

impl EventTrigger {
    /// Reads what PostgreSQL passes to the trigger function.
    pub(crate) fn of_call(call: pg_sys::FunctionCallInfo) -> Result<Self, Error> {
        // SAFETY: a function that SQL can call gets this from PostgreSQL, which sets the context to an
        // EventTriggerData, recognized by its node tag, when the function is called for an event.
        unsafe {
            let context = (*call).context;
            if context.is_null() || (*context).type_ != pg_sys::NodeTag::T_EventTriggerData {
                return Err(Error::NoEventTrigger);
            }
            let data = &*context.cast::<pg_sys::EventTriggerData>();
            let event = match text::from_server_cstr(data.event).as_deref() {
                Some("ddl_command_end") => Event::CommandEnd,
                Some("sql_drop") => Event::Drop,
                _ => return Err(Error::NoEventTrigger),
            };
            let tag = CStr::from_ptr(pg_sys::GetCommandTagName(data.tag))
                .to_str()
                .unwrap_or_default();
            Ok(Self {
                event,
                tag,
                alters_nothing_old: alters_nothing_old(data.parsetree),
            })
        }
    }
}

/// Whether a command is an ALTER TABLE that adds and drops columns and constraints, or says what columns take, and does
/// nothing else.
///
/// # Safety
/// `command` is the parse tree of a command that has been carried out.
unsafe fn alters_nothing_old(command: *mut pg_sys::Node) -> bool {
    use pg_sys::AlterTableType as Part;
    // SAFETY: the tag of a node is its type; the parts of such a command are a list of nodes.
    unsafe {
        if (*command).type_ != pg_sys::NodeTag::T_AlterTableStmt {
            return false;
        }
        let command = command.cast::<pg_sys::AlterTableStmt>();
        pgrx::PgList::<pg_sys::AlterTableCmd>::from_pg((*command).cmds)
            .iter_ptr()
            .all(|part| {
                matches!(
                    (*part).subtype,
                    Part::AT_AddColumn
                        | Part::AT_DropColumn
                        | Part::AT_ColumnDefault
                        | Part::AT_SetNotNull
                        | Part::AT_DropNotNull
                        | Part::AT_AddConstraint
                        | Part::AT_ValidateConstraint
                        | Part::AT_DropConstraint
                )
            })
    }
}
