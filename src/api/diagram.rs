//! Diagrams of schemas, which are queries in SQL.

use crate::error::Error;
use crate::pg::arguments::TextArgument;
use crate::pg::names;
use pgrx::pg_sys::Oid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/diagram.sql",
    requires = ["schemas", diagram_format]
);
extension_sql_file!(
    "../../sql/manual/diagram.sql",
    name = "diagram_manual",
    requires = ["diagram"]
);

#[pg_extern(schema = "__msar", stable, parallel_safe)]
fn diagram_format(sch_id: Option<Oid>, format: Option<TextArgument>) -> Result<Option<String>, ErrorReport> {
    let Some(schema) = sch_id else { return Ok(None) };
    if names::of_schema(schema).is_none() {
        Err(Error::UnknownSchema(schema))?;
    }
    match format.map(|format| format.0.to_lowercase()) {
        None => Ok(Some("mermaid".into())),
        Some(format) if matches!(format.as_str(), "mermaid" | "dot") => Ok(Some(format)),
        Some(format) => Err(Error::InvalidArgument {
            argument: "format",
            problem: format!("\"{format}\" is unknown"),
            hint: "Pass \"mermaid\" or \"dot\".",
        })?,
    }
}
