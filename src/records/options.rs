//! The options of `msar.list_records`: one document, whose JSON Schema is in `list_records.schema.json`.

use super::document::{LARGE, Linked};
use super::error::RecordError;
use super::filter_document::FilterDocument;
use super::group::GroupingDocument;
use super::joined::JoinedColumn;
use super::key::RecordKey;
use super::order::OrderDocument;
use super::page_request::{Bounds, Count, Members, PageRequest, RowSelection};
use super::relation::ColumnReference;
use super::search::SearchDocument;
use super::value::{Dates, Forms, MemberKeys, Numbers};
use crate::catalog::Catalog;
use crate::definition::form::lenient;
use crate::error::Error;
use crate::json_words;
use crate::pg::Oid;
use crate::pg::plan::{JsonbDatum, Sees};
use crate::statements::{self, Literal, Values};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The options and the result as JSON Schema.
pub(crate) const SCHEMA: &str = include_str!("list_records.schema.json");

/// The options. One that is null is one that is left out, but for `limit`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[serde(expecting = "an object")]
pub(crate) struct RecordOptions {
    #[serde(deserialize_with = "lenient")]
    limit: Option<i64>,
    #[serde(deserialize_with = "lenient")]
    offset: Option<i64>,
    after: Option<Box<RawValue>>,
    order: Option<Vec<OrderDocument>>,
    filter: Option<FilterDocument>,
    group: Option<GroupingDocument>,
    columns: Option<Vec<ColumnReference>>,
    count: Option<Count>,
    previews: Option<Previews>,
    #[serde(deserialize_with = "lenient")]
    record_summaries: Option<bool>,
    numbers: Option<Numbers>,
    dates: Option<Dates>,
    keys: Option<MemberKeys>,
    search: Option<SearchDocument>,
    /// By default, where records have names.
    links: Option<bool>,
    display: Option<bool>,
    joined_columns: Option<Vec<JoinedColumn>>,
    large_values: Option<LargeValues>,
}

impl Default for RecordOptions {
    fn default() -> Self {
        Self {
            limit: Some(50),
            offset: None,
            after: None,
            order: None,
            filter: None,
            group: None,
            columns: None,
            count: None,
            previews: None,
            record_summaries: None,
            numbers: None,
            dates: None,
            keys: None,
            search: None,
            links: None,
            display: None,
            joined_columns: None,
            large_values: None,
        }
    }
}

/// How large a value may be to be returned.
#[derive(Deserialize)]
#[serde(untagged, expecting = "true, false or a number of bytes")]
enum LargeValues {
    All(bool),
    Upto(i64),
}

/// Which links get previews.
#[derive(Deserialize)]
#[serde(untagged, expecting = "true, false or a list of columns")]
enum Previews {
    All(bool),
    Of(Vec<ColumnReference>),
}

impl From<Previews> for Linked {
    fn from(previews: Previews) -> Self {
        match previews {
            Previews::All(true) => Linked::All,
            Previews::All(false) => Linked::None,
            Previews::Of(columns) => Linked::Of(columns),
        }
    }
}

/// What is wrong with a page that begins at two places.
pub(crate) const OFFSET_AND_AFTER: &str = "\"offset\" and \"after\" exclude each other";

impl RecordOptions {
    /// Reads the options of a call. (What is derived would take an array of their values, too.)
    pub(crate) fn parse(json: &str) -> Result<Self, Error> {
        let parsed = match json.trim_start().starts_with('[') {
            true => Err(json_words::ARRAY_OF_OPTIONS.to_owned()),
            false => serde_json::from_str(json).map_err(|problem| {
                let document = serde_json::Deserializer::from_str(json);
                json_words::describe_place_of::<Self, _>(&problem, document)
            }),
        };
        parsed.map_err(|problem| Error::InvalidArgument {
            argument: "options",
            problem,
            hint: "msar.list_records_schema() returns the JSON Schema of the options.",
        })
    }

    /// The request that they make; their values go into `values`.
    pub(crate) fn request(self, relation: Oid, values: &mut Values) -> Result<PageRequest, Error> {
        let after = self.after.filter(|after| after.get() != "null");
        let has_offset = self.offset.is_some_and(|offset| offset != 0);
        if after.is_some() && has_offset {
            Err(RecordError::Invalid {
                argument: "options",
                problem: OFFSET_AND_AFTER.into(),
                hint: "A page begins after a row, or at a number of rows: pass only one of them.",
            })?;
        }
        let filter = self.filter.map(|filter| filter.into_filter(values)).transpose()?;
        let order = self
            .order
            .unwrap_or_default()
            .into_iter()
            .map(OrderDocument::into_order_item)
            .collect::<Result<_, _>>()?;
        let keys = self.keys.unwrap_or_default();
        let search = self
            .search
            .map(|search| search.into_search(values))
            .transpose()?
            .flatten();
        let group = self
            .group
            .map(GroupingDocument::into_grouping)
            .transpose()?
            .flatten();
        Ok(PageRequest {
            columns: self.columns,
            order,
            bounds: Bounds {
                limit: self.limit.map(|limit| not_negative("limit", limit)).transpose()?,
                offset: offset("offset", self.offset, values)?,
                after: after.map(|after| RecordKey::of_json(after, values)),
            },
            group,
            joined: self.joined_columns.unwrap_or_default(),
            linked: self.previews.map_or(Linked::All, Linked::from),
            record_summaries: self.record_summaries.unwrap_or(false),
            count: self.count.unwrap_or_default(),
            forms: Forms::wanted(self.numbers, self.dates, self.keys),
            search,
            has_links: self.links.unwrap_or(keys == MemberKeys::Names),
            has_display: self.display.unwrap_or(false),
            largest_value: match self.large_values {
                None | Some(LargeValues::All(false)) => Some(LARGE),
                Some(LargeValues::All(true)) => None,
                Some(LargeValues::Upto(bytes)) => Some(bytes.max(0)),
            },
            ..PageRequest::new(relation, RowSelection::Filtered(filter), Members::Own)
        })
    }
}

/// Runs a request.
pub(crate) fn run_request(request: PageRequest, values: &Values) -> Result<JsonbDatum, Error> {
    let relation = request.relation;
    let is_after = request.bounds.after.is_some();
    let (document, is_there) = statements::statement_for(request)?.run(values, Sees::WhatCallerSees)?;
    if is_after && !is_there {
        let name = Catalog::of_statement().relation_name(relation)?;
        Err(RecordError::NoSuchRow {
            relation: name.parts().1.into(),
        })?;
    }
    Ok(document)
}

/// An offset that counts, as a value.
pub(crate) fn offset(
    name: &'static str,
    offset: Option<i64>,
    values: &mut Values,
) -> Result<Option<Literal>, RecordError> {
    let offset = offset
        .map(|offset| not_negative(name, offset))
        .transpose()?
        .filter(|&offset| offset != 0);
    Ok(offset.map(|offset| values.take_number(offset)))
}

/// A number of rows.
pub(crate) fn not_negative(name: &'static str, number: i64) -> Result<i64, RecordError> {
    if number < 0 {
        return Err(RecordError::Invalid {
            argument: name,
            problem: format!("{number} is negative"),
            hint: "Pass a number of rows, or null for no limit.",
        });
    }
    Ok(number)
}
