//! Changes: a client that stays in step with the database.
//!
//! Every command that defines, alters or drops something leaves rows in the change log, in its own transaction. A client
//! keeps a document and a token; with the token it asks for the changes since, by any session.
//!
//! **A token is a snapshot.** It says which transactions it covers, as `pg_snapshot` does, so a change that commits
//! later is delivered later, whatever its transaction number: with a last number that was seen, those of slower
//! transactions would be lost. The rows of the log carry their transaction; the changes since a token are those whose
//! transaction the token does not cover and the present snapshot sees.
//!
//! **From changes to relations.** The description of a relation also depends on other objects: types, referenced tables,
//! functions of defaults. What is there is looked up when somebody asks ([`affected`]); of what is dropped, the log keeps
//! which relations it depended on.
//!
//! **No command fails because of the log.** What a command did is gathered in memory ([`record`], [`pending`]), and
//! written before the commit, in one subtransaction. When that fails there is a warning, and a gap is noted: a client
//! with an older token gets everything again.
//!
//! - [`entry`]: a change
//! - [`record`]: from a command to changes; [`pending`]: those of this transaction, until it commits
//! - [`storage`]: the tables of the log
//! - [`token`], [`perspective`]: tokens, and from whose point of view a description holds
//! - [`affected`], [`sync`]: which relations look different, and what they look like
//! - [`unlogged`]: what was written to the catalogs, whatever the log has of it
//! - [`list`], [`reconcile`]: the log itself, and changes that fired no event trigger
//! - [`undo`]: changes undone; [`renames`]: hints for names that are not there

mod affected;
mod entry;
mod error;
pub(crate) mod list;
pub(crate) mod pending;
mod perspective;
pub(crate) mod reconcile;
pub(crate) mod record;
pub(crate) mod renames;
mod storage;
pub(crate) mod sync;
mod token;
pub(crate) mod undo;
mod unlogged;

pub(crate) use error::ChangeError;
