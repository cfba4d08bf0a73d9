//! What replies of the upstream say of entities, by type: of reads all of it, of writes what they were about.

use super::absent;
use super::entity_writes::store_said;
use super::error::CacheError;
use super::model::{CachedType, FieldClass};
use super::other_sides::WrittenLinks;
use super::reply::{SaidOfEntity, SaidValue, entities_of};
use super::store::{self, CacheState};
use super::unchanged;
use crate::error::Error;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What became of a reply.
#[derive(Serialize, Default)]
pub(crate) struct IngestResult {
    /// Entities that were stored.
    pub(crate) stored: usize,
    /// Entities of which something newer was there already.
    pub(crate) ignored: usize,
    /// Entities of types that are not cached.
    pub(crate) uncached: usize,
}

/// Stores what a reply says. `asked_at` is a moment before the request was sent.
pub(crate) fn ingest(
    cache: &str,
    request: &Value,
    reply: &Value,
    asked_at: Option<&str>,
) -> Result<IngestResult, Error> {
    let (state, _) = store::find_cache(cache)?;
    let (method, auth, parameters) = super::wire::take_apart(request)?;
    unchanged::assert_unchanged(&state.schema, &state.definition)?;
    let is_fault = reply.get("exception").and_then(Value::as_bool) == Some(true)
        || reply.get("error_code").is_some_and(|code| !code.is_null());
    let credential = auth.and_then(|auth| super::wire::credential(&state, auth));
    if let Some(credential) = &credential {
        if is_fault && reply.get("error_code").and_then(Value::as_i64) == Some(102) {
            note_credential(&state, cache, credential, store::REFUSE)?;
        } else if !is_fault && is_answer(method, reply) {
            note_credential(&state, cache, credential, store::ACCEPT)?;
        }
    }
    // What the upstream shows to others is not what it shows to all: of their writes only what they are about counts.
    let is_shown_to_all = auth.is_none() || credential.is_some();
    if is_fault || (!is_shown_to_all && method == "read") {
        return Ok(IngestResult::default());
    }
    let results = reply.get("results").unwrap_or(reply);
    let mut said = SaidByType::new(&state, is_shown_to_all);
    match method {
        "read" => said.add_read_result(parameters, results)?,
        "batch" => {
            let requests = parameters.as_array().ok_or_else(|| CacheError::Request {
                problem: "the parameters of a batch are no array".into(),
            })?;
            let results = results
                .as_array()
                .filter(|results| results.len() == requests.len());
            let results = results.ok_or_else(|| CacheError::Reply {
                problem: "it does not have a result for each request of the batch".into(),
            })?;
            for (request, result) in requests.iter().zip(results) {
                let method = request.get("request_type").and_then(Value::as_str);
                said.add_write_result(method.unwrap_or_default(), request, result)?;
            }
        }
        method => said.add_write_result(method, parameters, results)?,
    }
    let result = said.store(asked_at)?;
    if method == "read" {
        absent::note_absent(&state, parameters, results, asked_at)?;
    }
    Ok(result)
}

/// Whether a reply is the upstream's answer to what the cache itself answers. It shows that the caller may have such answers;
/// other methods, such as "info", the upstream may answer to anybody.
fn is_answer(method: &str, reply: &Value) -> bool {
    let results = reply.get("results").unwrap_or(reply);
    match method {
        "read" => results.get("entities").is_some_and(Value::is_array),
        "summarize" => results.get("summaries").is_some_and(Value::is_object),
        _ => false,
    }
}

fn note_credential(
    state: &CacheState,
    cache: &str,
    credential: &str,
    statement: &'static str,
) -> Result<(), Error> {
    // Whoever may decide what is answered to whom: the cache's owner.
    if !store::is_own(cache)? {
        return Ok(());
    }
    store::write_as_owner(|statements| {
        statements.run(statement, &json!({"id": state.id, "credential": credential}))
    })
}

/// What a reply says, by type.
struct SaidByType<'a> {
    state: &'a CacheState,
    said: BTreeMap<&'a str, BTreeMap<i64, SaidOfEntity>>,
    written: WrittenLinks,
    /// Whether the upstream says the same to everybody who gets answers.
    is_shown_to_all: bool,
    uncached: usize,
}

impl<'a> SaidByType<'a> {
    fn new(state: &'a CacheState, is_shown_to_all: bool) -> Self {
        Self {
            state,
            said: BTreeMap::new(),
            written: WrittenLinks::default(),
            is_shown_to_all,
            uncached: 0,
        }
    }

    fn cached(&self, entity_type: Option<&Value>) -> Option<(&'a str, &'a CachedType)> {
        let name = entity_type?.as_str()?;
        let types = &self.state.definition.entity_types;
        types
            .get_key_value(name)
            .map(|(name, cached)| (name.as_str(), cached))
    }

    /// The rows of a reply to a read.
    fn add_read_result(&mut self, parameters: &Value, results: &Value) -> Result<(), Error> {
        let active = match parameters.get("return_only").and_then(Value::as_str) {
            None | Some("active") => true,
            Some("retired") => false,
            Some(other) => {
                return Err(CacheError::Request {
                    problem: format!("\"return_only\" is \"{other}\""),
                }
                .into());
            }
        };
        let rows = entities_of(results)?;
        for row in rows {
            self.add_row(
                row,
                row.get("type").or_else(|| parameters.get("type")),
                Some(active),
            )?;
        }
        Ok(())
    }

    fn add_row(
        &mut self,
        row: &Value,
        entity_type: Option<&Value>,
        active: Option<bool>,
    ) -> Result<(), Error> {
        let Some((name, cached)) = self.cached(entity_type) else {
            self.uncached += 1;
            return Ok(());
        };
        self.insert(name, SaidOfEntity::from_row(cached, row, active)?);
        Ok(())
    }

    fn insert(&mut self, name: &'a str, mut said: SaidOfEntity) {
        let of_type = self.said.entry(name).or_default();
        if let Some(before) = of_type.remove(&said.id) {
            // Of several results of a batch, the last one counts.
            let mut fields = before.fields;
            fields.append(&mut said.fields);
            said.fields = fields;
            said.active = said.active.or(before.active);
        }
        of_type.insert(said.id, said);
    }

    /// The result of a write.
    fn add_write_result(&mut self, method: &str, parameters: &Value, result: &Value) -> Result<(), Error> {
        let active = match method {
            "create" => Some(true),
            "update" => None,
            "delete" | "revive" => {
                let id = parameters.get("id").and_then(Value::as_i64);
                let known = self.cached(parameters.get("type"));
                if let (true, Some(id), Some((name, cached))) = (result.is_boolean(), id, known) {
                    let mut said = SaidOfEntity {
                        id,
                        active: Some(method == "revive"),
                        ..SaidOfEntity::default()
                    };
                    doubt_stamps(&mut said, cached);
                    self.insert(name, said);
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        let row = match result {
            Value::Array(rows) => rows.first().unwrap_or(&Value::Null),
            row => row,
        };
        let entity_type = row.get("type").or_else(|| parameters.get("type"));
        let Some((name, cached)) = self.cached(entity_type) else {
            self.uncached += 1;
            return Ok(());
        };
        let mut said = SaidOfEntity::from_row(cached, row, active)?;
        if active.is_none() {
            doubt_stamps(&mut said, cached);
        }
        for change in parameters
            .get("fields")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let field = change
                .get("field_name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let Some(described) = cached.fields.get(field) else {
                continue;
            };
            if matches!(described.class(), FieldClass::Entity | FieldClass::MultiEntity) {
                let value = row.get(field).or_else(|| change.get("value"));
                self.written
                    .note(name, said.id, field, value.unwrap_or(&Value::Null));
            }
            // It was set, whatever the reply says.
            said.fields.entry(field.to_owned()).or_insert(SaidValue::Unfit);
        }
        if !self.is_shown_to_all {
            said.fields
                .values_mut()
                .for_each(|value| *value = SaidValue::Unfit);
            said.active = None;
            said.stamp = None;
        }
        self.insert(name, said);
        Ok(())
    }

    fn store(self, asked_at: Option<&str>) -> Result<IngestResult, Error> {
        let mut result = IngestResult {
            uncached: self.uncached,
            ..IngestResult::default()
        };
        let state = self.state;
        let changes = self.written.find_changes(&state.schema, &state.definition)?;
        for (name, said) in self.said {
            let said: Vec<SaidOfEntity> = said.into_values().collect();
            let stored = store_said(&state.schema, &state.definition, name, &said, asked_at)?;
            result.stored += stored;
            result.ignored += said.len() - stored;
        }
        for change in changes {
            change.doubt_other_sides(&state.schema, &state.definition)?;
        }
        Ok(result)
    }
}

/// A write changes who wrote and when, which its reply does not say.
fn doubt_stamps(said: &mut SaidOfEntity, cached: &CachedType) {
    for field in ["updated_at", "updated_by"] {
        if cached.fields.contains_key(field) {
            said.fields.entry(field.to_owned()).or_insert(SaidValue::Unfit);
        }
    }
}
