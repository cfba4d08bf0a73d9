//! Requests from the separate arguments that the functions of Mathesar's contract take.
//!
//! Both front doors decode their parameters into these structs; a member that is `None` was not passed or is NULL.

use super::error::{FILTER_SHAPE, ORDER_SHAPE, RecordError};
use super::export::ExportRequest;
use super::filter::Filter;
use super::filter_document::FilterDocument;
use super::group::{Grouping, GroupingDocument};
use super::joined::{JoinPath, JoinedColumn};
use super::key::RecordKey;
use super::options;
use super::order::{OrderDocument, OrderItem};
use super::page_request::{Bounds, Members, PageRequest, RowSelection};
use super::search::TermDocument;
use super::summaries::{LinkedPath, SummaryRequest};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::arguments::JsonArgument;
use crate::pg::cursor::Cursor;
use crate::pg::plan::{JsonbDatum, Sees};
use crate::statements::{self, Values};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The parts of a page besides the columns of its rows.
#[derive(Default)]
pub(crate) struct Extras {
    pub(crate) joined_columns: Option<JsonArgument>,
    pub(crate) record_summaries: bool,
    pub(crate) templates: Option<JsonArgument>,
}

impl Extras {
    fn add_to(self, request: PageRequest) -> Result<PageRequest, Error> {
        Ok(PageRequest {
            joined: joined_columns(self.joined_columns)?,
            record_summaries: self.record_summaries,
            templates: templates(self.templates),
            ..request
        })
    }
}

/// Which part of the rows.
#[derive(Default, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) limit: Option<i32>,
    pub(crate) offset: Option<i32>,
}

impl Part {
    fn bounds(self, values: &mut Values) -> Result<Bounds, Error> {
        Ok(Bounds {
            limit: self
                .limit
                .map(|limit| options::not_negative("limit_", limit.into()))
                .transpose()?,
            offset: options::offset("offset_", self.offset.map(i64::from), values)?,
            after: None,
        })
    }
}

/// The records of a relation that pass a filter, in an order, maybe in groups.
pub(crate) fn list_records(
    relation: Oid,
    part: Part,
    order: Option<JsonArgument>,
    filter: Option<JsonArgument>,
    group: Option<JsonArgument>,
    extras: Extras,
) -> Result<JsonbDatum, Error> {
    let mut values = Values::default();
    let rows = RowSelection::Filtered(decode_filter(filter, &mut values)?);
    let request = PageRequest {
        bounds: part.bounds(&mut values)?,
        group: decode_group(group)?,
        order: decode_order(order)?,
        ..PageRequest::new(relation, rows, Members::Listed)
    };
    run_page(extras.add_to(request)?, &values)
}

/// The record with a key. `key` makes it, with its values.
pub(crate) fn get_record(
    relation: Oid,
    key: impl FnOnce(&mut Values) -> RecordKey,
    extras: Extras,
) -> Result<JsonbDatum, Error> {
    let mut values = Values::default();
    let rows = RowSelection::WithKey(key(&mut values));
    let request = PageRequest::new(relation, rows, Members::Listed);
    run_page(extras.add_to(request)?, &values)
}

/// The records in which texts are found, best first.
pub(crate) fn search(
    relation: Oid,
    terms: Option<JsonArgument>,
    part: Part,
    extras: Extras,
) -> Result<JsonbDatum, Error> {
    const HINT: &str = "Pass [{\"attnum\": number, \"literal\": any}, ...].";
    let mut values = Values::default();
    let terms: Option<Vec<TermDocument>> = match terms {
        Some(terms) => terms.decode("search_", HINT)?,
        None => None,
    };
    let terms = terms.unwrap_or_default().into_iter();
    let rows = RowSelection::Found(terms.map(|term| term.into_term(&mut values)).collect());
    let request = PageRequest {
        bounds: part.bounds(&mut values)?,
        ..PageRequest::new(relation, rows, Members::Searched)
    };
    run_page(extras.add_to(request)?, &values)
}

/// The argument `linked_record_path`.
#[derive(Deserialize)]
#[serde(expecting = "a path from a record")]
struct LinkedPathDocument {
    record_pkey: Box<RawValue>,
    join_path: JoinPath,
}

/// The records of a relation by how they read.
pub(crate) fn list_summaries(
    relation: Oid,
    part: Part,
    search: Option<&str>,
    templates_passed: Option<JsonArgument>,
    linked_path: Option<JsonArgument>,
) -> Result<JsonbDatum, Error> {
    const HINT: &str = "Pass {\"record_pkey\": key, \"join_path\": [[[table OID, attnum], [mapping table's OID, attnum]], [[mapping table's OID, attnum], [tab_id, attnum]]]}.";
    let mut values = Values::default();
    let Bounds { limit, offset, .. } = part.bounds(&mut values)?;
    let linked: Option<LinkedPathDocument> = match linked_path {
        Some(path) => path.decode("linked_record_path", HINT)?,
        None => None,
    };
    let request = SummaryRequest {
        relation,
        limit,
        offset,
        search: search
            .filter(|search| !search.is_empty())
            .map(|search| values.take_text(search)),
        templates: templates(templates_passed),
        linked: linked.map(|linked| LinkedPath {
            record: RecordKey::of_json(linked.record_pkey, &mut values),
            path: linked.join_path,
        }),
    };
    let (document, _) = statements::statement_for(request)?.run(&values, Sees::WhatCallerSees)?;
    Ok(document)
}

/// All records of a relation, one by one.
pub(crate) fn export(
    relation: Oid,
    part: Part,
    order: Option<JsonArgument>,
    filter: Option<JsonArgument>,
) -> Result<Cursor, Error> {
    let mut values = Values::default();
    let filter = decode_filter(filter, &mut values)?;
    let Bounds { limit, offset, .. } = part.bounds(&mut values)?;
    let request = ExportRequest {
        relation,
        filter,
        order: decode_order(order)?,
        limit,
        offset,
    };
    super::export::rows(request, &values)
}

fn run_page(request: PageRequest, values: &Values) -> Result<JsonbDatum, Error> {
    let (document, _) = statements::statement_for(request)?.run(values, Sees::WhatCallerSees)?;
    Ok(document)
}

fn decode_filter(filter: Option<JsonArgument>, values: &mut Values) -> Result<Option<Filter>, Error> {
    let Some(filter) = filter else {
        return Ok(None);
    };
    let document: Option<FilterDocument> = filter.decode("filter_", FILTER_SHAPE)?;
    Ok(document
        .map(|document| document.into_filter(values))
        .transpose()?)
}

fn decode_order(order: Option<JsonArgument>) -> Result<Vec<OrderItem>, Error> {
    let Some(order) = order else {
        return Ok(Vec::new());
    };
    let items: Option<Vec<OrderDocument>> = order.decode("order_", ORDER_SHAPE)?;
    let items = items.unwrap_or_default().into_iter();
    let items: Result<_, RecordError> = items.map(OrderDocument::into_order_item).collect();
    Ok(items?)
}

fn decode_group(group: Option<JsonArgument>) -> Result<Option<Grouping>, Error> {
    const HINT: &str = "Pass {\"columns\": [attnum, ...], \"preproc\": [filter key or null, ...]}.";
    let Some(group) = group else {
        return Ok(None);
    };
    let document: Option<GroupingDocument> = group.decode("group_", HINT)?;
    Ok(document
        .map(GroupingDocument::into_grouping)
        .transpose()?
        .flatten())
}

fn joined_columns(columns: Option<JsonArgument>) -> Result<Vec<JoinedColumn>, Error> {
    const HINT: &str = "Pass [{\"alias\": name, \"join_path\": [[[table OID, attnum], [next table's OID, attnum]], ...]}, ...].";
    let Some(columns) = columns else {
        return Ok(Vec::new());
    };
    let columns: Option<Vec<JoinedColumn>> = columns.decode("joined_columns", HINT)?;
    Ok(columns.unwrap_or_default())
}

/// Templates, unless they are null.
fn templates(templates: Option<JsonArgument>) -> Option<String> {
    templates
        .map(JsonArgument::into_text)
        .filter(|templates| templates != "null")
}
