//! Steps of `msar.apply_definitions`.

use super::alteration::TableAlteration;
use super::column::ColumnDefinition;
use super::constraint::ConstraintDefinition;
use super::form::lenient_or_default;
use super::name::{ColumnRef, QualifiedName};
use super::object::JsonObject;
use super::schema::SchemaPatch;
use super::table::TableDefinition;
use super::{DefinitionError, parse_argument};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// A step: an object whose only key says what is done.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", remote = "Self")]
pub(crate) enum DefinitionStep {
    CreateSchema(JsonObject<NewSchema>),
    AlterSchema(JsonObject<SchemaAlteration>),
    DropSchemas(JsonObject<SchemasToDrop>),
    CreateTable(Box<JsonObject<TableDefinition>>),
    AlterTable(JsonObject<AlterTable>),
    DropTable(JsonObject<TableToDrop>),
    AddColumns(JsonObject<AddColumns>),
    DropColumns(JsonObject<DropColumns>),
    AddConstraints(JsonObject<AddConstraints>),
    DropConstraint(JsonObject<DropConstraint>),
}

/// serde's own words about any other value would not help.
impl<'de> Deserialize<'de> for DefinitionStep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StepVisitor;

        impl<'de> serde::de::Visitor<'de> for StepVisitor {
            type Value = DefinitionStep;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object with one key, the name of the step")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<DefinitionStep, A::Error> {
                let step = DefinitionStep::deserialize(MapAccessDeserializer::new(&mut map))?;
                match map.next_key::<String>()? {
                    Some(_) => Err(A::Error::invalid_length(2, &self)),
                    None => Ok(step),
                }
            }
        }

        deserializer.deserialize_map(StepVisitor)
    }
}

/// A schema to create.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSchema {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The name of a role; the current one if it is absent.
    pub(crate) owner: Option<String>,
}

/// A change of a schema.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SchemaAlteration {
    pub(crate) schema: String,
    pub(crate) changes: JsonObject<SchemaPatch>,
}

/// Schemas to drop with all that is in them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SchemasToDrop {
    pub(crate) schemas: Vec<String>,
}

/// A table to drop.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableToDrop {
    pub(crate) table: QualifiedName,
    /// Whether what depends on it is dropped too.
    #[serde(default, deserialize_with = "lenient_or_default")]
    pub(crate) cascade: bool,
}

/// Declares what is done to a table, which stands beside it.
macro_rules! of_table {
    ($($(#[$meta:meta])* $name:ident { $field:ident: $type:ty })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            pub(crate) table: QualifiedName,
            pub(crate) $field: $type,
        }
    )*};
}

of_table! {
    /// Changes of a table and its columns.
    AlterTable { changes: JsonObject<TableAlteration> }
    /// Columns to add.
    AddColumns { columns: Vec<JsonObject<ColumnDefinition>> }
    /// Columns to drop.
    DropColumns { columns: Vec<ColumnRef> }
    /// Constraints to add.
    AddConstraints { constraints: Vec<JsonObject<ConstraintDefinition>> }
    /// A constraint to drop, by its name.
    DropConstraint { constraint: String }
}

/// Reads steps with all that is nested in them. `pulse` may stop the work.
pub(crate) fn parse_steps(
    argument: &'static str,
    json: &str,
    pulse: &dyn Fn(),
) -> Result<Vec<DefinitionStep>, DefinitionError> {
    let mut steps: Vec<DefinitionStep> = parse_argument(argument, json)?;
    for (at, step) in steps.iter_mut().enumerate() {
        if let DefinitionStep::CreateTable(table) = step {
            let place = format!("[{at}].create_table");
            table.0.read_partitions(argument, &place, pulse)?;
        }
    }
    Ok(steps)
}

impl DefinitionStep {
    /// The key that says what is done.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::CreateSchema(_) => "create_schema",
            Self::AlterSchema(_) => "alter_schema",
            Self::DropSchemas(_) => "drop_schemas",
            Self::CreateTable(_) => "create_table",
            Self::AlterTable(_) => "alter_table",
            Self::DropTable(_) => "drop_table",
            Self::AddColumns(_) => "add_columns",
            Self::DropColumns(_) => "drop_columns",
            Self::AddConstraints(_) => "add_constraints",
            Self::DropConstraint(_) => "drop_constraint",
        }
    }
}

/// As messages show it: `create_table "app"."invoice"`.
impl fmt::Display for DefinitionStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.kind())?;
        match self {
            Self::CreateSchema(JsonObject(step)) => write!(formatter, " \"{}\"", step.name),
            Self::AlterSchema(JsonObject(step)) => write!(formatter, " \"{}\"", step.schema),
            Self::DropSchemas(JsonObject(step)) => {
                let names: Vec<_> = step.schemas.iter().map(|name| format!("\"{name}\"")).collect();
                write!(formatter, " {}", names.join(", "))
            }
            Self::CreateTable(step) => match step.0.given_name() {
                Some(name) => {
                    let schema = step.0.schema.clone();
                    write!(
                        formatter,
                        " {}",
                        QualifiedName {
                            schema,
                            name: name.to_owned()
                        }
                    )
                }
                None => Ok(()),
            },
            Self::AlterTable(JsonObject(AlterTable { table, .. }))
            | Self::DropTable(JsonObject(TableToDrop { table, .. }))
            | Self::AddColumns(JsonObject(AddColumns { table, .. }))
            | Self::DropColumns(JsonObject(DropColumns { table, .. }))
            | Self::AddConstraints(JsonObject(AddConstraints { table, .. }))
            | Self::DropConstraint(JsonObject(DropConstraint { table, .. })) => write!(formatter, " {table}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_what_it_does() {
        let steps: Vec<DefinitionStep> = parse_argument(
            "doc",
            r#"[{"create_schema": {"name": "app"}},
                {"create_table": {"schema": "app", "name": "a", "columns": [{"name": "b", "default": 1.10}]}},
                {"drop_constraint": {"table": {"schema": "app", "name": "a"}, "constraint": "c"}},
                {"drop_schemas": {"schemas": ["x", "y"]}}]"#,
        )
        .expect("steps");
        let shown: Vec<_> = steps.iter().map(DefinitionStep::to_string).collect();
        assert_eq!(
            shown,
            [
                r#"create_schema "app""#,
                r#"create_table "app"."a""#,
                r#"drop_constraint "app"."a""#,
                r#"drop_schemas "x", "y""#
            ]
        );
    }

    #[test]
    fn unknown_steps_and_keys_are_named_with_the_known_ones() {
        let detail =
            |json: &str| match parse_argument::<Vec<DefinitionStep>>("doc", json).expect_err("no step") {
                DefinitionError::Malformed { detail, .. } => detail.expect("a detail"),
                other => panic!("{other:?}"),
            };
        assert!(detail(r#"[{"make_table": {}}]"#).contains("\"create_table\", \"alter_table\""));
        assert!(
            detail(r#"[{"drop_table": {"table": "a", "force": true}}]"#).contains("\"table\" or \"cascade\"")
        );
        assert!(parse_argument::<Vec<DefinitionStep>>("doc", r#"[{"drop_table": ["a", true]}]"#).is_err());
        assert!(
            parse_argument::<Vec<DefinitionStep>>(
                "doc",
                r#"[{"drop_table": {"table": "a"}, "drop_columns": {}}]"#
            )
            .is_err()
        );
    }
}
