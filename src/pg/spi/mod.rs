//! Running statements through SPI and the executor, and receiving their rows.

pub(crate) mod append;
pub(crate) mod bookkeeping;
pub(crate) mod copy;
pub(crate) mod copy_lines;
pub(crate) mod cursor;
pub(crate) mod dml;
pub(crate) mod json_rows;
pub(crate) mod parameter;
pub(crate) mod plan;
pub(crate) mod plan_cache;
pub(crate) mod receiver;
pub(crate) mod recently_used;
pub(crate) mod results;
pub(crate) mod row_store;
pub(crate) mod statement;
pub(crate) mod stream;
pub(crate) mod subtransaction;
pub(crate) mod view_query;
