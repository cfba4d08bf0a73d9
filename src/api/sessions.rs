//! Sessions that serve one request after another, each of which is to find a new one.

use crate::pg::reset;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/sessions.sql",
    name = "sessions_manual",
    requires = [reset_session]
);

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn reset_session() -> i64 {
    reset::end_leftovers()
}
