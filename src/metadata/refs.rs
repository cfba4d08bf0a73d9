//! What the numbers inside of a table's options mean, as the column `refs` keeps it.

use super::portable::Names;
use serde::{Deserialize, Serialize};
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
