//! Changes of a command that dropped something.

use super::super::entry::{ChangeAction, ObjectPlace, kind_word};
use super::Recorder;
use super::behind::{depends_on_relations, relations_behind, relations_of_rows};
use super::subject::{belongs_to_relation, owner_in_rows, relation_kind};
use crate::catalog::relation::RelationKind;
use crate::catalog::rows::{ConstraintOutline, PgClass, PgConstraint, PgDepend, catalog_oid};
use crate::events::Command;
use crate::pg::catalog_row::Char;
use crate::pg::event_objects::{DroppedObject, ObjectAddress};
use crate::pg::{Oid, names};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value, json};

/// What the objects of one command have in common, read once.
#[derive(Default)]
struct DroppedTogether<'a> {
    /// The relations among them, by their schema and name.
    relations: FxHashMap<(Option<&'a str>, Option<&'a str>), u32>,
    /// Schema and kind of relations, as they were.
    places: FxHashMap<u32, Option<(Oid, &'static str)>>,
    /// The constraints of relations among them.
    constraints: FxHashMap<u32, Vec<ConstraintOutline>>,
}

impl<'a> DroppedTogether<'a> {
    fn from_objects(objects: &[&'a DroppedObject]) -> Self {
        let relations = objects
            .iter()
            .filter(|object| object.address.class == catalog_oid::PG_CLASS && object.address.part == 0)
            .map(|object| {
                let name = (object.schema_name.as_deref(), object.object_name.as_deref());
                (name, object.address.object)
            })
            .collect();
        Self {
            relations,
            ..Self::default()
        }
    }

    /// Whether it is the type of a relation among them, or an array of it.
    fn is_row_type(&self, object: &DroppedObject) -> bool {
        let name = object.object_name.as_deref();
        let schema = object.schema_name.as_deref();
        let element = name.and_then(|name| name.strip_suffix("[]").or_else(|| name.strip_prefix('_')));
        !object.is_original
            && (self.relations.contains_key(&(schema, name))
                || self.relations.contains_key(&(schema, element))
                || element.is_some())
    }

    /// Whether all that it depends on is known without asking: the index of a key of a relation among them, and a sequence
    /// that goes along with its column.
    fn is_known_part(&self, object: &DroppedObject) -> bool {
        let is = |kind| object.object_type == kind && !object.is_original;
        is("sequence") || is("index") && self.table_of_key(object.address.object).is_some()
    }

    /// The relation among them of whose key or exclusion constraint it is the index.
    fn table_of_key(&self, index: u32) -> Option<u32> {
        let of_index = |outlines: &Vec<ConstraintOutline>| {
            let is_own = |outline: &ConstraintOutline| outline.is_key() && outline.conindid.to_u32() == index;
            outlines.iter().any(is_own)
        };
        let found = self.constraints.iter().find(|(_, outlines)| of_index(outlines));
        found.map(|(relation, _)| *relation)
    }

    /// The relation among them to which a constraint belongs: its names are those of the schema, the relation and itself.
    fn relation_of_constraint(&self, object: &DroppedObject) -> Option<u32> {
        let [schema, relation, _] = &object.address_names[..] else {
            return None;
        };
        self.relations
            .get(&(Some(schema.as_str()), Some(relation.as_str())))
            .copied()
    }
}

impl Recorder {
    pub(super) fn dropped(&mut self, command: &Command) {
        let tag = command.tag();
        let lasting: Vec<&DroppedObject> = command
            .dropped()
            .iter()
            .filter(|object| !object.is_temporary && object.schema_name.as_deref() != Some("pg_toast"))
            .collect();
        let mut all = DroppedTogether::from_objects(&lasting);
        let gone: FxHashSet<u32> = all.relations.values().copied().collect();
        let mut behind: Vec<u32> = Vec::new();
        for object in lasting {
            let address = object.address;
            let is_part = address.class == catalog_oid::PG_TYPE && all.is_row_type(object);
            if is_part {
                continue;
            }
            if address.class == catalog_oid::PG_ATTRDEF {
                let (class, oid) = (Oid::from(address.class), Oid::from(address.object));
                let used = relations_behind(self.before(), class, oid);
                behind.extend(used.into_iter().filter(|relation| !gone.contains(relation)));
                continue;
            }
            let constraint = self.constraint_of_dropped(&mut all, object);
            // Not-null constraints, which PostgreSQL 18 has by themselves, and keys, which have an index, are not logged when
            // they come with their relation: so they are not when they go with it.
            if constraint
                .as_ref()
                .is_some_and(|(_, outline)| outline.contype == Char(b'n') || outline.is_key())
            {
                continue;
            }
            let mut dependencies = Vec::new();
            if let Some((_, outline)) = &constraint {
                // What else it depends on belongs to the relation.
                behind.extend(Some(outline.confrelid.to_u32()).filter(|&relation| relation != 0));
            } else if address.part == 0
                && !all.is_known_part(object)
                && (depends_on_relations(address.class) || belongs_to_relation(address.class))
            {
                let (class, oid) = (Oid::from(address.class), Oid::from(address.object));
                dependencies = PgDepend::of_object(self.before(), class, oid);
                if depends_on_relations(address.class) {
                    behind.extend(relations_of_rows(self.before(), class, oid, &dependencies));
                }
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
            self.add_dropped(
                tag,
                &mut all,
                object,
                constraint.map(|(relation, _)| relation),
                &dependencies,
            );
        }
        self.affects(behind);
    }

    /// The row of a constraint whose relation is dropped as well, and that relation.
    fn constraint_of_dropped(
        &self,
        all: &mut DroppedTogether<'_>,
        object: &DroppedObject,
    ) -> Option<(u32, ConstraintOutline)> {
        if object.address.class != catalog_oid::PG_CONSTRAINT {
            return None;
        }
        let relation = all.relation_of_constraint(object)?;
        let constraints = all
            .constraints
            .entry(relation)
            .or_insert_with(|| ConstraintOutline::all_of_relation(self.before(), relation.into()));
        let constraint = constraints
            .iter()
            .find(|constraint| constraint.oid.to_u32() == object.address.object)?;
        Some((relation, *constraint))
    }

    /// Schema and kind of a relation that was dropped, as far as PostgreSQL's words and what it depended on tell. A schema
    /// that was dropped as well has no name any more.
    fn find_place(object: &DroppedObject, dependencies: &[PgDepend]) -> Option<(Oid, &'static str)> {
        let kind = match object.object_type.as_str() {
            "index" => "index",
            "sequence" => "sequence",
            "view" => RelationKind::View.name(),
            "materialized view" => RelationKind::MaterializedView.name(),
            "table" => find_table_kind(object.address.object, dependencies, RelationKind::Table).name(),
            "foreign table" => {
                find_table_kind(object.address.object, dependencies, RelationKind::ForeignTable).name()
            }
            _ => return None,
        };
        Some((names::find_schema(object.schema_name.as_deref()?)?, kind))
    }

    /// Schema and kind of a relation before the command.
    fn place_before(&self, all: &mut DroppedTogether<'_>, relation: u32) -> Option<(Oid, &'static str)> {
        *all.places.entry(relation).or_insert_with(|| {
            let row = PgClass::by_oid(self.before(), relation.into())?;
            Some((row.relnamespace, relation_kind(row.relkind.0, row.relispartition)))
        })
    }

    fn add_dropped<'a>(
        &mut self,
        tag: &'static str,
        all: &mut DroppedTogether<'a>,
        object: &'a DroppedObject,
        relation_of_constraint: Option<u32>,
        dependencies: &[PgDepend],
    ) {
        let address = object.address;
        let mut entry = self.new_entry(tag, ChangeAction::Dropped);
        entry.class = address.class;
        entry.object = address.object;
        entry.kind = kind_word(&object.object_type);
        let name = object
            .object_name
            .clone()
            .or_else(|| object.address_names.last().cloned());
        let mut schema = None;
        if address.class == catalog_oid::PG_CLASS {
            let told = (address.part == 0)
                .then(|| Self::find_place(object, dependencies))
                .flatten();
            if let Some(place) = told {
                all.places.insert(address.object, Some(place));
            }
            if let Some((its_schema, kind)) = told.or_else(|| self.place_before(all, address.object)) {
                schema = Some(its_schema);
                if address.part == 0 {
                    entry.kind = kind.into();
                }
            }
            entry.relation = address.object;
            entry.attnum = i16::try_from(address.part).unwrap_or_default();
            if entry.kind == "index" {
                entry.relation = all.table_of_key(address.object).unwrap_or_else(|| {
                    let (class, index) = (Oid::from(address.class), Oid::from(address.object));
                    let tables = relations_of_rows(self.before(), class, index, dependencies);
                    tables.first().copied().unwrap_or(0)
                });
            }
        } else if address.class == catalog_oid::PG_NAMESPACE {
            schema = Some(address.object.into());
        } else {
            entry.relation = match relation_of_constraint {
                Some(relation) => relation,
                None if belongs_to_relation(address.class) => owner_in_rows(dependencies),
                None => self.relation_of(self.before(), address),
            };
            if relation_of_constraint.is_none() {
                entry.differences = self.not_null_column(address);
            }
            schema = match entry.relation {
                0 => self.facts_before(address).and_then(|facts| facts.schema),
                relation => self.place_before(all, relation).map(|(schema, _)| schema),
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

    /// The column of a not-null constraint (of PostgreSQL 18).
    fn not_null_column(&self, address: ObjectAddress) -> Option<Value> {
        if address.class != catalog_oid::PG_CONSTRAINT {
            return None;
        }
        let row = PgConstraint::by_oid(self.before(), address.object.into())?;
        let column = row.conkey.first().filter(|_| row.contype == Char(b'n'))?;
        Some(json!({"not_null": column}))
    }
}

/// The kind of a table that depended on these: a partition depends on its parent automatically, and the columns of a
/// partition key depend on their table. `otherwise`: that of one which is neither.
fn find_table_kind(table: u32, dependencies: &[PgDepend], otherwise: RelationKind) -> RelationKind {
    let depends = |on_itself: bool, how: u8| {
        dependencies.iter().any(|row| {
            row.refclassid.to_u32() == catalog_oid::PG_CLASS
                && row.deptype == Char(how)
                && (row.refobjid.to_u32() == table) == on_itself
        })
    };
    if depends(false, b'a') {
        RelationKind::Partition
    } else if depends(true, b'i') {
        RelationKind::PartitionedTable
    } else {
        otherwise
    }
}
