//! Running statements through SPI and the executor, and receiving their rows.

pub(crate) mod append;
pub(crate) mod bookkeeping;
pub(crate) mod cursor;
pub(crate) mod dml;
pub(crate) mod parameter;
pub(crate) mod plan;
pub(crate) mod receiver;
pub(crate) mod results;
pub(crate) mod statement;
pub(crate) mod stream;
pub(crate) mod subtransaction;
