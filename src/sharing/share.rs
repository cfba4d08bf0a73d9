//! Shares: making and changing them, and reading through them.

use super::acting::{self};
use super::error::{SharingError, describe_problem};
use super::store;
use crate::catalog::Catalog;
use crate::error::{Error, ManualPage};
use crate::explorations::error::ExplorationError;
use crate::explorations::expression;
use crate::explorations::following;
use crate::explorations::model::{Exploration, ExplorationStep, Transformation};
use crate::explorations::node::{Node, ObjectMembers};
use crate::explorations::reference::{self, Placement, StoredColumnReference, TableReferences};
use crate::explorations::result::{ResultMembers, RunRequest};
use crate::explorations::store as storage;
use crate::explorations::stored::{self, ExplorationLevel, StoredExploration};
use crate::pg::as_role;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, caller, names};
use crate::records::filter::{Filter, Function};
use crate::records::filter_document::FilterDocument;
use crate::records::relation::{ColumnReference, RecordRelation};
use crate::statements::{self, Values};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// The table or exploration that is shared.
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
    /// The exploration, if the current role sees it.
    exploration: Option<StoredExploration>,
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
    /// What it shows and is gone: then visitors get 42704.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Value>,
    created_at: String,
    updated_at: String,
}

impl ShareInfo {
    fn from_row(row: ShareRow) -> Result<Self, Error> {
        let problem = match (row.table_oid, row.exploration_id) {
            (Some(table), _) => reference::place_all(&row.refs, table, Placement::SameDatabase).err(),
            (None, _) => row.exploration.and_then(|exploration| exploration.place().err()),
        };
        Ok(Self {
            problem: problem.as_ref().map(describe_problem),
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
        })
    }
}

/// Shares a table.
pub(crate) fn share_table(table: Oid, options: &str) -> Result<ShareInfo, Error> {
    create_share(Shared::Table(table), options)
}

/// Shares an exploration, of which the current role is at least a manager.
pub(crate) fn share_exploration(id: i64, options: &str) -> Result<ShareInfo, Error> {
    stored::find_exploration(id)?.need(ExplorationLevel::Manager)?;
    create_share(Shared::Exploration(id), options)
}

fn create_share(shared: Shared, options: &str) -> Result<ShareInfo, Error> {
    let node = Node::parse(ManualPage::Sharing, "options", options)?;
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
        creator_oid: caller::current_role().to_u32(),
        creator_name: names::of_role(caller::current_role()).unwrap_or_default(),
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
    following::look_again();
    let id: Option<i64> =
        storage::write_as_owner(|statements| statements.query(store::INSERT_SHARE, &share))?;
    match (id, share.exploration_id) {
        (Some(id), _) => ShareInfo::from_row(find_share(id)?),
        // It has been deleted meanwhile.
        (None, id) => Err(ExplorationError::Unknown {
            id: id.unwrap_or_default(),
        }
        .into()),
    }
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
        let relation = RecordRelation::read_relation(&catalog, table)?;
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
                let in_place = |problem| ExplorationError::at(filter.path(), problem);
                let document: FilterDocument = serde_json::from_str(filter.json()).map_err(|problem| {
                    filter.invalid(problem.to_string(), crate::records::error::FILTER_SHAPE)
                })?;
                let parsed = document
                    .into_filter(&mut values)
                    .map_err(|problem| in_place(problem.into()))?;
                check_filter(&relation, &parsed, &mut used).map_err(in_place)?;
                Some(filter_tree(&relation, &parsed, &values)?)
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
        let document = stored::find_exploration(id)?.document()?;
        let mut values = Values::default();
        let exploration = Exploration::parse(
            &Node::parse(ManualPage::Explorations, "", &document)?,
            &mut values,
        )?;
        let mut steps = Vec::new();
        if let Some(filter) = filter {
            let filter_step = share_step(
                "options.filter",
                Transformation::Filter(expression::filter(filter, &mut values)?),
            );
            steps.push(filter_step);
        }
        if let Some(columns) = columns {
            let aliases = columns.strings()?;
            if aliases.is_empty() {
                return Err(columns.must_be("a list of at least one alias"));
            }
            steps.push(share_step("options.columns", Transformation::Select(aliases)));
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

pub(super) fn share_step(path: &str, transformation: Transformation) -> ExplorationStep {
    ExplorationStep {
        path: path.to_owned(),
        transformation,
    }
}

/// Checks that the columns of a filter are there, and adds them to `used`.
pub(super) fn check_filter(
    relation: &RecordRelation,
    filter: &Filter,
    used: &mut Vec<i16>,
) -> Result<(), Error> {
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

/// A node of the tree in which a filter is stored, however it was passed.
#[derive(Deserialize, Serialize)]
struct FilterNode {
    #[serde(rename = "type")]
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    args: Option<Vec<Box<RawValue>>>,
}

/// A filter as a tree, with the numbers of columns. Literals keep their text.
fn filter_tree(relation: &RecordRelation, filter: &Filter, values: &Values) -> Result<Box<RawValue>, Error> {
    let node = match filter {
        Filter::Literal(literal) => FilterNode {
            key: "literal".into(),
            value: Some(values.json(*literal)),
            args: None,
        },
        Filter::Column(reference) => {
            let attnum = relation.column(reference)?.attnum;
            FilterNode {
                key: "attnum".into(),
                value: Some(serde_json::value::to_raw_value(&attnum).map_err(Error::Serialization)?),
                args: None,
            }
        }
        // An empty short filter, which lets all rows pass.
        Filter::Call(Function::And, arguments) if arguments.is_empty() => FilterNode {
            key: "literal".into(),
            value: Some(serde_json::value::to_raw_value(&true).map_err(Error::Serialization)?),
            args: None,
        },
        Filter::Call(function, arguments) => FilterNode {
            key: function.key().into(),
            value: None,
            args: Some(
                arguments
                    .iter()
                    .map(|argument| filter_tree(relation, argument, values))
                    .collect::<Result<_, _>>()?,
            ),
        },
    };
    serde_json::value::to_raw_value(&node).map_err(Error::Serialization)
}

/// The filter with another number for each column. Other values keep their text.
pub(super) fn map_filter(
    filter: &str,
    map: &dyn Fn(&ColumnReference) -> Result<i16, Error>,
) -> Result<Box<RawValue>, Error> {
    let mut part: FilterNode = serde_json::from_str(filter).map_err(Error::UnreadableMetadata)?;
    if part.key == "attnum" {
        let value = part.value.as_deref().map_or("null", RawValue::get);
        let reference: ColumnReference = serde_json::from_str(value).map_err(Error::UnreadableMetadata)?;
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
    storage::read_as_caller(|statements| statements.query(store::SHARES, argument))
}

/// The share with an id, if the current role may see it.
fn find_share(id: i64) -> Result<ShareRow, Error> {
    find_all(&json!({"id": id}))?
        .pop()
        .ok_or_else(|| SharingError::UnknownShare { id }.into())
}

/// The shares that the current role may see, the newest first: of a table, of an exploration, or all.
pub(crate) fn list_shares(table: Option<Oid>, exploration: Option<i64>) -> Result<Vec<ShareInfo>, Error> {
    let names = match table {
        Some(table) => Some(names::of_relation(table).ok_or(Error::UnknownRelation(table))?),
        None => None,
    };
    let (schema, name) = names.unzip();
    let rows = find_all(&json!({"schema": schema, "table": name, "exploration_id": exploration}))?;
    rows.into_iter().map(ShareInfo::from_row).collect()
}

/// Changes a share. Its creator may change all of it; the owner of the table or exploration may disable it.
pub(crate) fn change_share(id: i64, patch: &str) -> Result<ShareInfo, Error> {
    let row = find_share(id)?;
    let node = Node::parse(ManualPage::Sharing, "patch", patch)?;
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
        storage::write_as_owner(|statements| statements.run(store::DISABLE_SHARE, &json!({"id": id})))?;
        return ShareInfo::from_row(find_share(id)?);
    }
    let role = members
        .take("role")
        .map(|role| acting::find_role(&role))
        .transpose()?;
    let insists = flag(&mut members, "privileged_role")?.unwrap_or(false);
    // Who changes a share is checked as who makes one: its role, too, though it stays.
    let role = match role {
        Some(role) => Some(role),
        None => names::find_role(&row.role),
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
            None => stored
                .map(|stored| Node::parse(ManualPage::Sharing, path, &stored))
                .transpose(),
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
    following::look_again();
    storage::write_as_owner(|statements| statements.run(store::UPDATE_SHARE, &share))?;
    ShareInfo::from_row(find_share(id)?)
}

/// Deletes a share: every role that may see it may do so.
pub(crate) fn delete_share(id: i64) -> Result<i64, Error> {
    find_share(id)?;
    storage::write_as_owner(|statements| statements.run(store::DELETE_SHARE, &json!({"id": id})))?;
    Ok(id)
}

/// How often a share was used, and when last.
pub(crate) fn count_uses(id: i64) -> Result<Value, Error> {
    find_share(id)?;
    storage::write_as_owner(|statements| {
        if as_role::can_write() {
            statements.run(store::SUM_USES, &json!({"id": id}))?;
        }
        statements.query(store::USES, &json!({"id": id}))
    })
}
