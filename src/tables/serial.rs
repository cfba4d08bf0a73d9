//! Columns with a sequence of their own, as `serial` creates them.

use super::clause;
use super::error::TablesError;
use super::resolve::{ColumnValueSource, ResolvedColumn};
use crate::ddl::name::check_length;
use crate::definition::column::{SequenceType, Serial};
use crate::error::Error;
use crate::pg::type_name::TypeId;
use crate::pg::{quote, relations};
use pgrx::pg_sys;

/// The statements that sequences take, beside the one that makes their columns.
#[derive(Default)]
pub(super) struct Sequences {
    pub(super) before: Vec<String>,
    pub(super) after: Vec<String>,
}

impl Sequences {
    /// Gives the serial ones of a table's new columns their defaults.
    pub(super) fn of_columns(
        schema: &str,
        table: &str,
        columns: &mut [ResolvedColumn<'_>],
    ) -> Result<Self, Error> {
        let mut sequences = Self::default();
        for column in columns {
            let ColumnValueSource::Serial(serial, type_) = column.source else {
                continue;
            };
            let pseudo_type = pseudo_type(type_).ok_or_else(|| TablesError::NotSerial {
                column: column.name.clone(),
                type_: column.type_.clone(),
            })?;
            if *serial == Serial::default() && column.not_null {
                column.type_ = pseudo_type.to_owned();
                column.source = ColumnValueSource::Nothing;
            } else {
                let sequence = sequences.push(schema, table, column, serial)?;
                column.source = ColumnValueSource::Default(format!(
                    "pg_catalog.nextval({}::pg_catalog.regclass)",
                    quote::literal(&sequence)
                ));
            }
        }
        Ok(sequences)
    }

    /// Adds the statements of one sequence; gives its name as SQL.
    fn push(
        &mut self,
        schema: &str,
        table: &str,
        column: &ResolvedColumn<'_>,
        serial: &Serial,
    ) -> Result<String, Error> {
        let name = match &serial.name {
            Some(name) => name.clone(),
            None => relations::serial_sequence_name(table, &column.name),
        };
        check_length(&name)?;
        let sequence = quote::qualified(schema, &name);
        let type_ = match serial.sequence_type {
            Some(SequenceType::SmallInt) => "smallint",
            Some(SequenceType::Integer) => "integer",
            Some(SequenceType::BigInt) => "bigint",
            None => &column.type_,
        };
        let mut words = vec![format!("CREATE SEQUENCE {sequence} AS {type_}")];
        words.extend(clause::write_sequence_options(&serial.sequence));
        self.before.push(words.join(" "));
        self.after.push(format!(
            "ALTER SEQUENCE {sequence} OWNED BY {}.{}",
            quote::qualified(schema, table),
            quote::identifier(&column.name)
        ));
        Ok(sequence)
    }
}

/// PostgreSQL's name of such a column of this type.
fn pseudo_type(type_: TypeId) -> Option<&'static str> {
    match type_.oid {
        pg_sys::INT2OID => Some("smallserial"),
        pg_sys::INT4OID => Some("serial"),
        pg_sys::INT8OID => Some("bigserial"),
        _ => None,
    }
}
