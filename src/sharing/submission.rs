//! The public side of forms: what a visitor sees of one, what can be picked, and sending one in.
//!
//! Everything runs with the rights of the form's role, under the same conditions as shares. A visitor gets what a page
//! needs and no more: no role, no OIDs.

use super::acting::ActingRole;
use super::error::SharingError;
use super::form::{LinkRule, StoredField, StoredForm};
use super::store;
use crate::catalog::rows::{OfRelation, PgAttribute, PgConstraint};
use crate::catalog::types::TypeOptions;
use crate::catalog::{Catalog, consistent};
use crate::error::{Error, Problem};
use crate::explorations::node::Node;
use crate::explorations::reference::Placement;
use crate::explorations::store as storage;
use crate::pg::as_role::RoleWork;
use crate::pg::plan::JsonbDatum;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::subtransaction::{self, CaughtReport};
use crate::pg::{Oid, dml, names, parameter};
use crate::records::arguments::{self, Part};
use crate::records::write::{self, FormField};
use pgrx::prelude::PgSqlErrorCode;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The most bytes of what is sent in.
const MOST_BYTES: usize = 1 << 20;

/// The records of a page that can be picked from: usually, and at most.
const USUAL_PICKS: i32 = 50;
const MOST_PICKS: i64 = 500;

/// A form that is served.
struct ServedForm {
    form: StoredForm,
    role: ActingRole,
}

impl ServedForm {
    /// The form of a token, if it is published and its role is what it must be.
    fn find(token: &str) -> Result<Self, Error> {
        let found: Option<Box<RawValue>> =
            storage::write(|statements| statements.query(store::FORM_BY_TOKEN, &json!({"token": token})))?;
        let Some(found) = found.filter(|found| found.get() != "null") else {
            return Err(SharingError::NoForm.into());
        };
        let role: ActingRole = serde_json::from_str(found.get()).map_err(Error::UnreadableMetadata)?;
        let mut form: StoredForm = serde_json::from_str(found.get()).map_err(Error::UnreadableMetadata)?;
        if !role.is_allowed() || form.place(Placement::SameDatabase).is_err() {
            return Err(SharingError::NoForm.into());
        }
        Ok(Self { form, role })
    }
}

/// What a page needs to show a form.
pub(crate) fn get_public(token: &str) -> Result<Value, Error> {
    let ServedForm { form, role } = ServedForm::find(token)?;
    let fields = role.act(RoleWork::Reads, || {
        consistent::read(|catalog| public_fields(catalog, &form.fields, form.base_table_oid))
    })?;
    Ok(json!({
        "name": form.name, "description": form.description, "version": form.version, "header_title": form.header_title,
        "header_subtitle": form.header_subtitle, "submit_message": form.submit_message,
        "submit_redirect_url": form.submit_redirect_url, "submit_button_label": form.submit_button_label,
        "fields": fields,
    }))
}

fn public_fields(catalog: &Catalog, fields: &[StoredField], table: u32) -> Result<Vec<Value>, Error> {
    let mut sorted: Vec<&StoredField> = fields.iter().collect();
    sorted.sort_by_key(|field| field.index);
    sorted
        .into_iter()
        .map(|field| {
            let column = PgAttribute::by_number(&catalog.reader, Oid::from(table), field.column_attnum);
            let column = column.ok_or(Error::Vanished)?;
            let info = catalog.type_info(column.atttypid)?;
            let children = match field.related_table_oid {
                Some(related) => public_fields(catalog, &field.child_fields, related)?,
                None => Vec::new(),
            };
            Ok(json!({
                "key": field.key, "index": field.index, "label": field.label, "help": field.help, "kind": field.kind,
                "type": info.listed_name, "type_options": TypeOptions::of(&info, column.atttypmod), "ui_type": info.ui_type,
                "has_default": column.atthasdef, "fk_interaction_rule": field.fk_interaction_rule, "styling": field.styling,
                "is_required": field.is_required, "child_fields": children,
            }))
        })
        .collect()
}

/// The tables and columns of a form as clients of Mathesar's contract get them, with the rights of its role.
pub(crate) fn get_source_info<T>(
    token: &str,
    describe: impl FnOnce(&BTreeMap<u32, Vec<i16>>) -> Result<T, Error>,
) -> Result<(T, BTreeMap<u32, Vec<i16>>), Error> {
    fn add(fields: &[StoredField], table: u32, wanted: &mut BTreeMap<u32, Vec<i16>>) {
        for field in fields {
            wanted.entry(table).or_default().push(field.column_attnum);
            if let Some(related) = field.related_table_oid {
                wanted.entry(related).or_default();
                add(&field.child_fields, related, wanted);
            }
        }
    }
    let ServedForm { form, role } = ServedForm::find(token)?;
    let mut wanted = BTreeMap::new();
    add(&form.fields, form.base_table_oid, &mut wanted);
    let described = role.act(RoleWork::Reads, || describe(&wanted))?;
    Ok((described, wanted))
}

fn find_field<'f>(fields: &'f [StoredField], key: &str) -> Option<&'f StoredField> {
    fields.iter().find_map(|field| match field.key == key {
        true => Some(field),
        false => find_field(&field.child_fields, key),
    })
}

/// The records that a field can refer to, by how they read.
pub(crate) fn list_related(token: &str, options: &str) -> Result<JsonbDatum, Error> {
    const HINT: &str = "The options are \"field_key\", \"search\", \"limit\" and \"offset\".";
    let ServedForm { form, role } = ServedForm::find(token)?;
    let node = Node::parse("options", options)?;
    let mut members = node.object()?;
    let key_node = members.need("field_key", HINT)?;
    let key = key_node.text()?;
    let search = members.take("search").map(|search| search.text()).transpose()?;
    let limit = members
        .take("limit")
        .map(|limit| limit.not_negative())
        .transpose()?;
    let offset = members
        .take("offset")
        .map(|offset| offset.not_negative())
        .transpose()?;
    members.finish()?;
    let field = find_field(&form.fields, &key).ok_or_else(|| SharingError::InvalidField {
        key: key.clone(),
        problem: "the form has no such field".into(),
        hint: "Pass the key of a field of the form.",
    })?;
    let picks = field
        .related_table_oid
        .filter(|_| field.fk_interaction_rule != Some(LinkRule::MustCreate));
    let table = picks.ok_or_else(|| SharingError::InvalidField {
        key: key.clone(),
        problem: "no record can be picked for it".into(),
        hint: "Pass the key of a field whose kind is \"foreign_key\" and whose rule lets a record be picked.",
    })?;
    let part = Part {
        limit: Some(limit.map_or(USUAL_PICKS, |limit| limit.min(MOST_PICKS) as i32)),
        offset: offset.map(|offset| offset.min(i64::from(i32::MAX)) as i32),
    };
    role.act(RoleWork::Reads, || {
        arguments::list_summaries(Oid::from(table), part, search.as_deref(), None, None)
    })
}

/// What is sent in, by the keys of fields.
type SentValues = BTreeMap<String, Box<RawValue>>;

/// A field that gets a value, or is asked for one.
struct Visited<'f> {
    field: &'f StoredField,
    parent: Option<&'f str>,
    table: u32,
}

/// Sends a form in.
pub(crate) fn submit(token: &str, values: &str) -> Result<Value, Error> {
    if values.len() > MOST_BYTES {
        return Err(SharingError::TooLarge {
            bytes: values.len(),
            most: MOST_BYTES,
        }
        .into());
    }
    let ServedForm { form, role } = ServedForm::find(token)?;
    let sent: SentValues = serde_json::from_str(values).map_err(|problem| Error::InvalidArgument {
        argument: "values",
        problem: problem.to_string(),
        hint: "Pass an object of the keys of fields and their values.",
    })?;
    if let Some(key) = sent.keys().find(|key| find_field(&form.fields, key).is_none()) {
        return Err(SharingError::InvalidField {
            key: key.clone(),
            problem: "the form has no such field".into(),
            hint: "Pass values of the form's fields only.",
        }
        .into());
    }
    let mut visited = Vec::new();
    visit(&form.fields, None, form.base_table_oid, &sent, &mut visited)?;
    let fields: Vec<FormField> = visited
        .iter()
        .map(|visited| {
            FormField::new(
                visited.field.key.clone(),
                visited.parent.map(str::to_owned),
                visited.table,
                visited.field.column_attnum,
            )
        })
        .collect();
    let used: SentValues = visited
        .iter()
        .filter_map(|visited| {
            let value = sent.get(&visited.field.key)?;
            Some((visited.field.key.clone(), value.clone()))
        })
        .collect();
    role.act(RoleWork::Writes, || {
        let outcome = subtransaction::attempt_with_report(is_about_data, || {
            dml::with_whole_errors(|| write::insert_form(&fields, &used))
        });
        match outcome {
            Ok(outcome) => outcome,
            Err(report) => Err(blame(report, &visited, &used)),
        }
    })?;
    Ok(json!({
        "submit_message": form.submit_message, "submit_redirect_url": form.submit_redirect_url,
    }))
}

/// Goes through the fields as they are filled in: below a field whose record is picked, nothing is asked.
fn visit<'f>(
    fields: &'f [StoredField],
    parent: Option<&'f str>,
    table: u32,
    sent: &SentValues,
    visited: &mut Vec<Visited<'f>>,
) -> Result<(), Error> {
    for field in fields {
        let value = sent.get(&field.key).map(|value| value.get());
        let invalid = |problem: &str, hint: &'static str| -> Error {
            SharingError::InvalidField {
                key: field.key.clone(),
                problem: problem.into(),
                hint,
            }
            .into()
        };
        let is_empty = value.is_none_or(|value| matches!(value, "null" | "\"\""));
        if field.is_required && is_empty {
            return Err(invalid("a value is required", "Fill the field in."));
        }
        visited.push(Visited { field, parent, table });
        let (Some(rule), Some(related)) = (field.fk_interaction_rule, field.related_table_oid) else {
            continue;
        };
        let Some(value) = value.filter(|value| *value != "null") else {
            continue;
        };
        const HINT: &str = "A field that refers to a record takes {\"type\": \"pick\", \"value\": key} or {\"type\": \"create\"}.";
        let choice: Map<String, Value> =
            serde_json::from_str(value).map_err(|_| invalid("this is no choice of a record", HINT))?;
        match (choice.get("type").and_then(Value::as_str), rule) {
            (Some("pick"), LinkRule::MustPick | LinkRule::CanPickOrCreate) => {
                let picked = choice.get("value").unwrap_or(&Value::Null);
                if field.is_required && picked.is_null() {
                    return Err(invalid("a value is required", "Pick a record."));
                }
            }
            (Some("create"), LinkRule::MustCreate | LinkRule::CanPickOrCreate) => {
                visit(&field.child_fields, Some(&field.key), related, sent, visited)?;
            }
            (Some("pick"), LinkRule::MustCreate) => {
                return Err(invalid(
                    "a record must be created, not picked",
                    "Pass {\"type\": \"create\"}.",
                ));
            }
            (Some("create"), LinkRule::MustPick) => {
                return Err(invalid(
                    "a record must be picked, not created",
                    "Pass {\"type\": \"pick\", \"value\": key}.",
                ));
            }
            _ => return Err(invalid("this is no choice of a record", HINT)),
        }
    }
    Ok(())
}

/// Whether an error is about the data that was sent.
fn is_about_data(sqlstate: PgSqlErrorCode) -> bool {
    dml::is_about_a_value(sqlstate)
        || matches!(
            sqlstate,
            PgSqlErrorCode::ERRCODE_UNIQUE_VIOLATION
                | PgSqlErrorCode::ERRCODE_FOREIGN_KEY_VIOLATION
                | PgSqlErrorCode::ERRCODE_EXCLUSION_VIOLATION
                | PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION
                | PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE
        )
}

/// The error with the key of the field that it is about, as far as that can be told.
fn blame(report: CaughtReport, visited: &[Visited<'_>], sent: &SentValues) -> Error {
    if report.sqlstate == PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE {
        // What the role may no longer do is nothing to the visitor.
        return SharingError::NoForm.into();
    }
    let unreadable = visited.iter().find(|visited| !reads(visited, sent));
    let named = || {
        visited.iter().find(|visited| {
            let name = names::of_column(Oid::from(visited.table), visited.field.column_attnum);
            name.is_some_and(|name| names_column(&report, &name))
        })
    };
    let constrained = || {
        let reader = Reader::new(Snapshot::latest());
        visited.iter().find(|visited| {
            PgConstraint::of_relation(&reader, Oid::from(visited.table))
                .iter()
                .filter(|row| report.message.contains(&format!("\"{}\"", row.conname)))
                .any(|row| row.conkey.contains(&visited.field.column_attnum))
        })
    };
    let blamed = unreadable.or_else(constrained).or_else(named);
    let problem = PostgresProblem(report.into());
    match blamed {
        Some(visited) => SharingError::Field {
            key: visited.field.key.clone(),
            problem: problem.into(),
        }
        .into(),
        None => problem.into(),
    }
}

/// Whether the value of a field is one of its column's type.
fn reads(visited: &Visited<'_>, sent: &SentValues) -> bool {
    let catalog = Catalog::new(Snapshot::latest());
    let column = PgAttribute::by_number(
        &catalog.reader,
        Oid::from(visited.table),
        visited.field.column_attnum,
    );
    let (Some(column), Some(value)) = (column, sent.get(&visited.field.key)) else {
        return true;
    };
    let text = match visited.field.fk_interaction_rule {
        None => crate::statements::values::text(value.get()),
        Some(_) => serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(value.get())
            .ok()
            .and_then(|choice| crate::statements::values::text(choice.get("value")?.get())),
    };
    let Some(text) = text.filter(|text| !text.starts_with(['[', '{'])) else {
        return true;
    };
    subtransaction::attempt(dml::is_about_a_value, || parameter::read(&text, column.atttypid)).is_ok()
}

/// Whether an error names a column: in quotes, or as one of a key.
fn names_column(report: &CaughtReport, name: &str) -> bool {
    let is_in_key = |detail: &str| {
        let key = detail
            .split_once('(')
            .and_then(|(_, rest)| rest.split_once(")=("));
        key.is_some_and(|(columns, _)| columns.split(", ").any(|column| column.trim_matches('"') == name))
    };
    report.message.contains(&format!("column \"{name}\"")) || report.detail.as_deref().is_some_and(is_in_key)
}

/// An error of PostgreSQL's, as an error of ours.
#[derive(Debug)]
struct PostgresProblem(ReportTexts);

#[derive(Debug)]
struct ReportTexts {
    sqlstate: PgSqlErrorCode,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
}

impl From<CaughtReport> for ReportTexts {
    fn from(report: CaughtReport) -> Self {
        Self {
            sqlstate: report.sqlstate,
            message: report.message,
            detail: report.detail,
            hint: report.hint,
        }
    }
}

impl std::fmt::Display for PostgresProblem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl std::error::Error for PostgresProblem {}

impl Problem for PostgresProblem {
    fn sqlstate(&self) -> PgSqlErrorCode {
        self.0.sqlstate
    }

    fn detail(&self) -> Option<String> {
        self.0.detail.clone()
    }

    fn hint(&self) -> Cow<'static, str> {
        self.0.hint.clone().unwrap_or_default().into()
    }
}
