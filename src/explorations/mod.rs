//! Explorations: queries as documents.
//!
//! A document has columns to begin with, of a base relation and of those that it is joined with, and the steps that its
//! rows go through. It becomes one statement, which runs as the caller.
//!
//! - [`node`], [`parse`], [`expression`], [`model`]: from JSON to typed values
//! - [`source`]: the initial rows; [`pipeline`], [`stage`]: the steps; [`completion`], [`aggregate`]: summaries
//! - [`result`], [`keyset`], [`describe`]: the statement of a run; [`run`]: running it; [`readable`]: as SQL for people
//! - [`stored`], [`store`], [`kept_document`]: those that are saved; [`saving`], [`grants`], [`transfer`]: changing, granting, carrying them
//! - [`mod@reference`], [`following`]: the tables and columns that saved ones mean, through renames and restores
//! - [`view`], [`view_keeping`]: their views, and views that are in the way of a change of a table
//! - [`error`]: what can be wrong with an exploration

pub(crate) mod aggregate;
mod completion;
mod describe;
pub(crate) mod error;
pub(crate) mod expression;
pub(crate) mod following;
pub(crate) mod grants;
pub(crate) mod kept_document;
mod keyset;
pub(crate) mod model;
pub(crate) mod node;
pub(crate) mod parse;
mod pipeline;
pub(crate) mod readable;
pub(crate) mod reference;
pub(crate) mod result;
pub(crate) mod run;
pub(crate) mod saving;
mod source;
mod stage;
pub(crate) mod store;
pub(crate) mod stored;
pub(crate) mod transfer;
mod view;
pub(crate) mod view_keeping;
