//! Reading records: pages, single records, search, records by how they read, export.

use crate::error::Error;
use crate::pg::arguments::{JsonArgument, RegClass};
use crate::pg::cursor::Cursor;
use crate::pg::parameter::AnyValue;
use crate::pg::plan::{JsonbDatum, Sees};
use crate::pg::results::Jsonb;
use crate::records::document::Linked;
use crate::records::error::FILTER_SHAPE;
use crate::records::filter::FilterDocument;
use crate::records::group::GroupingDocument;
use crate::records::joined::{JoinPath, JoinedColumn};
use crate::records::key::Key;
use crate::records::list::{Bounds, Count, Members, Request, Rows};
use crate::records::options::{self, Options};
use crate::records::order::{OrderDocument, OrderItem};
use crate::records::search::TermDocument;
use crate::records::summaries::{self, LinkedPath};
use crate::records::{export, value::Forms};
use crate::statements::kept::{self, Shape};
use crate::statements::values::Values;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

extension_sql_file!(
    "../../sql/manual/records.sql",
    name = "records_manual",
    requires = [
        list_records_from_table,
        get_record_from_table,
        search_records_from_table,
        list_by_record_summaries,
        get_table_columns_and_records,
        list_records,
        list_records_schema
    ]
);

/// The parts of a request that several functions take as arguments of their own.
struct Arguments {
    relation: pg_sys::Oid,
    values: Values,
}

impl Arguments {
    fn new(relation: Option<pg_sys::Oid>) -> Self {
        Self {
            relation: relation.unwrap_or(pg_sys::Oid::INVALID),
            values: Values::default(),
        }
    }

    fn filter(
        &mut self,
        filter: Option<JsonArgument>,
    ) -> Result<Option<crate::records::filter::Filter>, Error> {
        let Some(filter) = filter else {
            return Ok(None);
        };
        let document: Option<FilterDocument> = filter.decode("filter_", FILTER_SHAPE)?;
        Ok(document
            .map(|document| document.parse(&mut self.values))
            .transpose()?)
    }

    fn bounds(&mut self, limit: Option<i32>, offset: Option<i32>) -> Result<Bounds, Error> {
        Ok(Bounds {
            limit: limit
                .map(|limit| options::not_negative("limit_", limit.into()))
                .transpose()?,
            offset: options::offset("offset_", offset.map(i64::from), &mut self.values)?,
            after: None,
        })
    }

    /// A request with nothing but its rows and bounds.
    fn request(&self, rows: Rows, bounds: Bounds, members: Members) -> Request {
        Request {
            relation: self.relation,
            rows,
            columns: None,
            order: Vec::new(),
            bounds,
            group: None,
            joined: Vec::new(),
            linked: Linked::All,
            record_summaries: false,
            templates: None,
            count: Count::Exact,
            forms: Forms::default(),
            members,
        }
    }
}

fn order(order: Option<JsonArgument>) -> Result<Vec<OrderItem>, Error> {
    const HINT: &str = "Pass [{\"attnum\": number, \"direction\": \"asc\" or \"desc\"}, ...].";
    let Some(order) = order else {
        return Ok(Vec::new());
    };
    let items: Option<Vec<OrderDocument>> = order.decode("order_", HINT)?;
    Ok(items
        .unwrap_or_default()
        .into_iter()
        .map(OrderDocument::parse)
        .collect::<Result<_, _>>()?)
}

fn joined(columns: Option<JsonArgument>) -> Result<Vec<JoinedColumn>, Error> {
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

fn read(request: Request, values: &Values) -> Result<JsonbDatum, Error> {
    Ok(kept::statement_for(Shape::List(request))?
        .run(values, Sees::WhatCallerSees)?
        .0)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
#[allow(clippy::too_many_arguments, reason = "those that clients pass")]
fn list_records_from_table(
    tab_id: Option<pg_sys::Oid>,
    limit_: Option<i32>,
    offset_: Option<i32>,
    order_: Option<JsonArgument>,
    filter_: Option<JsonArgument>,
    group_: Option<JsonArgument>,
    joined_columns: default!(Option<JsonArgument>, "NULL"),
    return_record_summaries: default!(Option<bool>, "false"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    const HINT: &str = "Pass {\"columns\": [attnum, ...], \"preproc\": [filter key or null, ...]}.";
    let mut arguments = Arguments::new(tab_id);
    let rows = Rows::Filtered(arguments.filter(filter_)?);
    let bounds = arguments.bounds(limit_, offset_)?;
    let group: Option<GroupingDocument> = match group_ {
        Some(group) => group.decode("group_", HINT)?,
        None => None,
    };
    let request = Request {
        order: order(order_)?,
        group: group
            .map(GroupingDocument::parse)
            .transpose()
            .map_err(Error::from)?
            .flatten(),
        joined: joined(joined_columns)?,
        record_summaries: return_record_summaries.unwrap_or(false),
        templates: templates(table_record_summary_templates),
        ..arguments.request(rows, bounds, Members::Listed)
    };
    Ok(read(request, &arguments.values)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn get_record_from_table(
    tab_id: Option<pg_sys::Oid>,
    rec_id: Option<AnyValue>,
    joined_columns: default!(Option<JsonArgument>, "NULL"),
    return_record_summaries: default!(Option<bool>, "false"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    let mut arguments = Arguments::new(tab_id);
    let key = match rec_id {
        Some(value) => Key::of_value(&value.text, value.is_json, &mut arguments.values),
        None => Key::null(&mut arguments.values),
    };
    let request = Request {
        joined: joined(joined_columns)?,
        record_summaries: return_record_summaries.unwrap_or(false),
        templates: templates(table_record_summary_templates),
        ..arguments.request(Rows::WithKey(key), Bounds::default(), Members::Listed)
    };
    Ok(read(request, &arguments.values)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn search_records_from_table(
    tab_id: Option<pg_sys::Oid>,
    search_: Option<JsonArgument>,
    limit_: Option<i32>,
    offset_: default!(Option<i32>, "0"),
    return_record_summaries: default!(Option<bool>, "false"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    const HINT: &str = "Pass [{\"attnum\": number, \"literal\": any}, ...].";
    let mut arguments = Arguments::new(tab_id);
    let terms: Option<Vec<TermDocument>> = match search_ {
        Some(search) => search.decode("search_", HINT)?,
        None => None,
    };
    let terms = terms.unwrap_or_default().into_iter();
    let terms = terms.map(|term| term.take(&mut arguments.values)).collect();
    let bounds = arguments.bounds(limit_, offset_)?;
    let request = Request {
        record_summaries: return_record_summaries.unwrap_or(false),
        templates: templates(table_record_summary_templates),
        ..arguments.request(Rows::Found(terms), bounds, Members::Searched)
    };
    Ok(read(request, &arguments.values)?)
}

/// The argument `linked_record_path`.
#[derive(Deserialize)]
#[serde(expecting = "a way from a record")]
struct LinkedPathDocument {
    record_pkey: Box<RawValue>,
    join_path: JoinPath,
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn list_by_record_summaries(
    tab_id: Option<pg_sys::Oid>,
    limit_: Option<i32>,
    offset_: Option<i32>,
    search_: default!(Option<String>, "NULL"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
    linked_record_path: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    const HINT: &str = "Pass {\"record_pkey\": key, \"join_path\": [[[table OID, attnum], [mapping table's OID, attnum]], [[mapping table's OID, attnum], [tab_id, attnum]]]}.";
    let mut arguments = Arguments::new(tab_id);
    let Bounds { limit, offset, .. } = arguments.bounds(limit_, offset_)?;
    let linked: Option<LinkedPathDocument> = match linked_record_path {
        Some(path) => path.decode("linked_record_path", HINT)?,
        None => None,
    };
    let values = &mut arguments.values;
    let request = summaries::Request {
        relation: arguments.relation,
        limit,
        offset,
        search: search_
            .filter(|search| !search.is_empty())
            .map(|search| values.take_text(&search)),
        templates: templates(table_record_summary_templates),
        linked: linked.map(|linked| LinkedPath {
            record: Key::of_json(linked.record_pkey, values),
            path: linked.join_path,
        }),
    };
    Ok(kept::statement_for(Shape::Summaries(request))?
        .run(values, Sees::WhatCallerSees)?
        .0)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn get_table_columns_and_records(
    tab_id: Option<pg_sys::Oid>,
    limit_: Option<i32>,
    offset_: Option<i32>,
    order_: Option<JsonArgument>,
    filter_: Option<JsonArgument>,
) -> Result<SetOfIterator<'static, JsonbDatum>, ErrorReport> {
    let mut arguments = Arguments::new(tab_id);
    let filter = arguments.filter(filter_)?;
    let Bounds { limit, offset, .. } = arguments.bounds(limit_, offset_)?;
    let request = export::Request {
        relation: arguments.relation,
        filter,
        order: order(order_)?,
        limit,
        offset,
    };
    let rows: Cursor = export::rows(request, &arguments.values)?;
    Ok(SetOfIterator::new(rows))
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn list_records(
    tab_id: RegClass,
    options: default!(JsonArgument, "'{}'"),
) -> Result<JsonbDatum, ErrorReport> {
    const HINT: &str = "msar.list_records_schema() gives the JSON Schema of the options.";
    let mut values = Values::default();
    let options: Options = options.decode("options", HINT)?;
    let request = options.request(tab_id.0, &mut values)?;
    Ok(options::run(request, &values)?)
}

#[pg_extern(schema = "msar", immutable, strict, parallel_safe)]
fn list_records_schema() -> Result<Jsonb, ErrorReport> {
    let schema: &RawValue = serde_json::from_str(options::SCHEMA).map_err(Error::Serialization)?;
    Ok(Jsonb::new(&schema)?)
}
