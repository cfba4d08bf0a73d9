//! Importing files and pasted texts.

use crate::definition::alteration::ColumnAlteration;
use crate::error::Error;
use crate::import::transfer::ColumnMapping;
use crate::import::{file, transfer};
use crate::pg::arguments::{JsonArgument, RegClass};
use crate::pg::bytes::{NewText, TextBytes};
use crate::pg::namespace;
use crate::pg::results::JsonbResult;
use crate::statements::values;
use crate::tables::create;
use crate::values::json;
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
        infer_columns,
        import_statement,
        preview_query,
        array_literal,
        counted,
        parse_file,
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
fn parse_file(data: &[u8], options: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    let hint = "Known are format (csv, tsv, json_lines, json), encoding, delimiter, quote, escape, header, null, \
        bad_rows (refuse, skip), date_order (YMD, DMY, MDY).";
    let options = options.decode("options", hint)?;
    Ok(JsonbResult::new(
        &file::parse_file(data, &options).map_err(Error::from)?,
    )?)
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
    let schema = sch_id.filter(|&schema| schema != pg_sys::Oid::INVALID);
    let (wanted, fallback) = (wanted.as_deref(), fallback.as_deref().unwrap_or("Table"));
    let name = match schema {
        Some(schema) if !namespace::is_temporary(schema) => create::file_table_name(schema, wanted, fallback),
        temporary => create::temporary_table_name(temporary, wanted, fallback),
    };
    NewText::encode(&name)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn import_statement(
    src_tab_id: RegClass,
    dst_tab_id: RegClass,
    mappings: JsonArgument,
) -> Result<NewText, ErrorReport> {
    let mappings: Vec<ColumnMapping> = super::read("mappings", &mappings)?;
    let statement = transfer::insert_statement(src_tab_id.0, dst_tab_id.0, &mappings)?;
    Ok(NewText::encode(&statement))
}

#[pg_extern(schema = "__msar", stable, parallel_unsafe)]
fn preview_query(
    tab_id: Option<RegClass>,
    col_cast_def: Option<JsonArgument>,
    rec_limit: Option<i32>,
) -> Result<NewText, ErrorReport> {
    let tab_id = super::not_null("tab_id", tab_id)?;
    let casts: Option<Vec<ColumnAlteration>> = super::read_optional("col_cast_def", col_cast_def)?;
    let query = transfer::preview_query(tab_id.0, &casts.unwrap_or_default(), rec_limit)?;
    Ok(NewText::encode(&query))
}

/// What is no JSON array is left as it is, for the input function of the array type.
#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn array_literal(value: TextBytes) -> NewText {
    if json::is_array(value.0) {
        NewText::encode(&values::array(value.decode().trim()))
    } else {
        NewText(value.0.to_vec())
    }
}
