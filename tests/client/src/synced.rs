//! A client that stays in step with a schema by `msar.sync_schema`.

use serde_json::Value;
use std::collections::BTreeMap;

/// The copy of a schema that such a client holds.
#[derive(Default)]
pub struct SyncedSchema {
    /// The token of the last answer.
    pub token: Option<String>,
    /// The schema, as the last answer describes it.
    pub schema: Value,
    /// Its relations, by OID.
    pub relations: BTreeMap<i64, Value>,
}

impl SyncedSchema {
    /// Takes over an answer; returns whether it was complete.
    pub fn apply(&mut self, answer: &Value) -> bool {
        let is_complete = answer["complete"] == true;
        if is_complete {
            self.relations.clear();
        }
        for relation in answer["relations"].as_array().expect("relations") {
            let oid = relation["oid"].as_i64().expect("an OID");
            self.relations.insert(oid, relation.clone());
        }
        for removed in answer["removed"].as_array().expect("removed relations") {
            self.relations.remove(&removed.as_i64().expect("an OID"));
        }
        self.schema = answer["schema"].clone();
        self.token = Some(answer["token"].as_str().expect("a token").to_owned());
        is_complete
    }
}
