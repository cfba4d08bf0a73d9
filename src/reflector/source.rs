//! Adding, listing and dropping source tables.

use super::error::{ReflectionError, SourceTableError};
use super::stored::{SourceColumn, SourceFacts, TargetTable};
use super::{foreign_types, store};
use crate::catalog::Catalog;
use crate::catalog::relation::{self, RelationKind};
use crate::error::{Error, ManualPage};
use crate::explorations::node::Node;
use crate::pg::comparison::{self, Comparison};
use crate::pg::ownership::{self, AlterLock, Refusal};
use crate::pg::{Oid, bookkeeping, caller, column_type, own_casts, quote};
use serde::Deserialize;
use serde_json::{Value, json};

/// A source table, if a table is one.
#[derive(Deserialize)]
pub(super) struct FoundSource {
    pub(super) id: i64,
    pub(super) is_live: bool,
}

/// The options of a source table.
#[derive(Default)]
struct SourceOptions {
    on_error: Option<&'static str>,
    max_events: Option<i64>,
    max_age: Option<f64>,
    when_full: Option<&'static str>,
}

pub(super) fn find_source(table: Oid) -> Result<Option<FoundSource>, Error> {
    store::as_owner(|statements| statements.query(store::FIND_SOURCE, &json!({"table": table.to_u32()})))
}

pub(super) fn read_facts(id: i64) -> Result<Option<SourceFacts>, Error> {
    let mut facts: Option<SourceFacts> =
        store::as_owner(|statements| statements.query(store::SOURCE_FACTS, &json!({"id": id})))?;
    facts.as_mut().map(foreign_types::note_foreign_types);
    Ok(facts)
}

/// `msar.add_source_table`.
pub(crate) fn add_source_table(table: Oid, options: &str) -> Result<Value, Error> {
    let options = parse_options(options)?;
    let found = find_source(table)?;
    if found.as_ref().is_some_and(|source| source.is_live) {
        let name = name_of(table)?;
        Err(SourceTableError::AlreadySource { name })?;
    }
    let id = make(table, found.map(|source| source.id), &options)?;
    describe_source(id)
}

/// Makes a table a source, or a restored source a live one. The caller must own the table.
pub(super) fn make_default(table: Oid, restored: Option<i64>) -> Result<i64, Error> {
    make(table, restored, &SourceOptions::default())
}

fn make(table: Oid, restored: Option<i64>, options: &SourceOptions) -> Result<i64, Error> {
    check_kind(table)?;
    lock_members_of_table(table)?;
    let argument = json!({
        "table": table.to_u32(), "restored_id": restored, "on_error": options.on_error, "max_events": options.max_events,
        "max_age": options.max_age, "when_full": options.when_full,
    });
    store::as_owner(|statements| statements.query(store::ADD_SOURCE, &argument))
}

fn check_kind(table: Oid) -> Result<(), Error> {
    let catalog = Catalog::of_statement();
    let row = relation::find_row(&catalog, table)?;
    let name = row.relname.clone();
    let refuse = |reason| -> Result<(), Error> {
        Err(SourceTableError::NotReflectable {
            name: name.clone(),
            reason,
        })?
    };
    match RelationKind::of_row(&row) {
        Some(RelationKind::Table | RelationKind::PartitionedTable) => {}
        Some(RelationKind::Partition) => {
            refuse("It is a partition: add the partitioned table that it belongs to.")?
        }
        Some(RelationKind::ForeignTable) => {
            refuse("It is a foreign table, of which PostgreSQL does not report changes.")?
        }
        _ => refuse("It is no table.")?,
    }
    const HAS_PARENT: &str = include_str!("../../sql/query/reflector/has_parent.sql");
    let argument = json!({"table": table.to_u32()});
    if bookkeeping::as_caller(|statements| statements.query(HAS_PARENT, &argument))? {
        refuse(
            "It inherits from another table: statements that name that one would not be reflected. Add that table.",
        )?;
    }
    if row.relpersistence.0 == b't' {
        refuse("It is temporary.")?;
    }
    let of_extension = [
        "pg_catalog",
        "information_schema",
        "msar",
        "__msar",
        "msar_catalog",
        "msar_reflector",
    ];
    let schema = crate::pg::names::of_schema(row.relnamespace).unwrap_or_default();
    if of_extension.contains(&schema.as_str()) || schema.starts_with("pg_toast") {
        refuse("It belongs to the system or to this extension.")?;
    }
    Ok(())
}

/// Waits for sessions that write to the table, and keeps others from it until the transaction ends.
fn lock_members_of_table(table: Oid) -> Result<(), Error> {
    match ownership::lock_for_alter(table, AlterLock::ShareRowExclusive) {
        Ok(()) => Ok(()),
        Err(Refusal::Missing) => Err(Error::UnknownRelation(table)),
        Err(Refusal::NotOwner { name }) => Err(SourceTableError::NotOwner { name }.into()),
    }
}

/// From now on events hold whole rows from before a change. Waits for sessions that are writing.
pub(super) fn keep_old_rows(source: &SourceFacts) -> Result<(), Error> {
    lock_members_of_table(Oid::from(source.oid))?;
    let members: Vec<u32> =
        store::as_owner(|statements| statements.query(store::MEMBERS, &json!({"id": source.id})))?;
    for &member in &members {
        lock_members_of_table(Oid::from(member))?;
    }
    store::as_owner(|statements| statements.run(store::KEEP_OLD_ROWS, &json!({"id": source.id})))?;
    for member in members {
        crate::pg::trigger::outdate_relation(Oid::from(member));
    }
    Ok(())
}

fn parse_options(options: &str) -> Result<SourceOptions, Error> {
    let mut parsed = SourceOptions::default();
    let mut members = Node::parse(ManualPage::Reflector, "options", options)?.object()?;
    if let Some(node) = members.take("on_error") {
        parsed.on_error = Some(match node.text()?.as_str() {
            "recopy" => "recopy",
            "fail" => "fail",
            other => return Err(node.unknown("value", other, ["recopy", "fail"].into_iter())),
        });
    }
    if let Some(node) = members.take("max_events") {
        parsed.max_events = Some(node.not_negative()?);
    }
    if let Some(node) = members.take("max_age") {
        let seconds = node.number()?;
        if !seconds.is_finite() || seconds <= 0.0 {
            return Err(node.must_be("a number of seconds that is greater than 0"));
        }
        parsed.max_age = Some(seconds);
    }
    if let Some(node) = members.take("when_full") {
        parsed.when_full = Some(match node.text()?.as_str() {
            "recopy" => "recopy",
            "refuse" => "refuse",
            other => return Err(node.unknown("value", other, ["recopy", "refuse"].into_iter())),
        });
        if parsed.max_events.is_none() && parsed.max_age.is_none() {
            Err(ReflectionError::Invalid {
                place: "when_full",
                problem: "nothing says when the event table is full".into(),
                hint: "Pass \"max_events\" or \"max_age\", too.",
            })?;
        }
    }
    if let Some(node) = members.take("capture") {
        match node.text()?.as_str() {
            "triggers" => {}
            "wal" => Err(ReflectionError::NotBuilt {
                what: "sources that are captured from the write-ahead log",
                hint: "Leave \"capture\" out: triggers capture the changes. For plain copies of many tables use logical replication.",
            })?,
            other => return Err(node.unknown("value", other, ["triggers"].into_iter())),
        }
    }
    members.finish()?;
    Ok(parsed)
}

/// `msar.list_source_tables`.
pub(crate) fn list_sources() -> Result<Value, Error> {
    const VISIBLE: &str = include_str!("../../sql/query/reflector/visible_sources.sql");
    let ids: Value = bookkeeping::as_caller(|statements| statements.query(VISIBLE, &json!({})))?;
    store::as_owner(|statements| statements.query(store::LIST_SOURCES, &json!({"ids": ids})))
}

fn describe_source(id: i64) -> Result<Value, Error> {
    let mut all: Vec<Value> =
        store::as_owner(|statements| statements.query(store::LIST_SOURCES, &json!({"ids": [id]})))?;
    Ok(all.pop().unwrap_or_default())
}

/// `msar.drop_source_table`.
pub(crate) fn drop_source_table(table: Oid, cascade: bool) -> Result<(), Error> {
    let name = name_of(table)?;
    let found = find_source(table)?.ok_or_else(|| SourceTableError::NoSource { name: name.clone() })?;
    match ownership::lock_for_alter(table, AlterLock::AccessExclusive) {
        Ok(()) => {}
        Err(Refusal::Missing) => return Err(Error::UnknownRelation(table)),
        Err(Refusal::NotOwner { name }) => Err(SourceTableError::NotOwner { name })?,
    }
    let argument = json!({"id": found.id});
    let count: i64 = store::as_owner(|statements| statements.query(store::COUNT_REFLECTIONS, &argument))?;
    if count > 0 && !cascade {
        Err(SourceTableError::HasReflections { name, count })?;
    }
    store::as_owner(|statements| statements.run(store::FORGET_SOURCE, &argument))
}

/// The table as SQL names it.
pub(super) fn name_of(table: Oid) -> Result<String, Error> {
    let (schema, name) = crate::pg::names::of_relation(table).ok_or(Error::UnknownRelation(table))?;
    Ok(quote::qualified(&schema, &name))
}

/// The caller must see all rows of the source, and run nobody's code by reading them.
pub(super) fn check_rights(source: &SourceFacts) -> Result<(), Error> {
    if !ownership::may_select(Oid::from(source.oid)) {
        Err(ReflectionError::CannotRead {
            table: source.name.clone(),
        })?;
    }
    if ownership::row_security_applies(Oid::from(source.oid)) {
        Err(ReflectionError::RowSecurity {
            table: source.name.clone(),
        })?;
    }
    // Events are read by the input functions of the columns' types, which may have changed since the reflection was added.
    let is_foreign = |column: &&SourceColumn| {
        let type_oid = column.type_oid.map(Oid::from);
        type_oid.is_some_and(|type_oid| !own_casts::may_be_read_by(caller::current_role(), type_oid))
    };
    if let Some(column) = source.columns.iter().find(is_foreign) {
        Err(ReflectionError::ForeignDomain {
            table: source.name.clone(),
            column: column.stored_name.clone(),
            type_name: column.type_name.clone().unwrap_or_default(),
        })?;
    }
    Ok(())
}

pub(super) fn target_facts(table: Oid, source: &SourceFacts) -> Result<Option<TargetTable>, Error> {
    let argument = json!({"oid": table.to_u32(), "source": source.oid});
    let mut target: Option<TargetTable> =
        store::as_owner(|statements| statements.query(store::TARGET, &argument))?;
    for column in target.iter_mut().flat_map(|target| &mut target.columns) {
        let type_oid = column.type_oid.map(Oid::from);
        let modifier = column.type_modifier.unwrap_or(-1);
        column.type_name = type_oid
            .and_then(|type_oid| column_type::qualified_name(type_oid, modifier))
            .unwrap_or_default();
        column.equality = type_oid.and_then(|type_oid| comparison::operator(type_oid, Comparison::Equal));
    }
    Ok(target)
}

/// Whether a relation is one of the extension's for events.
pub(crate) fn is_event_table(relation: Oid) -> bool {
    crate::pg::names::of_relation(relation).is_some_and(|(schema, _)| schema == "msar_reflector")
}
