//! Rows that were just written, as writes return them.

use super::key::RecordKey;
use super::page_request::{Count, Members, PageRequest, RowSelection};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::plan::{JsonbDatum, Sees};
use crate::statements::{self, Values};
use serde_json::value::RawValue;

/// The row with a key (JSON: the value of a single column, or an object `{attnum: value}`), as it is after what this
/// call wrote: `{"results", "record_summaries", "linked_record_summaries"}`. `templates` is what the call has for
/// `table_record_summary_templates`, unless that is null.
pub(crate) fn by_key(
    relation: Oid,
    key: Box<RawValue>,
    record_summaries: bool,
    templates: Option<String>,
) -> Result<JsonbDatum, Error> {
    let mut values = Values::default();
    let rows = RowSelection::WithKey(RecordKey::of_json(key, &mut values));
    let request = PageRequest {
        record_summaries,
        templates,
        count: Count::None,
        ..PageRequest::new(relation, rows, Members::Written)
    };
    let (document, _) = statements::statement_for(request)?.run(&values, Sees::OwnWrites)?;
    Ok(document)
}
