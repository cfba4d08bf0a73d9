//! Commands that PostgreSQL reports, but not what they changed: that is found by comparing the catalogs before and after.

use super::super::entry::ChangeAction;
use super::Recorder;
use crate::catalog::rows::{PgAttribute, PgClass, catalog_oid};
use crate::pg::event_objects::ObjectAddress;
use crate::pg::scan::Reader;
use rustc_hash::{FxHashMap, FxHashSet};

impl Recorder {
    /// Of these commands PostgreSQL reports no objects: what changed is found by comparing.
    pub(super) fn compare_owners_and_privileges(&mut self, tag: &'static str) {
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
                self.add_change(tag, ChangeAction::Owner, address);
            } else if old.relacl != row.relacl {
                self.add_change(tag, ChangeAction::Privileges, address);
            }
        }
        for relation in self.relations_with_other_column_privileges() {
            self.add_change(
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
