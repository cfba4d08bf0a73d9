//! The statements that undo one change, by the names that objects have now.

use super::super::entry::ChangeAction;
use super::change::{
    CreatedObjects, CreatedWhole, Inverse, LoggedChange, UndoneTogether, keyword, logged_oid,
};
use super::{column, data_loss, metadata, privileges};
use crate::catalog::rows::{OfRelation, PgAttribute, PgConstraint, PgDepend, catalog_oid};
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::identity::{self, ObjectIdentity};
use crate::pg::object_facts::{self, ObjectFacts};
use crate::pg::ownership::{self, AlterLock, Refusal};
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, names, quote};
use serde_json::Value;

const CLASS_OF_RELATIONS: u32 = catalog_oid::PG_CLASS;

/// The change with the OID that its object has now: a change of a column's type makes constraints and indexes anew,
/// without reporting that the old ones are dropped.
pub(super) fn find_again(change: &LoggedChange) -> LoggedChange {
    let mut change = change.clone();
    let reader = Reader::new(Snapshot::latest());
    if change.was_dropped || change.attnum != 0 || facts_of(&change, &reader).is_some() {
        return change;
    }
    let (Some(schema), Some(name)) = (&change.schema_name, &change.name) else {
        return change;
    };
    let relation = Oid::from(change.relation);
    let found = match change.class {
        catalog_oid::PG_CONSTRAINT if change.relation != 0 => PgConstraint::of_relation(&reader, relation)
            .into_iter()
            .find(|row| row.conname == *name)
            .map(|row| row.oid),
        CLASS_OF_RELATIONS if change.kind == "index" => {
            names::find_relation(schema, name).filter(|index| names::table_of_index(*index) == Some(relation))
        }
        _ => None,
    };
    change.object = found.map_or(change.object, Oid::to_u32);
    change
}

/// The statements that undo the change. Its relation is locked, if it has one.
pub(super) fn invert_change(
    change: &LoggedChange,
    together: &UndoneTogether,
    is_dry_run: bool,
) -> Result<Inverse, Error> {
    let Some(action) = change.action() else {
        return Ok(Inverse::impossible("The log does not say what it was."));
    };
    let reader = Reader::new(Snapshot::latest());
    let owners = PgDepend::of_object(&reader, change.class.into(), change.object.into());
    if let Some(inverse) = find_whole(change, action, together, &owners, &reader) {
        return Ok(inverse);
    }
    if let Some(extension) = &change.extension {
        return Ok(Inverse::Impossible(format!(
            "The script of extension \"{extension}\" made it."
        )));
    }
    if action == ChangeAction::Dropped {
        return dropped(change, &reader);
    }
    let Some(facts) = facts_of(change, &reader) else {
        return Ok(match action {
            ChangeAction::Created if together.was_there(change) => {
                Inverse::GoesAlong("It went with what another of the changes made.")
            }
            ChangeAction::Created => Inverse::Nothing("The object is gone already."),
            _ => Inverse::impossible("The object was dropped since."),
        });
    };
    if let Some(later) = &change.later {
        return Ok(Inverse::Impossible(format!(
            "The same was changed again by change {later}, which is not to be undone."
        )));
    }
    if change.found_by == "reconcile" && change.old_name.is_none() && action != ChangeAction::Created {
        return Ok(Inverse::impossible(
            "It was found by a comparison, which does not show what it replaced.",
        ));
    }
    lock_relation(change, action)?;
    let Some(object) = identity::identify(change.class.into(), change.object.into(), change.attnum.into())
    else {
        return Err(Error::Vanished);
    };
    let object = Subject { change, object };
    // Whoever lets the data of a table go lets those of its columns go.
    let may_drop_data = change.may_drop_data
        || find_creation(change, action, &together.created, &owners, &reader)
            .is_some_and(|whole| whole.may_drop_data);
    Ok(match action {
        ChangeAction::Created => match data_loss::reason_to_keep(change, may_drop_data)? {
            Some(reason) => Inverse::Impossible(reason),
            None => object.drop(),
        },
        ChangeAction::Renamed => match &change.old_name {
            Some(old_name) if facts.name.as_ref() == Some(old_name) => {
                Inverse::Nothing("The object has its old name.")
            }
            Some(old_name) => object.rename(old_name),
            None => Inverse::impossible("The log does not have the old name."),
        },
        ChangeAction::Moved => match names::of_schema(change.old_schema.into()) {
            Some(schema) if facts.schema != Some(change.old_schema.into()) => {
                object.alter(&format!("SET SCHEMA {}", quote::identifier(&schema)))
            }
            Some(_) => Inverse::Nothing("The object is in its old schema."),
            None => Inverse::impossible("The schema in which it was has been dropped."),
        },
        ChangeAction::Owner => object.change_owner(&facts),
        ChangeAction::Comment => object.comment(),
        ChangeAction::Privileges => privileges::invert_privilege_change(change, &object.object, &reader)?,
        ChangeAction::Altered => column::invert_column_change(change, is_dry_run)?,
        ChangeAction::Metadata => metadata::invert_metadata_change(change)?,
        ChangeAction::Dropped => Inverse::impossible("It was dropped."),
    })
}

/// Refuses what was done by a name that meanwhile was another object's.
pub(super) fn confirm(change: &LoggedChange) -> Result<(), Error> {
    let reader = Reader::new(Snapshot::latest());
    let facts = facts_of(change, &reader);
    let is_undone = match change.action() {
        Some(ChangeAction::Created) => facts.is_none(),
        Some(ChangeAction::Renamed) => facts.is_some_and(|facts| facts.name == change.old_name),
        Some(ChangeAction::Moved) => {
            facts.is_some_and(|facts| facts.schema == Some(change.old_schema.into()))
        }
        _ => true,
    };
    if is_undone { Ok(()) } else { Err(Error::Vanished) }
}

/// How a change is undone that has no statement of its own: it goes with what the changes created, or with the change of
/// which it is a part. `owners`: what its object depends on.
fn find_whole(
    change: &LoggedChange,
    action: ChangeAction,
    together: &UndoneTogether,
    owners: &[PgDepend],
    reader: &Reader,
) -> Option<Inverse> {
    if let Some(whole) = find_creation(change, action, &together.created, owners, reader) {
        let is_left_to_it = change.extension.is_some()
            || !uses_younger(change, action, &together.created, whole, owners, reader);
        return is_left_to_it.then_some(Inverse::GoesAlong(
            "It goes with what one of the changes created.",
        ));
    }
    if find_creation(change, action, &together.gone, owners, reader).is_some() {
        return Some(Inverse::Nothing("What it belonged to is gone already."));
    }
    if let Some(root) = change.difference("follows") {
        let root = logged_oid(root).map_or(0, Oid::to_u32);
        return Some(if together.change_relation(change, root) {
            Inverse::GoesAlong("It came with a change of another object, and goes with it.")
        } else {
            Inverse::impossible("It came with a change of another object, which is not to be undone.")
        });
    }
    if action != ChangeAction::Created {
        return None;
    }
    let is_of_identity = |row: &&PgDepend| {
        change.kind == "sequence" && row.deptype.0 == b'i' && row.refclassid.to_u32() == CLASS_OF_RELATIONS
    };
    if let Some(row) = owners.iter().find(is_of_identity) {
        let attnum = i16::try_from(row.refobjsubid).unwrap_or_default();
        return Some(
            if together.change_column(change, row.refobjid.to_u32(), attnum, "identity") {
                Inverse::GoesAlong("It goes with the identity of its column.")
            } else {
                Inverse::impossible("It belongs to the identity of a column, which is not to be undone.")
            },
        );
    }
    goes_with_column(change, together, reader)
        .then_some(Inverse::GoesAlong("It goes with what became of its column."))
}

/// The creation with which goes, or went, what changed. `owners`: what it depends on.
fn find_creation(
    change: &LoggedChange,
    action: ChangeAction,
    created: &CreatedObjects,
    owners: &[PgDepend],
    reader: &Reader,
) -> Option<CreatedWhole> {
    let is_creation = action == ChangeAction::Created && change.attnum == 0;
    let belongs_to_relation =
        change.relation != 0 && (change.class != CLASS_OF_RELATIONS || change.object != change.relation);
    let of_column = || {
        if change.class == catalog_oid::PG_CONSTRAINT {
            let row = PgConstraint::by_oid(reader, change.object.into())?;
            let relation = row.conrelid.to_u32();
            return row
                .conkey
                .iter()
                .find_map(|&attnum| created.column(relation, attnum));
        }
        let is_part = action != ChangeAction::Created;
        is_part
            .then(|| created.column(change.object, change.attnum))
            .flatten()
    };
    let of_extension = || created.extension(change.extension.as_ref()?);
    // Sequences of columns, indexes of constraints. (A partitioned table depends on the columns of its own key.)
    let of_owner = |row: &PgDepend| {
        let (class, object) = (row.refclassid.to_u32(), row.refobjid.to_u32());
        let is_owner =
            matches!(row.deptype.0, b'a' | b'i') && (class, object) != (change.class, change.object);
        is_owner.then(|| created.object(class, object)).flatten()
    };
    let of_itself = (!is_creation)
        .then(|| created.object(change.class, change.object))
        .flatten();
    of_itself
        .or_else(|| {
            belongs_to_relation
                .then(|| created.object(CLASS_OF_RELATIONS, change.relation))
                .flatten()
        })
        .or_else(of_column)
        .or_else(of_extension)
        .or_else(|| owners.iter().find_map(of_owner))
}

/// Whether what changed uses something that the changes created after the whole to which it belongs: that is dropped before
/// the whole, so the part has to be undone by itself. `owners`: what it depends on.
fn uses_younger(
    change: &LoggedChange,
    action: ChangeAction,
    created: &CreatedObjects,
    whole: CreatedWhole,
    owners: &[PgDepend],
    reader: &Reader,
) -> bool {
    if !matches!(action, ChangeAction::Created | ChangeAction::Altered) {
        return false;
    }
    let is_younger = |row: &PgDepend| {
        let (class, object) = (row.refclassid.to_u32(), row.refobjid.to_u32());
        // What it belongs to it does not use: the index of a key, its constraint.
        row.deptype.0 == b'n'
            && (class, object) != (CLASS_OF_RELATIONS, change.relation)
            && created.is_younger(class, object, whole)
    };
    if change.class != CLASS_OF_RELATIONS || change.kind == "index" {
        return owners.iter().any(is_younger);
    }
    // Of a relation, the columns that were created or changed, and their defaults.
    let differences = change.difference("columns").and_then(Value::as_object);
    let is_meant = |part: i32| {
        part == i32::from(change.attnum) && part != 0
            || differences.is_some_and(|columns| columns.contains_key(&part.to_string()))
    };
    let defaults = PgDepend::of_relation(reader, change.object.into());
    owners.iter().any(|row| is_meant(row.objsubid) && is_younger(row))
        || defaults
            .iter()
            .filter(|row| row.classid.to_u32() == catalog_oid::PG_ATTRDEF && is_meant(row.refobjsubid))
            .any(|row| {
                PgDepend::of_object(reader, row.classid, row.objid)
                    .iter()
                    .any(is_younger)
            })
}

/// Whether it is the constraint (of PostgreSQL 18) by which a column is not null, and that of the column is undone as well.
fn goes_with_column(change: &LoggedChange, together: &UndoneTogether, reader: &Reader) -> bool {
    if change.class != catalog_oid::PG_CONSTRAINT {
        return false;
    }
    PgConstraint::by_oid(reader, change.object.into()).is_some_and(|row| {
        let relation = row.conrelid.to_u32();
        row.contype == Char(b'n')
            && row
                .conkey
                .iter()
                .any(|&attnum| together.change_column(change, relation, attnum, "not_null"))
    })
}

/// Whether the object of a change is there.
pub(super) fn is_there(change: &LoggedChange) -> bool {
    facts_of(&find_again(change), &Reader::new(Snapshot::latest())).is_some()
}

/// The object as it is now; a column that is there.
fn facts_of(change: &LoggedChange, reader: &Reader) -> Option<ObjectFacts> {
    let (class, object) = (Oid::from(change.class), Oid::from(change.object));
    let mut facts = object_facts::read_facts(class, object, reader.snapshot())?;
    if change.attnum != 0 {
        facts.name = Some(PgAttribute::by_number(reader, object, change.attnum)?.attname);
    }
    Some(facts)
}

/// Keeps the names of relations as they are. Who may not alter it is refused by name.
fn lock_relation(change: &LoggedChange, action: ChangeAction) -> Result<(), Error> {
    // Privileges may be granted by others, and metadata have locks of their own.
    if change.relation == 0 || matches!(action, ChangeAction::Privileges | ChangeAction::Metadata) {
        return Ok(());
    }
    let mode = if action == ChangeAction::Comment {
        AlterLock::ShareUpdateExclusive
    } else {
        AlterLock::AccessExclusive
    };
    ownership::lock_for_alter(change.relation.into(), mode).map_err(|refusal| match refusal {
        Refusal::Missing => Error::UnknownRelation(change.relation.into()),
        Refusal::NotOwner { name } => Error::NotOwner { name },
    })
}

/// Of what was dropped nothing is kept. A not-null constraint is more a property of a column.
fn dropped(change: &LoggedChange, reader: &Reader) -> Result<Inverse, Error> {
    let column = change.difference("not_null").and_then(Value::as_i64);
    if let Some(attnum) = column.and_then(|attnum| i16::try_from(attnum).ok()) {
        let relation = Oid::from(change.relation);
        let column = PgAttribute::by_number(reader, relation, attnum);
        if let (Some(column), Some(_)) = (column, names::of_relation(relation)) {
            return if column.attnotnull {
                Ok(Inverse::Nothing("The column is not null."))
            } else {
                column::set_not_null(relation, &column.attname)
            };
        }
    }
    Ok(Inverse::impossible(match change.kind.as_str() {
        "table" | "partitioned_table" | "partition" | "column" | "materialized_view" | "sequence"
        | "schema" => "Its data went with it.",
        _ => "The log does not keep the definition of what was dropped.",
    }))
}

/// An object with its name.
struct Subject<'a> {
    change: &'a LoggedChange,
    object: ObjectIdentity,
}

impl Subject<'_> {
    /// The word for its kind in statements, by PostgreSQL's word for it.
    fn keyword(&self) -> Option<&'static str> {
        keyword(self.object.kind())
    }

    /// How a statement begins that alters it, up to its name.
    fn alter(&self, action: &str) -> Inverse {
        match self.keyword() {
            Some(keyword) => Inverse::statement(format!("ALTER {keyword} {} {action}", self.object.sql())),
            None => self.unknown(),
        }
    }

    fn unknown(&self) -> Inverse {
        Inverse::unknown_for(self.object.kind())
    }

    /// Its own name as SQL, for what is named within a relation or domain.
    fn own_name(&self) -> String {
        quote::identifier(&self.object_name())
    }

    fn object_name(&self) -> String {
        let reader = Reader::new(Snapshot::latest());
        facts_of(self.change, &reader)
            .and_then(|facts| facts.name)
            .unwrap_or_default()
    }

    /// The relation to which it belongs, as SQL.
    fn relation(&self) -> Option<String> {
        names::of_relation(self.change.relation.into()).map(|(schema, name)| quote::qualified(&schema, &name))
    }

    /// The domain of a domain's constraint: its identity is `name on domain`.
    fn domain(&self) -> Option<String> {
        let prefix = format!("{} on ", self.own_name());
        self.object.sql().strip_prefix(&prefix).map(str::to_owned)
    }

    fn drop(&self) -> Inverse {
        let (kind, name) = (self.object.kind(), self.own_name());
        match (kind, self.relation()) {
            ("composite type column", Some(of_type)) => {
                Inverse::statement(format!("ALTER TYPE {of_type} DROP ATTRIBUTE {name}"))
            }
            (kind, Some(relation)) if kind.ends_with(" column") => {
                Inverse::statement(format!("ALTER TABLE {relation} DROP COLUMN {name}"))
            }
            ("table constraint", Some(relation)) => {
                Inverse::statement(format!("ALTER TABLE {relation} DROP CONSTRAINT {name}"))
            }
            ("domain constraint", _) => match self.domain() {
                Some(domain) => Inverse::statement(format!("ALTER DOMAIN {domain} DROP CONSTRAINT {name}")),
                None => self.unknown(),
            },
            _ => match self.keyword() {
                Some(keyword) => Inverse::statement(format!("DROP {keyword} {}", self.object.sql())),
                None => self.unknown(),
            },
        }
    }

    fn rename(&self, old_name: &str) -> Inverse {
        let (name, old_name) = (self.own_name(), quote::identifier(old_name));
        match (self.object.kind(), self.relation()) {
            ("composite type column", Some(of_type)) => Inverse::statement(format!(
                "ALTER TYPE {of_type} RENAME ATTRIBUTE {name} TO {old_name}"
            )),
            (kind, Some(relation)) if kind.ends_with(" column") => Inverse::statement(format!(
                "ALTER TABLE {relation} RENAME COLUMN {name} TO {old_name}"
            )),
            ("table constraint", Some(relation)) => Inverse::statement(format!(
                "ALTER TABLE {relation} RENAME CONSTRAINT {name} TO {old_name}"
            )),
            ("domain constraint", _) => match self.domain() {
                Some(domain) => Inverse::statement(format!(
                    "ALTER DOMAIN {domain} RENAME CONSTRAINT {name} TO {old_name}"
                )),
                None => self.unknown(),
            },
            _ => self.alter(&format!("RENAME TO {old_name}")),
        }
    }

    fn change_owner(&self, facts: &ObjectFacts) -> Inverse {
        let owner = self
            .change
            .difference("owner")
            .and_then(|owner| logged_oid(&owner["before"]));
        let Some(owner) = owner else {
            return Inverse::Nothing("The owner was the same before.");
        };
        if facts.owner == Some(owner) {
            return Inverse::Nothing("The object belongs to its old owner.");
        }
        if self.change.difference("merged").is_some() {
            return Inverse::impossible(
                "The new owner had privileges before: PostgreSQL made them one with the owner's, and they would be lost.",
            );
        }
        match names::of_role(owner) {
            Some(name) => self.alter(&format!("OWNER TO {}", quote::identifier(&name))),
            None => Inverse::impossible("The role to which it belonged has been dropped."),
        }
    }

    fn comment(&self) -> Inverse {
        let Some(comment) = self.change.difference("comment") else {
            return Inverse::Nothing("The comment was the same before.");
        };
        let object = match (self.object.kind(), self.relation()) {
            (kind, _) if kind.ends_with(" column") => Some(format!("COLUMN {}", self.object.sql())),
            ("table constraint", Some(relation)) => {
                Some(format!("CONSTRAINT {} ON {relation}", self.own_name()))
            }
            ("domain constraint", _) => self
                .domain()
                .map(|domain| format!("CONSTRAINT {} ON DOMAIN {domain}", self.own_name())),
            _ => self
                .keyword()
                .map(|keyword| format!("{keyword} {}", self.object.sql())),
        };
        match object {
            Some(object) => Inverse::statement(format!(
                "COMMENT ON {object} IS {}",
                comment["before"]
                    .as_str()
                    .map_or("NULL".to_owned(), quote::literal)
            )),
            None => self.unknown(),
        }
    }
}
