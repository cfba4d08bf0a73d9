//! Columns of the source whose types belong to roles that the reflection's owner does not trust.
//!
//! The owner of a type may create casts from it and to it, and operators for it, at any time; they would run with the rights of
//! the reflection's owner, as the checks of domains would. So such a column can be carried into a column of the same type, or
//! as text to another server: then nothing but the input and output functions of its type are called, and statements know
//! it by a name of ours. As a part of the key, in expressions, filters and statements, or for a column of another type, it
//! makes the reflection wait with SQLSTATE 42501.

use super::error::ReflectionError;
use super::named_parameters::{self, EventParameter};
use super::stored::{SourceColumn, SourceFacts, StoredReflection, TargetTable};
use crate::error::Error;
use crate::pg::{Oid, caller, column_type, own_casts, parser};

/// Notes which columns have such types, and names all types. The current role is the reflection's owner.
pub(super) fn note_foreign_types(source: &mut SourceFacts) {
    let role = caller::current_role();
    for column in &mut source.columns {
        let Some(type_oid) = column.type_oid.map(Oid::from) else {
            continue;
        };
        column.sql_type = column_type::qualified_name(type_oid, column.type_modifier.unwrap_or(-1));
        column.may_have_casts = !own_casts::are_trusted(type_oid);
        column.is_foreign = column.may_have_casts && !own_casts::may_be_used_by(role, type_oid);
    }
}

/// The name by which statements know such a column. No expression of a caller has it.
pub(super) fn name_of(position: usize) -> String {
    format!("\"__msar_carried_{position}\"")
}

/// That something else than carrying the column is wanted.
pub(super) fn refusal(source: &SourceFacts, column: &SourceColumn) -> ReflectionError {
    ReflectionError::ForeignType {
        table: source.name.clone(),
        column: column.stored_name.clone(),
        type_name: column.type_name.clone().unwrap_or_default(),
    }
}

/// Fails where a reflection would do more with such a column than carry it. `target` is its table in this database.
pub(super) fn check_foreign_types(
    reflection: &StoredReflection,
    source: &SourceFacts,
    target: Option<&TargetTable>,
) -> Result<(), Error> {
    if !source.columns.iter().any(|column| column.is_foreign) {
        return Ok(());
    }
    let is_key = |position: usize| source.has_row_key() && source.key.contains(&position);
    for (position, column) in source.columns.iter().enumerate() {
        let is_used = || {
            is_key(position)
                || is_assigned_otherwise(reflection, target, position, column)
                || is_named(reflection, column)
        };
        if column.is_foreign && is_used() {
            Err(refusal(source, column))?;
        }
    }
    Ok(())
}

/// Whether it goes into a column of another type in this database.
fn is_assigned_otherwise(
    reflection: &StoredReflection,
    target: Option<&TargetTable>,
    position: usize,
    column: &SourceColumn,
) -> bool {
    let (Some(fields), Some(target)) = (&reflection.fields, target) else {
        return false;
    };
    fields
        .iter()
        .filter(|field| field.position == Some(position))
        .filter_map(|field| target.column(field))
        .any(|other| other.type_oid != column.type_oid)
}

/// Whether an expression, the filter or a statement that runs here names it.
fn is_named(reflection: &StoredReflection, column: &SourceColumn) -> bool {
    let Some(name) = &column.name else {
        return false;
    };
    let fields = reflection.fields.iter().flatten();
    let expressions = fields.filter_map(|field| field.expression.as_ref());
    let statements = [&reflection.statement, &reflection.delete_statement];
    let mut parameters = statements
        .into_iter()
        .flatten()
        .filter(|_| reflection.server.is_none())
        .filter_map(|sql| named_parameters::number_parameters(sql).ok())
        .flat_map(|numbered| numbered.parameters);
    expressions
        .chain(&reflection.filter)
        .any(|sql| parser::column_names(sql).contains(name))
        || parameters.any(|parameter| match parameter {
            EventParameter::New(other) | EventParameter::Old(other) => other == *name,
            EventParameter::Operation => false,
        })
}
