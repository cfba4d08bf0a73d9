//! The partitions within a table's definition, which may be nested hundreds of levels deep.
//!
//! serde_json takes 127 levels, and a recursive reader takes stack for each. So a definition is read without its
//! partitions, which are kept as text; then those, level by level.

use super::object::JsonObject;
use super::table::TableDefinition;
use super::{DefinitionError, form, json_text::RawJson, parse_argument_part};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::{Deref, DerefMut};

/// So many levels are read and printed: writing and dropping them takes stack.
pub(crate) const MOST_LEVELS: usize = 500;

/// Partitions of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct NestedPartitions {
    tables: Vec<TableDefinition>,
    unread: Vec<RawJson>,
}

impl Deref for NestedPartitions {
    type Target = Vec<TableDefinition>;

    fn deref(&self) -> &Vec<TableDefinition> {
        &self.tables
    }
}

impl DerefMut for NestedPartitions {
    fn deref_mut(&mut self) -> &mut Vec<TableDefinition> {
        &mut self.tables
    }
}

impl Serialize for NestedPartitions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.tables.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for NestedPartitions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            tables: Vec::new(),
            unread: form::null_as_default(deserializer)?,
        })
    }
}

/// A partition that was read, the place of its table among all that were read, and its own in the document.
struct ReadPartition {
    table: TableDefinition,
    parent: Option<usize>,
    path: String,
    level: usize,
}

impl TableDefinition {
    /// Reads the partitions within a definition, which is at `path` of the argument. `pulse` may stop the work.
    pub(crate) fn read_partitions(
        &mut self,
        argument: &'static str,
        path: &str,
        pulse: &dyn Fn(),
    ) -> Result<(), DefinitionError> {
        if self.partitions.unread.is_empty() {
            return Ok(());
        }
        let mut all = vec![ReadPartition {
            table: std::mem::take(self),
            parent: None,
            path: path.to_owned(),
            level: 0,
        }];
        let mut next = 0;
        while next < all.len() {
            let parent = &mut all[next];
            let unread = std::mem::take(&mut parent.table.partitions.unread);
            let (path, level) = (parent.path.clone(), parent.level + 1);
            for (at, json) in unread.iter().enumerate() {
                pulse();
                let path = match path.as_str() {
                    "" => format!("partitions[{at}]"),
                    path => format!("{path}.partitions[{at}]"),
                };
                if level > MOST_LEVELS {
                    return Err(DefinitionError::contradictory(
                        "a table",
                        format!("its partitions are nested more than {MOST_LEVELS} levels deep"),
                        "Create the table first, then its partitions with \"partition_of\".",
                    ));
                }
                let JsonObject(table) = parse_argument_part(argument, &path, json.as_str())?;
                all.push(ReadPartition {
                    table,
                    parent: Some(next),
                    path,
                    level,
                });
            }
            next += 1;
        }
        // From the last one on, so that a partition is whole when it is put into its table.
        while let Some(ReadPartition {
            mut table, parent, ..
        }) = all.pop()
        {
            table.partitions.reverse();
            match parent {
                Some(parent) => all[parent].table.partitions.push(table),
                None => *self = table,
            }
        }
        Ok(())
    }
}
