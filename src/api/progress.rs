//! How far long work is, where PostgreSQL does it: statements that count their rows.

use crate::pg::arguments::TextArgument;
use crate::pg::bytes::NewText;
use crate::progress::{self, Total};
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/progress.sql",
    name = "progress_manual",
    requires = [progress_row, counted]
);

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn progress_row() -> bool {
    progress::row();
    true
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn counted(work: TextArgument, total: i64, expression: TextArgument) -> NewText {
    let total = Total::Exactly(total.unsigned_abs());
    match progress::row_condition(work.0, total) {
        Some(condition) => NewText::encode(&format!("CASE WHEN {condition} THEN {} END", expression.0)),
        None => NewText::encode(&expression.0),
    }
}
