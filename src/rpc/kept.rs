//! Running the statements of methods, which are prepared once per session for each role that runs them.

use crate::error::Error;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::plan::{ParameterValue, Planning, Sees};
use crate::pg::{Oid, caller, plan_cache};
use crate::rpc::binding;

/// Runs a statement that returns one row with a jsonb; no row and NULL are `null`. It sees what earlier elements of the
/// request have written.
pub(crate) fn run_kept(
    statement: &str,
    types: &[Oid],
    values: &[ParameterValue],
    planning: Planning,
) -> Result<JsonbValue, Error> {
    let prepared = plan_cache::prepare_for(caller::current_role(), statement, types, planning)?;
    let (document, _) = prepared.document(values, Sees::OwnWrites)?;
    document.map_or_else(binding::null, |document| Ok(document.into()))
}

/// Runs a statement that returns one row with a jsonb and a boolean.
pub(crate) fn run_flagged(
    statement: &str,
    types: &[Oid],
    values: &[ParameterValue],
) -> Result<(JsonbValue, bool), Error> {
    let prepared = plan_cache::prepare_for(caller::current_role(), statement, types, Planning::Once)?;
    let (document, flag) = prepared.document(values, Sees::OwnWrites)?;
    let document = document.map_or_else(binding::null, |document| Ok(document.into()))?;
    Ok((document, flag))
}
