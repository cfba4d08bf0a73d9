//! What of a cache is complete: recorded when a scan has read it in full, and kept so by the events since. Pure.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What of a cache is complete.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(default)]
pub(crate) struct Coverage {
    pub(crate) entity_types: BTreeMap<String, Vec<CompleteFields>>,
    /// Types whose answers were found to differ from the upstream's: nothing is answered until they are scanned again.
    pub(crate) suspended: BTreeSet<String>,
}

/// Fields that are complete for all entities of a type, or for those of a scope; active and retired ones.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct CompleteFields {
    /// Its conditions. None: all entities.
    #[serde(default)]
    pub(crate) scope: Vec<Value>,
    /// Each field, and the event since which it has been followed.
    pub(crate) fields: BTreeMap<String, i64>,
}

/// Which rows of a type an answer may rest on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Covered {
    /// All that the upstream has.
    Whole,
    /// All that a scope admits, which the request demands: the number of the entry.
    Scope(usize),
    /// Those rows that the request names by their ids.
    Named,
}

impl Coverage {
    /// The fields of a type that are complete for all entities, out of those that are needed; or those that are not.
    pub(crate) fn missing<'a>(
        &self,
        entity_type: &str,
        needed: impl IntoIterator<Item = &'a str>,
    ) -> Vec<&'a str> {
        let whole = self.whole(entity_type);
        needed
            .into_iter()
            .filter(|field| whole.is_none_or(|complete| !complete.fields.contains_key(*field)))
            .collect()
    }

    fn whole(&self, entity_type: &str) -> Option<&CompleteFields> {
        self.entity_types
            .get(entity_type)?
            .iter()
            .find(|complete| complete.scope.is_empty())
    }

    /// The entry of a scope whose conditions are all among those that a request demands, and that has these fields.
    pub(crate) fn scope<'a>(
        &self,
        entity_type: &str,
        demanded: &[Value],
        needed: impl Iterator<Item = &'a str> + Clone,
    ) -> Option<usize> {
        self.entity_types.get(entity_type)?.iter().position(|complete| {
            !complete.scope.is_empty()
                && complete
                    .scope
                    .iter()
                    .all(|condition| demanded.contains(condition))
                && needed.clone().all(|field| complete.fields.contains_key(field))
        })
    }

    /// Records that fields are complete.
    pub(crate) fn complete(
        &mut self,
        entity_type: &str,
        scope: &[Value],
        fields: &[String],
        since_event: i64,
    ) {
        let entries = self.entity_types.entry(entity_type.to_owned()).or_default();
        let at = match entries.iter().position(|entry| entry.scope == scope) {
            Some(at) => at,
            None => {
                entries.push(CompleteFields {
                    scope: scope.to_vec(),
                    fields: BTreeMap::new(),
                });
                entries.len() - 1
            }
        };
        for field in fields {
            entries[at].fields.insert(field.clone(), since_event);
        }
    }

    /// Records that nothing is known to be complete of a type.
    pub(crate) fn forget(&mut self, entity_type: &str) {
        self.entity_types.remove(entity_type);
    }

    /// Records that a field is not there any more, or new.
    pub(crate) fn forget_field(&mut self, entity_type: &str, field: &str) {
        for entry in self.entity_types.get_mut(entity_type).into_iter().flatten() {
            entry.fields.remove(field);
        }
    }
}

/// A condition in one form, so that equal ones are equal: of links the type and the id alone.
pub(crate) fn normal_condition(condition: &Value) -> Value {
    let mut values: Vec<Value> = condition
        .get("values")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|value| match (value.get("type"), value.get("id")) {
            (Some(entity_type), Some(id)) => serde_json::json!({"type": entity_type, "id": id}),
            _ => value.clone(),
        })
        .collect();
    let relation = condition.get("relation").and_then(Value::as_str);
    // One value in a list is that value.
    let relation = if relation == Some("in") && values.len() == 1 {
        Some("is")
    } else {
        relation
    };
    values.sort_by_key(ToString::to_string);
    serde_json::json!({"path": condition.get("path"), "relation": relation, "values": values})
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_scope_covers_requests_that_demand_it() {
        let scope = vec![normal_condition(
            &json!({"path": "project", "relation": "is", "values": [{"type": "Project", "id": 4}]}),
        )];
        let mut coverage = Coverage::default();
        coverage.complete("Shot", &scope, &["code".to_owned()], 7);
        let demanded = |id: i64| {
            vec![normal_condition(
                &json!({"path": "project", "relation": "in", "values": [{"id": id, "type": "Project", "name": "x"}]}),
            )]
        };
        assert_eq!(
            coverage.scope("Shot", &demanded(4), ["code"].into_iter()),
            Some(0)
        );
        assert_eq!(coverage.scope("Shot", &demanded(5), ["code"].into_iter()), None);
        assert_eq!(
            coverage.scope("Shot", &demanded(4), ["code", "x"].into_iter()),
            None
        );
        assert_eq!(coverage.missing("Shot", ["code"]), vec!["code"]);
        coverage.complete("Shot", &[], &["code".to_owned()], 8);
        assert!(coverage.missing("Shot", ["code"]).is_empty());
    }
}
