//! Adding columns and constraints to tables.

use super::free_name::{TakenNames, check_width};
use super::resolve::ResolvedColumn;
use super::serial::Sequences;
use super::table::{Table, find_attnum};
use super::{clause, constraint, create};
use crate::catalog::rows::PgConstraint;
use crate::ddl::name::check_length;
use crate::ddl::script::Script;
use crate::definition::column::ColumnDefinition;
use crate::definition::constraint::{ConstraintDefinition, ConstraintKind};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::ownership::AlterLock;

/// Adds columns; gives their attnums. A name that is taken gets a number.
pub(crate) fn add_columns(
    relation: Oid,
    definitions: &[ColumnDefinition],
    raw_default: bool,
) -> Result<Vec<i16>, Error> {
    let table = Table::lock(relation, AlterLock::AccessExclusive)?;
    check_width(table.columns.len() + definitions.len())?;
    let mut names = TakenNames::taken(table.columns.iter().map(|column| column.attname.clone()));
    let mut columns = Vec::new();
    for definition in definitions {
        let wanted = definition.given_name().unwrap_or("Column");
        check_length(wanted)?;
        columns.push(ResolvedColumn::resolve(
            definition,
            names.give(wanted),
            raw_default,
        )?);
    }
    let sequences = Sequences::of_columns(&table.schema, table.name(), &mut columns)?;
    let sql = table.sql();
    let mut script = Script::new();
    let actions: Vec<_> = columns
        .iter()
        .map(|column| format!("ADD COLUMN {}", clause::write_column(column)))
        .collect();
    script.extend(sequences.before);
    script.alter_table(&sql, &actions);
    script.extend(sequences.after);
    for column in &columns {
        if let Some(description) = column.description {
            script.comment(&clause::name_column_of(&sql, &column.name), Some(description));
        }
    }
    script.run()?;
    let metadata = columns
        .iter()
        .filter_map(|column| Some((column.name.clone(), column.metadata?.clone())));
    create::set_metadata(relation, None, metadata.collect())?;
    columns
        .iter()
        .map(|column| find_attnum(relation, &column.name))
        .collect()
}

/// Adds constraints; gives the OIDs of all that the table then has.
pub(crate) fn add_constraints(
    relation: Oid,
    definitions: &[ConstraintDefinition],
) -> Result<Vec<Oid>, Error> {
    let only_foreign_keys = definitions
        .iter()
        .all(|constraint| constraint.kind == ConstraintKind::ForeignKey);
    let lock = if only_foreign_keys {
        AlterLock::ShareRowExclusive
    } else {
        AlterLock::AccessExclusive
    };
    let table = Table::lock(relation, lock)?;
    let names = table.column_names();
    let sql = table.sql();
    let mut script = Script::new();
    let actions = definitions
        .iter()
        .map(|definition| {
            Ok(format!(
                "ADD {}",
                constraint::write_constraint(definition, &names)?
            ))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    script.alter_table(&sql, &actions);
    constraint::push_comments(&mut script, &sql, definitions)?;
    script.run()?;
    let table = Table::read_relation(relation)?;
    let listed = table.constraints().iter().filter(|row| is_listed(row));
    let mut oids: Vec<Oid> = listed.map(|row| row.oid).collect();
    oids.sort_by_key(|oid| oid.to_u32());
    Ok(oids)
}

/// Whether `msar.get_constraints_for_table` lists it: not NOT NULL constraints, nor the copies that
/// partitioning makes.
fn is_listed(constraint: &PgConstraint) -> bool {
    let is_copy = constraint.conparentid != Oid::INVALID;
    matches!(constraint.contype.0, b'p' | b'u' | b'f' | b'c' | b'x') && !is_copy
}
