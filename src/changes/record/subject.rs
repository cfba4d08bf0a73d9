//! The object of a change: its names, its kind and its place.

use super::super::entry::{ChangeAction, ChangeEntry, ObjectPlace, kind_word};
use super::Recorder;
use crate::catalog::relation::RelationKind;
use crate::catalog::rows::{ConstraintName, PgAttribute, PgClass, PgConstraint, PgDepend, catalog_oid};
use crate::pg::event_objects::ObjectAddress;
use crate::pg::object_facts::{self, ObjectFacts};
use crate::pg::scan::Reader;
use crate::pg::{Oid, caller, cluster, names, relations};
use pgrx::pg_sys;
use std::rc::Rc;

/// A change that the current role makes.
pub(in crate::changes) fn new_entry(tag: &'static str, action: ChangeAction) -> ChangeEntry {
    let role_name = names::of_role(caller::current_role()).unwrap_or_default();
    entry_of(tag, action, role_name.into())
}

pub(super) fn entry_of(tag: &'static str, action: ChangeAction, role_name: Rc<str>) -> ChangeEntry {
    ChangeEntry {
        happened_at: cluster::now(),
        role_name,
        tag,
        kind: "".into(),
        action,
        class: 0,
        object: 0,
        attnum: 0,
        place: ObjectPlace::default(),
        old_place: None,
        relation: 0,
        extension: None,
        differences: None,
        found_by: "event",
        command_xid: 0,
        affects: Vec::new(),
    }
}

pub(in crate::changes) fn place_of(schema: Option<Oid>, name: Option<String>) -> ObjectPlace {
    ObjectPlace {
        schema: schema.map_or(0, Oid::to_u32),
        schema_name: schema.and_then(names::of_schema),
        name,
    }
}

/// The word for the kind of a relation, from its `relkind`.
pub(in crate::changes) fn relation_kind(relkind: u8, is_partition: bool) -> &'static str {
    match RelationKind::from_relkind(relkind, is_partition) {
        Some(kind) => kind.name(),
        None => match relkind {
            pg_sys::RELKIND_INDEX | pg_sys::RELKIND_PARTITIONED_INDEX => "index",
            pg_sys::RELKIND_SEQUENCE => "sequence",
            pg_sys::RELKIND_COMPOSITE_TYPE => "composite_type",
            _ => "relation",
        },
    }
}

impl Recorder {
    pub(super) fn facts_before(&self, address: ObjectAddress) -> Option<ObjectFacts> {
        object_facts::read_facts(
            address.class.into(),
            address.object.into(),
            self.before().snapshot(),
        )
    }

    pub(super) fn describe_relation(&self, entry: &mut ChangeEntry, address: ObjectAddress) -> Option<()> {
        let relation = Oid::from(address.object);
        let facts = relations::find_facts(relation)?;
        self.described.set(Some((relation, facts.may_have_children)));
        if facts.is_temporary {
            return None;
        }
        let kind = relation_kind(facts.kind, facts.is_partition);
        entry.relation = match kind {
            "index" => names::table_of_index(relation).map_or(0, Oid::to_u32),
            _ => address.object,
        };
        if address.part != 0 {
            let attnum = i16::try_from(address.part).ok()?;
            entry.kind = "column".into();
            entry.attnum = attnum;
            let added = self.added_columns.get(&address).cloned();
            let name = added.or_else(|| names::of_column(relation, attnum));
            entry.place = place_of(Some(facts.schema), name);
            if entry.action == ChangeAction::Renamed {
                let before = PgAttribute::by_number(self.before(), relation, attnum);
                entry.old_place = Some(place_of(Some(facts.schema), before.map(|column| column.attname)));
            }
            return Some(());
        }
        entry.kind = kind.into();
        if matches!(entry.action, ChangeAction::Renamed | ChangeAction::Moved) {
            entry.old_place = PgClass::by_oid(self.before(), relation)
                .map(|before| place_of(Some(before.relnamespace), Some(before.relname)));
        }
        entry.place = place_of(Some(facts.schema), Some(facts.name));
        Some(())
    }

    pub(super) fn describe_object(&self, entry: &mut ChangeEntry, address: ObjectAddress) -> Option<()> {
        let (class, object) = (Oid::from(address.class), Oid::from(address.object));
        if address.class == catalog_oid::PG_CONSTRAINT && entry.action == ChangeAction::Created {
            let row = ConstraintName::by_oid(self.after(), object)?;
            entry.kind = "constraint".into();
            entry.relation = row.conrelid.to_u32();
            entry.place = place_of(Some(row.connamespace), Some(row.conname));
            return (!object_facts::is_temporary_schema(row.connamespace)).then_some(());
        }
        let facts = object_facts::read_facts(class, object, self.after().snapshot())?;
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
    pub(super) fn relation_of(&self, reader: &Reader, address: ObjectAddress) -> u32 {
        match address.class {
            catalog_oid::PG_CONSTRAINT => {
                PgConstraint::by_oid(reader, address.object.into()).map_or(0, |row| row.conrelid.to_u32())
            }
            class if belongs_to_relation(class) => {
                owner_in_rows(&PgDepend::of_object(reader, class.into(), address.object.into()))
            }
            _ => 0,
        }
    }
}

/// The relation without which an object cannot be, from what it depends on; 0 if there is none.
pub(super) fn owner_in_rows(dependencies: &[PgDepend]) -> u32 {
    dependencies
        .iter()
        .find(|row| {
            row.refclassid.to_u32() == catalog_oid::PG_CLASS
                && matches!(row.deptype.0, b'a' | b'i' | b'I' | b'P')
        })
        .map_or(0, |row| row.refobjid.to_u32())
}

pub(super) fn belongs_to_relation(class: u32) -> bool {
    matches!(
        class,
        catalog_oid::PG_TRIGGER
            | catalog_oid::PG_POLICY
            | catalog_oid::PG_REWRITE
            | catalog_oid::PG_STATISTIC_EXT
            | catalog_oid::PG_ATTRDEF
    )
}
