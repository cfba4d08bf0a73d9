//! Reading a share by its slug: with the privileges of its role, and within the columns and rows that it shows.

use super::acting::ActingRole;
use super::error::SharingError;
use super::share::{map_filter, share_step};
use super::store;
use crate::error::{Error, ManualPage};
use crate::explorations::model::{Exploration, Transformation};
use crate::explorations::node::Node;
use crate::explorations::reference::{self, Placement, TableReferences};
use crate::explorations::result::{ResultMembers, RunRequest};
use crate::explorations::run::RunOptions;
use crate::explorations::store as storage;
use crate::explorations::stored::StoredExploration;
use crate::explorations::{expression, parse};
use crate::pg::Oid;
use crate::pg::as_role;
use crate::pg::plan::{JsonbDatum, Sees};
use crate::records::filter_document::FilterDocument;
use crate::records::options::RecordOptions;
use crate::records::page_request::{Count, Members, PageRequest, Restriction};
use crate::records::relation::ColumnReference;
use crate::statements::{self, Values};
use pgrx::prelude::PgSqlErrorCode;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// A share that is served.
#[derive(Deserialize)]
struct ServedShare {
    id: i64,
    table_oid: Option<u32>,
    refs: TableReferences,
    #[serde(flatten)]
    role: ActingRole,
    columns: Option<Value>,
    filter: Option<Box<RawValue>>,
    max_rows: Option<i64>,
    shows_previews: bool,
    settings: ShareSettings,
    exploration: Option<StoredExploration>,
}

/// The settings under which a share is read: those of the session that set its filter, whose values mean the same to every
/// visitor.
#[derive(Deserialize)]
struct ShareSettings {
    time_zone: String,
    date_style: String,
    interval_style: String,
}

/// The rows that a share shows.
pub(crate) fn read_share(slug: &str, options: &str) -> Result<JsonbDatum, Error> {
    let argument = json!({"slug": slug});
    // As text first: a flattened struct would not keep the text of its parts.
    let found: Option<Box<RawValue>> =
        storage::write_as_owner(|statements| statements.query(store::SHARE_BY_SLUG, &argument))?;
    let Some(found) = found.filter(|found| found.get() != "null") else {
        return Err(SharingError::NoShare.into());
    };
    let share = ServedShare::from_json(found.get())?;
    if !share.role.is_allowed() {
        return Err(SharingError::NoShare.into());
    }
    if as_role::can_write() {
        storage::write_as_owner(|statements| statements.run(store::COUNT_USE, &json!({"id": share.id})))?;
    }
    let ShareSettings {
        time_zone,
        date_style,
        interval_style,
    } = &share.settings;
    let settings = [
        (c"TimeZone", time_zone.as_str()),
        (c"DateStyle", date_style.as_str()),
        (c"IntervalStyle", interval_style.as_str()),
    ];
    let outcome = share
        .role
        .act(|| as_role::with_settings(&settings, || share.read_rows(options)));
    outcome.map_err(|problem| match problem.fields().sqlstate {
        // What the role may no longer read is shared no longer.
        PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE => SharingError::NoShare.into(),
        _ => SharingError::ForVisitor(problem.into()).into(),
    })
}

/// The planner's estimate is made from rows that are not shown.
fn exact(count: Count) -> Count {
    match count {
        Count::Estimated => Count::Exact,
        count => count,
    }
}

impl ServedShare {
    fn from_json(json: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct StoredShareParts {
            id: i64,
            table_oid: Option<u32>,
            refs: TableReferences,
            columns: Option<Value>,
            filter: Option<Box<RawValue>>,
            max_rows: Option<i64>,
            shows_previews: bool,
            exploration: Option<StoredExploration>,
        }
        let parts: StoredShareParts = serde_json::from_str(json).map_err(Error::UnreadableMetadata)?;
        Ok(Self {
            settings: serde_json::from_str(json).map_err(Error::UnreadableMetadata)?,
            role: serde_json::from_str(json).map_err(Error::UnreadableMetadata)?,
            id: parts.id,
            table_oid: parts.table_oid,
            refs: parts.refs,
            columns: parts.columns,
            filter: parts.filter,
            max_rows: parts.max_rows,
            shows_previews: parts.shows_previews,
            exploration: parts.exploration,
        })
    }

    fn read_rows(&self, options: &str) -> Result<JsonbDatum, Error> {
        match &self.exploration {
            Some(exploration) => self.read_exploration(exploration, options),
            None => self.read_table(options),
        }
    }

    fn limited(&self, wanted: Option<i64>) -> Option<i64> {
        match (self.max_rows, wanted) {
            (Some(most), Some(wanted)) => Some(most.min(wanted)),
            (most, wanted) => most.or(wanted),
        }
    }

    fn read_table(&self, options: &str) -> Result<JsonbDatum, Error> {
        let mut values = Values::default();
        let (table, restriction) = self.restriction(&mut values)?;
        let request = RecordOptions::parse(options)?.request(table, &mut values)?;
        let mut request = PageRequest {
            restriction: Some(restriction),
            members: Members::Shared,
            record_summaries: false,
            ..request
        };
        if !self.shows_previews {
            request.linked = crate::records::document::Linked::None;
        }
        request.bounds.limit = self.limited(request.bounds.limit);
        request.count = exact(request.count);
        crate::records::options::run_request(request, &values)
    }

    /// The table of now, and what it shows. Numbers of columns are those of now.
    fn restriction(&self, values: &mut Values) -> Result<(Oid, Restriction), Error> {
        let base = self.table_oid.unwrap_or_default();
        // What is gone answers as a share that is gone.
        let gone = || Error::from(SharingError::NoShare);
        let (table, placed) =
            reference::place_all(&self.refs, base, Placement::SameDatabase).map_err(|_| gone())?;
        let now = |attnum: i16| placed.get(&attnum).copied().ok_or_else(gone);
        let columns = match &self.columns {
            Some(Value::Array(attnums)) => {
                let attnums = attnums.iter().map(|attnum| {
                    let attnum = attnum.as_i64().and_then(|attnum| i16::try_from(attnum).ok());
                    now(attnum.unwrap_or_default())
                });
                Some(attnums.collect::<Result<_, _>>()?)
            }
            _ => None,
        };
        let filter = match &self.filter {
            Some(filter) => {
                let filter = map_filter(filter.get(), &|reference| match reference {
                    ColumnReference::Attnum(attnum) => now(i16::try_from(*attnum).unwrap_or_default()),
                    ColumnReference::Name(_) => Err(SharingError::NoShare.into()),
                })?;
                let document: FilterDocument =
                    serde_json::from_str(filter.get()).map_err(Error::UnreadableMetadata)?;
                Some(document.into_filter(values)?)
            }
            None => None,
        };
        Ok((table, Restriction { columns, filter }))
    }

    fn read_exploration(&self, stored: &StoredExploration, options: &str) -> Result<JsonbDatum, Error> {
        let gone = |_| Error::from(SharingError::NoShare);
        let document = stored.document().map_err(gone)?;
        let mut values = Values::default();
        let exploration = Exploration::parse(
            &Node::parse(ManualPage::Explorations, "", &document)?,
            &mut values,
        )?;
        let mut steps = Vec::new();
        if let Some(filter) = &self.filter {
            let filter = expression::filter(
                &Node::parse(ManualPage::Sharing, "filter", filter.get())?,
                &mut values,
            )?;
            steps.push(share_step("filter", Transformation::Filter(filter)));
        }
        if let Some(Value::Array(aliases)) = &self.columns {
            let aliases = aliases
                .iter()
                .filter_map(|alias| alias.as_str().map(str::to_owned));
            steps.push(share_step("columns", Transformation::Select(aliases.collect())));
        }
        // What the visitor asks for comes last, and knows the columns that are shown and no others. Conditions of the
        // visitor see only the rows that are shown: an error that one of them raises tells about no other.
        let node = Node::parse(ManualPage::Sharing, "options", options)?;
        let mut members = node.object()?;
        let order = members.take("order");
        let filter = members.take("filter");
        if let Some(filter) = &filter {
            steps.push(share_step("", Transformation::Barrier));
            steps.push(share_step(
                "options.filter",
                Transformation::Filter(expression::filter(filter, &mut values)?),
            ));
        }
        if let Some(order) = &order {
            steps.push(share_step(
                "options.order",
                Transformation::Order(parse::order(order)?),
            ));
        }
        let mut page = RunOptions::parse_rest(members, &mut values)?.page;
        page.limit = self.limited(page.limit);
        page.previews &= self.shows_previews;
        page.is_compatible = false;
        page.count = exact(page.count);
        let request = RunRequest {
            exploration,
            more_steps: steps,
            page,
            members: ResultMembers::Shared,
        };
        let (document, _) = statements::statement_for(request)?.run(&values, Sees::WhatCallerSees)?;
        Ok(document.json_as_jsonb())
    }
}
