//! What the numbers inside of a table's options mean, as the column `refs` keeps it.

use super::portable::Names;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The tables that the options speak of, by OID: the table itself, and those to which they lead.
pub(crate) type Refs = BTreeMap<u32, TableRef>;

/// Leaves out what the numbers no longer mean.
pub(crate) fn keep_live(refs: &mut Refs, names: &impl Names) {
    refs.retain(|&oid, table| names.relation(&table.schema, &table.name) == Some(oid));
    for (&oid, table) in refs {
        table
            .columns
            .retain(|&attnum, name| names.column(oid, name) == Some(attnum));
    }
}

/// Reads what is stored; `None` for what is not written as we write it.
pub(crate) fn deserialize_lenient<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Refs>, D::Error> {
    Ok(Refs::deserialize(Value::deserialize(deserializer)?).ok())
}

/// Makes tables that were dropped count by their names again: for what is kept aside, and may be attached when they are
/// there again. A schema is dropped and created anew table by table.
pub(crate) fn recall_lost_tables(refs: &mut Refs) {
    for table in refs.values_mut().filter(|table| table.is_lost) {
        table.is_lost = false;
        table.columns.append(&mut table.lost);
    }
}

/// A table that options speak of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TableRef {
    pub(crate) schema: String,
    pub(crate) name: String,
    /// Names of columns by attnum.
    #[serde(default)]
    pub(crate) columns: BTreeMap<i16, String>,
    /// For columns from which a path goes on: OID of the table to which their foreign key leads. A restore has no
    /// foreign keys yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) targets: BTreeMap<i16, u32>,
    /// The same as `columns` of columns that were dropped, for messages: they never mean another column of that name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) lost: BTreeMap<i16, String>,
    /// Whether the table itself was dropped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_lost: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_form() {
        let text =
            r#"{"16400":{"schema":"app","name":"book","columns":{"2":"author"},"targets":{"2":16410}}}"#;
        let refs: Refs = serde_json::from_str(text).unwrap();
        assert_eq!(refs[&16400].targets[&2], 16410);
        assert_eq!(serde_json::to_string(&refs).unwrap(), text);
    }
}
