//! Shares: making and changing them, and reading through them.

use super::acting::{self, ActingRole};
use super::error::SharingError;
use super::store;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::explorations::model::{Exploration, ExplorationStep, Transformation};
use crate::explorations::node::{Node, ObjectMembers};
use crate::explorations::reference::{self, Placement, StoredColumnReference, TableReferences};
use crate::explorations::result::{ResultMembers, RunRequest};
use crate::explorations::run::RunOptions;
use crate::explorations::store as storage;
use crate::explorations::stored::{self, StoredExploration};
use crate::explorations::{parse, stored::ExplorationLevel};
use crate::pg::as_role::{self, RoleWork};
use crate::pg::plan::{JsonbDatum, Sees};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, caller, names};
use crate::records::filter::{Filter, FilterDocument};
use crate::records::list::{Count, Members, PageRequest, Restriction};
use crate::records::options::RecordOptions;
use crate::records::relation::{ColumnReference, RecordRelation};
use crate::statements::{self, Values};
use pgrx::prelude::PgSqlErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// What is shared.
enum Shared {
    Table(Oid),
    Exploration(i64),
}

/// A share as it is written.
#[derive(Serialize)]
struct NewShare {
    id: Option<i64>,
    new_slug: bool,
    enabled: bool,
    exploration_id: Option<i64>,
    table_oid: Option<u32>,
    schema_name: Option<String>,
    table_name: Option<String>,
    refs: TableReferences,
    role_oid: u32,
    role_name: String,
    is_privileged: bool,
    creator_oid: u32,
    creator_name: String,
    columns: Option<Value>,
    filter: Option<Box<RawValue>>,
    max_rows: Option<i64>,
    shows_previews: bool,
    expires_at: Option<String>,
}

/// A share as the view has it.
#[derive(Deserialize)]
struct ShareRow {
    id: i64,
    slug: String,
    enabled: bool,
    exploration_id: Option<i64>,
    table_oid: Option<u32>,
    refs: TableReferences,
    role: String,
    creator: String,
    columns: Option<Value>,
    filter: Option<Box<RawValue>>,
    max_rows: Option<i64>,
    shows_previews: bool,
    expires_at: Option<String>,
    is_own: bool,
    created_at: String,
    updated_at: String,
}

/// A share as callers get it.
#[derive(Serialize)]
pub(crate) struct ShareInfo {
    id: i64,
    slug: String,
    enabled: bool,
    exploration_id: Option<i64>,
    table_oid: Option<u32>,
    role: String,
    creator: String,
    columns: Option<Value>,
    filter: Option<Box<RawValue>>,
    limit: Option<i64>,
    previews: bool,
    expires_at: Option<String>,
    created_at: String,
    updated_at: String,
}

impl From<ShareRow> for ShareInfo {
    fn from(row: ShareRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            enabled: row.enabled,
            exploration_id: row.exploration_id,
            table_oid: row.table_oid,
            role: row.role,
            creator: row.creator,
            columns: row.columns,
            filter: row.filter,
            limit: row.max_rows,
            previews: row.shows_previews,
            expires_at: row.expires_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Shares a table.
pub(crate) fn share_table(table: Oid, options: &str) -> Result<ShareInfo, Error> {
    create(Shared::Table(table), options)
}

/// Shares an exploration, of which the current role is at least a manager.
pub(crate) fn share_exploration(id: i64, options: &str) -> Result<ShareInfo, Error> {
    stored::find(id)?.need(ExplorationLevel::Manager)?;
    create(Shared::Exploration(id), options)
}

fn create(shared: Shared, options: &str) -> Result<ShareInfo, Error> {
    let node = Node::parse("options", options)?;
    let mut members = node.object()?;
    let role = members
        .take("role")
        .map(|role| acting::find_role(&role))
        .transpose()?;
    let insists = flag(&mut members, "privileged_role")?.unwrap_or(false);
    let role = acting::choose(role, insists)?;
    let enabled = flag(&mut members, "enabled")?.unwrap_or(true);
    let mut share = NewShare {
        id: None,
        new_slug: false,
        enabled,
        exploration_id: None,
        table_oid: None,
        schema_name: None,
        table_name: None,
        refs: TableReferences::new(),
        role_oid: role.oid.to_u32(),
        role_name: role.name,
        is_privileged: role.is_privileged,
        creator_oid: caller::role().to_u32(),
        creator_name: names::of_role(caller::role()).unwrap_or_default(),
        columns: None,
        filter: None,
        max_rows: None,
        shows_previews: flag(&mut members, "previews")?.unwrap_or(false),
        expires_at: None,
    };
    share.expires_at = moment(&mut members)?;
    share.max_rows = limit(&mut members)?;
    let columns = members.take("columns");
    let filter = members.take("filter");
    match shared {
        Shared::Table(table) => share.show_table(table, columns.as_ref(), filter.as_ref())?,
        Shared::Exploration(id) => share.show_exploration(id, columns.as_ref(), filter.as_ref())?,
    }
    members.finish()?;
    let id: i64 = storage::write(|statements| statements.query(store::INSERT_SHARE, &share))?;
    Ok(find(id)?.into())
}

fn flag(members: &mut ObjectMembers, key: &'static str) -> Result<Option<bool>, Error> {
    members.take(key).map(|node| node.boolean()).transpose()
}

/// Text that PostgreSQL reads as a moment; whether it does, it says when the share is written.
fn moment(members: &mut ObjectMembers) -> Result<Option<String>, Error> {
    members.take("expires_at").map(|node| node.text()).transpose()
}

fn limit(members: &mut ObjectMembers) -> Result<Option<i64>, Error> {
    let limit = members.take("limit");
    match limit {
        None => Ok(None),
        Some(node) => match node.not_negative()? {
            0 => Err(node.must_be("a positive integer")),
            rows => Ok(Some(rows)),
        },
    }
}

impl NewShare {
    /// Shows a table: which columns, and which rows.
    fn show_table(&mut self, table: Oid, columns: Option<&Node>, filter: Option<&Node>) -> Result<(), Error> {
        let catalog = Catalog::new(Snapshot::latest());
        let relation = RecordRelation::read(&catalog, table)?;
        let mut used: Vec<i16> = Vec::new();
        self.columns = match columns {
            None => None,
            Some(columns) => {
                let mut attnums = Vec::new();
                for column in columns.array()? {
                    let reference = match column.is_text() {
                        true => ColumnReference::Name(column.text()?),
                        false => ColumnReference::Attnum(column.integer()?),
                    };
                    attnums.push(relation.column(&reference)?.attnum);
                }
                if attnums.is_empty() {
                    return Err(columns.must_be("a list of at least one column"));
                }
                used.extend(&attnums);
                Some(json!(attnums))
            }
        };
        self.filter = match filter {
            None => None,
            Some(filter) => {
                let mut values = Values::default();
                let document: FilterDocument = serde_json::from_str(filter.json()).map_err(|problem| {
                    filter.invalid(problem.to_string(), crate::records::error::FILTER_SHAPE)
                })?;
                check_filter(&relation, &document.parse(&mut values)?, &mut used)?;
                Some(numbered_filter(&relation, filter.json())?)
            }
        };
        let columns: Vec<StoredColumnReference> =
            used.iter().map(|&attnum| reference::own_column(attnum)).collect();
        self.refs = reference::references(table, &columns)?;
        let (schema, name) = names::of_relation(table).ok_or(Error::UnknownRelation(table))?;
        self.schema_name = Some(schema);
        self.table_name = Some(name);
        self.table_oid = Some(table.to_u32());
        Ok(())
    }

    /// Shows an exploration: which of its columns, and which rows.
    fn show_exploration(
        &mut self,
        id: i64,
        columns: Option<&Node>,
        filter: Option<&Node>,
    ) -> Result<(), Error> {
        let document = stored::find(id)?.document()?;
        let mut values = Values::default();
        let exploration = Exploration::parse(&Node::parse("", &document)?, &mut values)?;
        let mut steps = Vec::new();
        if let Some(filter) = filter {
            let filter_step = step(
                "options.filter",
                Transformation::Filter(parse::filter(filter, &mut values)?),
            );
            steps.push(filter_step);
        }
        if let Some(columns) = columns {
            let aliases = columns.strings()?;
            if aliases.is_empty() {
                return Err(columns.must_be("a list of at least one alias"));
            }
            steps.push(step("options.columns", Transformation::Select(aliases)));
        }
        // It runs, or it is not shared.
        let request = RunRequest {
            exploration,
            more_steps: steps,
            page: crate::explorations::result::PageOptions::default(),
            members: ResultMembers::Shared,
        };
        statements::statement_for(request)?;
        self.exploration_id = Some(id);
        self.columns = columns.map(|columns| serde_json::from_str(columns.json()).unwrap_or_default());
        self.filter = filter.map(Node::raw);
        Ok(())
    }
}

fn step(path: &str, transformation: Transformation) -> ExplorationStep {
    ExplorationStep {
        path: path.to_owned(),
        transformation,
    }
}

/// Checks that the columns of a filter are there, and adds them to `used`.
fn check_filter(relation: &RecordRelation, filter: &Filter, used: &mut Vec<i16>) -> Result<(), Error> {
    match filter {
        Filter::Literal(_) => Ok(()),
        Filter::Column(reference) => {
            used.push(relation.column(reference)?.attnum);
            Ok(())
        }
        Filter::Call(_, arguments) => arguments
            .iter()
            .try_for_each(|argument| check_filter(relation, argument, used)),
    }
}

/// The filter with numbers in the place of the names of columns.
fn numbered_filter(relation: &RecordRelation, filter: &str) -> Result<Box<RawValue>, Error> {
    map_filter(filter, &|reference| Ok(relation.column(reference)?.attnum))
}

/// The filter with another number for each column. Other values keep their text.
fn map_filter(
    filter: &str,
    map: &dyn Fn(&ColumnReference) -> Result<i16, Error>,
) -> Result<Box<RawValue>, Error> {
    #[derive(Deserialize, Serialize)]
    struct Part {
        #[serde(rename = "type")]
        key: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Box<RawValue>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        args: Option<Vec<Box<RawValue>>>,
    }
    let mut part: Part = serde_json::from_str(filter).map_err(Error::UnreadableMetadata)?;
    if matches!(part.key.as_str(), "attnum" | "column") {
        let value = part.value.as_deref().map_or("null", RawValue::get);
        let reference: ColumnReference = serde_json::from_str(value).map_err(Error::UnreadableMetadata)?;
        part.key = "attnum".into();
        part.value = Some(RawValue::from_string(map(&reference)?.to_string()).map_err(Error::Serialization)?);
    } else if part.key == "literal" && part.value.is_none() {
        part.value = Some(Box::default());
    }
    if let Some(arguments) = part.args.take() {
        let mapped: Result<_, _> = arguments
            .iter()
            .map(|argument| map_filter(argument.get(), map))
            .collect();
        part.args = Some(mapped?);
    }
    serde_json::value::to_raw_value(&part).map_err(Error::Serialization)
}

fn find_all(argument: &Value) -> Result<Vec<ShareRow>, Error> {
    storage::read(|statements| statements.query(store::SHARES, argument))
}

/// The share with an id, if the current role may see it.
fn find(id: i64) -> Result<ShareRow, Error> {
    find_all(&json!({"id": id}))?
        .pop()
        .ok_or_else(|| SharingError::UnknownShare { id }.into())
}

/// The shares that the current role may see, the newest first: of a table, of an exploration, or all.
pub(crate) fn list(table: Option<Oid>, exploration: Option<i64>) -> Result<Vec<ShareInfo>, Error> {
    let names = match table {
        Some(table) => Some(names::of_relation(table).ok_or(Error::UnknownRelation(table))?),
        None => None,
    };
    let (schema, name) = names.unzip();
    let rows = find_all(&json!({"schema": schema, "table": name, "exploration_id": exploration}))?;
    Ok(rows.into_iter().map(ShareInfo::from).collect())
}

/// Changes a share. Whoever made it changes all of it; the owner of what it shows may disable it.
pub(crate) fn set(id: i64, patch: &str) -> Result<ShareInfo, Error> {
    let row = find(id)?;
    let node = Node::parse("patch", patch)?;
    let mut members = node.object()?;
    let enabled = flag(&mut members, "enabled")?;
    if !row.is_own {
        members.finish()?;
        if enabled != Some(false) {
            Err(SharingError::NotAllowed {
                object: format!("share {id}"),
                needed: "the role that made it; the owner of what it shows can disable it",
            })?;
        }
        storage::write(|statements| statements.run(store::DISABLE_SHARE, &json!({"id": id})))?;
        return Ok(find(id)?.into());
    }
    let role = members
        .take("role")
        .map(|role| acting::find_role(&role))
        .transpose()?;
    let insists = flag(&mut members, "privileged_role")?.unwrap_or(false);
    // Who changes a share is checked as who makes one: its role, too, though it stays.
    let role = match role {
        Some(role) => Some(role),
        None => names::role(&row.role),
    };
    let role = acting::choose(role, insists)?;
    let mut share = NewShare {
        id: Some(id),
        new_slug: flag(&mut members, "new_slug")?.unwrap_or(false),
        enabled: enabled.unwrap_or(row.enabled),
        exploration_id: row.exploration_id,
        table_oid: row.table_oid,
        schema_name: None,
        table_name: None,
        refs: row.refs,
        role_oid: role.oid.to_u32(),
        role_name: role.name,
        is_privileged: role.is_privileged,
        creator_oid: 0,
        creator_name: row.creator,
        columns: row.columns,
        filter: row.filter,
        max_rows: row.max_rows,
        shows_previews: flag(&mut members, "previews")?.unwrap_or(row.shows_previews),
        expires_at: row.expires_at,
    };
    if let Some(expires_at) = members.take_present("expires_at") {
        share.expires_at = match expires_at.is_null() {
            true => None,
            false => Some(expires_at.text()?),
        };
    }
    if let Some(limit) = members.take_present("limit") {
        share.max_rows = match limit.is_null() {
            true => None,
            false => match limit.not_negative()? {
                0 => return Err(limit.must_be("a positive integer")),
                rows => Some(rows),
            },
        };
    }
    let columns = members.take_present("columns");
    let filter = members.take_present("filter");
    members.finish()?;
    if columns.is_some() || filter.is_some() {
        let kept = |passed: Option<Node>, stored: Option<String>, path: &str| match passed {
            Some(passed) if passed.is_null() => Ok(None),
            Some(passed) => Ok::<_, Error>(Some(passed)),
            None => stored.map(|stored| Node::parse(path, &stored)).transpose(),
        };
        let columns = kept(
            columns,
            share.columns.take().map(|columns| columns.to_string()),
            "columns",
        )?;
        let filter = kept(
            filter,
            share.filter.take().map(|filter| filter.get().to_owned()),
            "filter",
        )?;
        match (share.table_oid, share.exploration_id) {
            (Some(table), _) => share.show_table(Oid::from(table), columns.as_ref(), filter.as_ref())?,
            (None, Some(id)) => share.show_exploration(id, columns.as_ref(), filter.as_ref())?,
            (None, None) => {}
        }
    }
    storage::write(|statements| statements.run(store::UPDATE_SHARE, &share))?;
    Ok(find(id)?.into())
}

/// Deletes a share: whoever may see it may do so.
pub(crate) fn delete(id: i64) -> Result<i64, Error> {
    find(id)?;
    storage::write(|statements| statements.run(store::DELETE_SHARE, &json!({"id": id})))?;
    Ok(id)
}

/// How often a share was used, and when last.
pub(crate) fn uses(id: i64) -> Result<Value, Error> {
    find(id)?;
    storage::write(|statements| {
        if as_role::can_write() {
            statements.run(store::SUM_USES, &json!({"id": id}))?;
        }
        statements.query(store::USES, &json!({"id": id}))
    })
}

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
    exploration: Option<StoredExploration>,
}

/// The rows that a share shows.
pub(crate) fn read(slug: &str, options: &str) -> Result<JsonbDatum, Error> {
    let argument = json!({"slug": slug});
    // As text first: a flattened struct would not keep the text of its parts.
    let found: Option<Box<RawValue>> =
        storage::write(|statements| statements.query(store::SHARE_BY_SLUG, &argument))?;
    let Some(found) = found.filter(|found| found.get() != "null") else {
        return Err(SharingError::NoShare.into());
    };
    let share = ServedShare::parse(found.get())?;
    if !share.role.is_allowed() {
        return Err(SharingError::NoShare.into());
    }
    if as_role::can_write() {
        storage::write(|statements| statements.run(store::COUNT_USE, &json!({"id": share.id})))?;
    }
    let outcome = share.role.act(RoleWork::Reads, || share.read(options));
    outcome.map_err(|problem| match problem.fields().sqlstate {
        // What the role may no longer read is shared no longer.
        PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE => SharingError::NoShare.into(),
        _ => problem,
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
    fn parse(json: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Parts {
            id: i64,
            table_oid: Option<u32>,
            refs: TableReferences,
            columns: Option<Value>,
            filter: Option<Box<RawValue>>,
            max_rows: Option<i64>,
            shows_previews: bool,
            exploration: Option<StoredExploration>,
        }
        let parts: Parts = serde_json::from_str(json).map_err(Error::UnreadableMetadata)?;
        Ok(Self {
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

    fn read(&self, options: &str) -> Result<JsonbDatum, Error> {
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
        let options: RecordOptions =
            serde_json::from_str(options).map_err(|problem| Error::InvalidArgument {
                argument: "options",
                problem: problem.to_string(),
                hint: "msar.list_records_schema() gives the JSON Schema of the options.",
            })?;
        let request = options.request(table, &mut values)?;
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
        crate::records::options::run(request, &values)
    }

    /// The table of now, and what it shows. Numbers of columns are those of now.
    fn restriction(&self, values: &mut Values) -> Result<(Oid, Restriction), Error> {
        let base = self.table_oid.unwrap_or_default();
        let own = self.refs.get(&base);
        let known: Vec<i16> = own.iter().flat_map(|own| own.columns.keys().copied()).collect();
        let columns: Vec<StoredColumnReference> = known
            .iter()
            .map(|&attnum| reference::own_column(attnum))
            .collect();
        // What is gone answers as a share that is gone.
        let gone = |_| Error::from(SharingError::NoShare);
        let placed = reference::place(&self.refs, base, &columns, Placement::SameDatabase).map_err(gone)?;
        let now = |attnum: i16| {
            let at = known.iter().position(|&known| known == attnum);
            at.map(|at| placed.columns[at].attnum)
                .ok_or_else(|| Error::from(SharingError::NoShare))
        };
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
                Some(document.parse(values)?)
            }
            None => None,
        };
        Ok((placed.base, Restriction { columns, filter }))
    }

    fn read_exploration(&self, stored: &StoredExploration, options: &str) -> Result<JsonbDatum, Error> {
        let gone = |_| Error::from(SharingError::NoShare);
        let document = stored.document().map_err(gone)?;
        let mut values = Values::default();
        let exploration = Exploration::parse(&Node::parse("", &document)?, &mut values)?;
        let mut steps = Vec::new();
        if let Some(filter) = &self.filter {
            let filter = parse::filter(&Node::parse("filter", filter.get())?, &mut values)?;
            steps.push(step("filter", Transformation::Filter(filter)));
        }
        if let Some(Value::Array(aliases)) = &self.columns {
            let aliases = aliases
                .iter()
                .filter_map(|alias| alias.as_str().map(str::to_owned));
            steps.push(step("columns", Transformation::Select(aliases.collect())));
        }
        // What the visitor asks for comes last, and knows the columns that are shown and no others. Conditions of the
        // visitor see only the rows that are shown: an error that one of them raises tells about no other.
        let node = Node::parse("options", options)?;
        let mut members = node.object()?;
        let order = members.take("order");
        let filter = members.take("filter");
        if let Some(filter) = &filter {
            steps.push(step("", Transformation::Barrier));
            steps.push(step(
                "options.filter",
                Transformation::Filter(parse::filter(filter, &mut values)?),
            ));
        }
        if let Some(order) = &order {
            steps.push(step("options.order", Transformation::Order(parse::order(order)?)));
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

/// A row of a restore with the numbers that its names have in this database.
pub(crate) fn place_row(row: &Value) -> Result<Value, Error> {
    let refs: TableReferences = serde_json::from_value(row.get("refs").cloned().unwrap_or_default())
        .map_err(Error::UnreadableMetadata)?;
    let base = match row.get("table_oid") {
        Some(Value::String(oid)) => oid.parse().unwrap_or_default(),
        Some(oid) => oid
            .as_u64()
            .and_then(|oid| u32::try_from(oid).ok())
            .unwrap_or_default(),
        None => 0,
    };
    let mut unchanged = json!({});
    if base == 0 {
        return Ok(unchanged);
    }
    let known: Vec<i16> = refs
        .get(&base)
        .iter()
        .flat_map(|own| own.columns.keys().copied())
        .collect();
    let columns: Vec<StoredColumnReference> = known
        .iter()
        .map(|&attnum| reference::own_column(attnum))
        .collect();
    let Ok(placed) = reference::place(&refs, base, &columns, Placement::OtherDatabase) else {
        return Ok(unchanged);
    };
    let now = |attnum: i64| {
        let at = known.iter().position(|&known| i64::from(known) == attnum);
        at.map_or(0, |at| placed.columns[at].attnum)
    };
    unchanged["table_oid"] = placed.base.to_u32().into();
    unchanged["refs"] = serde_json::to_value(reference::references(placed.base, &placed.columns)?)
        .map_err(Error::Serialization)?;
    if let Some(Value::Array(attnums)) = row.get("columns") {
        unchanged["columns"] = attnums
            .iter()
            .map(|attnum| now(attnum.as_i64().unwrap_or_default()))
            .collect();
    }
    if let Some(filter) = row.get("filter").filter(|filter| !filter.is_null()) {
        let mapped = map_filter(&filter.to_string(), &|reference| {
            Ok(match reference {
                ColumnReference::Attnum(attnum) => now(*attnum),
                ColumnReference::Name(_) => 0,
            })
        })?;
        unchanged["filter"] = serde_json::from_str(mapped.get()).map_err(Error::Serialization)?;
    }
    Ok(unchanged)
}
