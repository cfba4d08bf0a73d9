//! JSON-RPC: a request in, its answer out.

use crate::pg::arguments::DocumentText;
use crate::pg::bytes::NewText;
use crate::pg::jsonb_value::JsonbValue;
use crate::rpc;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(schema = "msar", name = "rpc", volatile, strict, parallel_unsafe)]
fn call_rpc(request: JsonbValue) -> Result<Option<JsonbValue>, ErrorReport> {
    Ok(rpc::answer(&request)?)
}

#[pg_extern(schema = "msar", name = "rpc_text", volatile, strict, parallel_unsafe)]
fn call_rpc_text(request: DocumentText) -> Result<Option<NewText>, ErrorReport> {
    let answer = rpc::answer_text(&request.0)?;
    Ok(answer.map(|answer| NewText::encode(&answer)))
}

extension_sql_file!(
    "../../sql/install/rpc.sql",
    requires = [
        "metadata",
        "users",
        "servers",
        "databases",
        "data_files",
        set_table_metadata,
        get_table_metadata,
        get_column_metadata
    ]
);
extension_sql_file!(
    "../../sql/manual/rpc.sql",
    name = "rpc_manual",
    requires = ["rpc", call_rpc, call_rpc_text]
);
