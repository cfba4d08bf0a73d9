//! From a command to the changes that it made.

use super::entry::{ChangeAction, ChangeEntry, ObjectPlace, kind_word};
use super::{pending, storage};
use crate::catalog::relation::RelationKind;
use crate::catalog::rows::{
    OfRelation, PgAttribute, PgClass, PgConstraint, PgDepend, PgInherits, catalog_oid,
};
use crate::error::Error;
use crate::events::{Catalogs, Command};
use crate::pg::event_objects::{
    self, AlteredPart, DefinedObject, Definition, DefinitionVerb, DroppedObject, ObjectAddress,
};
use crate::pg::event_trigger::Event;
use crate::pg::object_facts::{self, ObjectFacts};
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, caller, cluster, names, subtransaction};
use pgrx::pg_sys::{self, AlterTableType};
use rustc_hash::{FxHashMap, FxHashSet};

/// Gathers the changes of a command. The command goes through whatever becomes of it.
pub(crate) fn record(command: &Command) -> Result<(), Error> {
    if !storage::is_there() {
        return Ok(());
    }
    let gathered =
        subtransaction::or_reason(|| Recorder::open(command).map(|recorder| recorder.gather(command)));
    match gathered {
        Ok(Some(entries)) => pending::add(entries),
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
    let gathered = subtransaction::or_reason(|| {
        let reader = Reader::new(Snapshot::latest());
        let entries = relations.iter().filter_map(|&relation| {
            // What is dropped takes its metadata along.
            let row = PgClass::by_oid(&reader, relation)?;
            let mut entry = new_entry("", ChangeAction::Metadata);
            entry.kind = "metadata".to_owned();
            entry.class = catalog_oid::PG_CLASS;
            entry.object = relation.to_u32();
            entry.relation = relation.to_u32();
            entry.place = place_of(Some(row.relnamespace), Some(row.relname));
            Some(entry)
        });
        Some(entries.collect::<Vec<_>>())
    });
    match gathered {
        Ok(entries) => entries.into_iter().flatten().for_each(pending::add_once),
        Err(reason) => pending::add_gap(reason),
    }
}

/// Notes that metadata was written of which nobody knows what it is about.
pub(crate) fn record_unknown_metadata() {
    if storage::is_there() {
        pending::add_gap("all metadata was removed".to_owned());
    }
}

pub(super) fn new_entry(tag: &str, action: ChangeAction) -> ChangeEntry {
    ChangeEntry {
        happened_at: cluster::now(),
        role_name: names::of_role(caller::role()).unwrap_or_default(),
        tag: tag.to_owned(),
        kind: String::new(),
        action,
        class: 0,
        object: 0,
        attnum: 0,
        place: ObjectPlace::default(),
        old_place: None,
        relation: 0,
        extension: None,
        found_by: "event",
        command_xid: 0,
        affects: Vec::new(),
    }
}

pub(super) fn place_of(schema: Option<Oid>, name: Option<String>) -> ObjectPlace {
    ObjectPlace {
        schema: schema.map_or(0, Oid::to_u32),
        schema_name: schema.and_then(names::of_schema),
        name,
    }
}

/// The word for the kind of a relation.
pub(super) fn relation_kind(row: &PgClass) -> &'static str {
    match RelationKind::of_row(row) {
        Some(kind) => kind.name(),
        None => match row.relkind.0 {
            pg_sys::RELKIND_INDEX | pg_sys::RELKIND_PARTITIONED_INDEX => "index",
            pg_sys::RELKIND_SEQUENCE => "sequence",
            pg_sys::RELKIND_COMPOSITE_TYPE => "composite_type",
            _ => "relation",
        },
    }
}

/// Relations that an object depends on.
pub(super) fn relations_behind(reader: &Reader, class: Oid, object: Oid) -> Vec<u32> {
    let rows = PgDepend::of_object(reader, class, object);
    let mut relations = Vec::new();
    for row in rows {
        match row.refclassid.to_u32() {
            catalog_oid::PG_CLASS => relations.push(row.refobjid.to_u32()),
            catalog_oid::PG_TYPE => relations.extend(relation_of_type(reader, row.refobjid)),
            _ => {}
        }
    }
    relations.retain(|&relation| class.to_u32() != catalog_oid::PG_CLASS || relation != object.to_u32());
    relations.sort_unstable();
    relations.dedup();
    relations
}

/// The relation whose row type it is, or the element type of that array.
fn relation_of_type(reader: &Reader, of_type: Oid) -> Option<u32> {
    let mut of_type = of_type;
    for _ in 0..2 {
        let owners = PgDepend::of_object(reader, catalog_oid::PG_TYPE.into(), of_type);
        let owner = owners.into_iter().find(|row| row.deptype.0 == b'i')?;
        match owner.refclassid.to_u32() {
            catalog_oid::PG_CLASS => return Some(owner.refobjid.to_u32()),
            catalog_oid::PG_TYPE => of_type = owner.refobjid,
            _ => return None,
        }
    }
    None
}

/// Relations on which the rules of a view depend.
pub(super) fn relations_behind_view(reader: &Reader, view: Oid) -> Vec<u32> {
    PgDepend::of_relation(reader, view)
        .into_iter()
        .filter(|row| row.classid.to_u32() == catalog_oid::PG_REWRITE)
        .flat_map(|rule| relations_behind(reader, rule.classid, rule.objid))
        .filter(|&relation| relation != view.to_u32())
        .collect()
}

struct Recorder {
    catalogs: Catalogs,
    extension: Option<String>,
    /// Objects of which the command changed something, each with what happened.
    known: FxHashSet<(ObjectAddress, &'static str)>,
    entries: Vec<ChangeEntry>,
}

impl Recorder {
    fn open(command: &Command) -> Option<Self> {
        let is_idle = match command.event() {
            Event::CommandEnd => command.defined().is_empty() && !hides_its_objects(command.tag()),
            Event::Drop => command.dropped().is_empty(),
        };
        if is_idle {
            return None;
        }
        Some(Self {
            catalogs: command.open_catalogs()?,
            extension: event_objects::current_extension(),
            known: FxHashSet::default(),
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
        &self.catalogs.after.reader
    }

    fn before(&self) -> &Reader {
        &self.catalogs.before.reader
    }

    fn defined(&mut self, object: &DefinedObject) {
        match &object.definition {
            Definition::Simple(address) => self.simple(object.tag, object.verb, *address),
            Definition::Altered { relation, parts } => {
                self.altered(object.tag, object.verb, *relation, parts);
            }
            Definition::Granted { objects } => {
                for address in objects.iter().filter(|address| address.class != 0) {
                    self.add(object.tag, ChangeAction::Privileges, *address);
                }
            }
            Definition::Other => {}
        }
    }

    fn simple(&mut self, tag: &str, verb: DefinitionVerb, address: ObjectAddress) {
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
        self.add(tag, action, address);
        // What a view was made from before it was replaced.
        if action == ChangeAction::Altered && address.class == catalog_oid::PG_CLASS {
            let behind = relations_behind_view(self.before(), address.object.into());
            self.affects(behind);
        }
        if address.class == catalog_oid::PG_CLASS && verb != DefinitionVerb::Comment {
            self.descendants(tag, address, action);
        }
    }

    fn altered(&mut self, tag: &str, verb: DefinitionVerb, relation: ObjectAddress, parts: &[AlteredPart]) {
        if parts.is_empty() {
            self.simple(tag, verb, relation);
        }
        for part in parts {
            let action = match part.action {
                AlterTableType::AT_ChangeOwner => ChangeAction::Owner,
                action if creates_part(action) => ChangeAction::Created,
                _ => ChangeAction::Altered,
            };
            let is_known_part = part.address.object != 0 && part.address != relation;
            if is_known_part && self.exists_now(part.address) {
                self.add(tag, action, part.address);
                if part.address.object != relation.object {
                    // An action on something else changes the relation, too.
                    self.add(tag, ChangeAction::Altered, relation);
                }
            } else if action == ChangeAction::Owner {
                self.add(tag, action, relation);
            } else {
                self.add(tag, ChangeAction::Altered, relation);
            }
        }
        self.descendants(tag, relation, ChangeAction::Altered);
    }

    fn exists_now(&self, address: ObjectAddress) -> bool {
        // What an ALTER TABLE dropped is reported as dropped.
        if address.class == catalog_oid::PG_CLASS && address.part != 0 {
            return i16::try_from(address.part).is_ok_and(|attnum| {
                PgAttribute::by_number(self.after(), address.object.into(), attnum).is_some()
            });
        }
        true
    }

    /// PostgreSQL does not list the child tables to which a command came down.
    fn descendants(&mut self, tag: &str, parent: ObjectAddress, action: ChangeAction) {
        if parent.class != catalog_oid::PG_CLASS
            || !matches!(action, ChangeAction::Altered | ChangeAction::Renamed)
        {
            return;
        }
        let mut parents = vec![Oid::from(parent.object)];
        while let Some(parent) = parents.pop() {
            for child in PgInherits::children(self.after(), parent) {
                let address = ObjectAddress {
                    class: catalog_oid::PG_CLASS,
                    object: child.inhrelid.to_u32(),
                    part: 0,
                };
                if self.add(tag, ChangeAction::Altered, address) {
                    parents.push(child.inhrelid);
                }
            }
        }
    }

    fn facts_before(&self, address: ObjectAddress) -> Option<ObjectFacts> {
        object_facts::read(
            address.class.into(),
            address.object.into(),
            self.before().snapshot(),
        )
    }

    /// Adds relations on which something depended to the last change.
    fn affects(&mut self, relations: Vec<u32>) {
        if let Some(entry) = self.entries.last_mut() {
            entry.affects.extend(relations);
            entry.affects.sort_unstable();
            entry.affects.dedup();
        }
    }

    /// Adds a change of what is there now. `false` if it is not, is temporary, or has been added.
    fn add(&mut self, tag: &str, action: ChangeAction, address: ObjectAddress) -> bool {
        if !self.known.insert((address, action.name())) {
            return false;
        }
        let mut entry = new_entry(tag, action);
        entry.extension.clone_from(&self.extension);
        entry.class = address.class;
        entry.object = address.object;
        let found = if address.class == catalog_oid::PG_CLASS {
            self.describe_relation(&mut entry, address)
        } else {
            self.describe_object(&mut entry, address)
        };
        if found.is_some() {
            self.entries.push(entry);
        }
        found.is_some()
    }

    fn describe_relation(&self, entry: &mut ChangeEntry, address: ObjectAddress) -> Option<()> {
        let row = PgClass::by_oid(self.after(), address.object.into())?;
        if row.relpersistence.0 == pg_sys::RELPERSISTENCE_TEMP {
            return None;
        }
        entry.relation = match relation_kind(&row) {
            "index" => names::table_of_index(row.oid).map_or(0, Oid::to_u32),
            _ => address.object,
        };
        if address.part != 0 {
            let attnum = i16::try_from(address.part).ok()?;
            let name = |reader| PgAttribute::by_number(reader, row.oid, attnum).map(|column| column.attname);
            entry.kind = "column".to_owned();
            entry.attnum = attnum;
            entry.place = place_of(Some(row.relnamespace), name(self.after()));
            if entry.action == ChangeAction::Renamed {
                entry.old_place = Some(place_of(Some(row.relnamespace), name(self.before())));
            }
            return Some(());
        }
        entry.kind = relation_kind(&row).to_owned();
        if matches!(entry.action, ChangeAction::Renamed | ChangeAction::Moved) {
            entry.old_place = PgClass::by_oid(self.before(), row.oid)
                .map(|before| place_of(Some(before.relnamespace), Some(before.relname)));
        }
        entry.place = place_of(Some(row.relnamespace), Some(row.relname));
        Some(())
    }

    fn describe_object(&self, entry: &mut ChangeEntry, address: ObjectAddress) -> Option<()> {
        let (class, object) = (Oid::from(address.class), Oid::from(address.object));
        let facts = object_facts::read(class, object, self.after().snapshot())?;
        entry.kind = kind_word(&object_facts::type_description(class, object, address.part)?);
        entry.relation = self.relation_of(self.after(), address);
        let schema = match address.class {
            catalog_oid::PG_NAMESPACE => Some(object),
            _ => facts.schema.or_else(|| names::schema_of(entry.relation.into())),
        };
        if schema.is_some_and(object_facts::is_temporary_schema) {
            return None;
        }
        entry.place = place_of(schema, facts.name);
        if matches!(entry.action, ChangeAction::Renamed | ChangeAction::Moved) {
            entry.old_place = self.facts_before(address).map(|before| {
                let mut place = place_of(before.schema.or(schema), before.name);
                if address.class == catalog_oid::PG_NAMESPACE {
                    place.schema_name.clone_from(&place.name);
                }
                place
            });
        }
        Some(())
    }

    /// The relation of a constraint, a trigger, a policy or the like; 0 for what belongs to none.
    fn relation_of(&self, reader: &Reader, address: ObjectAddress) -> u32 {
        match address.class {
            catalog_oid::PG_CONSTRAINT => {
                PgConstraint::by_oid(reader, address.object.into()).map_or(0, |row| row.conrelid.to_u32())
            }
            class if belongs_to_relation(class) => {
                let depended = PgDepend::of_object(reader, class.into(), address.object.into());
                depended
                    .iter()
                    .find(|row| {
                        row.refclassid.to_u32() == catalog_oid::PG_CLASS
                            && matches!(row.deptype.0, b'a' | b'i' | b'I' | b'P')
                    })
                    .map_or(0, |row| row.refobjid.to_u32())
            }
            _ => 0,
        }
    }

    fn dropped(&mut self, command: &Command) {
        let tag = command.tag();
        let lasting: Vec<&DroppedObject> = command
            .dropped()
            .iter()
            .filter(|object| !object.is_temporary && object.schema_name.as_deref() != Some("pg_toast"))
            .collect();
        let relations: FxHashMap<(Option<&str>, Option<&str>), ()> = lasting
            .iter()
            .filter(|object| object.address.class == catalog_oid::PG_CLASS && object.address.part == 0)
            .map(|object| ((object.schema_name.as_deref(), object.object_name.as_deref()), ()))
            .collect();
        let is_row_type = |object: &DroppedObject| {
            let name = object.object_name.as_deref();
            let schema = object.schema_name.as_deref();
            let element = name.and_then(|name| name.strip_suffix("[]").or_else(|| name.strip_prefix('_')));
            !object.is_original
                && (relations.contains_key(&(schema, name))
                    || relations.contains_key(&(schema, element))
                    || element.is_some())
        };
        let mut behind: Vec<u32> = Vec::new();
        for object in lasting {
            let address = object.address;
            let is_part = address.class == catalog_oid::PG_TYPE && is_row_type(object);
            if is_part || address.class == catalog_oid::PG_ATTRDEF {
                continue;
            }
            let (class, oid) = (Oid::from(address.class), Oid::from(address.object));
            if address.part == 0 && depends_on_relations(address.class) {
                behind.extend(relations_behind(self.before(), class, oid));
            }
            // The rule by which a view is a view.
            if address.class == catalog_oid::PG_REWRITE
                && object.address_names.last().is_some_and(|name| name == "_RETURN")
            {
                continue;
            }
            // A part of a foreign key.
            if address.class == catalog_oid::PG_TRIGGER
                && object
                    .address_names
                    .last()
                    .is_some_and(|name| name.starts_with("RI_ConstraintTrigger_"))
            {
                continue;
            }
            self.add_dropped(tag, object);
        }
        self.affects(behind);
    }

    fn add_dropped(&mut self, tag: &str, object: &DroppedObject) {
        let address = object.address;
        let mut entry = new_entry(tag, ChangeAction::Dropped);
        entry.extension.clone_from(&self.extension);
        entry.class = address.class;
        entry.object = address.object;
        entry.kind = kind_word(&object.object_type);
        let name = object
            .object_name
            .clone()
            .or_else(|| object.address_names.last().cloned());
        let mut schema = None;
        if address.class == catalog_oid::PG_CLASS {
            if let Some(row) = PgClass::by_oid(self.before(), address.object.into()) {
                schema = Some(row.relnamespace);
                if address.part == 0 {
                    entry.kind = relation_kind(&row).to_owned();
                }
            }
            entry.relation = address.object;
            entry.attnum = i16::try_from(address.part).unwrap_or_default();
            if entry.kind == "index" {
                let table = relations_behind(self.before(), address.class.into(), address.object.into());
                entry.relation = table.first().copied().unwrap_or(0);
            }
        } else if address.class == catalog_oid::PG_NAMESPACE {
            schema = Some(address.object.into());
        } else {
            entry.relation = self.relation_of(self.before(), address);
            schema = match entry.relation {
                0 => self.facts_before(address).and_then(|facts| facts.schema),
                relation => PgClass::by_oid(self.before(), relation.into()).map(|row| row.relnamespace),
            };
        }
        let name = if entry.attnum != 0 {
            object.address_names.last().cloned()
        } else {
            name
        };
        entry.place = ObjectPlace {
            schema: schema.map_or(0, Oid::to_u32),
            schema_name: object
                .schema_name
                .clone()
                .or_else(|| {
                    (address.class == catalog_oid::PG_NAMESPACE)
                        .then(|| name.clone())
                        .flatten()
                })
                .or_else(|| schema.and_then(names::of_schema)),
            name,
        };
        self.entries.push(entry);
    }

    /// Of these commands PostgreSQL reports no objects: what changed is found by comparing.
    fn compare_owners_and_privileges(&mut self, tag: &str) {
        let before: FxHashMap<u32, PgClass> = PgClass::all(self.before())
            .into_iter()
            .map(|row| (row.oid.to_u32(), row))
            .collect();
        for row in PgClass::all(self.after()) {
            let Some(old) = before.get(&row.oid.to_u32()) else {
                continue;
            };
            let address = ObjectAddress {
                class: catalog_oid::PG_CLASS,
                object: row.oid.to_u32(),
                part: 0,
            };
            if old.relowner != row.relowner {
                self.add(tag, ChangeAction::Owner, address);
            } else if old.relacl != row.relacl {
                self.add(tag, ChangeAction::Privileges, address);
            }
        }
        for relation in self.relations_with_other_column_privileges() {
            self.add(
                tag,
                ChangeAction::Privileges,
                ObjectAddress {
                    class: catalog_oid::PG_CLASS,
                    object: relation,
                    part: 0,
                },
            );
        }
    }

    fn relations_with_other_column_privileges(&self) -> FxHashSet<u32> {
        let privileges = |reader: &Reader| -> FxHashMap<(u32, i16), _> {
            let columns = reader.by_full_scan::<PgAttribute>(&[]).into_iter();
            columns
                .filter_map(|column| Some(((column.attrelid.to_u32(), column.attnum), column.attacl?)))
                .collect()
        };
        let (before, after) = (privileges(self.before()), privileges(self.after()));
        let is_other = |(column, acl): &(&(u32, i16), _)| before.get(column) != Some(*acl);
        let changed = after.iter().filter(is_other).map(|(column, _)| column.0);
        let removed = before
            .keys()
            .filter(|column| !after.contains_key(column))
            .map(|column| column.0);
        changed.chain(removed).collect()
    }
}

/// Commands of which PostgreSQL reports that they ended, and not what they changed.
fn hides_its_objects(tag: &str) -> bool {
    matches!(tag, "REASSIGN OWNED" | "DROP OWNED")
}

fn belongs_to_relation(class: u32) -> bool {
    matches!(
        class,
        catalog_oid::PG_TRIGGER
            | catalog_oid::PG_POLICY
            | catalog_oid::PG_REWRITE
            | catalog_oid::PG_STATISTIC_EXT
            | catalog_oid::PG_ATTRDEF
    )
}

fn depends_on_relations(class: u32) -> bool {
    matches!(
        class,
        catalog_oid::PG_CLASS
            | catalog_oid::PG_CONSTRAINT
            | catalog_oid::PG_REWRITE
            | catalog_oid::PG_PROC
            | catalog_oid::PG_TRIGGER
            | catalog_oid::PG_POLICY
            | catalog_oid::PG_TYPE
    )
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
