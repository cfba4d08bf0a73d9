//! The statements that undo one change, by the names that objects have now.

use super::super::entry::ChangeAction;
use super::change::{CreatedObjects, Inverse, LoggedChange, keyword, logged_oid};
use super::{column, data_loss, metadata, privileges};
use crate::catalog::rows::{OfRelation, PgAttribute, PgConstraint, PgDepend, catalog_oid};
use crate::error::Error;
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
    created: &CreatedObjects,
    is_dry_run: bool,
) -> Result<Inverse, Error> {
    let Some(action) = change.action() else {
        return Ok(Inverse::impossible("The log does not say what it was."));
    };
    let reader = Reader::new(Snapshot::latest());
    if let Some(note) = goes_along(change, action, created, &reader) {
        return Ok(Inverse::Nothing(note));
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
        return Ok(if action == ChangeAction::Created {
            Inverse::Nothing("The object is gone already.")
        } else {
            Inverse::impossible("The object was dropped since.")
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
    Ok(match action {
        ChangeAction::Created => match data_loss::reason_to_keep(change)? {
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

/// Why nothing is to be done for a change of something that goes, or went, with what the changes created.
fn goes_along(
    change: &LoggedChange,
    action: ChangeAction,
    created: &CreatedObjects,
    reader: &Reader,
) -> Option<&'static str> {
    const NOTE: &str = "It goes with what one of the changes created.";
    let is_creation = action == ChangeAction::Created && change.attnum == 0;
    let objects = &created.objects;
    if !is_creation && objects.contains(&(change.class, change.object)) {
        return Some(NOTE);
    }
    let belongs_to_relation =
        change.relation != 0 && (change.class != CLASS_OF_RELATIONS || change.object != change.relation);
    if belongs_to_relation && objects.contains(&(CLASS_OF_RELATIONS, change.relation)) {
        return Some(NOTE);
    }
    let is_of_column = if change.class == catalog_oid::PG_CONSTRAINT {
        PgConstraint::by_oid(reader, change.object.into()).is_some_and(|row| {
            let relation = row.conrelid.to_u32();
            row.conkey
                .iter()
                .any(|&attnum| created.columns.contains(&(relation, attnum)))
        })
    } else {
        action != ChangeAction::Created && created.columns.contains(&(change.object, change.attnum))
    };
    if is_of_column {
        return Some(NOTE);
    }
    if change
        .extension
        .as_ref()
        .is_some_and(|extension| created.extensions.contains(extension))
    {
        return Some(NOTE);
    }
    if change.difference("follows").is_some() {
        return Some("It came with a change of another object, and goes with it.");
    }
    // Sequences of columns, indexes of constraints. (A partitioned table depends on the columns of its own key.)
    let owners = PgDepend::of_object(reader, change.class.into(), change.object.into());
    let is_owner = |row: &PgDepend| {
        let owner = (row.refclassid.to_u32(), row.refobjid.to_u32());
        matches!(row.deptype.0, b'a' | b'i')
            && owner != (change.class, change.object)
            && objects.contains(&owner)
    };
    if owners.iter().any(is_owner) {
        return Some(NOTE);
    }
    let is_of_identity = |row: &PgDepend| {
        action == ChangeAction::Created
            && change.kind == "sequence"
            && row.deptype.0 == b'i'
            && row.refclassid.to_u32() == CLASS_OF_RELATIONS
    };
    owners
        .iter()
        .any(is_of_identity)
        .then_some("It goes with the identity of its column.")
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
