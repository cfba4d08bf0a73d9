//! What PostgreSQL tells an event trigger.

use super::text;
use crate::error::Error;
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
            Ok(Self { event, tag })
        }
    }
}
