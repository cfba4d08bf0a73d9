//! Event triggers: which objects a command created, changed or dropped, for the rooms that subscribe.
//!
//! The extension has one set of event triggers, for the end of a command and for a drop. They call [`dispatch`], which
//! gives the command to each subscriber: display metadata follows it, the change log records it. What a command touched
//! is read once, and only when a subscriber asks for it; so are the catalogs before and after it.
//!
//! A subscriber runs in a subtransaction of its own, whose failure is a warning: no command fails for our bookkeeping.

mod command;
pub(crate) mod outline;

pub(crate) use command::{Catalogs, Command};

use crate::error::Error;
use crate::pg::bookkeeping;
use crate::pg::event_trigger::EventTrigger;

/// A room that has to know what commands did. It returns an error only for a call that no event trigger made.
pub(crate) type Subscriber = fn(&Command) -> Result<(), Error>;

/// Gives the command of an event to the subscribers, one after the other. The bookkeeping's own commands are no news.
pub(crate) fn dispatch(event: EventTrigger, subscribers: &[Subscriber]) -> Result<(), Error> {
    if bookkeeping::is_busy() {
        return Ok(());
    }
    let command = Command::new(event);
    subscribers.iter().try_for_each(|subscriber| subscriber(&command))
}
