//! Definitions in SQL: as composite types of `__msar`, and the types and casts that definitions name. See
//! `sql/install/definitions.sql`.

use crate::definition::alteration::CastOptions;
use crate::definition::column::ColumnDefinition;
use crate::definition::constraint::ConstraintDefinition;
use crate::definition::type_object::TypeObject;
use crate::error::ManualPage;
use crate::pg::arguments::{JsonArgument, RegType, TextArgument};
use crate::pg::bytes::NewText;
use crate::pg::results::JsonbResult;
use crate::tables::{cast, column_type, composite};
use pgrx::pg_sys::Oid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/definitions.sql",
    requires = [resolved_col_defs, resolved_con_defs]
);
extension_sql_file!(
    "../../sql/manual/definitions.sql",
    name = "definitions_manual",
    requires = [
        "definitions",
        type_in_full,
        cast_expression,
        resolved_col_defs,
        resolved_con_defs
    ]
);

#[pg_extern(schema = "__msar", stable, strict, parallel_safe)]
fn type_in_full(r#type: JsonArgument) -> Result<NewText, ErrorReport> {
    let definition: TypeObject = super::parse_definition(ManualPage::Definitions, "type", &r#type)?;
    let resolved = column_type::resolve_type(Some(&definition))?;
    Ok(NewText::encode(&column_type::to_sql(resolved)?))
}

#[pg_extern(schema = "__msar", stable, parallel_safe)]
fn cast_expression(
    value: Option<TextArgument>,
    source: Option<RegType>,
    target: Option<RegType>,
    options: Option<JsonArgument>,
) -> Result<Option<NewText>, ErrorReport> {
    let (Some(value), Some(source), Some(target)) = (value, source, target) else {
        return Ok(None);
    };
    let options: Option<CastOptions> = super::read_optional(ManualPage::Definitions, "options", options)?;
    let sql = cast::compile_cast(&value.0, source.0, target.0, &options.unwrap_or_default())?;
    Ok(Some(NewText::encode(&sql)))
}

#[pg_extern(schema = "__msar", stable, parallel_unsafe)]
fn resolved_col_defs(
    tab_id: Option<Oid>,
    col_defs: Option<JsonArgument>,
) -> Result<JsonbResult, ErrorReport> {
    let columns: Option<Vec<ColumnDefinition>> =
        super::read_optional(ManualPage::Definitions, "col_defs", col_defs)?;
    Ok(JsonbResult::new(&composite::compose_columns(
        tab_id,
        &columns.unwrap_or_default(),
    )?)?)
}

#[pg_extern(schema = "__msar", stable, parallel_unsafe)]
fn resolved_con_defs(
    tab_id: Option<Oid>,
    con_defs: Option<JsonArgument>,
) -> Result<JsonbResult, ErrorReport> {
    let constraints: Option<Vec<ConstraintDefinition>> =
        super::read_optional(ManualPage::Definitions, "con_defs", con_defs)?;
    Ok(JsonbResult::new(&composite::compose_constraints(
        tab_id,
        &constraints.unwrap_or_default(),
    )?)?)
}
