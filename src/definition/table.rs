//! Whole tables.

use super::DefinitionError;
use super::column::ColumnDefinition;
use super::constraint::ConstraintDefinition;
use super::form::{is_false, lenient_or_default, null_as_default};
use super::json_text::RawJson;
use super::name::QualifiedName;
use super::nested::{self, NestedPartitions, Partitioned};
use super::partition::{PartitionBounds, PartitionBoundsDefinition, PartitionKey};
use serde::{Deserialize, Serialize};

/// A table: what `msar.get_table_definition` gives, and what a step of `msar.apply_definitions` creates.
///
/// A partition is a table with `bounds`, which stands in the `partitions` of the table that it is a partition of, or
/// names it in `partition_of`. It has no columns of its own, but `columns` may give those of the parent another default
/// or make them not null.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableDefinition {
    /// The first schema of the caller's search_path, if it is absent; of a partition in `partitions`, that of its
    /// parent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schema: Option<String>,
    /// `Table N` if it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// The name of a role; the current one if it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<String>,
    #[serde(
        default,
        deserialize_with = "lenient_or_default",
        skip_serializing_if = "is_false"
    )]
    pub(crate) unlogged: bool,
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) columns: Vec<ColumnDefinition>,
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) constraints: Vec<ConstraintDefinition>,
    /// Tables whose columns it has beside its own.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) inherits: Vec<QualifiedName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) partition_of: Option<QualifiedName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bounds: Option<PartitionBounds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) partition_by: Option<PartitionKey>,
    #[serde(default, skip_serializing_if = "are_none")]
    pub(crate) partitions: NestedPartitions<TableDefinition>,
    /// Options of `msar.set_table_metadata`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<RawJson>,
}

fn are_none(partitions: &NestedPartitions<TableDefinition>) -> bool {
    partitions.is_empty()
}

impl Partitioned for TableDefinition {
    fn partitions(&mut self) -> &mut NestedPartitions<Self> {
        &mut self.partitions
    }
}

impl TableDefinition {
    /// Reads the partitions within it; it is at `path` of the argument. `pulse` may stop the work.
    pub(crate) fn read_partitions(
        &mut self,
        argument: &'static str,
        path: &str,
        pulse: &dyn Fn(),
    ) -> Result<(), DefinitionError> {
        nested::read_partitions(self, argument, path, pulse)
    }

    /// The name, if it has one that is not empty.
    pub(crate) fn given_name(&self) -> Option<&str> {
        self.name.as_deref().filter(|name| !name.is_empty())
    }

    /// The rows that it holds, if it is a partition.
    pub(crate) fn bounds(&self) -> Result<Option<PartitionBoundsDefinition<'_>>, DefinitionError> {
        self.bounds.as_ref().map(PartitionBounds::bounds).transpose()
    }

    /// Refuses keys that do not go together; `is_nested` says that it stands in the `partitions` of another table.
    pub(crate) fn check(&self, is_nested: bool) -> Result<(), DefinitionError> {
        let has_parent = is_nested || self.partition_of.is_some();
        let problem = if has_parent && self.bounds.is_none() {
            "a partition needs \"bounds\""
        } else if !has_parent && self.bounds.is_some() {
            "\"bounds\" need \"partition_of\", or a place in \"partitions\""
        } else if is_nested && self.partition_of.is_some() {
            "a table in \"partitions\" takes no \"partition_of\""
        } else if has_parent && !self.inherits.is_empty() {
            "a partition takes no \"inherits\""
        } else if !self.partitions.is_empty() && self.partition_by.is_none() {
            "\"partitions\" need \"partition_by\""
        } else if has_parent
            && self
                .columns
                .iter()
                .any(|column| column.type_.is_some() || column.collation.is_some())
        {
            "the columns of a partition take their types from its parent"
        } else {
            return Ok(());
        };
        Err(DefinitionError::contradictory(
            self.given_name()
                .map_or_else(|| "a table".into(), |name| format!("table \"{name}\"")),
            problem,
            "docs/definitions.md describes which keys go together.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::parse_argument;

    fn read(json: &str) -> Result<TableDefinition, DefinitionError> {
        let mut table: TableDefinition = parse_argument("definition", json)?;
        table.read_partitions("definition", "", &|| ())?;
        Ok(table)
    }

    #[test]
    fn what_is_written_is_read_again() {
        let json = r#"{"schema":"app","name":"visit","columns":[{"name":"day","type":{"name":"date"},"not_null":true}],"constraints":[{"type":"p","columns":["day"]}],"partition_by":{"strategy":"range","key":[{"column":"day"}]},"partitions":[{"name":"visit_old","bounds":{"from":[{"bound":"minvalue"}],"to":["2020-01-01"]}},{"name":"visit_rest","bounds":{"default":true}}],"metadata":{"column_order":[1]}}"#;
        let table = read(json).expect("a table");
        assert_eq!(serde_json::to_string(&table).unwrap(), json);
    }

    #[test]
    fn errors_tell_the_place() {
        for (json, place) in [
            (
                r#"{"partitions": [{"columns": [{"type": {"nam": "x"}}]}]}"#,
                "In partitions[0].columns[0].type.nam. ",
            ),
            (
                r#"{"partitions": [{}, {"partitions": [{"nam": 1}]}]}"#,
                "In partitions[1].partitions[0].nam. ",
            ),
            (r#"{"partitions": [5]}"#, "In partitions[0]. "),
        ] {
            let Err(DefinitionError::Malformed { detail, .. }) = read(json) else {
                panic!("no error")
            };
            let detail = detail.unwrap_or_default();
            assert!(detail.starts_with(place), "{detail}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = |levels: usize| {
            let last = r#"{"name":"last"}"#;
            format!(
                "{}{last}{}",
                r#"{"partitions":["#.repeat(levels),
                "]}".repeat(levels)
            )
        };
        let mut table = &read(&deep(300)).expect("a table");
        for _ in 0..300 {
            table = &table.partitions[0];
        }
        assert_eq!(table.given_name(), Some("last"));
        assert!(read(&deep(501)).is_err());
    }
}
