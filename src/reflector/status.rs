//! What lags, and why.

use super::error::ReflectionError;
use super::store;
use crate::error::Error;
use crate::pg::bookkeeping;
use serde_json::{Value, json};

/// `msar.get_reflection_status`.
pub(crate) fn get_status() -> Result<Value, Error> {
    const VISIBLE: &str = include_str!("../../sql/query/reflector/visible_reflections.sql");
    let ids: Value = bookkeeping::as_caller(|statements| statements.query(VISIBLE, &json!({})))?;
    of_ids(&ids)
}

/// The same of one reflection, which the caller may see.
pub(super) fn of_reflection(id: i64) -> Result<Value, Error> {
    let Value::Array(mut all) = of_ids(&json!([id]))? else {
        return Ok(Value::Null);
    };
    Ok(all.pop().ok_or(ReflectionError::Unknown { id })?)
}

fn of_ids(ids: &Value) -> Result<Value, Error> {
    store::as_owner(|statements| statements.query(store::STATUS, &json!({"ids": ids})))
}
