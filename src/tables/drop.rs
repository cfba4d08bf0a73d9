//! Dropping columns, constraints and tables.

use super::error::TablesError;
use super::table::Table;
use crate::ddl::name::quote_name;
use crate::ddl::script::Script;
use crate::definition::name::QualifiedName;
use crate::error::Error;
use crate::pg::error_fields::{self, Failure};
use crate::pg::ownership::AlterLock;
use crate::pg::{Oid, names, quote};

/// Drops columns. Unknown numbers are ignored, as long as one column is left.
pub(crate) fn drop_columns(relation: Oid, attnums: &[i32]) -> Result<(), Error> {
    let table = Table::lock(relation, AlterLock::AccessExclusive)?;
    let columns: Vec<_> = table
        .columns
        .iter()
        .filter(|column| attnums.contains(&column.attnum.into()))
        .collect();
    if columns.is_empty() {
        Err(TablesError::NoSuchColumns {
            relation: table.name().to_owned(),
        })?;
    }
    let actions: Vec<_> = columns
        .iter()
        .map(|column| format!("DROP COLUMN {}", quote::identifier(&column.attname)))
        .collect();
    let mut script = Script::new();
    script.alter_table(&table.sql(), &actions);
    script.run()
}

/// Drops a constraint; gives its name. `None` if the table has none of that OID.
pub(crate) fn drop_constraint(relation: Oid, constraint: Oid) -> Result<Option<String>, Error> {
    let table = match Table::lock(relation, AlterLock::AccessExclusive) {
        Err(Error::UnknownRelation(_)) => return Ok(None),
        table => table?,
    };
    let Some(row) = table.constraints().iter().find(|row| row.oid == constraint) else {
        return Ok(None);
    };
    let mut script = Script::new();
    script.alter_table(
        &table.sql(),
        &[format!("DROP CONSTRAINT {}", quote::identifier(&row.conname))],
    );
    script.run()?;
    Ok(Some(row.conname.clone()))
}

/// Drops a constraint by its name.
pub(crate) fn drop_constraint_by_name(table: &QualifiedName, constraint: &str) -> Result<(), Error> {
    drop_constraint_of(find_dropped_table(table)?, constraint)
}

/// Drops a constraint of a table by its name.
pub(crate) fn drop_constraint_of(relation: Oid, constraint: &str) -> Result<(), Error> {
    let name = quote_name(constraint)?;
    let table = Table::lock(relation, AlterLock::AccessExclusive)?;
    let mut script = Script::new();
    script.alter_table(&table.sql(), &[format!("DROP CONSTRAINT {name}")]);
    script.run()
}

/// A table of a schema, by name. What is not there is PostgreSQL's error.
fn find_dropped_table(table: &QualifiedName) -> Result<Oid, Error> {
    let schema = table.schema.as_deref().unwrap_or_default();
    names::find_relation(schema, &table.name)
        .ok_or_else(|| Error::from(TablesError::UnknownTable { name: table.clone() }))
}

/// Drops a table; gives its name with its schema, as SQL.
pub(crate) fn drop_table(relation: Oid, cascade: bool) -> Result<String, Error> {
    let table = Table::lock(relation, AlterLock::AccessExclusive)?;
    let sql = table.sql();
    let kind = if table.is_foreign() {
        "FOREIGN TABLE"
    } else {
        "TABLE"
    };
    let cascade = if cascade { " CASCADE" } else { "" };
    let mut script = Script::new();
    script.push(format!("DROP {kind} {sql}{cascade}"));
    error_fields::kept_with(name_preview, || script.run())?;
    Ok(sql)
}

/// Says who lists the objects that depend on a table.
fn name_preview(failure: &mut Failure) {
    if failure.sqlstate == "2BP01" {
        failure.hint = Some(
            "msar.preview_drop(table) lists everything that would be dropped with it; msar.drop_table(table, true) drops it."
                .into(),
        );
    }
}
