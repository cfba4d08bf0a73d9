//! Requests, batches, notifications and answers of JSON-RPC 2.0.

use crate::error::Error;
use crate::pg::error_fields::Failure;
use crate::pg::jsonb_item::{JsonType, JsonbItem};
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::{memory, report, server, subtransaction};
use crate::rpc::dispatch;
use crate::rpc::error::{RpcError, number};
use crate::settings;

/// A call that is well-formed.
struct WellFormedCall<'a> {
    /// `None` for a notification.
    id: Option<JsonbItem<'a>>,
    method: String,
    params: Option<JsonbItem<'a>>,
}

/// The most requests of a batch: each has an answer, which is kept until all are there.
const MOST_CALLS: usize = 10_000;

/// Answers a request. `None` where JSON-RPC has no answer: to notifications.
pub(crate) fn answer(request: &JsonbValue) -> Result<Option<JsonbValue>, Error> {
    let request = request.item();
    // A parameter becomes a text, perhaps, which PostgreSQL reads; a name is repeated by an error.
    memory::require(4 * request.size());
    if request.json_type() != JsonType::Array {
        return answer_element(request);
    }
    if request.elements().nth(MOST_CALLS).is_some() {
        let error = RpcError::invalid_request(&format!("the batch has more than {MOST_CALLS} requests"));
        return failed(JsonbItem::NULL, JsonbItem::ascii("2.0"), &error).map(Some);
    }
    let mut answers = Vec::new();
    for element in request.elements() {
        server::check_for_interrupts();
        answers.extend(answer_element(element)?);
    }
    if answers.is_empty() {
        let is_empty_batch = request.elements().next().is_none();
        if is_empty_batch && !settings::rpc_compat() {
            let error = RpcError::invalid_request("the batch is empty");
            return failed(JsonbItem::NULL, JsonbItem::ascii("2.0"), &error).map(Some);
        }
        return Ok(None);
    }
    let items: Vec<JsonbItem> = answers.iter().map(JsonbValue::item).collect();
    JsonbValue::array(&items).map(Some)
}

/// The answer to a text that is no JSON.
fn parse_error(problem: &Failure) -> Result<JsonbValue, Error> {
    let mut error = RpcError::new(
        number::PARSE_ERROR,
        format!("Parse error, unable to read the request: {}", problem.message),
    );
    error.data.detail.clone_from(&problem.detail);
    failed(JsonbItem::NULL, JsonbItem::ascii("2.0"), &error)
}

fn answer_element(element: JsonbItem) -> Result<Option<JsonbValue>, Error> {
    let call = match read_call(element) {
        Ok(call) => call,
        Err(problem) => return failed(problem.id, problem.version, &problem.error).map(Some),
    };
    let outcome = subtransaction::or_failure(|| dispatch::call_method(&call.method, call.params))
        .map_err(|error| dispatch::reword(&call.method, error));
    match (outcome, call.id) {
        (Ok(result), Some(id)) => JsonbValue::object(&[
            ("id", id),
            ("jsonrpc", JsonbItem::ascii("2.0")),
            ("result", result.item()),
        ])
        .map(Some),
        (Err(error), Some(id)) => failed(id, JsonbItem::ascii("2.0"), &error).map(Some),
        (Ok(_), None) => Ok(None),
        // JSON-RPC has no answer for it; the session may want to know all the same.
        (Err(error), None) => {
            report::warning(
                format!("notification \"{}\" failed: {}", call.method, error.message),
                "A request with an \"id\" is answered with the error.",
            );
            Ok(None)
        }
    }
}

/// A call that cannot be made, and what its answer takes over from it.
struct Malformed<'a> {
    id: JsonbItem<'a>,
    version: JsonbItem<'a>,
    error: RpcError,
}

fn read_call(element: JsonbItem) -> Result<WellFormedCall, Malformed> {
    let is_compat = settings::rpc_compat();
    let version = JsonbItem::ascii("2.0");
    if element.json_type() != JsonType::Object {
        return Err(Malformed {
            id: JsonbItem::NULL,
            version,
            error: RpcError::new(
                number::INVALID_REQUEST,
                format!(
                    "Invalid JSON-RPC payload, expected \"object\", found \"{}\"",
                    name_of_type(element)
                ),
            ),
        });
    }
    let id = element.member("id");
    let malformed = |version, problem: &str| Malformed {
        id: id.unwrap_or(JsonbItem::NULL),
        version,
        error: RpcError::invalid_request(problem),
    };
    let method = match element.member("method") {
        Some(method) if method.json_type() == JsonType::String => method.string().unwrap_or_default(),
        Some(method) if !method.is_null() => {
            return Err(malformed(version, "\"method\" is not a string"));
        }
        _ => String::new(),
    };
    if method.is_empty() {
        return Err(malformed(version, "Missing parameter \"method\""));
    }
    let given = element.member("jsonrpc").unwrap_or(JsonbItem::NULL);
    let echoed = if is_compat { given } else { version };
    if given.is_null() {
        return Err(malformed(echoed, "Missing parameter \"jsonrpc\""));
    }
    if given.string().as_deref() != Some("2.0") {
        return Err(malformed(echoed, "\"jsonrpc\" is not \"2.0\""));
    }
    if is_compat && id.is_some_and(JsonbItem::is_null) {
        return Err(malformed(version, "Parameter \"id\" is null"));
    }
    let params = match element.member("params") {
        Some(params) if matches!(params.json_type(), JsonType::Object | JsonType::Array) => Some(params),
        None => None,
        Some(_) if is_compat => None,
        Some(params) if params.is_null() => None,
        Some(_) => return Err(malformed(version, "\"params\" is neither an object nor an array")),
    };
    Ok(WellFormedCall { id, method, params })
}

/// The type of a value, as the service's messages name it.
fn name_of_type(item: JsonbItem) -> &'static str {
    match item.json_type() {
        JsonType::Null => "null",
        JsonType::Boolean => "boolean",
        JsonType::Number => "number",
        JsonType::String => "string",
        JsonType::Array => "array",
        JsonType::Object => "object",
    }
}

fn failed(id: JsonbItem, version: JsonbItem, error: &RpcError) -> Result<JsonbValue, Error> {
    let error = serde_json::to_string(error).map_err(Error::Serialization)?;
    let error = JsonbValue::parse(&error);
    JsonbValue::object(&[("id", id), ("jsonrpc", version), ("error", error.item())])
}

/// Answers a request that is text, which may be no JSON.
pub(crate) fn answer_text(request: &str) -> Result<Option<String>, Error> {
    let parsed = subtransaction::or_failure(|| Ok::<_, Failure>(JsonbValue::parse(request)));
    let answer = match parsed {
        Ok(request) => answer(&request)?,
        Err(problem) => Some(parse_error(&problem)?),
    };
    Ok(answer.map(JsonbValue::to_text))
}
