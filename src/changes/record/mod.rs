//! From a command to the changes that it made.
//!
//! - here: which objects a command touched, and how
//! - [`subject`]: names and place of an object; [`behind`]: relations behind it; [`differences`]: what was replaced
//! - [`dropped`], [`hidden`]: commands that dropped something, and those that PostgreSQL reports without their objects

mod behind;
mod differences;
mod dropped;
mod hidden;
mod subject;

pub(super) use behind::{relations_behind, relations_behind_defaults, relations_behind_view};
pub(super) use differences::STORED;
pub(super) use subject::{new_entry, place_of};

use super::entry::{ChangeAction, ChangeEntry};
use super::{pending, storage};
use crate::catalog::rows::{PgClass, PgDepend, PgInherits, catalog_oid};
use crate::error::Error;
use crate::events::Command;
use crate::metadata;
use crate::pg::event_objects::{self, AlteredPart, DefinedObject, Definition, DefinitionVerb, ObjectAddress};
use crate::pg::event_trigger::Event;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, aside, bookkeeping, names, relations};
use pgrx::pg_sys::{self, AlterTableType};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value, json};
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

/// Commands of which PostgreSQL reports that they ended, and not what they changed.
fn hides_its_objects(tag: &str) -> bool {
    matches!(tag, "REASSIGN OWNED" | "DROP OWNED")
}

/// Gathers the changes of a command. The command goes through whatever becomes of it.
pub(crate) fn record(command: &Command) -> Result<(), Error> {
    let is_end_of_drop = command.event() == Event::CommandEnd && command.tag().starts_with("DROP ");
    if is_end_of_drop && !hides_its_objects(command.tag()) || !storage::is_there() {
        return Ok(());
    }
    let gathered =
        aside::or_reason(|| Recorder::for_command(command).map(|recorder| recorder.gather(command)));
    match gathered {
        Ok(Some(entries)) => pending::add_changes(entries),
        Ok(None) => {}
        Err(reason) => {
            pending::warn(&reason);
            pending::add_gap(reason);
        }
    }
    Ok(())
}

/// Notes that metadata of relations was written.
pub(crate) fn record_metadata(relations: &[Oid]) {
    if relations.is_empty() || !storage::is_there() {
        return;
    }
    let gathered = aside::or_reason(|| {
        let reader = Reader::new(Snapshot::latest());
        let entries = relations.iter().filter_map(|&relation| {
            // What is dropped takes its metadata along.
            let row = PgClass::by_oid(&reader, relation)?;
            let mut entry = new_entry("", ChangeAction::Metadata);
            entry.kind = "metadata".into();
            entry.class = catalog_oid::PG_CLASS;
            entry.object = relation.to_u32();
            entry.relation = relation.to_u32();
            entry.place = place_of(Some(row.relnamespace), Some(row.relname));
            if !pending::has_metadata_of(entry.relation) {
                entry.differences = metadata_before(relation);
            }
            Some(entry)
        });
        entries.collect::<Vec<_>>()
    });
    match gathered {
        Ok(entries) => entries.into_iter().for_each(pending::add_once),
        Err(reason) => pending::add_gap(reason),
    }
}

/// The metadata of a relation before the running command.
fn metadata_before(relation: Oid) -> Option<Value> {
    let reader = Reader::new(Snapshot::before_command()?);
    Some(json!({"metadata": {"before": metadata::read::read_stored_options(&reader, relation)}}))
}

/// Records a change of metadata whose object is not known.
pub(crate) fn record_unknown_metadata() {
    if storage::is_there() {
        pending::add_gap("all metadata was removed".to_owned());
    }
}

/// What is there now is read from the session's own caches where they have it: the command has just filled them. A reader of
/// the catalogs is opened by the first who needs it.
struct Recorder {
    before: OnceCell<Reader>,
    after: OnceCell<Reader>,
    role: Rc<str>,
    extension: Option<String>,
    /// Objects of which the command changed something, each with what happened.
    known: FxHashSet<(ObjectAddress, &'static str)>,
    /// The columns of which it is noted what the command made of them, by relation and attnum.
    noted_columns: FxHashSet<(u32, String)>,
    /// The columns that the command has added, of which the caches know nothing yet.
    added_columns: FxHashMap<ObjectAddress, String>,
    /// The relation that was described last, and whether it may have child tables.
    described: Cell<Option<(Oid, bool)>>,
    entries: Vec<ChangeEntry>,
}

impl Recorder {
    fn for_command(command: &Command) -> Option<Self> {
        let is_idle = match command.event() {
            Event::CommandEnd => command.defined().is_empty() && !hides_its_objects(command.tag()),
            Event::Drop => command.dropped().is_empty(),
        };
        if is_idle || !Snapshot::is_command_running() {
            return None;
        }
        Some(Self {
            before: OnceCell::new(),
            after: OnceCell::new(),
            role: names::of_role(bookkeeping::defining_role())
                .unwrap_or_default()
                .into(),
            extension: event_objects::current_extension(),
            known: FxHashSet::default(),
            noted_columns: FxHashSet::default(),
            added_columns: FxHashMap::default(),
            described: Cell::new(None),
            entries: Vec::new(),
        })
    }

    fn gather(mut self, command: &Command) -> Vec<ChangeEntry> {
        match command.event() {
            Event::CommandEnd => {
                if hides_its_objects(command.tag()) {
                    self.compare_owners_and_privileges(command.tag());
                }
                for object in command.defined() {
                    self.defined(object);
                }
            }
            Event::Drop => self.dropped(command),
        }
        self.entries
    }

    fn after(&self) -> &Reader {
        self.after.get_or_init(|| Reader::new(Snapshot::latest()))
    }

    fn before(&self) -> &Reader {
        let snapshot = || Snapshot::before_command().unwrap_or_else(Snapshot::latest);
        self.before.get_or_init(|| Reader::new(snapshot()))
    }

    fn defined(&mut self, object: &DefinedObject) {
        match &object.definition {
            Definition::Simple(address) => self.simple(object.tag, object.verb, *address),
            Definition::Member { extension, member } => {
                self.simple(object.tag, object.verb, *extension);
                // A member cannot be dropped by itself.
                if member.class == catalog_oid::PG_CLASS {
                    self.affects(vec![member.object]);
                }
            }
            Definition::Altered { relation, parts } => {
                self.altered(object.tag, object.verb, *relation, parts);
            }
            Definition::Granted { objects } => {
                for address in objects.iter().filter(|address| address.class != 0) {
                    self.add_change(object.tag, ChangeAction::Privileges, *address);
                }
            }
            Definition::Other => {}
        }
    }

    fn simple(&mut self, tag: &'static str, verb: DefinitionVerb, address: ObjectAddress) {
        let action = match verb {
            DefinitionVerb::Create => ChangeAction::Created,
            DefinitionVerb::CreateOrReplace => {
                if self.facts_before(address).is_some() {
                    ChangeAction::Altered
                } else {
                    ChangeAction::Created
                }
            }
            DefinitionVerb::Alter => ChangeAction::Altered,
            DefinitionVerb::Rename => ChangeAction::Renamed,
            DefinitionVerb::Move => ChangeAction::Moved,
            DefinitionVerb::ChangeOwner => ChangeAction::Owner,
            DefinitionVerb::Comment => ChangeAction::Comment,
        };
        let is_added = self.add_change(tag, action, address);
        // What a view was made from before it was replaced.
        if is_added
            && action == ChangeAction::Altered
            && address.class == catalog_oid::PG_CLASS
            && relations::find_facts(address.object.into())
                .is_none_or(|facts| matches!(facts.kind, pg_sys::RELKIND_VIEW | pg_sys::RELKIND_MATVIEW))
        {
            let behind = relations_behind_view(self.before(), address.object.into());
            self.affects(behind);
        }
        if address.class == catalog_oid::PG_CLASS && verb != DefinitionVerb::Comment {
            self.descendants(tag, address, action);
        }
    }

    fn altered(
        &mut self,
        tag: &'static str,
        verb: DefinitionVerb,
        relation: ObjectAddress,
        parts: &[AlteredPart],
    ) {
        let first = self.entries.len();
        if parts.is_empty() {
            self.simple(tag, verb, relation);
        }
        for part in parts {
            if let Some(name) = &part.added_column {
                self.added_columns.insert(part.address, name.clone());
            }
            let action = match part.action {
                AlterTableType::AT_ChangeOwner => ChangeAction::Owner,
                action if creates_part(action) => ChangeAction::Created,
                // SET NOT NULL makes a constraint (since PostgreSQL 18), a key an index.
                AlterTableType::AT_SetNotNull
                | AlterTableType::AT_AddIndex
                | AlterTableType::AT_AddIndexConstraint
                    if part.address.object != relation.object
                        && self.facts_before(part.address).is_none() =>
                {
                    ChangeAction::Created
                }
                _ => ChangeAction::Altered,
            };
            let is_known_part = part.address.object != 0 && part.address != relation;
            if is_known_part && self.exists_now(part.address) {
                self.add_change(tag, action, part.address);
                self.constraint_of_index(tag, action, part.address);
                if part.address.object != relation.object {
                    // An action on something else changes the relation, too.
                    self.add_change(tag, ChangeAction::Altered, relation);
                }
            } else if action == ChangeAction::Owner {
                self.add_change(tag, action, relation);
            } else {
                self.add_change(tag, ChangeAction::Altered, relation);
            }
        }
        self.note_columns(tag, relation, parts, first);
        self.descendants(tag, relation, ChangeAction::Altered);
    }

    /// PostgreSQL reports the index of a key, and not the constraint.
    fn constraint_of_index(&mut self, tag: &'static str, action: ChangeAction, index: ObjectAddress) {
        if action != ChangeAction::Created || index.class != catalog_oid::PG_CLASS || index.part != 0 {
            return;
        }
        let owners = PgDepend::of_object(self.after(), index.class.into(), index.object.into());
        let constraint = owners
            .iter()
            .find(|row| row.deptype.0 == b'i' && row.refclassid.to_u32() == catalog_oid::PG_CONSTRAINT);
        if let Some(row) = constraint {
            let address = ObjectAddress {
                class: catalog_oid::PG_CONSTRAINT,
                object: row.refobjid.to_u32(),
                part: 0,
            };
            self.add_change(tag, action, address);
        }
    }

    fn exists_now(&self, address: ObjectAddress) -> bool {
        // What an ALTER TABLE dropped is reported as dropped.
        if address.class == catalog_oid::PG_CLASS && address.part != 0 {
            return self.added_columns.contains_key(&address)
                || i16::try_from(address.part)
                    .is_ok_and(|attnum| names::of_column(address.object.into(), attnum).is_some());
        }
        true
    }

    /// PostgreSQL does not list the child tables to which a command came down.
    fn descendants(&mut self, tag: &'static str, parent: ObjectAddress, action: ChangeAction) {
        if parent.class != catalog_oid::PG_CLASS
            || !matches!(action, ChangeAction::Altered | ChangeAction::Renamed)
        {
            return;
        }
        let root = parent.object;
        let mut parents = vec![Oid::from(root)];
        while let Some(parent) = parents.pop() {
            if !self.may_have_children(parent) {
                continue;
            }
            for child in PgInherits::children(self.after(), parent) {
                let address = ObjectAddress {
                    class: catalog_oid::PG_CLASS,
                    object: child.inhrelid.to_u32(),
                    part: 0,
                };
                if self.add_change(tag, ChangeAction::Altered, address) {
                    parents.push(child.inhrelid);
                    if let Some(entry) = self.entries.last_mut() {
                        entry.differences = Some(json!({"follows": root}));
                    }
                }
            }
        }
    }

    /// The relation that was described last is not looked up again.
    fn may_have_children(&self, relation: Oid) -> bool {
        match self.described.get() {
            Some((described, may_have)) if described == relation => may_have,
            _ => relations::find_facts(relation).is_some_and(|facts| facts.may_have_children),
        }
    }

    /// Adds relations on which something depended to the last change.
    fn affects(&mut self, relations: Vec<u32>) {
        if let Some(entry) = self.entries.last_mut() {
            entry.affects.extend(relations);
            entry.affects.sort_unstable();
            entry.affects.dedup();
        }
    }

    fn new_entry(&self, tag: &'static str, action: ChangeAction) -> ChangeEntry {
        let mut entry = subject::entry_of(tag, action, self.role.clone());
        entry.extension.clone_from(&self.extension);
        entry
    }

    /// Adds a change of what is there now. `false` if it is not, is temporary, or has been added.
    fn add_change(&mut self, tag: &'static str, action: ChangeAction, address: ObjectAddress) -> bool {
        // What the command has made, it has made as it is now.
        let is_made =
            action == ChangeAction::Altered && self.known.contains(&(address, ChangeAction::Created.name()));
        if is_made || !self.known.insert((address, action.name())) {
            return false;
        }
        let mut entry = self.new_entry(tag, action);
        entry.class = address.class;
        entry.object = address.object;
        let found = if address.class == catalog_oid::PG_CLASS {
            self.describe_relation(&mut entry, address)
        } else {
            self.describe_object(&mut entry, address)
        };
        if found.is_some() {
            entry.differences = self.differences(action, address);
            self.entries.push(entry);
        }
        found.is_some()
    }
}

/// Whether a part of an ALTER TABLE makes a column or a constraint. PostgreSQL 15 has names of their own for those that
/// child tables get as well.
fn creates_part(action: AlterTableType::Type) -> bool {
    #[cfg(feature = "pg15")]
    if matches!(
        action,
        AlterTableType::AT_AddColumnRecurse | AlterTableType::AT_AddConstraintRecurse
    ) {
        return true;
    }
    matches!(
        action,
        AlterTableType::AT_AddColumn | AlterTableType::AT_AddConstraint
    )
}
