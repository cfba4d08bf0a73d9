//! Creating, changing and dropping tables.

use crate::definition::alteration::TableAlteration;
use crate::error::{Error, ManualPage};
use crate::explorations::view_keeping::with_views_aside;
use crate::pg::arguments::{JsonArgument, RegRole, TextArgument};
use crate::pg::bytes::NewText;
use crate::pg::results::JsonbResult;
use crate::tables::aside::ChangedPart;
use crate::tables::create::NewTable;
use crate::tables::{alter, drop, table};
use pgrx::pg_sys::Oid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/tables.sql",
    name = "tables_manual",
    requires = [add_mathesar_table, alter_table, drop_table]
);

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
#[allow(clippy::too_many_arguments, reason = "those that clients pass")]
fn add_mathesar_table(
    sch_id: Option<Oid>,
    tab_name: Option<TextArgument>,
    pk_col_def: Option<JsonArgument>,
    col_defs: Option<JsonArgument>,
    con_defs: Option<JsonArgument>,
    own_id: Option<RegRole>,
    comment_: Option<TextArgument>,
) -> Result<JsonbResult, ErrorReport> {
    let name = tab_name.map(|name| name.0);
    let comment = comment_.map(|comment| comment.0);
    let table = NewTable {
        schema: super::not_null("sch_id", sch_id)?,
        name: name.as_deref(),
        key: super::read_optional(ManualPage::Definitions, "pk_col_def", pk_col_def)?,
        columns: super::read_optional(ManualPage::Definitions, "col_defs", col_defs)?.unwrap_or_default(),
        constraints: super::read_optional(ManualPage::Definitions, "con_defs", con_defs)?.unwrap_or_default(),
        owner: own_id.map(|role| role.0),
        comment: comment.as_deref(),
    };
    Ok(JsonbResult::new(&table.create()?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn alter_table(tab_id: Oid, tab_alters: JsonArgument) -> Result<Option<NewText>, ErrorReport> {
    let alteration: TableAlteration =
        super::parse_definition(ManualPage::Definitions, "tab_alters", &tab_alters)?;
    let part = ChangedPart::refused_in_views(tab_id, &alteration.columns);
    let altered = with_views_aside(tab_id, &part, || {
        alter::alter_table(tab_id, &alteration, alter::MathesarKey::Kept)
    });
    match altered {
        Err(Error::UnknownRelation(relation)) if relation == tab_id => return Ok(None),
        outcome => outcome?,
    }
    Ok(Some(NewText::encode(&table::print_relation(tab_id)?)))
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn drop_table(tab_id: Oid, cascade_: bool) -> Result<NewText, ErrorReport> {
    let dropped = with_views_aside(tab_id, &ChangedPart::Relation, || {
        drop::drop_table(tab_id, cascade_)
    })?;
    Ok(NewText::encode(&dropped))
}
