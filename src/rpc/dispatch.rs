//! Finding the statement of a method.

use crate::pg::jsonb_item::JsonbItem;
use crate::pg::jsonb_value::JsonbValue;
use crate::rpc::error::{RpcError, number};
use crate::rpc::{function, methods};

/// Calls a method, as the current role.
pub(crate) fn call(name: &str, params: Option<JsonbItem>) -> Result<JsonbValue, RpcError> {
    if let Some(name) = name.strip_prefix("msar.") {
        return function::call(name, params);
    }
    match methods::find(name) {
        Some(method) => method.call(params),
        None => Err(unknown(name)),
    }
}

/// An error as the method's documentation has it.
pub(crate) fn reword(name: &str, error: RpcError) -> RpcError {
    match methods::find(name) {
        Some(method) => method.reword(error),
        None => error,
    }
}

/// There is no such method.
pub(crate) fn unknown(name: &str) -> RpcError {
    RpcError::new(number::METHOD_NOT_FOUND, format!("Method not found: \"{name}\""))
        .with_hint("rpc.discover lists the methods.")
}
