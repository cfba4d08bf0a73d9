//! Shares: a table or an exploration for everybody who knows a slug.

use crate::pg::arguments::{JsonArgument, RegClass};
use crate::pg::plan::JsonbDatum;
use crate::pg::results::JsonbResult;
use crate::sharing::{placed_share, served_share, share};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/shares.sql",
    name = "shares",
    requires = ["explorations", place_share]
);
extension_sql_file!(
    "../../sql/manual/shares.sql",
    name = "shares_manual",
    requires = [
        "shares",
        share_table,
        share_exploration,
        list_shares,
        set_share,
        delete_share,
        get_share_uses,
        read_share
    ]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn share_table(
    tab_id: RegClass,
    options: default!(JsonArgument, "'{}'"),
) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&share::share_table(tab_id.0, options.text())?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn share_exploration(id: i64, options: default!(JsonArgument, "'{}'")) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&share::share_exploration(id, options.text())?)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn list_shares(
    tab_id: default!(Option<RegClass>, "NULL"),
    exploration_id: default!(Option<i64>, "NULL"),
) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&share::list_shares(
        tab_id.map(|table| table.0),
        exploration_id,
    )?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn set_share(id: i64, patch: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&share::change_share(id, patch.text())?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn delete_share(id: i64) -> Result<i64, ErrorReport> {
    Ok(share::delete_share(id)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn get_share_uses(id: i64) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&share::count_uses(id)?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn read_share(slug: pgrx::Uuid, options: default!(JsonArgument, "'{}'")) -> Result<JsonbDatum, ErrorReport> {
    Ok(served_share::read_share(&slug.to_string(), options.text())?)
}

#[pg_extern(schema = "__msar", stable, strict, parallel_unsafe)]
fn place_share(stored: JsonArgument, is_restored: bool) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&placed_share::place_row(
        stored.text(),
        is_restored,
    )?)?)
}
