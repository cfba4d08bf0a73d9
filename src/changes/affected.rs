//! Which relations may look different after changes.
//!
//! The description of a relation tells of itself, of its columns' types, of foreign keys from and to it, of its defaults, and
//! whether something depends on it. So a change of another object reaches it; which one is looked up in the catalogs of now,
//! since a change itself says only what it was made to.

use super::entry::ChangeAction;
use super::record::{relations_behind, relations_behind_defaults, relations_behind_view};
use super::storage::ChangedObject;
use crate::catalog::rows::{OfRelation, PgClass, PgConstraint, PgDepend, catalog_oid};
use crate::pg::scan::Reader;
use crate::pg::{Oid, relations};
use pgrx::pg_sys;
use rustc_hash::FxHashSet;

/// The relations that changes reach.
pub(super) enum AffectedRelations {
    /// A schema was renamed: its name may stand in the description of any relation.
    Every,
    These(FxHashSet<u32>),
}

/// Looks up what the changes reach.
pub(super) fn find_affected<'a>(
    reader: &Reader,
    changes: impl Iterator<Item = &'a ChangedObject>,
) -> AffectedRelations {
    let mut search = Search {
        reader,
        found: FxHashSet::default(),
        visited: FxHashSet::default(),
    };
    for change in changes {
        if change.class == catalog_oid::PG_NAMESPACE && change.action == Some(ChangeAction::Renamed) {
            return AffectedRelations::Every;
        }
        search.follow(change);
    }
    search.owners();
    AffectedRelations::These(search.found)
}

/// The relations whose descriptions tell of one of these, which may be new or have another name.
pub(super) fn find_telling(reader: &Reader, relations: &FxHashSet<u32>) -> FxHashSet<u32> {
    let mut search = Search {
        reader,
        found: FxHashSet::default(),
        visited: FxHashSet::default(),
    };
    for &relation in relations {
        search.follow_relation(relation.into(), ChangeAction::Created, 0);
        search.follow_relation(relation.into(), ChangeAction::Moved, 0);
    }
    search.owners();
    search.found
}

struct Search<'a> {
    reader: &'a Reader,
    found: FxHashSet<u32>,
    /// Objects whose dependents have been looked up.
    visited: FxHashSet<(u32, u32)>,
}

impl Search<'_> {
    fn follow(&mut self, change: &ChangedObject) {
        use ChangeAction as Action;
        if change.relation != 0 {
            self.found.insert(change.relation);
        }
        self.found.extend(&change.affects);
        let action = change.action.unwrap_or(Action::Altered);
        let object = Oid::from(change.object);
        if matches!(
            action,
            Action::Metadata | Action::Comment | Action::Privileges | Action::Owner
        ) {
            return;
        }
        if change.class == catalog_oid::PG_CLASS {
            self.follow_relation(object, action, change.attnum);
            if change.is_reconciled {
                // Whatever was done to it: its names may be others.
                self.follow_relation(object, Action::Moved, change.attnum);
            }
            return;
        }
        self.found
            .extend(relations_behind(self.reader, change.class.into(), object));
        if action != Action::Created {
            self.dependents(change.class, change.object);
        }
    }

    fn follow_relation(&mut self, relation: Oid, action: ChangeAction, attnum: i16) {
        use ChangeAction as Action;
        if action == Action::Dropped {
            return;
        }
        if matches!(action, Action::Created | Action::Altered) {
            self.found
                .extend(relations_behind_defaults(self.reader, relation));
        }
        let is_new_or_replaced = attnum == 0 && matches!(action, Action::Created | Action::Altered);
        if is_new_or_replaced {
            self.found.extend(relations_behind(
                self.reader,
                catalog_oid::PG_CLASS.into(),
                relation,
            ));
            self.found.extend(relations_behind_view(self.reader, relation));
        }
        let row_type_changes = PgClass::by_oid(self.reader, relation)
            .is_some_and(|row| row.relkind.0 == pg_sys::RELKIND_COMPOSITE_TYPE);
        if row_type_changes || matches!(action, Action::Renamed | Action::Moved) {
            self.dependents(catalog_oid::PG_CLASS, relation.to_u32());
        }
        if action == Action::Moved {
            self.follow_sequences(relation);
        }
        if matches!(action, Action::Created | Action::Renamed | Action::Moved) {
            self.foreign_keys(relation);
        }
    }

    /// The sequences of columns move with their table, and PostgreSQL reports the table alone. Defaults of other tables may
    /// use them.
    fn follow_sequences(&mut self, table: Oid) {
        let is_sequence = |relation: Oid| {
            relations::find_facts(relation).is_some_and(|facts| facts.kind == pg_sys::RELKIND_SEQUENCE)
        };
        let parts = PgDepend::of_relation(self.reader, table).into_iter();
        let sequences = parts
            .filter(|row| row.classid.to_u32() == catalog_oid::PG_CLASS && is_sequence(row.objid))
            .map(|row| row.objid.to_u32());
        for sequence in sequences.collect::<FxHashSet<u32>>() {
            self.dependents(catalog_oid::PG_CLASS, sequence);
        }
    }

    /// What uses the sequence of a column, or a partition, prevents that the table of the column, or the partitioned table, is
    /// dropped: that one is told of it as well.
    fn owners(&mut self) {
        let goes_along = |relation: u32| {
            relations::find_facts(relation.into())
                .is_some_and(|facts| facts.is_partition || facts.kind == pg_sys::RELKIND_SEQUENCE)
        };
        let mut new: Vec<u32> = self.found.iter().copied().collect();
        while let Some(relation) = new.pop() {
            if goes_along(relation) {
                let owners = relations_behind(self.reader, catalog_oid::PG_CLASS.into(), relation.into());
                new.extend(owners.into_iter().filter(|&owner| self.found.insert(owner)));
            }
        }
    }

    /// Tables that foreign keys tie to this one: each tells the other's names.
    fn foreign_keys(&mut self, relation: Oid) {
        let own = PgConstraint::of_relation(self.reader, relation);
        let referenced = own
            .iter()
            .map(|row| row.confrelid.to_u32())
            .filter(|&oid| oid != 0);
        self.found.extend(referenced);
        let incoming: Vec<Oid> = PgDepend::of_relation(self.reader, relation)
            .into_iter()
            .filter(|row| row.classid.to_u32() == catalog_oid::PG_CONSTRAINT)
            .map(|row| row.objid)
            .collect();
        for constraint in incoming {
            let row = PgConstraint::by_oid(self.reader, constraint);
            self.found
                .extend(row.map(|row| row.conrelid.to_u32()).filter(|&oid| oid != 0));
        }
    }

    /// Relations in whose description an object is named, by way of types that are made from it.
    fn dependents(&mut self, class: u32, object: u32) {
        let mut objects = vec![(class, object)];
        while let Some((class, object)) = objects.pop() {
            if !self.visited.insert((class, object)) {
                continue;
            }
            for row in PgDepend::on_object(self.reader, class.into(), object.into()) {
                match row.classid.to_u32() {
                    catalog_oid::PG_TYPE => objects.push((catalog_oid::PG_TYPE, row.objid.to_u32())),
                    // Columns of that type. Those of a composite type reach columns of that type in turn.
                    catalog_oid::PG_CLASS if class != catalog_oid::PG_CLASS => {
                        self.found.insert(row.objid.to_u32());
                        let is_composite = PgClass::by_oid(self.reader, row.objid)
                            .is_some_and(|row| row.relkind.0 == pg_sys::RELKIND_COMPOSITE_TYPE);
                        if is_composite {
                            objects.push((catalog_oid::PG_CLASS, row.objid.to_u32()));
                        }
                    }
                    catalog_oid::PG_ATTRDEF | catalog_oid::PG_CONSTRAINT => {
                        self.found
                            .extend(relations_behind(self.reader, row.classid, row.objid));
                    }
                    _ => {}
                }
            }
        }
    }
}
