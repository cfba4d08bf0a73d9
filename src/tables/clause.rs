//! Resolved definitions as SQL text. Pure.

use super::resolve::{ColumnValueSource, ResolvedColumn};
use crate::ddl::name::quote_name;
use crate::definition::column::{GeneratedKind, IdentityDefinition, IdentityGeneration, SequenceOptions};
use crate::definition::partition::{BoundValue, PartitionBoundsDefinition, PartitionStrategy};
use crate::error::Error;
use crate::pg::quote;

/// A column of CREATE TABLE or ADD COLUMN.
pub(super) fn write_column(column: &ResolvedColumn<'_>) -> String {
    let mut sql = format!("{} {}", quote::identifier(&column.name), column.type_);
    if let Some(collation) = &column.collation {
        sql.push_str(" COLLATE ");
        sql.push_str(collation);
    }
    push_source(&mut sql, column);
    sql
}

/// A column of CREATE TABLE ... PARTITION OF, which has its type already.
pub(super) fn write_partition_column(column: &ResolvedColumn<'_>) -> String {
    let mut sql = format!("{} WITH OPTIONS", quote::identifier(&column.name));
    push_source(&mut sql, column);
    sql
}

fn push_source(sql: &mut String, column: &ResolvedColumn<'_>) {
    match &column.source {
        // A serial column has got its default, or a type that stands for it.
        ColumnValueSource::Nothing | ColumnValueSource::Serial(..) => {}
        ColumnValueSource::Default(default) => {
            sql.push_str(" DEFAULT ");
            sql.push_str(default);
        }
        ColumnValueSource::Identity(identity) => {
            sql.push_str(" GENERATED ");
            sql.push_str(&self::write_identity(identity));
        }
        ColumnValueSource::Generated(kind, expression) => {
            sql.push_str(" GENERATED ALWAYS AS ");
            sql.push_str(expression);
            sql.push_str(match kind {
                GeneratedKind::Stored => " STORED",
                GeneratedKind::Virtual => " VIRTUAL",
            });
        }
    }
    if column.not_null {
        sql.push_str(" NOT NULL");
    }
}

/// The clause after GENERATED.
pub(super) fn write_identity(identity: &IdentityDefinition) -> String {
    let options = write_sequence_options(&identity.sequence);
    let sequence = if options.is_empty() {
        String::new()
    } else {
        format!(" ({})", options.join(" "))
    };
    format!("{} AS IDENTITY{sequence}", write_generation(identity.generation))
}

/// The options of a sequence, each as SQL has it.
pub(super) fn write_sequence_options(sequence: &SequenceOptions) -> Vec<String> {
    let SequenceOptions {
        start,
        increment,
        min,
        max,
        cache,
        cycle,
    } = *sequence;
    let numbers = [
        ("START WITH", start),
        ("INCREMENT BY", increment),
        ("MINVALUE", min),
        ("MAXVALUE", max),
        ("CACHE", cache),
    ];
    let mut options: Vec<String> = numbers
        .into_iter()
        .filter_map(|(words, number)| number.map(|number| format!("{words} {number}")))
        .collect();
    if cycle {
        options.push("CYCLE".into());
    }
    options
}

pub(super) fn write_generation(generation: IdentityGeneration) -> &'static str {
    match generation {
        IdentityGeneration::Always => "ALWAYS",
        IdentityGeneration::ByDefault => "BY DEFAULT",
    }
}

/// Names as a list of identifiers.
pub(super) fn list_identifiers<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| quote::identifier(name)).collect();
    names.join(", ")
}

/// The clause after PARTITION BY.
pub(super) fn write_partition_key(strategy: PartitionStrategy, elements: &[String]) -> String {
    let strategy = match strategy {
        PartitionStrategy::List => "LIST",
        PartitionStrategy::Range => "RANGE",
        PartitionStrategy::Hash => "HASH",
    };
    format!("{strategy} ({})", elements.join(", "))
}

/// The rows of a partition.
pub(super) fn write_bounds(bounds: &PartitionBoundsDefinition<'_>) -> String {
    match bounds {
        PartitionBoundsDefinition::Default => "DEFAULT".into(),
        PartitionBoundsDefinition::In(values) => format!("FOR VALUES IN ({})", bound_values(values)),
        PartitionBoundsDefinition::Range { from, to } => {
            format!(
                "FOR VALUES FROM ({}) TO ({})",
                bound_values(from),
                bound_values(to)
            )
        }
        PartitionBoundsDefinition::Hash { modulus, remainder } => {
            format!("FOR VALUES WITH (MODULUS {modulus}, REMAINDER {remainder})")
        }
    }
}

fn bound_values(values: &[BoundValue<'_>]) -> String {
    let values: Vec<_> = values
        .iter()
        .map(|value| match value {
            BoundValue::Null => "NULL".into(),
            BoundValue::Value(value) => quote::literal(&value.to_input()),
            BoundValue::Minimum => "MINVALUE".into(),
            BoundValue::Maximum => "MAXVALUE".into(),
        })
        .collect();
    values.join(", ")
}

/// A column as COMMENT names it.
pub(super) fn name_column_of(table: &str, column: &str) -> String {
    format!("COLUMN {table}.{}", quote::identifier(column))
}

/// The statement that gives a table another owner.
pub(super) fn change_owner(table: &str, owner: &str) -> Result<String, Error> {
    Ok(format!("ALTER TABLE {table} OWNER TO {}", quote_name(owner)?))
}
