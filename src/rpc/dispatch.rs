//! Finding the statement of a method.

use crate::pg::jsonb_item::JsonbItem;
use crate::pg::jsonb_value::JsonbValue;
use crate::rpc::error::{self, RpcError};
use crate::rpc::{function, methods};

/// Calls a method, as the current role.
pub(crate) fn call_method(name: &str, params: Option<JsonbItem>) -> Result<JsonbValue, RpcError> {
    if let Some(name) = name.strip_prefix("msar.") {
        return function::call_function(name, params);
    }
    match methods::find_method(name) {
        Some(method) => method.call(params),
        None => Err(error::unknown_method(name)),
    }
}

/// An error as the method's documentation has it.
pub(crate) fn reword(name: &str, error: RpcError) -> RpcError {
    match methods::find_method(name) {
        Some(method) => method.reword(error),
        None => error,
    }
}
