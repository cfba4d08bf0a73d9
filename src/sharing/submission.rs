//! The public side of forms: what a visitor sees of one, what can be picked, and sending one in.
//!
//! Everything runs with the rights of the form's role, under the same conditions as shares. A visitor gets what a page
//! needs and no more: no role, no OIDs.

use super::acting::ActingRole;
use super::error::SharingError;
use super::form::{self, LinkRule, StoredField, StoredForm};
use super::store;
use crate::catalog::rows::{OfRelation, PgAttribute, PgConstraint};
use crate::catalog::types::TypeOptions;
use crate::catalog::{Catalog, consistent};
use crate::error::Error;
use crate::explorations::node::Node;
use crate::explorations::reference::Placement;
use crate::explorations::store as storage;
use crate::metadata::read as metadata;
use crate::pg::as_role;
use crate::pg::plan::JsonbDatum;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::subtransaction::{self, CaughtReport};
use crate::pg::{Oid, caller, dml, names, ownership, parameter};
use crate::records::arguments::{self, Part};
use crate::records::write::{self, FormField};
use pgrx::prelude::PgSqlErrorCode;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

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

/// The columns that say which user wrote a row.
struct UserTracking {
    /// The login role of the visitor.
    user_id: i64,
    /// The attnum of the column, by the OID of its table.
    attnums: BTreeMap<u32, i16>,
}

impl UserTracking {
    /// Those of the tables that are visited; `None` if they have no such columns.
    fn of(visited: &[Visited<'_>]) -> Result<Option<Self>, Error> {
        let tables: BTreeSet<u32> = visited.iter().map(|visited| visited.table).collect();
        let catalog = Catalog::new(Snapshot::latest());
        let mut attnums = BTreeMap::new();
        for table in tables {
            if let Some(attnum) = metadata::user_tracking_column(&catalog, Oid::from(table))? {
                attnums.insert(table, attnum);
            }
        }
        if attnums.is_empty() {
            return Ok(None);
        }
        let user_id = storage::write(|statements| statements.query(store::USER, &json!({})))?;
        Ok(Some(Self { user_id, attnums }))
    }

    /// Adds the user to each new row whose table has such a column, unless a field of the form writes it.
    fn add_to(
        &self,
        visited: &[Visited<'_>],
        fields: &mut Vec<FormField>,
        sent: &mut SentValues,
    ) -> Result<(), Error> {
        let rows: BTreeSet<(u32, Option<&str>)> = visited
            .iter()
            .map(|visited| (visited.table, visited.parent))
            .collect();
        for (table, parent) in rows {
            let Some(&attnum) = self.attnums.get(&table) else {
                continue;
            };
            let is_field = visited.iter().any(|visited| {
                (visited.table, visited.parent, visited.field.column_attnum) == (table, parent, attnum)
            });
            if is_field {
                continue;
            }
            // No key of a field begins so: jsonb has no NUL.
            let key = format!("\0user of {table} {}", parent.unwrap_or_default());
            let value = serde_json::value::to_raw_value(&self.user_id).map_err(Error::Serialization)?;
            fields.push(FormField::new(
                key.clone(),
                parent.map(str::to_owned),
                table,
                attnum,
            ));
            sent.insert(key, value);
        }
        Ok(())
    }
}

/// To whom a form is served.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FormAudience {
    /// To everybody, once it is published.
    Visitors,
    /// Before that, too, to those who can act as the form's role by SET ROLE: its makers, who look at it first.
    Makers,
}

impl ServedForm {
    /// The form of a token, if it is there for the audience and its role is what it must be.
    fn find(token: &str, audience: FormAudience) -> Result<Self, Error> {
        let found: Option<StoredForm> =
            storage::write(|statements| statements.query(store::FORM_BY_TOKEN, &json!({"token": token})))?;
        let Some(mut form) = found else {
            return Err(SharingError::NoForm.into());
        };
        let role = form.role();
        let is_served = form.publish_public
            || (audience == FormAudience::Makers
                && ownership::can_set_role(caller::role(), Oid::from(form.role_oid)));
        if !is_served || !role.is_allowed() || form.place(Placement::SameDatabase).is_err() {
            return Err(SharingError::NoForm.into());
        }
        Ok(Self { form, role })
    }
}

/// The whole form for those who may see it; for everybody else a published one, without its roles.
pub(crate) fn get_by_token(token: &str) -> Result<Value, Error> {
    if let Some(form) = form::find_by_token(token)? {
        return Ok(form.info());
    }
    let mut info = ServedForm::find(token, FormAudience::Visitors)?.form.info();
    for key in ["associated_role_id", "associated_role", "creator"] {
        info[key] = Value::Null;
    }
    Ok(info)
}

/// The form as a page shows it.
pub(crate) fn get_public(token: &str) -> Result<Value, Error> {
    let ServedForm { form, role } = ServedForm::find(token, FormAudience::Visitors)?;
    let fields =
        role.act(|| consistent::read(|catalog| public_fields(catalog, &form.fields, form.base_table_oid)))?;
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
    let ServedForm { form, role } = ServedForm::find(token, FormAudience::Makers)?;
    let mut wanted = BTreeMap::new();
    add(&form.fields, form.base_table_oid, &mut wanted);
    let described = role.act(|| describe(&wanted))?;
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
    let ServedForm { form, role } = ServedForm::find(token, FormAudience::Makers)?;
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
    role.act(|| arguments::list_summaries(Oid::from(table), part, search.as_deref(), None, None))
}

/// The submitted values, by the keys of fields.
type SentValues = BTreeMap<String, Box<RawValue>>;

/// A field that gets a value, or is asked for one.
struct Visited<'f> {
    field: &'f StoredField,
    parent: Option<&'f str>,
    table: u32,
}

/// Sends a form in.
pub(crate) fn submit_form(token: &str, values: &str) -> Result<Value, Error> {
    if values.len() > MOST_BYTES {
        return Err(SharingError::TooLarge {
            bytes: values.len(),
            most: MOST_BYTES,
        }
        .into());
    }
    let ServedForm { form, role } = ServedForm::find(token, FormAudience::Visitors)?;
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
    let mut fields: Vec<FormField> = visited
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
    let mut used: SentValues = visited
        .iter()
        .filter_map(|visited| {
            let value = sent.get(&visited.field.key)?;
            Some((visited.field.key.clone(), value.clone()))
        })
        .collect();
    if let Some(tracking) = UserTracking::of(&visited)? {
        tracking.add_to(&visited, &mut fields, &mut used)?;
    }
    as_role::end_deferring()?;
    role.act(|| {
        let outcome =
            subtransaction::attempt_with_report(is_about_data, || write::insert_form(&fields, &used));
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
    // The visitor knows fields, not columns.
    let detail = report
        .detail
        .as_deref()
        .map(|detail| match detail.find("In column \"") {
            Some(at) => detail[..at].trim_end(),
            None => detail,
        });
    let report = CaughtReport {
        detail: detail.filter(|detail| !detail.is_empty()).map(str::to_owned),
        ..report
    };
    let problem = SharingError::Postgres(report.into());
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
