//! Inferring types for the columns of a table of text.

use crate::import::infer::InferenceOptions;
use crate::import::{infer, survey};
use crate::pg::arguments::{JsonArgument, RegClass};
use crate::pg::results::JsonbResult;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/infer.sql",
    name = "infer_manual",
    requires = [infer_table_column_data_types, infer_columns, infer_types]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn infer_table_column_data_types(tab_id: RegClass) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&infer::infer_column_types(
        tab_id.0,
        &InferenceOptions::default(),
    )?)?)
}

/// The same with options, for an import.
#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn infer_columns(tab_id: RegClass, options: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    let options = options.decode(
        "options",
        "The options are {\"date_order\": YMD, DMY or MDY, \"decimal_p\": \".\" or \",\", \"integers\": boolean}.",
    )?;
    Ok(JsonbResult::new(&survey::infer_with_runner_ups(
        tab_id.0, &options,
    )?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn infer_types(
    tab_id: RegClass,
    options: default!(JsonArgument, "'{}'"),
) -> Result<JsonbResult, ErrorReport> {
    let hint = "The options are {\"integers\": boolean, \"enum_max_values\": int, \"misfits\": int, \"date_order\": YMD, DMY or MDY, \"decimal_p\": \".\" or \",\"}.";
    let options = options.decode("options", hint)?;
    Ok(JsonbResult::new(&survey::survey_relation(tab_id.0, &options)?)?)
}
