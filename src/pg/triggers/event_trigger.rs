//! What PostgreSQL tells an event trigger.

use crate::error::Error;
use crate::pg::{Oid, names, text};
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
        // EventTriggerData, and its node tag to tell that, when the function is called for an event.
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
    // SAFETY: the tag of a node tells its type; the parts of such a command are a list of nodes.
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

/// Whether this transaction has written the relation's row of `pg_class`.
fn is_made_by_us(relation: Oid) -> bool {
    // SAFETY: a look-up in the cache by its key, which is let go when what is wanted has been copied.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::RELOID as i32, relation.into());
        if tuple.is_null() {
            return false;
        }
        let writer = (*(*tuple).t_data).t_choice.t_heap.t_xmin;
        pg_sys::ReleaseSysCache(tuple);
        pg_sys::TransactionIdIsCurrentTransactionId(writer)
    }
}

/// Schema and name of what a command creates.
///
/// # Safety
/// `command` is the parse tree of a command that has been carried out.
unsafe fn created_relation(command: *mut pg_sys::Node) -> Option<(String, String)> {
    // SAFETY: the tag of a node tells its type; names are C strings or null.
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
        let name = text::from_server_cstr((*relation).relname)?;
        if (*relation).relpersistence as u8 == pg_sys::RELPERSISTENCE_TEMP {
            return Some(("pg_temp".to_owned(), name));
        }
        if !(*relation).schemaname.is_null() {
            return Some((text::from_server_cstr((*relation).schemaname)?, name));
        }
        // The first schema of the path: but by now the path may be another one, since the command can run functions. That is
        // why nothing is resolved here that can fail, and why the relation has to be a new one.
        let schema = names::current_schema()?;
        names::relation(&schema, &name)
            .is_some_and(|relation| is_made_by_us(relation))
            .then_some((schema, name))
    }
}
