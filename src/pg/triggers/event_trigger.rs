//! The arguments of an event trigger.

use crate::error::Error;
use crate::pg::text;
use pgrx::pg_sys;

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
    pub(crate) tag: String,
    /// Schema and name of the relation, when the command creates just one and says which.
    pub(crate) created: Option<(String, String)>,
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
            let tag = text::from_server_cstr(pg_sys::GetCommandTagName(data.tag)).unwrap_or_default();
            let created = match event {
                Event::CommandEnd => created_relation(data.parsetree),
                Event::Drop => None,
            };
            Ok(Self {
                event,
                tag,
                created,
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

/// Schema and name of what a command creates.
///
/// # Safety
/// `command` is the parse tree of a command that has been carried out.
unsafe fn created_relation(command: *mut pg_sys::Node) -> Option<(String, String)> {
    // SAFETY: the tag of a node is its type. Where the command names no schema, it took the first of the path;
    // asking for it gives the same again.
    unsafe {
        let relation = match (*command).type_ {
            pg_sys::NodeTag::T_CreateStmt | pg_sys::NodeTag::T_CreateForeignTableStmt => {
                (*command.cast::<pg_sys::CreateStmt>()).relation
            }
            pg_sys::NodeTag::T_CreateTableAsStmt => {
                (*(*command.cast::<pg_sys::CreateTableAsStmt>()).into).rel
            }
            pg_sys::NodeTag::T_ViewStmt => (*command.cast::<pg_sys::ViewStmt>()).view,
            _ => return None,
        };
        let schema = pg_sys::get_namespace_name(pg_sys::RangeVarGetCreationNamespace(relation));
        Some((
            text::from_server_cstr(schema)?,
            text::from_server_cstr((*relation).relname)?,
        ))
    }
}
