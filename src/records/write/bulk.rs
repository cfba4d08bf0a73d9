//! Changing and deleting many rows: those that pass a filter, those of some keys, or those of both.
//!
//! One statement changes the rows and returns the document. It has the keys as parameter `$1` and the patch as `$2`;
//! what the filter compares with comes after them.

use super::error::WriteError;
use super::insert::keys_of_argument;
use super::key::TargetKey;
use super::keys::GivenKeys;
use super::report::{self, OnError, WrittenForm};
use super::target::WriteTarget;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::plan::{JsonbDatum, Planning, Prepared, Sees};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, subtransaction};
use crate::previews::Purpose;
use crate::records::condition::{Conditions, RelationColumns};
use crate::records::document;
use crate::records::filter_document::FilterDocument;
use crate::records::options::not_negative;
use crate::records::path::PathJoins;
use crate::records::relation::{RecordColumn, RecordRelation};
use crate::records::value::{Dates, Forms, Numbers};
use crate::statements::{Form, Parameters, Values};
use pgrx::pg_sys;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The options of `msar.update_records` and `msar.delete_records`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
#[serde(expecting = "an object")]
pub(crate) struct BulkOptions {
    /// Only the rows of these keys.
    keys: Option<Box<RawValue>>,
    /// The most rows that the call may be about; it fails if there are more.
    max_rows: Option<i64>,
    #[serde(rename = "return")]
    returned: ReturnedRows,
    dry_run: bool,
    on_error: OnError,
    input: WrittenForm,
    /// The forms of what is returned.
    dates: Option<Dates>,
    numbers: Option<Numbers>,
}

impl BulkOptions {
    fn forms(&self) -> Forms {
        Forms::wanted(self.numbers, self.dates, None)
    }
}

/// Which facts about the rows are returned.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum ReturnedRows {
    #[default]
    Count,
    Keys,
    /// With previews, as reading them returns them.
    Records,
}

/// The change of the rows.
enum BulkChange {
    Update(JsonbValue),
    Delete,
}

/// Sets columns of the rows that pass a filter.
pub(crate) fn update_many(
    relation: Oid,
    filter: Option<FilterDocument>,
    patch: JsonbValue,
    options: BulkOptions,
) -> Result<JsonbDatum, Error> {
    change_records(relation, filter, &BulkChange::Update(patch), options)
}

/// Deletes the rows that pass a filter.
pub(crate) fn delete_many(
    relation: Oid,
    filter: Option<FilterDocument>,
    options: BulkOptions,
) -> Result<JsonbDatum, Error> {
    change_records(relation, filter, &BulkChange::Delete, options)
}

fn change_records(
    relation: Oid,
    filter: Option<FilterDocument>,
    change: &BulkChange,
    mut options: BulkOptions,
) -> Result<JsonbDatum, Error> {
    let keys = options.keys.take().filter(|keys| keys.get() != "null");
    if filter.is_none() && keys.is_none() {
        Err(WriteError::NoSelection)?;
    }
    if let Some(max_rows) = options.max_rows {
        not_negative("max_rows", max_rows)?;
    }
    let mut target = WriteTarget::open_relation(Some(relation))?;
    if options.input == WrittenForm::Display {
        target.read_as_displayed()?;
    }
    let keys = keys.as_deref();
    let run = || {
        target.watch_errors(Vec::new(), || {
            run_bulk_write(&target, filter, keys, change, &options)
        })
    };
    let run = || {
        let outcome = run()?;
        if options.dry_run || options.on_error == OnError::Report {
            report::check_deferred()?;
        }
        Ok(outcome)
    };
    let run = || match options.dry_run {
        false => run(),
        true => subtransaction::rolled_back(run),
    };
    if options.on_error == OnError::Raise && options.input == WrittenForm::Raw {
        return run();
    }
    let failure = match report::attempt_write(run)? {
        Ok(document) => return Ok(document),
        Err(failure) => failure,
    };
    let errors = match change {
        BulkChange::Update(patch) => {
            let keys = keys_of_argument("patch", patch)?;
            report::errors_of_patch(&target, *patch, &keys, failure.clone())?
        }
        BulkChange::Delete => report::errors_of_delete(&target, failure.clone()),
    };
    if options.on_error == OnError::Raise {
        report::raise_first(&target, errors, &failure);
    }
    let document = serde_json::json!({"count": 0, "dry_run": options.dry_run, "errors": errors});
    Ok(JsonbDatum(JsonbValue::parse(&document.to_string()).datum()))
}

fn run_bulk_write(
    target: &WriteTarget,
    filter: Option<FilterDocument>,
    keys: Option<&RawValue>,
    change: &BulkChange,
    options: &BulkOptions,
) -> Result<JsonbDatum, Error> {
    let catalog = Catalog::new(Snapshot::latest());
    let relation = RecordRelation::read_relation(&catalog, target.row.oid)?;
    let mut values = Values::default();
    let mut parameters = Parameters::default();
    // $1 and $2.
    for _ in 0..2 {
        let placeholder = values.take(Box::default());
        parameters.sql(placeholder, Form::Value, pg_sys::JSONBOID);
    }
    let mut conditions = Vec::new();
    let mut sources = Vec::new();
    let ids = keys.map(|keys| JsonbValue::parse(keys.get()));
    let key = ids
        .as_ref()
        .map(|ids| GivenKeys::key_of(target, ids))
        .transpose()?;
    let mut given = None;
    if let (Some(key), Some(ids)) = (&key, ids) {
        let mut keys = GivenKeys::from_ids(key, ids)?;
        keys.keep_valid()?;
        sources.push(keys.source()?);
        conditions.push(key.condition()?);
        given = Some(keys.ids);
    }
    if let Some(filter) = filter {
        let filter = filter.into_filter(&mut values)?;
        let templates = document::templates(&catalog, None, Purpose::Own)?;
        let paths = PathJoins::new(&catalog, &templates, "target");
        let columns = RelationColumns {
            relation: &relation,
            alias: "target",
            paths: Some(&paths),
        };
        let condition = Conditions {
            columns,
            parameters: &mut parameters,
            has_eras: true,
        }
        .condition(&filter)?;
        let joins = paths.sql();
        conditions.push(match joins.is_empty() {
            true => condition,
            // What an UPDATE or DELETE changes cannot be the left side of an outer join.
            false => format!("EXISTS (SELECT FROM (SELECT) AS started{joins} WHERE {condition})"),
        });
    }
    let condition = conditions.join(" AND ");
    let (verb, from, patch) = match change {
        BulkChange::Update(patch) => {
            let (assignments, source) = assignments(target, patch)?;
            sources.push(source);
            (
                format!("UPDATE {} AS target SET {assignments}", target.sql),
                " FROM ",
                Some(*patch),
            )
        }
        BulkChange::Delete => (format!("DELETE FROM {} AS target", target.sql), " USING ", None),
    };
    let from = match sources.as_slice() {
        [] => String::new(),
        sources => format!("{from}{}", sources.join(", ")),
    };
    let returned = Returned::new(&catalog, target, &relation, options.returned, options.forms())?;
    let is_within = options.max_rows.map_or("true".into(), |most| {
        format!("(SELECT pg_catalog.count(*) FROM page) OPERATOR(pg_catalog.<=) {most}")
    });
    let sql = format!(
        "WITH page AS ({verb}{from} WHERE {condition} RETURNING {}) SELECT {}, {is_within}",
        returned.columns,
        returned.document(options),
    );
    let parameters = parameters.into_inner();
    let types: Vec<Oid> = parameters.iter().map(|parameter| parameter.type_oid).collect();
    let mut bound: Vec<_> = parameters
        .iter()
        .map(|parameter| values.bind(parameter))
        .collect();
    bound[0] = given.map(JsonbValue::datum);
    bound[1] = patch.map(JsonbValue::datum);
    let statement = Prepared::new(&sql, &types, Planning::EachTime)?;
    let (document, is_within) = statement.document(&bound, Sees::OwnWrites)?;
    if !is_within {
        Err(WriteError::TooManyRows {
            relation: target.name().to_owned(),
            most: options.max_rows.unwrap_or_default(),
        })?;
    }
    document.ok_or(Error::Vanished)
}

/// The assignments after SET, and the source of their values: the object `$2`.
fn assignments(target: &WriteTarget, patch: &JsonbValue) -> Result<(String, String), Error> {
    let keys = keys_of_argument("patch", patch)?;
    let columns = target.columns_of_record(&keys)?;
    if columns.is_empty() {
        Err(WriteError::WrongShape {
            argument: "patch",
            problem: "it names no column".into(),
            hint: "Pass an object of columns and their new values: {\"status\": \"paid\"}.",
        })?;
    }
    let (mut fields, mut assignments) = (Vec::new(), Vec::new());
    for (name, column) in keys.iter().zip(columns) {
        let field = target.field_for(column, name)?;
        assignments.push(format!("{} = {}", column.sql(), field.value("patched")));
        fields.push(field);
    }
    Ok((assignments.join(", "), target.read_row("$2", &fields, "patched")))
}

/// The expression that the statement returns for each row, and the members that are made of it.
struct Returned {
    columns: String,
    members: Vec<(&'static str, String)>,
    /// A SELECT of more members.
    more: Option<String>,
}

impl Returned {
    fn new(
        catalog: &Catalog,
        target: &WriteTarget,
        relation: &RecordRelation,
        wanted: ReturnedRows,
        forms: Forms,
    ) -> Result<Self, Error> {
        Ok(match wanted {
            ReturnedRows::Count => Self {
                columns: "1".into(),
                members: Vec::new(),
                more: None,
            },
            ReturnedRows::Keys => Self {
                columns: format!("{} AS key", TargetKey::needed(target)?.returned(forms)),
                members: vec![(
                    "keys",
                    "(SELECT COALESCE(pg_catalog.json_agg(p.key::pg_catalog.json), '[]') FROM page AS p)"
                        .into(),
                )],
                more: None,
            },
            ReturnedRows::Records => {
                let columns: Vec<&RecordColumn> = relation.readable().collect();
                let templates = document::templates(catalog, None, Purpose::Own)?;
                Self {
                    columns: document::page_columns(&columns, "target"),
                    members: Vec::new(),
                    more: Some(document::of_written(catalog, &templates, relation, true, forms)?),
                }
            }
        })
    }

    fn document(&self, options: &BulkOptions) -> String {
        let mut members = vec![
            ("count", document::COUNT_OF_PAGE.to_owned()),
            ("dry_run", options.dry_run.to_string()),
        ];
        if options.on_error == OnError::Report {
            members.push(("errors", "'[]'::pg_catalog.json".into()));
        }
        members.extend(self.members.iter().cloned());
        let document = format!("{}::pg_catalog.jsonb", document::json_object(&members));
        match &self.more {
            Some(more) => format!("({document} OPERATOR(pg_catalog.||) ({more})::pg_catalog.jsonb)"),
            None => document,
        }
    }
}
