//! Definitions as the composite types of `__msar`, in quoted SQL, for statements that clients write.

use super::constraint;
use super::error::TablesError;
use super::free_name::{TakenNames, check_width};
use super::resolve::{ColumnValueSource, ResolvedColumn};
use super::table::{ColumnNames, Table};
use crate::ddl::name::check_length;
use crate::definition::column::ColumnDefinition;
use crate::definition::constraint::{ConstraintDefinition, ConstraintKind};
use crate::error::Error;
use crate::pg::{Oid, quote};
use serde::Serialize;

/// `__msar.col_def`
#[derive(Serialize)]
pub(crate) struct ColDef {
    name_: String,
    type_: String,
    not_null: bool,
    default_: Option<String>,
    identity_: bool,
    description: Option<String>,
}

/// `__msar.con_def`
#[derive(Serialize)]
pub(crate) struct ConDef {
    name_: Option<String>,
    type_: ConstraintKind,
    col_names: Vec<String>,
    deferrable_: bool,
    definition: String,
    description: Option<String>,
}

/// Columns to be added to a table, or of a new one.
pub(crate) fn compose_columns(
    table: Option<Oid>,
    definitions: &[ColumnDefinition],
) -> Result<Vec<ColDef>, Error> {
    let existing = table.map(Table::read_relation).transpose()?;
    let taken = existing
        .as_ref()
        .map(|table| table.columns.as_slice())
        .unwrap_or_default();
    check_width(taken.len() + definitions.len())?;
    let mut names = TakenNames::taken(taken.iter().map(|column| column.attname.clone()));
    let mut columns = Vec::new();
    for (definition, position) in definitions.iter().zip(1..) {
        let wanted = match (definition.given_name(), table) {
            (Some(name), _) => name.to_owned(),
            (None, Some(_)) => "Column".to_owned(),
            (None, None) => format!("Column {position}"),
        };
        check_length(&wanted)?;
        let column = ResolvedColumn::resolve(definition, names.give(&wanted), false)?;
        columns.push(ColDef::from_column(column)?);
    }
    Ok(columns)
}

impl ColDef {
    fn from_column(column: ResolvedColumn<'_>) -> Result<Self, TablesError> {
        let default_ = match &column.source {
            ColumnValueSource::Default(default) => Some(default.clone()),
            ColumnValueSource::Nothing | ColumnValueSource::Identity(_) => None,
            ColumnValueSource::Generated(..) | ColumnValueSource::Serial(..) => {
                return Err(TablesError::NoPlaceForGenerated { column: column.name });
            }
        };
        Ok(Self {
            name_: quote::identifier(&column.name),
            type_: match &column.collation {
                Some(collation) => format!("{} COLLATE {collation}", column.type_),
                None => column.type_,
            },
            not_null: column.not_null,
            default_,
            identity_: matches!(column.source, ColumnValueSource::Identity(_)),
            description: column.description.map(str::to_owned),
        })
    }
}

/// Constraints to be added to a table, or of a new one.
pub(crate) fn compose_constraints(
    table: Option<Oid>,
    definitions: &[ConstraintDefinition],
) -> Result<Vec<ConDef>, Error> {
    let names = match table {
        Some(table) => Table::read_relation(table)?.column_names(),
        None => ColumnNames::unknown("a new table".into()),
    };
    let constraints = definitions.iter().map(|definition| {
        Ok(ConDef {
            name_: definition.given_name().map(quote::identifier),
            type_: definition.kind,
            col_names: names.list_identifiers(&definition.columns)?,
            deferrable_: definition.deferrable || definition.initially_deferred,
            definition: constraint::write_constraint(definition, &names)?,
            description: definition.description.clone(),
        })
    });
    constraints.collect()
}
