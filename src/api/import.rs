//! Importing files and pasted texts.

use crate::error::Error;
use crate::import::{file, fill};
use crate::pg::arguments::JsonArgument;
use crate::pg::bytes::{NewText, TextBytes};
use crate::pg::results::JsonbResult;
use crate::pg::server;
use crate::tables::create;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/import.sql",
    requires = [
        "casts",
        "definitions",
        type_in_full,
        cast_expression,
        import_column_names,
        import_table_name,
        add_mathesar_table,
        infer_table_column_data_types,
        inspect_file,
        fill_table,
        get_table_metadata,
        set_table_metadata
    ]
);
extension_sql_file!(
    "../../sql/manual/import.sql",
    name = "import_manual",
    requires = ["import"]
);

#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn inspect_file(data: &[u8], options: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    let inspected = file::inspect(data, &file_options(&options)?, &server::check_for_interrupts);
    Ok(JsonbResult::new(&inspected.map_err(Error::from)?)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn fill_table(
    tab_id: pg_sys::Oid,
    data: &[u8],
    layout: JsonArgument,
    options: JsonArgument,
) -> Result<i64, ErrorReport> {
    let layout = layout.decode("layout", "Pass what __msar.inspect_file returns.")?;
    Ok(fill::table(tab_id, data, &layout, &file_options(&options)?)? as i64)
}

fn file_options(options: &JsonArgument) -> Result<file::FileOptions, Error> {
    let hint = "The options are format (csv, tsv, json_lines, json), encoding, delimiter, quote, escape, header, null, \
        bad_rows (refuse, skip).";
    options.decode("options", hint)
}

#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn import_column_names(col_names: JsonArgument, reserved: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    let names: Vec<Option<String>> = super::read("col_names", &col_names)?;
    let reserved = super::read("reserved", &reserved)?;
    let names = create::file_column_names(&names, reserved).map_err(Error::from)?;
    Ok(JsonbResult::new(&names)?)
}

#[pg_extern(schema = "__msar", stable, parallel_unsafe)]
fn import_table_name(
    sch_id: Option<pg_sys::Oid>,
    wanted: Option<TextBytes>,
    fallback: Option<TextBytes>,
) -> NewText {
    let [wanted, fallback] = [wanted, fallback].map(|name| name.map(TextBytes::decode));
    let schema = sch_id.unwrap_or(pg_sys::Oid::INVALID);
    let name = create::file_table_name(schema, wanted.as_deref(), fallback.as_deref().unwrap_or("Table"));
    NewText::encode(&name)
}
