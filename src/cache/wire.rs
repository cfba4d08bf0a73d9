//! The upstream's own protocol: `{"method_name": ..., "params": [AUTH, P]}`.
//!
//! A read or a summary is answered when what is recorded covers it, for credentials that the definition declares equal
//! and that the upstream has accepted lately. Everything else is to be sent on: the answer says what to send, and which
//! keys of the reply its caller did not ask for.

use super::error::{CacheError, MissReason};
use super::model::CachedType;
use super::request::{self, EntityRequest};
use super::store::{self, CacheState};
use super::summary;
use crate::error::Error;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::plan::{JsonDatum, JsonbDatum, Sees};
use crate::statements::{self, Values};
use serde_json::{Map, Value, json};
use std::rc::Rc;

/// The method, the credentials and the parameters of a request; of parameters alone, of a read or a summary.
pub(super) fn take_apart(body: &Value) -> Result<(&str, Option<&Value>, &Value), Error> {
    let Some(method) = body.get("method_name") else {
        let method = if body.get("summaries").is_some() {
            "summarize"
        } else {
            "read"
        };
        return Ok((method, None, body));
    };
    let invalid = |problem: &str| CacheError::Request {
        problem: problem.to_owned(),
    };
    let method = method
        .as_str()
        .ok_or_else(|| invalid("\"method_name\" is no text"))?;
    let parameters = body.get("params").and_then(Value::as_array);
    let parameters = parameters.ok_or_else(|| invalid("\"params\" is no array"))?;
    Ok((
        method,
        parameters.first(),
        parameters.get(1).unwrap_or(&Value::Null),
    ))
}

/// The credentials as one text, where the definition declares that their answers are those of all others it names.
pub(super) fn credential(cache: &CacheState, auth: &Value) -> Option<String> {
    let members = auth.as_object()?;
    let name = members.get("script_name")?.as_str()?;
    let key = members.get("script_key")?.as_str()?;
    let is_plain = members
        .keys()
        .all(|key| matches!(key.as_str(), "script_name" | "script_key" | "session_uuid"));
    let is_equal = cache.definition.settings.equal_credentials.contains(name);
    (is_plain && is_equal && !key.contains('\0')).then(|| json!([name, key]).to_string())
}

/// An answer, or the reason why there is none.
pub(super) enum CacheAnswer {
    /// jsonb for `cache_read`, text of JSON for the protocol.
    Hit(JsonbDatum),
    Miss(MissReason),
}

/// Tries to answer a read or a summary.
pub(super) fn answer(
    state: &Rc<CacheState>,
    age: Option<f64>,
    method: &str,
    parameters: &Value,
    is_wire: bool,
) -> Result<CacheAnswer, Error> {
    if let Some(most) = state.definition.settings.max_staleness {
        match age {
            None => return Ok(CacheAnswer::Miss("the event log has not been read yet".into())),
            Some(age) if age > most => {
                return Ok(CacheAnswer::Miss(format!(
                    "the event log was last read {age:.0} seconds ago, more than {most}"
                )));
            }
            Some(_) => {}
        }
    }
    let mut values = Values::default();
    let parsed: Result<EntityRequest, MissReason> = match method {
        "read" => request::parse_entity_request(state, parameters, is_wire, &mut values),
        "summarize" => summary::parse_summary_request(state, parameters, is_wire, &mut values),
        method => Err(upstreams(method)),
    };
    let request = match parsed {
        Ok(request) => request,
        Err(reason) => return Ok(CacheAnswer::Miss(reason)),
    };
    let statement = statements::statement_for(request)?;
    let (document, is_miss) = statement.run(&values, Sees::WhatCallerSees)?;
    if !is_miss {
        return Ok(CacheAnswer::Hit(document));
    }
    let reason = if is_wire {
        let json = document.text();
        serde_json::from_str(&json).unwrap_or(json)
    } else {
        let json = JsonbValue::from(document).to_text();
        serde_json::from_str(&json).unwrap_or(json)
    };
    Ok(CacheAnswer::Miss(reason))
}

/// Why a method is a miss that no cache answers.
fn upstreams(method: &str) -> MissReason {
    format!("method \"{method}\" is the upstream's")
}

/// `msar.cache_read`.
pub(crate) fn read_entities(cache: &str, body: &Value) -> Result<JsonbDatum, Error> {
    let (state, age) = store::find_cache(cache)?;
    let (method, _, parameters) = take_apart(body)?;
    match answer(&state, age, method, parameters, false)? {
        CacheAnswer::Hit(document) => Ok(document),
        CacheAnswer::Miss(reason) => {
            let (forward, keep) = with_fields(&state, method, parameters);
            let asked_at = store::clock()?.text;
            let mut miss = json!({"hit": false, "reason": reason, "forward": forward, "asked_at": asked_at});
            if let Some(keep) = keep {
                miss["keep"] = keep;
            }
            Ok(JsonbDatum::of_json(&miss.to_string()))
        }
    }
}

/// `msar.api3`: the reply of the protocol, or what to send on. The text of JSON.
pub(crate) fn api3(cache: &str, body: &Value) -> Result<Api3Answer, Error> {
    let (state, age) = store::find_cache(cache)?;
    let (method, auth, parameters) = take_apart(body)?;
    let credential = auth.and_then(|auth| credential(&state, auth));
    let reason = match (&credential, method) {
        (_, method) if !matches!(method, "read" | "summarize") => upstreams(method),
        (None, _) => "answers to these credentials may be others than the cache's".to_owned(),
        (Some(credential), _) if !store::is_accepted(&state, credential)? => {
            "the upstream has not accepted these credentials lately".to_owned()
        }
        _ => match answer(&state, age, method, parameters, true)? {
            CacheAnswer::Hit(document) => return Ok(Api3Answer::Reply(document)),
            CacheAnswer::Miss(reason) => reason,
        },
    };
    let mut forward = body.clone();
    let mut keep = None;
    // Replies to a caller whose answers differ are not stored for others.
    if credential.is_some() {
        let (changed, kept) = with_fields(&state, method, parameters);
        if let Some(parameters) = forward.pointer_mut("/params/1") {
            *parameters = changed;
        }
        keep = kept;
    }
    let asked_at = store::clock()?.text;
    let mut miss = Map::new();
    miss.insert("forward".into(), forward);
    miss.insert("reason".into(), reason.into());
    // What others have written is not known any more.
    let is_write = matches!(method, "create" | "update" | "delete" | "revive" | "batch");
    miss.insert("ingest".into(), (is_write || credential.is_some()).into());
    miss.insert("asked_at".into(), asked_at.into());
    if let Some(keep) = keep {
        miss.insert("keep".into(), keep);
    }
    Ok(Api3Answer::Forward(Value::Object(miss)))
}

/// What is to be done with a request of the protocol.
pub(crate) enum Api3Answer {
    /// The text of the reply.
    Reply(JsonbDatum),
    Forward(Value),
}

/// The parameters of a request with all fields of the cache, and the keys of the reply that its caller asked for.
fn with_fields(state: &CacheState, method: &str, parameters: &Value) -> (Value, Option<Value>) {
    let entity_type = parameters.get("type").and_then(Value::as_str).unwrap_or_default();
    let unchanged = || (parameters.clone(), None);
    let Some(cached) = state.definition.entity_types.get(entity_type) else {
        return unchanged();
    };
    if !matches!(method, "read" | "create") {
        return unchanged();
    }
    let asked = match parameters.get("return_fields") {
        None => vec![Value::from("id")],
        Some(Value::Array(fields)) => fields.clone(),
        Some(_) => return unchanged(),
    };
    let mut fields = asked.clone();
    add_missing(&mut fields, cached);
    if fields.len() == asked.len() {
        return unchanged();
    }
    let mut keep = asked;
    keep.extend([Value::from("type"), Value::from("id")]);
    for set in parameters
        .get("fields")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        keep.extend(set.get("field_name").cloned());
    }
    let mut changed = parameters.clone();
    changed["return_fields"] = fields.into();
    (changed, Some(keep.into()))
}

fn add_missing(fields: &mut Vec<Value>, cached: &CachedType) {
    for field in cached.fields.keys() {
        if !fields.iter().any(|known| known == field.as_str()) {
            fields.push(Value::from(field.as_str()));
        }
    }
}

impl Api3Answer {
    /// The answer as JSON: a reply begins with "results" (or is a fault), anything else with "forward".
    pub(crate) fn into_json(self) -> JsonDatum {
        match self {
            Self::Reply(document) => document.into_json(),
            Self::Forward(miss) => JsonbDatum::of_text(&miss.to_string()).into_json(),
        }
    }
}
