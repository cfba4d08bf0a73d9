//! Primary keys, and columns that refer to them.

use crate::definition::column::{KeyKind, MappingColumn};
use crate::error::ManualPage;
use crate::pg::arguments::{JsonArgument, RegClass, TextArgument, enum_argument};
use crate::tables::{key, link};
use pgrx::pg_sys::Oid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/keys.sql",
    name = "keys_manual",
    requires = [
        add_pkey_column,
        set_pkey_column,
        add_foreign_key_column,
        add_mapping_table
    ]
);

enum_argument!(
    /// `msar.pkey_kind`, by its label.
    PkeyKind,
    "msar.pkey_kind"
);

#[pg_extern(schema = "msar", volatile, parallel_unsafe, requires = ["types"])]
fn add_pkey_column(
    tab_id: Option<RegClass>,
    pkey_type: Option<PkeyKind>,
    drop_old_pkey_col: default!(Option<bool>, "false"),
    col_name: default!(Option<TextArgument>, "'id'"),
) -> Result<i32, ErrorReport> {
    let table = super::not_null("tab_id", tab_id)?.0;
    let kind = kind(super::not_null("pkey_type", pkey_type)?);
    let name = col_name.map(|name| name.0).filter(|name| !name.is_empty());
    let name = name.as_deref().unwrap_or("id");
    Ok(key::add_key_column(table, kind, drop_old_pkey_col.unwrap_or(false), name)?.into())
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe, requires = ["types"])]
fn set_pkey_column(
    tab_id: Option<RegClass>,
    col_id: Option<i32>,
    default_type: default!(Option<PkeyKind>, "NULL"),
    drop_old_pkey_col: default!(Option<bool>, "false"),
) -> Result<(), ErrorReport> {
    let table = super::not_null("tab_id", tab_id)?.0;
    let column = super::not_null("col_id", col_id)?;
    Ok(key::set_key_column(
        table,
        column,
        default_type.map(kind),
        drop_old_pkey_col.unwrap_or(false),
    )?)
}

/// The labels are those of the enum.
fn kind(PkeyKind(label): PkeyKind) -> KeyKind {
    match label.as_str() {
        "UUIDv4" => KeyKind::Uuid,
        _ => KeyKind::Identity,
    }
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn add_foreign_key_column(
    col_name: TextArgument,
    rel_id: Oid,
    frel_id: Oid,
    unique_link: default!(bool, false),
) -> Result<i16, ErrorReport> {
    Ok(link::add_column(&col_name.0, rel_id, frel_id, unique_link)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn add_mapping_table(
    sch_id: Oid,
    tab_name: TextArgument,
    mapping_columns: JsonArgument,
) -> Result<Oid, ErrorReport> {
    let columns: Vec<MappingColumn> =
        super::parse_definition(ManualPage::Definitions, "mapping_columns", &mapping_columns)?;
    Ok(link::add_table(sch_id, &tab_name.0, &columns)?.oid)
}
