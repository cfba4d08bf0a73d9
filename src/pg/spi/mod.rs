//! Statements through SPI and the executor: of ours and of the caller, read and write, and what rows are handed to.

pub(crate) mod bookkeeping;
pub(crate) mod copy;
pub(crate) mod cursor;
pub(crate) mod dml;
pub(crate) mod parameter;
pub(crate) mod plan;
pub(crate) mod receiver;
pub(crate) mod results;
pub(crate) mod statement;
pub(crate) mod stream;
pub(crate) mod subtransaction;
