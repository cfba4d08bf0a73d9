//! Members that the web service adds to records: links of files, and the names of the users whom values mean.

use crate::pg::jsonb_item::JsonbItem;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::parameter::ParameterValue;
use crate::pg::plan::Planning;
use crate::rpc::error::RpcError;
use crate::rpc::kept;
use pgrx::pg_sys;

const USERS: &str = "SELECT __msar.rpc_with_user_names($1, $2)";
const FILES: &str = "SELECT __msar.rpc_download_links($1)";

/// A page of records in the web service's form. `values` begins with the table.
pub(crate) fn complete_list(
    page: JsonbValue,
    is_incomplete: bool,
    values: &[ParameterValue],
) -> Result<JsonbValue, RpcError> {
    let table = values.first().copied().flatten();
    let mut links = None;
    let mut page = page;
    if is_incomplete {
        page = with_user_names(page, table)?;
        links = Some(kept::run_kept(
            FILES,
            &[pg_sys::REGCLASSOID],
            &[table],
            Planning::Once,
        )?);
    }
    let links = links.as_ref().map_or(JsonbItem::NULL, JsonbValue::item);
    Ok(page.with_members(&[
        ("grouping", JsonbItem::NULL),
        ("joined_record_summaries", JsonbItem::NULL),
        ("download_links", links),
    ])?)
}

/// A record that was written in the web service's form.
pub(crate) fn complete_added(
    written: JsonbValue,
    is_incomplete: bool,
    values: &[ParameterValue],
) -> Result<JsonbValue, RpcError> {
    if is_incomplete {
        return with_user_names(written, values.first().copied().flatten());
    }
    Ok(written)
}

fn with_user_names(document: JsonbValue, table: ParameterValue) -> Result<JsonbValue, RpcError> {
    Ok(kept::run_kept(
        USERS,
        &[pg_sys::REGCLASSOID, JsonbValue::TYPE],
        &[table, Some(document.datum())],
        Planning::Once,
    )?)
}
