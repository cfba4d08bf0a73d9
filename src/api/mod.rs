//! The front door: every function that SQL can call, a file a topic. Each one decodes its arguments, calls one
//! function of a floor below, and encodes the result. The COMMENT that `\df+` shows stands beside each function.

pub(crate) mod casts;
mod dependents;
mod describe;
pub(crate) mod import;
pub(crate) mod infer;
mod listing;
pub(crate) mod text_parts;
