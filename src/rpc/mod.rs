//! The JSON-RPC front door: a request of JSON-RPC 2.0 in, its answer out.
//!
//! - [`envelope`]: requests, batches, notifications and answers
//! - [`dispatch`]: finding a method by its name
//! - [`methods`]: the methods of Mathesar's web service; [`method`]: calling one; [`shape`]: the JSON that it takes
//! - [`function`]: every public function of the extension as a method `msar.<name>`
//! - [`kept`]: statements, prepared once per session
//! - [`binding`]: JSON values as parameters of a statement
//! - [`records`]: what the web service adds to records
//! - [`examples`]: calls on the sample database
//! - [`discover`]: the description of all methods, as OpenRPC has it; [`introspection`]: the same as `system.*` have it
//! - [`error`], [`codes`]: errors as answers
//!
//! Calls are passed through: parameters are parts of the request's jsonb, the result is the jsonb that the statement
//! returned, and the answer is built from both without reading their contents. Statements are prepared once per
//! session. Each element of a request runs in a subtransaction: an error undoes it and becomes its answer.

mod binding;
mod codes;
mod discover;
mod dispatch;
mod envelope;
mod error;
mod examples;
mod function;
mod introspection;
mod kept;
mod method;
mod methods;
mod records;
mod shape;

pub(crate) use envelope::{answer, answer_text};
