//! Old and new values of a change, so that it can be undone.
//!
//! A document by aspect: `{"comment": {"before", "after"}}`, `{"owner": ...}`, `{"privileges": [...]}`, and for columns
//! `{"columns": {"3": {"default": {"before", "after"}}}}`. Roles, types and schemas stand in it by OID. `"accounted"`
//! says that what else the command did is in other changes, `"follows"` that the change came with that of another
//! relation, `"merged"` that a new owner had privileges of its own before.
//!
//! Nothing is in it that the catalogs would not show, except metadata, which is read back only for who may change it.

use super::super::entry::ChangeAction;
use super::{Recorder, relations_behind_defaults};
use crate::catalog::rows::{OfRelation, PgAttrdef, PgAttribute, PgClass, PgDescription, catalog_oid};
use crate::pg::acl::Acl;
use crate::pg::catalog_row::Char;
use crate::pg::event_objects::{AlteredPart, ObjectAddress};
use crate::pg::object_facts;
use crate::pg::scan::Reader;
use crate::pg::{Oid, deparse, portable_output};
use pgrx::pg_sys::AlterTableType;
use rustc_hash::FxHashMap;
use serde_json::{Map, Value, json};
use std::ffi::CStr;

/// What the texts of the log are written under, beside the settings of `portable_output`; undo runs them under the same.
pub(in crate::changes) const STORED: [(&CStr, &CStr); 2] =
    [(c"lc_monetary", c"C"), (c"standard_conforming_strings", c"on")];

/// The value of an aspect on both sides, unless it is the same.
fn aspect(before: Value, after: Value) -> Option<Value> {
    (before != after).then(|| json!({"before": before, "after": after}))
}

impl Recorder {
    /// The differences that a change of a whole aspect made. `None` for the other actions.
    pub(super) fn differences(&self, action: ChangeAction, address: ObjectAddress) -> Option<Value> {
        match action {
            ChangeAction::Comment => {
                let comment = |reader: &Reader| {
                    PgDescription::of_part(reader, address.class.into(), address.object.into(), address.part)
                        .map(|row| row.description.0)
                };
                aspect(comment(self.before()).into(), comment(self.after()).into())
                    .map(|comment| json!({"comment": comment}))
            }
            ChangeAction::Owner => self.owner_difference(address),
            ChangeAction::Privileges => self.privileges(address),
            _ => None,
        }
    }

    /// The owners, and whether privileges that the new one had before are now one with the owner's.
    fn owner_difference(&self, address: ObjectAddress) -> Option<Value> {
        let (old, acl) = owner_and_acl(self.before(), address);
        let new = owner_and_acl(self.after(), address).0.map(Oid::to_u32);
        let owner = aspect(old.map(Oid::to_u32).into(), new.into())?;
        let mut lists: Vec<Acl> = acl.into_iter().collect();
        if address.class == catalog_oid::PG_CLASS {
            let columns = PgAttribute::of_relation(self.before(), address.object.into());
            lists.extend(columns.into_iter().filter_map(|column| column.attacl));
        }
        let is_named = |acl: &Acl| {
            acl.grants()
                .any(|((grantor, grantee), _)| Some(grantor) == new || Some(grantee) == new)
        };
        Some(match lists.iter().any(is_named) {
            true => json!({"owner": owner, "merged": true}),
            false => json!({"owner": owner}),
        })
    }

    fn privileges(&self, address: ObjectAddress) -> Option<Value> {
        let (owner, acl) = owner_and_acl(self.after(), address);
        let owner = owner?;
        let (_, acl_before) = owner_and_acl(self.before(), address);
        let default = || Acl::default_of_class(address.class, address.object.into(), owner);
        let on_object = acl_difference(&acl_before.unwrap_or_else(default), &acl.unwrap_or_else(default));
        let mut on_columns = Map::new();
        if address.class == catalog_oid::PG_CLASS {
            let columns = |reader: &Reader| PgAttribute::of_relation(reader, address.object.into());
            let before: FxHashMap<i16, Option<Acl>> = columns(self.before())
                .into_iter()
                .map(|column| (column.attnum, column.attacl))
                .collect();
            for column in columns(self.after()) {
                let old = before.get(&column.attnum).cloned().flatten();
                let none = Acl::empty;
                let difference =
                    acl_difference(&old.unwrap_or_else(none), &column.attacl.unwrap_or_else(none));
                if !difference.is_empty() {
                    on_columns.insert(column.attnum.to_string(), difference.into());
                }
            }
        }
        Some(json!({"privileges": on_object, "column_privileges": on_columns}))
    }

    /// Adds to the changes of an ALTER TABLE, which stand from `first` on, what became of the columns.
    pub(super) fn note_columns(
        &mut self,
        tag: &'static str,
        relation: ObjectAddress,
        parts: &[AlteredPart],
        first: usize,
    ) {
        let is_accounted = !parts.is_empty() && parts.iter().all(|part| is_accounted(part.action));
        let mut columns = Map::new();
        if parts.iter().any(|part| alters_column(part.action)) {
            columns = self.column_differences(relation.object.into());
            // A command may alter its table in several steps, each of which PostgreSQL reports by itself.
            columns.retain(|attnum, _| self.noted_columns.insert((relation.object, attnum.clone())));
        }
        // What the defaults of before used.
        let loses_default = |column: &Value| {
            column
                .get("default")
                .is_some_and(|default| !default["before"].is_null())
        };
        let mut behind = Vec::new();
        if columns.values().any(loses_default) {
            behind = relations_behind_defaults(self.before(), relation.object.into());
        }
        if is_accounted {
            // Constraints and indexes that PostgreSQL makes anew.
            let is_part = |entry: &&mut super::ChangeEntry| {
                entry.action == ChangeAction::Altered
                    && (entry.class != catalog_oid::PG_CLASS || entry.object != relation.object)
            };
            for entry in self.entries[first..].iter_mut().filter(is_part) {
                entry.differences = Some(json!({"follows": relation.object}));
            }
        }
        let of_columns = |columns: Map<String, Value>| {
            let mut differences = Map::new();
            if !columns.is_empty() {
                differences.insert("columns".to_owned(), columns.into());
            }
            if is_accounted {
                differences.insert("accounted".to_owned(), true.into());
            }
            (!differences.is_empty()).then(|| Value::from(differences))
        };
        let is_altered = |entry: &&mut super::ChangeEntry| {
            entry.class == catalog_oid::PG_CLASS
                && entry.object == relation.object
                && entry.action == ChangeAction::Altered
        };
        for entry in self.entries[first..]
            .iter_mut()
            .filter(is_altered)
            .filter(|entry| entry.attnum != 0)
        {
            let own = columns.remove_entry(&entry.attnum.to_string());
            entry.differences = of_columns(own.into_iter().collect());
        }
        let is_of_relation = |entry: &&mut super::ChangeEntry| is_altered(entry) && entry.attnum == 0;
        if !columns.is_empty()
            && !self.entries[first..]
                .iter_mut()
                .any(|entry| is_of_relation(&&mut *entry))
        {
            self.add_change(tag, ChangeAction::Altered, relation);
        }
        if let Some(entry) = self.entries[first..].iter_mut().find(is_of_relation) {
            entry.differences = of_columns(columns);
        }
        self.affects(behind);
    }

    /// The differences of the columns of a relation, by attnum.
    fn column_differences(&self, relation: Oid) -> Map<String, Value> {
        let before = PgAttribute::live(self.before(), relation);
        let after = PgAttribute::live(self.after(), relation);
        let defaults = |columns: &[PgAttribute], reader| {
            if columns.iter().any(|column| column.atthasdef) {
                PgAttrdef::of_relation(reader, relation)
            } else {
                Vec::new()
            }
        };
        let defaults_before = defaults(&before, self.before());
        let defaults_after = defaults(&after, self.after());

        // Names are written with their schemas, values and quotes in one way: they mean the same in any session.
        let default = |tree: Option<&str>| {
            tree.and_then(|tree| {
                portable_output::during_with(&STORED, || deparse::expression(tree, relation))
            })
        };
        let mut differences = Map::new();
        for new in after {
            let Some(old) = before.iter().find(|old| old.attnum == new.attnum) else {
                continue;
            };
            let (tree_before, tree_after) = (tree_of(&defaults_before, old), tree_of(&defaults_after, &new));
            // Most columns stay as they are, of which nothing is written.
            if compared_facts(old) == compared_facts(&new) && tree_before == tree_after {
                continue;
            }
            let mut of_column = Map::new();
            let mut note = |name: &str, difference: Option<Value>| {
                of_column.extend(difference.map(|difference| (name.to_owned(), difference)));
            };
            note("type", aspect(type_of(old), type_of(&new)));
            note("not_null", aspect(old.attnotnull.into(), new.attnotnull.into()));
            let letter =
                |letter: u8| Value::from(char::from(letter).to_string().trim_matches('\0').to_owned());
            note(
                "identity",
                aspect(letter(old.attidentity.0), letter(new.attidentity.0)),
            );
            note(
                "generated",
                aspect(letter(old.attgenerated.0), letter(new.attgenerated.0)),
            );
            note(
                if new.attgenerated.0 == 0 {
                    "default"
                } else {
                    "expression"
                },
                aspect(default(tree_before).into(), default(tree_after).into()),
            );
            if !of_column.is_empty() {
                differences.insert(new.attnum.to_string(), of_column.into());
            }
        }
        differences
    }
}

/// The default of a column, as the catalog has it.
fn tree_of<'a>(rows: &'a [PgAttrdef], column: &PgAttribute) -> Option<&'a str> {
    let row = rows.iter().find(|row| row.adnum == column.attnum);
    row.map(|row| row.adbin.0.as_str())
}

/// What is compared of a column, beside its default.
fn compared_facts(column: &PgAttribute) -> (Oid, i32, Oid, bool, Char, Char) {
    (
        column.atttypid,
        column.atttypmod,
        column.attcollation,
        column.attnotnull,
        column.attidentity,
        column.attgenerated,
    )
}

fn type_of(column: &PgAttribute) -> Value {
    json!({
        "type": column.atttypid.to_u32(), "modifier": column.atttypmod, "collation": column.attcollation.to_u32(),
    })
}

fn owner_and_acl(reader: &Reader, address: ObjectAddress) -> (Option<Oid>, Option<Acl>) {
    if address.class == catalog_oid::PG_CLASS {
        return match PgClass::by_oid(reader, address.object.into()) {
            Some(row) => (Some(row.relowner), row.relacl),
            None => (None, None),
        };
    }
    match object_facts::read_facts(address.class.into(), address.object.into(), reader.snapshot()) {
        Some(facts) => (facts.owner, facts.acl),
        None => (None, None),
    }
}

/// The privileges of each grantee from each grantor, where they differ.
fn acl_difference(before: &Acl, after: &Acl) -> Vec<Value> {
    let mut pairs: Vec<(u32, u32)> = before
        .grants()
        .chain(after.grants())
        .map(|(pair, _)| pair)
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    let rights = |acl: &Acl, wanted: (u32, u32)| {
        acl.grants()
            .filter(|(pair, _)| *pair == wanted)
            .fold(0, |rights, (_, more)| rights | more)
    };
    pairs
        .into_iter()
        .map(|pair| (pair, rights(before, pair), rights(after, pair)))
        .filter(|(_, before, after)| before != after)
        .map(|((grantor, grantee), before, after)| {
            json!({"grantor": grantor, "grantee": grantee, "before": before, "after": after})
        })
        .collect()
}

/// Whether an action changes a column that is there.
fn alters_column(action: AlterTableType::Type) -> bool {
    #[cfg(any(feature = "pg17", feature = "pg18"))]
    if action == AlterTableType::AT_SetExpression {
        return true;
    }
    matches!(
        action,
        AlterTableType::AT_AlterColumnType
            | AlterTableType::AT_ColumnDefault
            | AlterTableType::AT_CookedColumnDefault
            | AlterTableType::AT_SetNotNull
            | AlterTableType::AT_DropNotNull
            | AlterTableType::AT_AddIdentity
            | AlterTableType::AT_SetIdentity
            | AlterTableType::AT_DropIdentity
            | AlterTableType::AT_DropExpression
    )
}

/// Whether what an action does is known: from the differences of columns, or from changes of other objects.
fn is_accounted(action: AlterTableType::Type) -> bool {
    #[cfg(feature = "pg15")]
    if matches!(
        action,
        AlterTableType::AT_DropColumnRecurse | AlterTableType::AT_DropConstraintRecurse
    ) {
        return true;
    }
    #[cfg(not(feature = "pg18"))]
    if action == AlterTableType::AT_CheckNotNull {
        return true;
    }
    let is_known = alters_column(action) && action != AlterTableType::AT_SetIdentity;
    is_known
        || super::creates_part(action)
        || matches!(
            action,
            AlterTableType::AT_DropColumn
                | AlterTableType::AT_DropConstraint
                | AlterTableType::AT_AddIndex
                | AlterTableType::AT_AddIndexConstraint
                | AlterTableType::AT_ReAddIndex
                | AlterTableType::AT_ReAddConstraint
                | AlterTableType::AT_ReAddDomainConstraint
                | AlterTableType::AT_ReAddComment
                | AlterTableType::AT_ReAddStatistics
                | AlterTableType::AT_ChangeOwner
        )
}
