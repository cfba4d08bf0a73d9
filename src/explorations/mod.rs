//! Explorations: questions about data, as documents.
//!
//! A document has columns to begin with, of a base relation and of those that it is joined with, and the steps that its
//! rows go through. It becomes one statement, which runs as the caller.
//!
//! - [`node`], [`parse`], [`model`]: from JSON to typed values
//! - [`source`]: the initial rows; [`pipeline`], [`stage`]: the steps; [`completion`], [`aggregate`]: summaries
//! - [`result`], [`describe`]: the statement of a run; [`run`]: running it
//! - [`error`]: what can be wrong with an exploration

pub(crate) mod aggregate;
mod completion;
mod describe;
pub(crate) mod error;
pub(crate) mod following;
pub(crate) mod model;
pub(crate) mod node;
pub(crate) mod parse;
mod pipeline;
pub(crate) mod reference;
pub(crate) mod result;
pub(crate) mod run;
mod source;
mod stage;
pub(crate) mod store;
pub(crate) mod stored;
mod view;
