//! Finding the statement of a method.

use crate::pg::jsonb_item::JsonbItem;
use crate::pg::jsonb_value::JsonbValue;
use crate::rpc::error::{RpcError, number};
use crate::rpc::function;

/// Calls a method, as the current role.
pub(crate) fn call(method: &str, params: Option<JsonbItem>) -> Result<JsonbValue, RpcError> {
    if let Some(name) = method.strip_prefix("msar.") {
        return function::call(name, params);
    }
    Err(RpcError::new(
        number::METHOD_NOT_FOUND,
        format!("Method not found: \"{method}\""),
    )
    .with_hint("rpc.discover lists the methods."))
}
