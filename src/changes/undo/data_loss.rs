//! What would be lost with an object that undoing drops: the rows of a table, the values of a column. And what undoing asks of
//! tables with rows in them.
//!
//! Each table below a partitioned one is asked by itself. Foreign tables are not: their rows stay on their server, which may
//! not even answer.

use super::change::LoggedChange;
use crate::catalog::plain_sql;
use crate::catalog::rows::{PgAttribute, PgClass, PgInherits, catalog_oid};
use crate::error::Error;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, bookkeeping, caller, names, own_casts, ownership, quote, relations, server, statement};
use pgrx::pg_sys;
use rustc_hash::FxHashSet;
use serde_json::json;

/// Why what a change created is not dropped, if it holds data, and the caller has not said that they may go. Its relation
/// is locked. DROP runs no code of the object's owner, so looking for data runs none either.
pub(super) fn reason_to_keep(change: &LoggedChange, may_drop_data: bool) -> Result<Option<String>, Error> {
    if may_drop_data || change.class != catalog_oid::PG_CLASS {
        return Ok(None);
    }
    let relation = Oid::from(change.object);
    let reader = Reader::new(Snapshot::latest());
    let has_own_rows = PgClass::by_oid(&reader, relation).is_some_and(|row| {
        let kind = row.relkind.0;
        kind == pg_sys::RELKIND_RELATION || kind == pg_sys::RELKIND_PARTITIONED_TABLE
    });
    let column = match change.attnum {
        0 => None,
        attnum => PgAttribute::by_number(&reader, relation, attnum),
    };
    // What a generated column holds is in the others.
    if !has_own_rows || column.as_ref().is_some_and(|column| column.attgenerated.0 != 0) {
        return Ok(None);
    }
    let types: Vec<Oid> = column.iter().map(|column| column.atttypid).collect();
    if runs_code_of_others(relation, &types)? {
        return Ok(Some(format!(
            "Looking whether there are data could run code of another role with the caller's privileges. {CONSENT}"
        )));
    }
    if ownership::row_security_applies(relation) {
        return Ok(Some(format!(
            "Row-level security hides rows of the table from the caller: they could get lost. {CONSENT}"
        )));
    }
    if column.is_some() && !ownership::may_select(relation) {
        return Ok(Some(format!("{MAY_NOT_READ} {CONSENT}")));
    }
    let (has_data, what) = match &column {
        None => {
            let tables = tables_with_rows_of(&reader, relation);
            let has_rows = tables.iter().any(|table| relations::has_rows(table.oid));
            (has_rows, "The table has rows.")
        }
        Some(column) => {
            let has_values = exists_in_tables(relation, |table| {
                let condition = has_own_value(table.oid, &column.attname)?;
                Ok(format!(
                    "SELECT FROM ONLY {} WHERE {condition}",
                    sql_of(table.oid)?
                ))
            })?;
            (has_values, "The column has values.")
        }
    };
    Ok(has_data.then(|| format!("{what} {CONSENT}")))
}

/// Why it is not known what would be lost.
pub(super) const MAY_NOT_READ: &str = "The caller may not read the table: values could get lost.";

const CONSENT: &str = "Add \"drop_data\": true to the change if they may go.";

/// The condition that a row has a value that somebody gave to it: not the one that all rows got when the column was added.
/// Tables below another number the columns that they have from it in their own way.
fn has_own_value(table: Oid, column: &str) -> Result<String, Error> {
    let reader = Reader::new(Snapshot::latest());
    let columns = PgAttribute::live(&reader, table).into_iter();
    let Some(column) = columns.into_iter().find(|own| own.attname == column) else {
        return Err(Error::Vanished);
    };
    let name = column.sql();
    let of_all: Option<String> = bookkeeping::as_caller(|statements| {
        statements.query(
            include_str!("../../../sql/query/changes/missing_value.sql"),
            &json!({"relation": table.to_u32(), "attnum": column.attnum}),
        )
    })?;
    Ok(match of_all {
        None => format!("{name} IS NOT NULL"),
        Some(value) => format!(
            "{name} IS NOT NULL AND {} OPERATOR(pg_catalog.<>) {}",
            plain_sql::as_text(&name, column.atttypid),
            quote::literal(&value)
        ),
    })
}

/// The tables in which the rows of a relation lie, as far as they are this database's: itself, and those below it.
fn tables_with_rows_of(reader: &Reader, relation: Oid) -> Vec<PgClass> {
    let mut tables = Vec::new();
    let mut known = FxHashSet::default();
    let mut relations = vec![relation];
    while let Some(relation) = relations.pop() {
        if !known.insert(relation.to_u32()) {
            continue;
        }
        let children = PgInherits::children(reader, relation).into_iter();
        relations.extend(children.map(|row| row.inhrelid));
        let row = PgClass::by_oid(reader, relation);
        tables.extend(row.filter(|row| row.relkind.0 == pg_sys::RELKIND_RELATION));
    }
    tables
}

/// Whether a query of the caller's has rows for one of the tables in which the rows of a relation lie.
pub(super) fn exists_in_tables(
    relation: Oid,
    query: impl Fn(&PgClass) -> Result<String, Error>,
) -> Result<bool, Error> {
    for table in tables_with_rows_of(&Reader::new(Snapshot::latest()), relation) {
        server::check_for_interrupts();
        if exists(&query(&table)?)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a query of the caller's has rows.
fn exists(query: &str) -> Result<bool, Error> {
    let value = caller::with_system_path(|| statement::query_value(&format!("SELECT EXISTS ({query})")))?;
    Ok(value.as_deref() == Some("t"))
}

pub(super) fn sql_of(relation: Oid) -> Result<String, Error> {
    let (schema, name) = names::of_relation(relation).ok_or(Error::Vanished)?;
    Ok(quote::qualified(&schema, &name))
}

/// Whether reading a table, or a change of a column's type, may run code of roles that the caller does not trust: casts and
/// operators of the types, and what the owners of the table and of its partitions have written into checks, indexes and the
/// like.
pub(super) fn runs_code_of_others(relation: Oid, types: &[Oid]) -> Result<bool, Error> {
    let caller = caller::current_role();
    if !types
        .iter()
        .all(|&of_type| own_casts::may_be_used_by(caller, of_type))
    {
        return Ok(true);
    }
    let owners: Vec<u32> = bookkeeping::as_caller(|statements| {
        statements.query(
            include_str!("../../../sql/query/changes/owners_of_code.sql"),
            &json!({"relation": relation.to_u32()}),
        )
    })?;
    Ok(owners
        .iter()
        .any(|&owner| !ownership::may_run_code_of(caller, Oid::from(owner))))
}

/// Why a dry run does not say whether something can be undone.
pub(super) const NOT_TRIED: &str = "A dry run does not try it: that may run code of another role with the caller's privileges. \
     The undo itself would try it.";
