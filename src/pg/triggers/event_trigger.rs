//! The arguments of an event trigger.

use super::created_objects;
use crate::error::Error;
use crate::pg::event_objects::{DefinedObject, ObjectAddress};
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
    /// The parsed command, as long as the trigger function runs.
    command: *mut pg_sys::Node,
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
            created_objects::begin_noting();
            Ok(Self {
                event,
                tag,
                alters_nothing_old: alters_nothing_old(data.parsetree),
                command: data.parsetree,
            })
        }
    }

    /// What the command defined, where that is one column alone, without a default and constraints, and it is known without
    /// asking for PostgreSQL's list.
    pub(crate) fn added_column(&self) -> Option<DefinedObject> {
        // SAFETY: the parsed command is valid as long as the trigger function runs.
        let name = unsafe { plain_column(self.command)? };
        let column = created_objects::only_creation()?;
        let is_column = column.class == pg_sys::RelationRelationId.to_u32() && column.part > 0;
        is_column.then(|| {
            let relation = ObjectAddress { part: 0, ..column };
            DefinedObject::added_column(relation, column, name)
        })
    }
}

/// The name of the column, where a command is an ALTER TABLE that adds one, without a default and constraints, and does
/// nothing else.
///
/// # Safety
/// `command` is the parse tree of a command that has been carried out.
unsafe fn plain_column(command: *mut pg_sys::Node) -> Option<String> {
    // SAFETY: the tag of a node is its type; a column's definition has its name.
    unsafe {
        if (*command).type_ != pg_sys::NodeTag::T_AlterTableStmt {
            return None;
        }
        let command = command.cast::<pg_sys::AlterTableStmt>();
        let parts = pgrx::PgList::<pg_sys::AlterTableCmd>::from_pg((*command).cmds);
        let part = parts.get_ptr(0).filter(|_| parts.len() == 1)?;
        let is_column = (*command).objtype == pg_sys::ObjectType::OBJECT_TABLE
            && (*part).subtype == pg_sys::AlterTableType::AT_AddColumn
            // With IF NOT EXISTS the one creation may be that of a command inside of this one.
            && !(*part).missing_ok
            && !(*part).def.is_null()
            && (*(*part).def).type_ == pg_sys::NodeTag::T_ColumnDef;
        if !is_column {
            return None;
        }
        let column = (*part).def.cast::<pg_sys::ColumnDef>();
        let is_plain = (*column).constraints.is_null();
        is_plain
            .then(|| text::from_server_cstr((*column).colname))
            .flatten()
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
