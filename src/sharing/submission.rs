//! The public side of forms: what a visitor sees of one, what can be picked, and sending one in.
//!
//! Everything runs with the rights of the form's role, under the same conditions as shares. A visitor gets what a page
//! needs and no more: no role, no OIDs.

use super::acting::ActingRole;
use super::error::SharingError;
use super::form::{self, FormInput, LinkRule, StoredField, StoredForm};
use super::kept_form::{self, PlacedForm};
use super::refusal::{Sent, SentValues, Visited, is_about_data};
use super::store;
use crate::catalog::rows::PgAttribute;
use crate::catalog::types::TypeOptions;
use crate::catalog::{Catalog, consistent};
use crate::error::{Error, ManualPage};
use crate::explorations::node::Node;
use crate::explorations::store as storage;
use crate::pg::as_role;
use crate::pg::plan::JsonbDatum;
use crate::pg::snapshot::Snapshot;
use crate::pg::subtransaction;
use crate::pg::{Oid, caller, ownership};
use crate::records::arguments::{self, Part};
use crate::records::write::{self, Filled, FormField, FormShape};
use crate::statements::Values;
use pgrx::Uuid;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The most bytes of what is sent in.
const MOST_BYTES: usize = 1 << 20;

/// The records of a page that can be picked from: usually, and at most.
const USUAL_PICKS: i32 = 50;
const MOST_PICKS: i64 = 500;

/// A form that is served.
struct ServedForm {
    placed: Rc<PlacedForm>,
    role: ActingRole,
}

/// The columns that say which user wrote a row.
struct UserTracking<'f> {
    /// The login role of the visitor.
    user_id: i64,
    /// The attnum of the column, by the OID of its table.
    attnums: &'f BTreeMap<u32, i16>,
}

impl<'f> UserTracking<'f> {
    /// `None` if no table of the form has such a column.
    fn of_form(placed: &'f PlacedForm) -> Result<Option<Self>, Error> {
        if placed.tracking.is_empty() {
            return Ok(None);
        }
        let user_id = storage::write_as_owner(|statements| statements.query(store::USER, &json!({})))?;
        Ok(Some(Self {
            user_id,
            attnums: &placed.tracking,
        }))
    }

    /// Adds the user to each new row whose table has such a column, unless a field of the form writes it.
    fn add_to(&self, visited: &[Visited<'_>], shape: &mut FormShape, values: &mut Values) {
        // A row that is created may have no field of its own.
        let created = visited.iter().filter_map(|visited| match visited.filled {
            Some(Filled::Create) => {
                Some((visited.field.related_table_oid?, Some(visited.field.key.as_str())))
            }
            _ => None,
        });
        let rows: BTreeSet<(u32, Option<&str>)> = visited
            .iter()
            .map(|visited| (visited.table, visited.parent))
            .chain(created)
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
            shape
                .fields
                .push(FormField::new(key, parent.map(str::to_owned), table, attnum));
            shape
                .filled
                .push(Some(Filled::Value(values.take_number(self.user_id))));
        }
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
    fn find(token: &Uuid, audience: FormAudience) -> Result<Self, Error> {
        Self::of(kept_form::find_kept_form(token)?, audience)
    }

    /// The same, to be looked at: also if a column of it was dropped.
    fn find_in_part(token: &Uuid, audience: FormAudience) -> Result<Self, Error> {
        match kept_form::find_kept_form(token)? {
            Some(whole) => Self::of(Some(whole), audience),
            None => Self::of(kept_form::find_in_part(token)?, audience),
        }
    }

    fn of(placed: Option<Rc<PlacedForm>>, audience: FormAudience) -> Result<Self, Error> {
        let placed = placed.ok_or(SharingError::NoForm)?;
        let form = &placed.form;
        let role = form.role();
        let is_served = form.publish_public
            || (audience == FormAudience::Makers
                && ownership::can_set_role(caller::current_role(), Oid::from(form.role_oid)));
        if !is_served || !role.is_allowed() {
            return Err(SharingError::NoForm.into());
        }
        Ok(Self { placed, role })
    }

    fn form(&self) -> &StoredForm {
        &self.placed.form
    }
}

/// The whole form for those who may see it; for everybody else a published one, without its roles.
pub(crate) fn get_by_token(token: &Uuid) -> Result<Value, Error> {
    if let Some(form) = form::find_by_token(&token.to_string())? {
        return Ok(form.info());
    }
    let mut info = ServedForm::find_in_part(token, FormAudience::Visitors)?
        .form()
        .clone()
        .info();
    for key in ["associated_role_id", "associated_role", "creator"] {
        info[key] = Value::Null;
    }
    if let Value::Object(members) = &mut info {
        members.shift_remove("problem");
    }
    Ok(info)
}

/// The form as a page shows it.
pub(crate) fn get_public(token: &Uuid) -> Result<Value, Error> {
    let served = ServedForm::find(token, FormAudience::Visitors)?;
    let form = served.form();
    let fields = served.role.act(|| {
        consistent::read_consistently(|catalog| public_fields(catalog, &form.fields, form.base_table_oid))
    })?;
    let mut public = json!({
        "name": form.name, "description": form.description, "version": form.version, "header_title": form.header_title,
        "header_subtitle": form.header_subtitle, "submit_message": form.submit_message,
        "submit_redirect_url": form.submit_redirect_url, "submit_button_label": form.submit_button_label,
        "fields": fields,
    });
    if form.input == FormInput::Display {
        public["input"] = "display".into();
    }
    Ok(public)
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
                "type": info.listed_name, "type_options": TypeOptions::from_modifiers(&info, column.atttypmod), "ui_type": info.ui_type,
                "has_default": column.atthasdef, "fk_interaction_rule": field.fk_interaction_rule, "styling": field.styling,
                "is_required": field.is_required, "child_fields": children,
            }))
        })
        .collect()
}

/// The tables and columns of a form as clients of Mathesar's contract get them, with the rights of its role.
pub(crate) fn get_source_info<T>(
    token: &Uuid,
    describe: impl FnOnce(&BTreeMap<u32, Vec<i16>>) -> Result<T, Error>,
) -> Result<(T, BTreeMap<u32, Vec<i16>>), Error> {
    fn add_wanted(fields: &[StoredField], table: u32, wanted: &mut BTreeMap<u32, Vec<i16>>) {
        for field in fields {
            wanted.entry(table).or_default().push(field.column_attnum);
            if let Some(related) = field.related_table_oid {
                wanted.entry(related).or_default();
                add_wanted(&field.child_fields, related, wanted);
            }
        }
    }
    let served = ServedForm::find_in_part(token, FormAudience::Makers)?;
    let mut wanted = BTreeMap::new();
    add_wanted(&served.form().fields, served.form().base_table_oid, &mut wanted);
    let described = served.role.act(|| describe(&wanted))?;
    Ok((described, wanted))
}

fn find_field<'f>(fields: &'f [StoredField], key: &str) -> Option<&'f StoredField> {
    fields.iter().find_map(|field| match field.key == key {
        true => Some(field),
        false => find_field(&field.child_fields, key),
    })
}

fn unknown_field(key: &str, hint: &'static str) -> SharingError {
    SharingError::InvalidField {
        key: key.to_owned(),
        problem: "the form has no such field".into(),
        hint,
    }
}

/// The records that a field can refer to, by how they read.
pub(crate) fn list_related(token: &Uuid, options: &str) -> Result<JsonbDatum, Error> {
    const HINT: &str = "The options are \"field_key\", \"search\", \"limit\" and \"offset\".";
    let served = ServedForm::find(token, FormAudience::Makers)?;
    let node = Node::parse(ManualPage::Forms, "options", options)?;
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
    let field = find_field(&served.form().fields, &key)
        .ok_or_else(|| unknown_field(&key, "Pass the key of a field of the form."))?;
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
    served
        .role
        .act(|| arguments::list_summaries(Oid::from(table), part, search.as_deref(), None, None))
}

/// Sends a form in.
pub(crate) fn submit_form(token: &Uuid, values: &str) -> Result<Value, Error> {
    if values.len() > MOST_BYTES {
        return Err(SharingError::TooLarge {
            bytes: values.len(),
            most: MOST_BYTES,
        }
        .into());
    }
    let served = ServedForm::find(token, FormAudience::Visitors)?;
    let form = served.form();
    let sent: SentValues = serde_json::from_str(values).map_err(|problem| Error::InvalidArgument {
        argument: "values",
        problem: problem.to_string(),
        hint: "Pass an object of the keys of fields and their values.",
    })?;
    if let Some(key) = sent.keys().find(|key| find_field(&form.fields, key).is_none()) {
        return Err(unknown_field(key, "Pass values of the form's fields only.").into());
    }
    let mut visit = Visit {
        sent: &sent,
        values: Values::default(),
        visited: Vec::new(),
    };
    visit.all(&form.fields, None, form.base_table_oid)?;
    let Visit {
        mut values, visited, ..
    } = visit;
    let field = |visited: &Visited<'_>| {
        FormField::new(
            visited.field.key.clone(),
            visited.parent.map(str::to_owned),
            visited.table,
            visited.field.column_attnum,
        )
    };
    let mut shape = FormShape {
        fields: visited.iter().map(field).collect(),
        filled: visited.iter().map(|visited| visited.filled).collect(),
        reads_displayed: form.input == FormInput::Display,
    };
    if let Some(tracking) = UserTracking::of_form(&served.placed)? {
        tracking.add_to(&visited, &mut shape, &mut values);
    }
    as_role::end_deferring();
    let reading = Cell::new(None);
    served.role.act(|| {
        let insert = || write::insert_filled(shape, &values, &reading);
        match subtransaction::attempt_with_report(is_about_data, insert) {
            Ok(outcome) => outcome,
            Err(report) => {
                let sent = Sent {
                    visited: &visited,
                    values: &values,
                    texts: &sent,
                    input: form.input,
                };
                Err(sent.blame(report, reading.get())?)
            }
        }
    })?;
    Ok(json!({
        "submit_message": form.submit_message, "submit_redirect_url": form.submit_redirect_url,
    }))
}

/// A way through the fields as they are filled in: below a field whose record is picked, nothing is asked.
struct Visit<'f> {
    sent: &'f SentValues,
    values: Values,
    visited: Vec<Visited<'f>>,
}

impl<'f> Visit<'f> {
    fn all(&mut self, fields: &'f [StoredField], parent: Option<&'f str>, table: u32) -> Result<(), Error> {
        fields.iter().try_for_each(|field| self.one(field, parent, table))
    }

    fn one(&mut self, field: &'f StoredField, parent: Option<&'f str>, table: u32) -> Result<(), Error> {
        let value = self.sent.get(&field.key);
        let is_empty = value.is_none_or(|value| matches!(value.get(), "null" | "\"\""));
        if field.is_required && is_empty {
            return Err(invalid_value(field, "a value is required", "Fill the field in."));
        }
        let link = field.fk_interaction_rule.zip(field.related_table_oid);
        let filled = match (value, link) {
            (None, _) => None,
            (Some(value), Some(link)) if value.get() != "null" => {
                Some(self.choice(field, table, link, value)?)
            }
            (Some(value), _) => Some(Filled::Value(self.values.take(value.clone()))),
        };
        self.visited.push(Visited {
            field,
            parent,
            table,
            filled,
        });
        match (filled, link) {
            (Some(Filled::Create), Some((_, related))) => {
                self.all(&field.child_fields, Some(&field.key), related)
            }
            _ => Ok(()),
        }
    }

    /// To what a field that refers to a record is to refer, as far as its rule allows it.
    fn choice(
        &mut self,
        field: &StoredField,
        table: u32,
        (rule, related): (LinkRule, u32),
        value: &RawValue,
    ) -> Result<Filled, Error> {
        // Without the foreign key, any value would do.
        let catalog = Catalog::new(Snapshot::latest());
        if !form::leads_to(
            &catalog,
            Oid::from(table),
            field.column_attnum,
            Oid::from(related),
        ) {
            return Err(invalid_value(
                field,
                "its column no longer refers to records of the table",
                "Ask the person who gave you the link to change the form.",
            ));
        }
        const HINT: &str = "A field that refers to a record takes {\"type\": \"pick\", \"value\": key} or {\"type\": \"create\"}.";
        let no_choice = || invalid_value(field, "this is no choice of a record", HINT);
        let choice: BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(value.get()).map_err(|_| no_choice())?;
        let picked = choice.get("value");
        match (choice.get("type").map(|word| word.get()), rule) {
            (Some("\"pick\""), LinkRule::MustPick | LinkRule::CanPickOrCreate) => {
                if field.is_required && picked.is_none_or(|picked| picked.get() == "null") {
                    return Err(invalid_value(field, "a value is required", "Pick a record."));
                }
                match picked {
                    Some(picked) if choice.len() == 2 => Ok(Filled::Value(self.values.take(picked.clone()))),
                    _ => Err(no_choice()),
                }
            }
            (Some("\"create\""), LinkRule::MustCreate | LinkRule::CanPickOrCreate) => match choice.len() {
                1 => Ok(Filled::Create),
                _ => Err(no_choice()),
            },
            (Some("\"pick\""), LinkRule::MustCreate) => Err(invalid_value(
                field,
                "a record must be created, not picked",
                "Pass {\"type\": \"create\"}.",
            )),
            (Some("\"create\""), LinkRule::MustPick) => Err(invalid_value(
                field,
                "a record must be picked, not created",
                "Pass {\"type\": \"pick\", \"value\": key}.",
            )),
            _ => Err(no_choice()),
        }
    }
}

fn invalid_value(field: &StoredField, problem: &str, hint: &'static str) -> Error {
    SharingError::InvalidField {
        key: field.key.clone(),
        problem: problem.into(),
        hint,
    }
    .into()
}
