//! The front door: every function that SQL can call, a file a topic. Each one decodes its arguments, calls one
//! function of a floor below, and encodes the result. The COMMENT that `\df+` shows stands beside each function.

mod casts;
mod dependents;
mod describe;
mod display;
mod import;
mod infer;
mod listing;
mod metadata;
mod metadata_keeping;
mod previews;
mod record_writes;
mod records;
mod text_parts;
mod value_forms;
