//! Reading records: pages, single records, search, records by how they read, export.

use crate::error::Error;
use crate::pg::arguments::{JsonArgument, RegClass, TextArgument};
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

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.list_records_from_table(oid, integer, integer, jsonb, jsonb, jsonb, jsonb, boolean, jsonb) IS
$$A page of records of a table, view or foreign table, with previews of the rows that they link to.
Arguments: tab_id: the relation; limit_, offset_: which part, NULL for all; order_: [{"attnum", "direction": "asc" or "desc"}], to which the primary key is added; filter_: {"type": key, "args": [...]}; group_: {"columns": [attnum], "preproc": [key or null]}; joined_columns: [{"alias", "join_path"}]; return_record_summaries: whether the previews of the records themselves are told; table_record_summary_templates: {"<table OID>": template} to use instead of those that are stored. docs/records.md tells more.
Returns: {"count": of all rows, whatever the bounds, "results": [{"<attnum>": value}], "grouping", "linked_record_summaries": {"<attnum>": {"<key>": text}}, "record_summaries": {"<key>": text}, "joined_record_summaries"}. Only columns that the current role may read are told.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type; 42703 unknown column; 42501 no SELECT on a column; 22023 an unknown filter or direction, or a document of another shape; 22P02 and others of PostgreSQL for a literal that the type of its column does not take.
Example: SELECT msar.list_records_from_table('app.book'::regclass, 50, 0, '[{"attnum": 2, "direction": "asc"}]', NULL, NULL);$$;
"#,
    name = "comment_list_records_from_table",
    requires = [list_records_from_table]
);

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

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.get_record_from_table(oid, anycompatible, jsonb, boolean, jsonb) IS
$$One record, by its primary key.
Arguments: tab_id: the table; rec_id: the value of its key column, of any type; for a key of several columns, a JSON object {"<attnum>": value}; joined_columns, return_record_summaries, table_record_summary_templates: as for msar.list_records_from_table.
Returns: as msar.list_records_from_table; "count" 0 and "results" [] if there is no such record.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type; 55000 the table has no primary key, or the current role may not read it; 22023 the key lacks a column, or names another; 22P02 and others of PostgreSQL for a value that the type of the key does not take.
Example: SELECT msar.get_record_from_table('app.book'::regclass, 1);$$;
"#,
    name = "comment_get_record_from_table",
    requires = [get_record_from_table]
);

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

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.search_records_from_table(oid, jsonb, integer, integer, boolean, jsonb) IS
$$Records in which texts are found, best first.
Arguments: tab_id: the relation; search_: [{"attnum", "literal"}]: a text is looked for in the text of each column, without regard to case and literally (% and _ mean themselves); equal counts 4, at the beginning 3, within 2; a JSON number in a column of numbers is equal (4) or not found; limit_, offset_: which part; return_record_summaries, table_record_summary_templates: as for msar.list_records_from_table.
Returns: {"count": of all records found, "results": [{"<attnum>": value}], "linked_record_summaries", "record_summaries"}. All records if search_ is empty.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type; 42703 unknown column; 42501 no SELECT on a column; 22023 a document of another shape.
Example: SELECT msar.search_records_from_table('app.book'::regclass, '[{"attnum": 2, "literal": "night"}]', 20);$$;
"#,
    name = "comment_search_records_from_table",
    requires = [search_records_from_table]
);

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
    search_: default!(Option<TextArgument>, "NULL"),
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
            .filter(|search| !search.0.is_empty())
            .map(|search| values.take_text(&search.0)),
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

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.list_by_record_summaries(oid, integer, integer, text, jsonb, jsonb) IS
$$Records by their previews, in the order of those: what a client shows to pick a record from.
Arguments: tab_id: the table; limit_, offset_: which part, NULL for all; search_: only previews that contain this text, without regard to case; table_record_summary_templates: as for msar.list_records_from_table; linked_record_path: {"record_pkey", "join_path"}: a record of another table and the way from there over a mapping table.
Returns: {"count": of all that match, "results": [{"key": value, or {"<attnum>": value} for a key of several columns, "summary": text}], "mapping": null, or {"join_table": its OID, "joined_values": {"<key>": [keys of the rows of the mapping table that link that record]}}}. Count 0 for a table without a primary key.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type; P0001 a path that has not two steps or does not lead to the table; 42703 unknown column; 22023 a document of another shape.
Example: SELECT msar.list_by_record_summaries('app.author'::regclass, 20, 0, 'woolf');$$;
"#,
    name = "comment_list_by_record_summaries",
    requires = [list_by_record_summaries]
);

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

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.get_table_columns_and_records(oid, integer, integer, jsonb, jsonb) IS
$$All records of a relation, one a row, for an export. Rows are made as they are fetched, in the target list of a query or through a cursor.
Arguments: tab_id: the relation; limit_, offset_: which part, NULL for all; order_, filter_: as for msar.list_records_from_table.
Returns: rows: first {"<attnum>": name of the column}, then {"<attnum>": value} for each record.
Errors: as msar.list_records_from_table.
Example: SELECT msar.get_table_columns_and_records('app.book'::regclass, NULL, NULL, NULL, NULL);$$;
"#,
    name = "comment_get_table_columns_and_records",
    requires = [get_table_columns_and_records]
);

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

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.list_records(regclass, jsonb) IS
$$A page of records of a table, view or foreign table, with previews of the rows that they link to, as a client wants it.
Arguments: tab_id: the relation; options: {"limit": 50, "offset": 0, or "after": key of the last row of the page before, "order": [{"attnum" or "column", "direction", "nulls"}], "filter": {"type", "args"}, "group": {"columns", "preproc"}, "columns": only these, "count": "exact", "estimated" or "none", "previews": true, false or a list of columns, "record_summaries": false, "numbers": "json" or "text", "dates": "contract" or "iso"}, none of them needed. msar.list_records_schema() gives its JSON Schema, docs/records.md tells more.
Returns: {"count", "results": [{"<attnum>": value}], "grouping", "linked_record_summaries", "record_summaries", "next": the key to pass as "after" for the next page, or null}.
Errors: as msar.list_records_from_table; 55000 "after" for a table without a primary key; P0002 the row of "after" is not there, and the order is not by the key alone; 22023 an unknown option.
Example: SELECT msar.list_records('app.book', '{"limit": 20, "order": [{"column": "title"}], "count": "none"}');$$;
"#,
    name = "comment_list_records",
    requires = [list_records]
);

#[pg_extern(schema = "msar", immutable, strict, parallel_safe)]
fn list_records_schema() -> Result<Jsonb, ErrorReport> {
    let schema: &RawValue = serde_json::from_str(options::SCHEMA).map_err(Error::Serialization)?;
    Ok(Jsonb::new(&schema)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.list_records_schema() IS
$$What msar.list_records takes and returns.
Returns: a JSON Schema (draft 2020-12), with "options" and "result" among its "$defs".
Errors: none.
Example: SELECT jsonb_pretty(msar.list_records_schema());$$;
"#,
    name = "comment_list_records_schema",
    requires = [list_records_schema]
);
