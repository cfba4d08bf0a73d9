//! The command of an event: what it touched, and the catalogs before and after it.

use crate::catalog::Catalog;
use crate::pg::event_objects::{self, DefinedObject, Definition, DroppedObject, ObjectAddress};
use crate::pg::event_trigger::{Event, EventTrigger};
use crate::pg::snapshot::Snapshot;
use std::cell::OnceCell;

/// A command that has made its changes, or (for a drop) those that drop something.
pub(crate) struct Command {
    event: EventTrigger,
    defined: OnceCell<Vec<DefinedObject>>,
    dropped: OnceCell<Vec<DroppedObject>>,
}

/// The catalogs before and after the command.
pub(crate) struct Catalogs {
    pub(crate) before: Catalog,
    pub(crate) after: Catalog,
}

impl Command {
    pub(super) fn new(event: EventTrigger) -> Self {
        Self {
            event,
            defined: OnceCell::new(),
            dropped: OnceCell::new(),
        }
    }

    pub(crate) fn event(&self) -> Event {
        self.event.event
    }

    /// The command's tag: `ALTER TABLE`.
    pub(crate) fn tag(&self) -> &'static str {
        self.event.tag
    }

    /// Whether the command is an ALTER TABLE of which what was there, and still is, keeps its name, type and owner.
    pub(crate) fn alters_nothing_old(&self) -> bool {
        self.event.alters_nothing_old
    }

    /// Whether the command creates a relation with columns.
    pub(crate) fn creates_relation(&self) -> bool {
        matches!(
            self.tag(),
            "CREATE TABLE"
                | "CREATE TABLE AS"
                | "SELECT INTO"
                | "CREATE VIEW"
                | "CREATE MATERIALIZED VIEW"
                | "CREATE FOREIGN TABLE"
        )
    }

    /// The objects that it defined; none for a drop.
    pub(crate) fn defined(&self) -> &[DefinedObject] {
        self.defined.get_or_init(|| match self.event() {
            // PostgreSQL collects nothing for a DROP; for DROP OWNED it collects what that revokes.
            Event::CommandEnd if self.tag().starts_with("DROP ") && self.tag() != "DROP OWNED" => Vec::new(),
            Event::CommandEnd => match self.event.added_column() {
                Some(object) => vec![object],
                None => event_objects::defined_objects(),
            },
            Event::Drop => Vec::new(),
        })
    }

    /// The objects that it created or altered, without the parts of an ALTER TABLE.
    pub(crate) fn defined_addresses(&self) -> impl Iterator<Item = ObjectAddress> {
        self.defined()
            .iter()
            .filter_map(|object| match object.definition {
                Definition::Simple(address)
                | Definition::Member {
                    extension: address, ..
                }
                | Definition::Altered {
                    relation: address, ..
                } => Some(address),
                Definition::Granted { .. } | Definition::Other => None,
            })
    }

    /// The objects that it dropped; none at the end of a command.
    pub(crate) fn dropped(&self) -> &[DroppedObject] {
        self.dropped.get_or_init(|| match self.event() {
            Event::Drop => event_objects::dropped_objects(),
            Event::CommandEnd => Vec::new(),
        })
    }

    /// `None` where no command runs that could have changed anything. Opened anew for each subscriber: what is open
    /// belongs to the subtransaction in which it was opened.
    pub(crate) fn open_catalogs(&self) -> Option<Catalogs> {
        Some(Catalogs {
            before: Catalog::new(Snapshot::before_command()?),
            after: Catalog::new(Snapshot::latest()),
        })
    }
}
