//! Importing files and pasted texts.

use crate::definition::alteration::{CastOptions, ColumnAlteration};
use crate::error::{Error, ManualPage};
use crate::import::file::{self, FileOptions};
use crate::import::transfer::{ColumnMapping, PreviewWithMisfits};
use crate::import::{fill, transfer};
use crate::pg::arguments::{JsonArgument, RegClass, RegType, TextArgument};
use crate::pg::bytes::{NewText, TextBytes};
use crate::pg::results::JsonbResult;
use crate::pg::{arguments, memory, server};
use crate::statements::values;
use crate::tables::cast::RowsStatement;
use crate::tables::{create, free_name};
use crate::values::json;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::rc::Rc;

extension_sql_file!(
    "../../sql/install/import.sql",
    requires = [
        "casts",
        "types",
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
        inspect_file,
        fill_table,
        get_table_metadata,
        set_table_metadata,
        set_column_metadata
    ]
);
extension_sql_file!(
    "../../sql/manual/import.sql",
    name = "import_manual",
    requires = ["import", get_preview, read_array_of_rows]
);

#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn inspect_file(data: &[u8], options: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    let inspected = file::inspect_file(data, &file_options(&options)?, &server::check_for_interrupts);
    Ok(JsonbResult::new(&inspected.map_err(Error::from)?)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn fill_table(
    tab_id: RegClass,
    data: &[u8],
    layout: JsonArgument,
    options: JsonArgument,
) -> Result<i64, ErrorReport> {
    let layout = layout.decode("layout", "Pass the result of __msar.inspect_file.")?;
    let rows = fill::fill_table(tab_id.0, data, &layout, &file_options(&options)?)?;
    Ok(rows.cast_signed())
}

fn file_options(options: &JsonArgument) -> Result<FileOptions, Error> {
    let hint = "The options are format (csv, tsv, json_lines, json), encoding, delimiter, quote, escape, header, null, \
        bad_rows (refuse, skip), date_order (YMD, DMY, MDY), decimal_p (a point or a comma), \
        integers (true, false).";
    options.decode("options", hint)
}

#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn import_column_names(col_names: JsonArgument, reserved: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    let names: Vec<Option<String>> = super::parse_definition(ManualPage::Types, "col_names", &col_names)?;
    let reserved = super::parse_definition(ManualPage::Types, "reserved", &reserved)?;
    let names = create::file_column_names(&names, reserved).map_err(Error::from)?;
    Ok(JsonbResult::new(&names)?)
}

#[pg_extern(schema = "__msar", stable, parallel_unsafe)]
fn import_table_name(
    sch_id: Option<pg_sys::Oid>,
    wanted: Option<TextArgument>,
    fallback: Option<TextArgument>,
) -> NewText {
    let [wanted, fallback] = [wanted, fallback].map(|name| name.map(|name| name.0));
    // The schema of temporary tables does not exist before the first of them.
    let schema = sch_id.filter(|&schema| schema != pg_sys::Oid::INVALID);
    let fallback = fallback.as_deref().unwrap_or("Table");
    let name = free_name::file_table_name(schema, wanted.as_deref(), fallback);
    NewText::encode(&name)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn import_statement(
    src_tab_id: RegClass,
    dst_tab_id: RegClass,
    mappings: JsonArgument,
) -> Result<NewText, ErrorReport> {
    let mappings: Vec<ColumnMapping> = super::parse_definition(ManualPage::Types, "mappings", &mappings)?;
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
    let casts: Option<Vec<ColumnAlteration>> =
        super::read_optional(ManualPage::Types, "col_cast_def", col_cast_def)?;
    let query = transfer::preview_query(tab_id.0, &casts.unwrap_or_default(), rec_limit)?;
    Ok(NewText::encode(&query))
}

/// Options of `msar.get_preview`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct PreviewOptions {
    /// The most values that are listed.
    #[serde(default = "most_misfits")]
    misfits: usize,
}

/// As many as `msar.alter_columns` lists.
fn most_misfits() -> usize {
    100
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn get_preview(
    tab_id: Option<pg_sys::Oid>,
    col_cast_def: Option<JsonArgument>,
    rec_limit: Option<i32>,
    options: Option<JsonArgument>,
) -> Result<JsonbResult, ErrorReport> {
    let tab_id = super::not_null("tab_id", tab_id)?;
    let casts: Option<Vec<ColumnAlteration>> =
        super::read_optional(ManualPage::Types, "col_cast_def", col_cast_def)?;
    let options: PreviewOptions =
        super::not_null("options", options)?.decode("options", "Pass {\"misfits\": number}.")?;
    let casts = casts.unwrap_or_default();
    let preview = PreviewWithMisfits::read_rows(tab_id, &casts, rec_limit, options.misfits)?;
    Ok(JsonbResult::new(&preview)?)
}

/// A JSON array of rows, read with what is known of how texts are written; another text as [`array_literal`] reads it.
#[pg_extern(schema = "__msar", stable, strict, parallel_unsafe)]
fn read_array_of_rows(
    value: TextBytes,
    row_type: RegType,
    options: JsonArgument,
    call: pg_sys::FunctionCallInfo,
) -> Result<NewText, ErrorReport> {
    let is_array = json::is_array_pulsed(value.0, &server::check_for_interrupts);
    if !is_array || json::is_array_of_arrays(value.0) {
        return Ok(array_literal(value));
    }
    let compiled = arguments::remembered::<Option<Rc<CompiledRows>>>(call);
    let known = compiled.borrow().clone();
    let known = match known.filter(|known| known.is_for(row_type.0, &options)) {
        Some(known) => known,
        None => {
            let fresh = Rc::new(CompiledRows::new(row_type.0, options)?);
            compiled.replace(Some(Rc::clone(&fresh)));
            fresh
        }
    };
    Ok(NewText::encode(&known.statement.read_rows(&value.decode())?))
}

/// What [`read_array_of_rows`] makes of its arguments, which are the same for every row of a statement.
struct CompiledRows {
    row_type: pg_sys::Oid,
    options: String,
    statement: RowsStatement,
}

impl CompiledRows {
    fn new(row_type: pg_sys::Oid, options: JsonArgument) -> Result<Self, Error> {
        let casts: CastOptions = super::parse_definition(ManualPage::Types, "options", &options)?;
        Ok(Self {
            row_type,
            statement: RowsStatement::compile_cast(row_type, &casts)?,
            options: options.into_text(),
        })
    }

    fn is_for(&self, row_type: pg_sys::Oid, options: &JsonArgument) -> bool {
        self.row_type == row_type && self.options == options.text()
    }
}

/// A text that is no JSON array is left as it is, for the input function of the array type.
#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn array_literal(value: TextBytes) -> NewText {
    if json::is_array_pulsed(value.0, &server::check_for_interrupts) {
        // A comma or a digit of each element becomes four bytes.
        memory::require(8 * value.0.len());
        NewText::encode(&values::array_literal(value.decode().trim()))
    } else {
        NewText(value.0.to_vec())
    }
}
