//! Running explorations: from documents to results.

use super::error::ExplorationError;
use super::model::Exploration;
use super::node::{Node, ObjectMembers};
use super::readable::{self, Titles};
use super::result::{PageOptions, ResultMembers, RunRequest};
use crate::catalog::{Catalog, consistent};
use crate::error::{Error, ManualPage};
use crate::pg::plan::{JsonDatum, Sees};
use crate::pg::{caller, column_type, own_casts};
use crate::records::options::OFFSET_AND_AFTER;
use crate::records::page_request::Count;
use crate::records::value::{Dates, Forms, Numbers};
use crate::statements::{self, Literal, Parameters, Values};
use std::cell::Cell;
use std::rc::Rc;

/// The rows that a result has unless a limit is passed.
const USUAL_LIMIT: i64 = 100;

/// The options of a run.
pub(crate) struct RunOptions {
    pub(crate) page: PageOptions,
    limit: Literal,
    offset: Literal,
}

impl RunOptions {
    /// Reads `options`; its values go into `values`. Keys that are not asked for here are left to the caller.
    pub(crate) fn parse(options: &Node, values: &mut Values) -> Result<Self, Error> {
        Self::parse_rest(options.object()?, values)
    }

    /// The same for an object of which some members were taken.
    pub(crate) fn parse_rest(mut members: ObjectMembers, values: &mut Values) -> Result<Self, Error> {
        let limit = members.take_present("limit");
        let offset = members.take_present("offset");
        let count = members
            .take("count")
            .map(|node| decode_word(&node, "\"exact\", \"estimated\" or \"none\""));
        let numbers = members
            .take("numbers")
            .map(|node| decode_word(&node, "\"json\" or \"text\""));
        let dates = members
            .take("dates")
            .map(|node| decode_word(&node, "\"contract\" or \"iso\""));
        let previews = members.take("previews").map(|node| node.boolean());
        let display = members.take("display").map(|node| node.boolean());
        let is_compatible = members.take("compat").map(|node| node.boolean());
        let after = members.take("after");
        members.finish()?;
        let rows = |node: &Option<Node>| match node {
            Some(node) if !node.is_null() => node.not_negative().map(Some),
            _ => Ok(None),
        };
        // No limit, and a limit of none, are no limit; so is an offset.
        let limit_rows = match &limit {
            None => Some(USUAL_LIMIT),
            some => rows(some)?.filter(|&limit| limit > 0),
        };
        let offset_rows = rows(&offset)?.filter(|&offset| offset > 0);
        if after.is_some() && offset_rows.is_some() {
            return Err(ExplorationError::Invalid {
                path: "options".into(),
                problem: OFFSET_AND_AFTER.into(),
                hint: "A page begins after a row, or at a number of rows.",
            }
            .into());
        }
        let is_compatible = is_compatible.transpose()?.unwrap_or(false);
        let display = display.transpose()?.unwrap_or(false);
        if is_compatible && display {
            return Err(ExplorationError::Invalid {
                path: "options".into(),
                problem: "\"compat\" and \"display\" exclude each other".into(),
                hint: "Results in the contract's form have only the values.",
            }
            .into());
        }
        let given = |node: Option<Node>, usual: i64, values: &mut Values| match node {
            Some(node) => values.take(node.raw()),
            None => values.take_number(usual),
        };
        let after = match after {
            None => None,
            Some(after) => Some(
                after
                    .array()?
                    .into_iter()
                    .map(|node| match node.is_array() || node.is_object() {
                        true => Err(node.must_be("a string or null")),
                        false => Ok(values.take(node.raw())),
                    })
                    .collect::<Result<Vec<_>, _>>()?,
            ),
        };
        Ok(Self {
            page: PageOptions {
                limit: limit_rows,
                offset: offset_rows.map(|offset| values.take_number(offset)),
                after,
                count: count.transpose()?.unwrap_or(Count::Exact),
                forms: Forms {
                    numbers: numbers.transpose()?.unwrap_or(Numbers::Json),
                    dates: dates.transpose()?.unwrap_or(Dates::Contract),
                    ..Forms::CONTRACT
                },
                previews: previews.transpose()?.unwrap_or(false),
                display,
                is_compatible,
            },
            limit: given(limit, USUAL_LIMIT, values),
            offset: given(offset, 0, values),
        })
    }
}

/// One of a few words.
fn decode_word<T: serde::de::DeserializeOwned>(node: &Node, expected: &'static str) -> Result<T, Error> {
    serde_json::from_str(node.json()).map_err(|_| node.must_be(expected))
}

/// Runs an exploration.
pub(crate) fn run_exploration(document: &str, options: &str) -> Result<JsonDatum, Error> {
    let mut values = Values::default();
    let document = Node::parse(ManualPage::Explorations, "", document)?;
    let exploration = Exploration::parse(&document, &mut values)?;
    let options = RunOptions::parse(
        &Node::parse(ManualPage::Explorations, "options", options)?,
        &mut values,
    )?;
    let request = RunRequest {
        exploration,
        more_steps: Vec::new(),
        members: ResultMembers::Whole {
            document: values.take(document.raw()),
            limit: options.limit,
            offset: options.offset,
        },
        page: options.page,
    };
    let (document, _) = statements::statement_for(request)?.run(&values, Sees::WhatCallerSees)?;
    Ok(document.into_json())
}

/// Compiles an exploration as far as PostgreSQL prepares it. Fails with what is wrong with it.
pub(crate) fn check_exploration(document: &str) -> Result<(), Error> {
    let mut values = Values::default();
    let exploration = Exploration::parse(&Node::parse(ManualPage::Explorations, "", document)?, &mut values)?;
    let request = RunRequest {
        exploration,
        more_steps: Vec::new(),
        page: PageOptions::default(),
        members: ResultMembers::Shared,
    };
    statements::statement_for(request).map(|_| ())
}

/// Compiles an exploration, but does not let PostgreSQL see it.
pub(crate) fn compile_exploration(document: &str) -> Result<(), Error> {
    sql(document, None, Titles::Aliases).map(|_| ())
}

/// An exploration as a statement with the values in it, and the alias and the title of each of its columns.
pub(crate) fn sql(
    document: &str,
    options: Option<&str>,
    titles: Titles,
) -> Result<(String, Vec<(String, String)>), Error> {
    sql_with(document, options, titles, &Values::inline)
}

/// The same, for a view that is made again without anybody having asked to run the exploration: PostgreSQL reads the literals
/// in it as the current role, which may run code of the owners of their types.
pub(crate) fn sql_of_trusted_types(document: &str) -> Result<String, Error> {
    let refused = Rc::new(Cell::new(None));
    let role = caller::current_role();
    let parameters = |values: Rc<Values>| {
        let refused = Rc::clone(&refused);
        values.inline_if(move |type_oid| {
            let may_be_read = own_casts::may_be_read_by(role, type_oid);
            if !may_be_read {
                refused.set(Some(type_oid));
            }
            may_be_read
        })
    };
    let (sql, _) = sql_with(document, None, Titles::DisplayNames, &parameters)?;
    match refused.get() {
        None => Ok(sql),
        Some(type_oid) => Err(ExplorationError::Invalid {
            path: "transformations".into(),
            problem: format!(
                "reading a value of type {} may run code of the type's owner",
                column_type::qualified_name(type_oid, -1).unwrap_or_default()
            ),
            hint: "Save the exploration again, which makes its view.",
        }
        .into()),
    }
}

fn sql_with(
    document: &str,
    options: Option<&str>,
    titles: Titles,
    parameters: &dyn Fn(Rc<Values>) -> Parameters,
) -> Result<(String, Vec<(String, String)>), Error> {
    let mut values = Values::default();
    let exploration = Exploration::parse(&Node::parse(ManualPage::Explorations, "", document)?, &mut values)?;
    let page = match options {
        Some(options) => {
            let options = Node::parse(ManualPage::Explorations, "options", options)?;
            let mut members = options.object()?;
            let is_limited = members.take_present("limit").is_some();
            let mut page = RunOptions::parse(&options, &mut values)?.page;
            if !is_limited {
                page.limit = None;
            }
            Some(page)
        }
        None => None,
    };
    let values = Rc::new(values);
    consistent::read_consistently(|catalog: &Catalog| {
        readable::readable_sql(
            catalog,
            &exploration,
            &[],
            parameters(Rc::clone(&values)),
            titles,
            page.as_ref(),
        )
    })
}
