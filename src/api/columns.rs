//! Adding, changing and dropping columns.

use crate::definition::alteration::ColumnAlteration;
use crate::definition::column::ColumnDefinition;
use crate::error::ManualPage;
use crate::explorations::view_keeping::with_views_aside;
use crate::pg::arguments::{self, JsonArgument, TextArgument};
use crate::pg::results::JsonbResult;
use crate::pg::subtransaction;
use crate::tables::alter::AlterationOptions;
use crate::tables::aside::ChangedPart;
use crate::tables::{add, alter, drop, misfits};
use pgrx::datum::VariadicArray;
use pgrx::pg_sys::Oid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/columns.sql",
    name = "columns_manual",
    requires = [
        add_columns,
        alter_columns,
        alter_columns_by_options,
        is_misfit,
        drop_columns
    ]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn add_columns(
    tab_id: Oid,
    col_defs: JsonArgument,
    raw_default: default!(bool, false),
) -> Result<Vec<i16>, ErrorReport> {
    let columns: Vec<ColumnDefinition> =
        super::parse_definition(ManualPage::Definitions, "col_defs", &col_defs)?;
    Ok(add::add_columns(tab_id, &columns, raw_default)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn alter_columns(tab_id: Oid, col_alters: JsonArgument) -> Result<Option<Vec<i32>>, ErrorReport> {
    let alterations: Vec<ColumnAlteration> =
        super::parse_definition(ManualPage::Definitions, "col_alters", &col_alters)?;
    let part = ChangedPart::refused_in_views(tab_id, &alterations);
    let altered = with_views_aside(tab_id, &part, || alter::alter_columns(tab_id, &alterations))?;
    let altered: Vec<i32> = altered.into_iter().map(i32::from).collect();
    Ok(Some(altered).filter(|altered| !altered.is_empty()))
}

#[pg_extern(schema = "msar", name = "alter_columns", volatile, strict, parallel_unsafe)]
fn alter_columns_by_options(
    tab_id: Oid,
    col_alters: JsonArgument,
    options: JsonArgument,
) -> Result<JsonbResult, ErrorReport> {
    const HINT: &str =
        "Pass {\"dry_run\": boolean, \"on_error\": \"raise\" or \"null\", \"misfits\": number}.";
    let alterations: Vec<ColumnAlteration> =
        super::parse_definition(ManualPage::Definitions, "col_alters", &col_alters)?;
    let options: AlterationOptions = options.decode("options", HINT)?;
    let part = ChangedPart::refused_in_views(tab_id, &alterations);
    let change = || {
        with_views_aside(tab_id, &part, || {
            alter::alter_columns_by_options(tab_id, &alterations, &options)
        })
    };
    // Views that are put aside are made again as new ones, which a dry run must not leave.
    let report = match options.dry_run {
        true => subtransaction::rolled_back(change),
        false => change(),
    };
    Ok(JsonbResult::new(&report?)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn is_misfit(attnum: i16, value: TextArgument) -> bool {
    misfits::is_misfit(attnum, &value.0)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn drop_columns(tab_id: Oid, col_ids: VariadicArray<i32>) -> Result<(), ErrorReport> {
    arguments::refuse_longer(size_of::<i32>() * col_ids.len());
    let attnums: Vec<i32> = col_ids.iter().flatten().collect();
    let part = ChangedPart::Columns(
        attnums
            .iter()
            .filter_map(|&attnum| attnum.try_into().ok())
            .collect(),
    );
    Ok(with_views_aside(tab_id, &part, || {
        drop::drop_columns(tab_id, &attnums)
    })?)
}
