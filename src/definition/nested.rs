//! The partitions within a table's definition, which may be nested hundreds of levels deep.
//!
//! serde_json takes 127 levels, and a recursive reader takes stack for each. So a definition is read without its
//! partitions, which are kept as text; then those, level by level.

use super::object::JsonObject;
use super::{DefinitionError, form, json_text::RawJson, parse_argument_part};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::{Deref, DerefMut};

/// So many levels are read and printed: writing and dropping them takes stack.
pub(crate) const MOST_LEVELS: usize = 500;

/// A table, which may have partitions of its own.
pub(crate) trait Partitioned: Default + DeserializeOwned {
    fn partitions(&mut self) -> &mut NestedPartitions<Self>;
}

/// Partitions of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct NestedPartitions<T> {
    tables: Vec<T>,
    unread: Vec<RawJson>,
}

impl<T> Deref for NestedPartitions<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.tables
    }
}

impl<T> DerefMut for NestedPartitions<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.tables
    }
}

impl<T: Serialize> Serialize for NestedPartitions<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.tables.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for NestedPartitions<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            tables: Vec::new(),
            unread: form::null_as_default(deserializer)?,
        })
    }
}

/// A partition that was read, the place of its table among all that were read, and its own in the document.
struct ReadPartition<T> {
    table: T,
    parent: Option<usize>,
    path: String,
    level: usize,
}

/// Reads the partitions within a definition, which is at `path` of the argument. `pulse` may stop the work.
pub(super) fn read_partitions<T: Partitioned>(
    definition: &mut T,
    argument: &'static str,
    path: &str,
    pulse: &dyn Fn(),
) -> Result<(), DefinitionError> {
    if definition.partitions().unread.is_empty() {
        return Ok(());
    }
    let mut all = vec![ReadPartition {
        table: std::mem::take(definition),
        parent: None,
        path: path.to_owned(),
        level: 0,
    }];
    let mut next = 0;
    while next < all.len() {
        let parent = &mut all[next];
        let unread = std::mem::take(&mut parent.table.partitions().unread);
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
        table.partitions().reverse();
        match parent {
            Some(parent) => all[parent].table.partitions().push(table),
            None => *definition = table,
        }
    }
    Ok(())
}
