//! Forms: what they ask for, and who makes and changes them.
//!
//! A form has a tree of fields: roots write columns of the base table; the children of a field that is a foreign key
//! write columns of the table that it refers to. Fields are stored with their form, in one document.

use super::acting::{self, ActingRole};
use super::error::{SharingError, describe_problem};
use super::store;
use crate::catalog::Catalog;
use crate::catalog::rows::PgAttribute;
use crate::error::{Error, ManualPage};
use crate::explorations::following;
use crate::explorations::node::{Node, ObjectMembers};
use crate::explorations::reference::{self, Placement, Placer, TableReferences};
use crate::explorations::saving;
use crate::explorations::store as storage;
use crate::metadata::model;
use crate::pg::catalog_row::Char;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, caller, names};
use pgrx::pg_sys;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How deep fields lie within fields, at most.
const DEEPEST: usize = 20;

/// The most fields of a form.
const MOST_FIELDS: usize = 1000;

/// Which rows a link can lead to.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub(super) enum LinkRule {
    MustPick,
    CanPickOrCreate,
    MustCreate,
}

/// How the texts that a visitor sends are read.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub(super) enum FormInput {
    /// As PostgreSQL reads values of the columns' types.
    #[default]
    Raw,
    /// As the columns show values, by their display options.
    Display,
}

/// A field, as it is stored.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StoredField {
    pub(super) id: i64,
    pub(super) key: String,
    pub(super) index: i64,
    pub(super) label: Option<String>,
    pub(super) help: Option<String>,
    pub(super) kind: String,
    pub(super) column_attnum: i16,
    pub(super) related_table_oid: Option<u32>,
    pub(super) fk_interaction_rule: Option<LinkRule>,
    pub(super) styling: Option<Value>,
    pub(super) is_required: bool,
    pub(super) child_fields: Vec<StoredField>,
}

/// A form, as the view has it and as it is written.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StoredForm {
    pub(super) id: i64,
    pub(super) token: Option<String>,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) version: i64,
    #[serde(deserialize_with = "crate::metadata::model::deserialize_oid")]
    pub(super) base_table_oid: u32,
    pub(super) schema_name: String,
    pub(super) table_name: String,
    pub(super) refs: TableReferences,
    #[serde(deserialize_with = "crate::metadata::model::deserialize_oid")]
    pub(super) role_oid: u32,
    #[serde(alias = "role", rename(serialize = "role_name"))]
    pub(super) role_name: String,
    #[serde(default)]
    is_privileged: bool,
    #[serde(default, deserialize_with = "crate::metadata::model::deserialize_oid")]
    creator_oid: u32,
    #[serde(alias = "creator", rename(serialize = "creator_name"))]
    creator_name: String,
    pub(super) header_title: Value,
    pub(super) header_subtitle: Option<Value>,
    #[serde(default)]
    pub(super) publish_public: bool,
    pub(super) submit_message: Option<Value>,
    pub(super) submit_redirect_url: Option<String>,
    pub(super) submit_button_label: Option<String>,
    #[serde(default)]
    pub(super) input: FormInput,
    pub(super) fields: Vec<StoredField>,
    #[serde(default)]
    is_own: bool,
    #[serde(default, skip_serializing)]
    created_at: String,
    #[serde(default, skip_serializing)]
    updated_at: String,
}

impl StoredForm {
    /// The role that it acts as.
    pub(super) fn role(&self) -> ActingRole {
        ActingRole {
            role_oid: self.role_oid,
            creator_oid: self.creator_oid,
            is_privileged: self.is_privileged,
        }
    }

    /// Gives it the numbers of now. Fails with what is gone.
    pub(super) fn place(&mut self, placement: Placement) -> Result<(), Error> {
        let placer = Placer::new(&self.refs, placement);
        let base = placer.table_oid(self.base_table_oid)?;
        place_fields(&mut self.fields, self.base_table_oid, &placer)?;
        self.base_table_oid = base;
        Ok(())
    }

    /// The form as its makers get it.
    pub(super) fn info(mut self) -> Value {
        let id = self.id;
        let problem = self.place(Placement::SameDatabase).err();
        let fields: Vec<Value> = self.fields.iter().map(|field| field_info(field, id)).collect();
        let mut info = json!({
            "id": id, "created_at": self.created_at, "updated_at": self.updated_at, "token": self.token,
            "name": self.name, "description": self.description, "version": self.version,
            "schema_oid": names::schema_of(Oid::from(self.base_table_oid)).map(Oid::to_u32),
            "base_table_oid": self.base_table_oid, "associated_role_id": self.role_oid, "associated_role": self.role_name,
            "creator": self.creator_name, "header_title": self.header_title, "header_subtitle": self.header_subtitle,
            "publish_public": self.publish_public, "submit_message": self.submit_message,
            "submit_redirect_url": self.submit_redirect_url, "submit_button_label": self.submit_button_label,
            "fields": fields,
        });
        if self.input == FormInput::Display {
            info["input"] = "display".into();
        }
        if let Some(problem) = problem {
            info["problem"] = describe_problem(&problem);
        }
        info
    }
}

fn place_fields(fields: &mut [StoredField], table: u32, placer: &Placer<'_>) -> Result<(), Error> {
    for field in fields {
        field.column_attnum = placer.column(table, field.column_attnum)?;
        if let Some(related) = field.related_table_oid {
            place_fields(&mut field.child_fields, related, placer)?;
            field.related_table_oid = Some(placer.table_oid(related)?);
        }
    }
    Ok(())
}

fn field_info(field: &StoredField, form: i64) -> Value {
    let children: Vec<Value> = field
        .child_fields
        .iter()
        .map(|child| field_info(child, form))
        .collect();
    json!({
        "id": field.id, "key": field.key, "form_id": form, "index": field.index, "label": field.label, "help": field.help,
        "kind": field.kind, "column_attnum": field.column_attnum, "related_table_oid": field.related_table_oid,
        "fk_interaction_rule": field.fk_interaction_rule, "styling": field.styling, "is_required": field.is_required,
        "child_fields": children,
    })
}

/// The columns that fields speak of.
fn columns_of(fields: &[StoredField], table: u32, found: &mut Vec<(u32, Option<i16>)>) {
    for field in fields {
        found.push((table, Some(field.column_attnum)));
        if let Some(related) = field.related_table_oid {
            found.push((related, None));
            columns_of(&field.child_fields, related, found);
        }
    }
}

fn find_all(argument: &Value) -> Result<Vec<StoredForm>, Error> {
    storage::read_as_caller(|statements| statements.query(store::FORMS, argument))
}

/// The form with an id, if the current role may see it.
fn find_form(id: i64) -> Result<StoredForm, Error> {
    find_all(&json!({"id": id}))?
        .pop()
        .ok_or_else(|| SharingError::UnknownForm { id }.into())
}

/// The same, if the current role made it.
fn find_own(id: i64) -> Result<StoredForm, Error> {
    let form = find_form(id)?;
    match form.is_own {
        true => Ok(form),
        false => Err(SharingError::NotAllowed {
            object: format!("form {id}"),
            needed: "the role that made it; the owner of its table can delete it or end its publication",
        }
        .into()),
    }
}

pub(crate) fn get_form(id: i64) -> Result<Value, Error> {
    Ok(find_form(id)?.info())
}

/// The form of a token, if the current role may see it.
pub(super) fn find_by_token(token: &str) -> Result<Option<StoredForm>, Error> {
    Ok(find_all(&json!({"token": token}))?.pop())
}

pub(crate) fn list_forms(schema: Oid) -> Result<Value, Error> {
    let schema = Catalog::new(Snapshot::latest()).schema_name(schema)?;
    let forms = find_all(&json!({"schema": &*schema}))?;
    Ok(forms.into_iter().map(StoredForm::info).collect())
}

const SHAPE: &str = "A form has \"name\", \"version\", \"base_table_oid\", \"header_title\" and \"fields\".";
const FIELD_SHAPE: &str = "A field has \"key\", \"index\", \"kind\" and \"column_attnum\"; a foreign key also \"related_table_oid\" and \"fk_interaction_rule\".";

/// Whether a foreign key of a column refers to a table.
pub(super) fn leads_to(catalog: &Catalog, table: Oid, attnum: i16, related: Oid) -> bool {
    let links = catalog.links(table);
    links
        .iter()
        .any(|link| link.target == related && link.columns.iter().any(|pair| pair.attnum == attnum))
}

/// Makes a form.
pub(crate) fn add_form(document: &str) -> Result<Value, Error> {
    let node = Node::parse(ManualPage::Forms, "form_def", document)?;
    let mut members = node.object()?;
    let base = members.need("base_table_oid", SHAPE)?.oid()?;
    let (schema_name, table_name) = names::of_relation(base).ok_or(Error::UnknownRelation(base))?;
    saving::take_schema(
        &mut members,
        base,
        "Leave \"schema_oid\" out: a form belongs to the schema of its base table.",
    )?;
    let role = caller::current_role();
    let mut form = StoredForm {
        id: 0,
        token: None,
        name: String::new(),
        description: None,
        version: 0,
        base_table_oid: base.to_u32(),
        schema_name,
        table_name,
        refs: TableReferences::new(),
        role_oid: 0,
        role_name: String::new(),
        is_privileged: false,
        creator_oid: role.to_u32(),
        creator_name: names::of_role(role).unwrap_or_default(),
        header_title: Value::Null,
        header_subtitle: None,
        publish_public: false,
        submit_message: None,
        submit_redirect_url: None,
        submit_button_label: None,
        input: FormInput::Raw,
        fields: Vec::new(),
        is_own: true,
        created_at: String::new(),
        updated_at: String::new(),
    };
    let fields = form.take_members(&mut members)?;
    let fields = fields.ok_or_else(|| members.missing("fields", SHAPE))?;
    form.set_fields(&fields)?;
    members.finish()?;
    following::look_again();
    let id: i64 = storage::write_as_owner(|statements| statements.query(store::INSERT_FORM, &form))?;
    get_form(id)
}

/// Changes a form. Without "fields" they stay; a field that stays, by its key, keeps its id.
pub(crate) fn patch_form(document: &str) -> Result<Value, Error> {
    let node = Node::parse(ManualPage::Forms, "form_def", document)?;
    let mut members = node.object()?;
    let id = members
        .need("id", "Pass \"id\", the form that is changed.")?
        .integer()?;
    let mut form = find_own(id)?;
    // What a form is about does not change.
    members.take("base_table_oid");
    members.take("schema_oid");
    let fields = form.take_members(&mut members)?;
    members.finish()?;
    if let Some(fields) = fields {
        form.place(Placement::SameDatabase)?;
        form.set_fields(&fields)?;
    }
    following::look_again();
    storage::write_as_owner(|statements| statements.query::<i64>(store::UPDATE_FORM, &form))?;
    get_form(id)
}

impl StoredForm {
    /// Takes all members but those that say what the form is about; returns the fields, if they are there.
    fn take_members(&mut self, members: &mut ObjectMembers) -> Result<Option<Node>, Error> {
        let name = members.need("name", SHAPE)?;
        self.name = name.text()?;
        if self.name.trim().is_empty() {
            return Err(name.must_be("a name that is not blank"));
        }
        self.version = members.need("version", SHAPE)?.not_negative()?;
        self.header_title = json_value(&members.need("header_title", SHAPE)?)?;
        let text = |node: Option<Node>| node.map(|node| node.text()).transpose();
        let json = |node: Option<Node>| node.as_ref().map(json_value).transpose();
        self.description = text(members.take("description"))?;
        self.header_subtitle = json(members.take("header_subtitle"))?;
        self.submit_message = json(members.take("submit_message"))?;
        self.submit_redirect_url = match members.take("submit_redirect_url") {
            Some(url) => Some(checked_url(&url)?),
            None => None,
        };
        self.submit_button_label = text(members.take("submit_button_label"))?;
        self.input = match members.take("input") {
            None => FormInput::Raw,
            Some(input) => match input.text()?.as_str() {
                "raw" => FormInput::Raw,
                "display" => FormInput::Display,
                _ => return Err(input.must_be("\"raw\" or \"display\"")),
            },
        };
        let role = members
            .take("associated_role_id")
            .map(|role| acting::find_role(&role))
            .transpose()?;
        let insists = members
            .take("privileged_role")
            .map(|node| node.boolean())
            .transpose()?;
        let role = acting::choose(role, insists.unwrap_or(false))?;
        self.role_oid = role.oid.to_u32();
        self.role_name = role.name;
        self.is_privileged = role.is_privileged;
        Ok(members.take("fields"))
    }

    /// Takes new fields; those whose key is known keep their ids.
    fn set_fields(&mut self, node: &Node) -> Result<(), Error> {
        let mut known = BTreeMap::new();
        ids_by_key(&self.fields, &mut known);
        let reader = Reader::new(Snapshot::latest());
        let catalog = Catalog::new(Snapshot::latest());
        let mut parser = FieldParser {
            reader: &reader,
            catalog: &catalog,
            keys: Vec::new(),
        };
        let mut fields = parser.fields(node, Oid::from(self.base_table_oid), 0)?;
        let missing = parser.keys.iter().filter(|key| !known.contains_key(*key)).count();
        let new: Vec<i64> = storage::write_as_owner(|statements| {
            statements.query(store::NEW_FIELD_IDS, &json!({"count": missing}))
        })?;
        give_ids(&mut fields, &known, &mut new.into_iter());
        self.fields = fields;
        let mut columns = vec![(self.base_table_oid, None)];
        columns_of(&self.fields, self.base_table_oid, &mut columns);
        self.refs = reference::references_of(columns)?;
        Ok(())
    }
}

fn json_value(node: &Node) -> Result<Value, Error> {
    serde_json::from_str(node.json()).map_err(Error::Serialization)
}

/// An address that a page goes to: http or https, as anything else would run in the page.
fn checked_url(node: &Node) -> Result<String, Error> {
    let url = node.text()?;
    let lower = url.to_ascii_lowercase();
    match lower.starts_with("https://")
        || lower.starts_with("http://")
        || (url.starts_with('/') && !url.starts_with("//"))
    {
        true if url.chars().count() <= 2000 => Ok(url),
        _ => Err(node.must_be("an address that begins with https://, http:// or /")),
    }
}

fn ids_by_key(fields: &[StoredField], known: &mut BTreeMap<String, i64>) {
    for field in fields {
        known.insert(field.key.clone(), field.id);
        ids_by_key(&field.child_fields, known);
    }
}

fn give_ids(fields: &mut [StoredField], known: &BTreeMap<String, i64>, new: &mut impl Iterator<Item = i64>) {
    for field in fields {
        field.id = match known.get(&field.key) {
            Some(id) => *id,
            None => new.next().unwrap_or_default(),
        };
        give_ids(&mut field.child_fields, known, new);
    }
}

struct FieldParser<'a> {
    reader: &'a Reader,
    catalog: &'a Catalog,
    keys: Vec<String>,
}

impl FieldParser<'_> {
    fn fields(&mut self, node: &Node, table: Oid, depth: usize) -> Result<Vec<StoredField>, Error> {
        if depth > DEEPEST {
            return Err(node.invalid("the fields lie too deep", "Refer to rows that are there."));
        }
        node.array()?
            .iter()
            .map(|field| self.field(field, table, depth))
            .collect()
    }

    fn field(&mut self, node: &Node, table: Oid, depth: usize) -> Result<StoredField, Error> {
        let mut members = node.object()?;
        // What a client sends back of what it got.
        members.take("id");
        members.take("form_id");
        let key_node = members.need("key", FIELD_SHAPE)?;
        let key = key_node.text()?;
        if key.is_empty() || key.chars().count() > 128 {
            return Err(key_node.must_be("a key of 1 to 128 characters"));
        }
        if self.keys.contains(&key) {
            return Err(key_node.invalid(
                format!("two fields have the key \"{key}\""),
                "Give each field a key of its own.",
            ));
        }
        if self.keys.len() == MOST_FIELDS {
            return Err(key_node.invalid("the form has too many fields", "A form has at most 1000 fields."));
        }
        self.keys.push(key.clone());
        let attnum_node = members.need("column_attnum", FIELD_SHAPE)?;
        let attnum = i16::try_from(attnum_node.integer()?).unwrap_or_default();
        let column = PgAttribute::by_number(self.reader, table, attnum).filter(|column| column.attnum > 0);
        let Some(column) = column else {
            return Err(Error::UnknownColumn {
                relation: names::of_relation(table)
                    .map(|(_, name)| name)
                    .unwrap_or_default(),
                attnum: attnum.into(),
            });
        };
        if column.attgenerated != Char(0) || column.attidentity == Char(pg_sys::ATTRIBUTE_IDENTITY_ALWAYS) {
            return Err(attnum_node.invalid(
                format!("column \"{}\" takes no values", column.attname),
                "PostgreSQL generates them. Leave the field out.",
            ));
        }
        let kind_node = members.need("kind", FIELD_SHAPE)?;
        let kind = kind_node.text()?;
        let related = members.take("related_table_oid");
        let rule = members.take("fk_interaction_rule");
        let children = members.take("child_fields");
        let (related_table_oid, fk_interaction_rule, child_fields) = match kind.as_str() {
            "scalar_column" => {
                if let Some(children) = children.filter(|children| children.json() != "[]") {
                    return Err(children.must_be("empty: only a foreign key has fields below it"));
                }
                (None, None, Vec::new())
            }
            "foreign_key" => {
                let related = related.ok_or_else(|| members.missing("related_table_oid", FIELD_SHAPE))?;
                let rule = rule.ok_or_else(|| members.missing("fk_interaction_rule", FIELD_SHAPE))?;
                let oid = related.oid()?;
                if !leads_to(self.catalog, table, attnum, oid) {
                    return Err(related.invalid(
                        format!(
                            "no foreign key of column \"{}\" refers to that table",
                            column.attname
                        ),
                        "Pass the table to which the column refers.",
                    ));
                }
                let rule = serde_json::from_str(rule.json())
                    .map_err(|_| rule.must_be("\"must_pick\", \"can_pick_or_create\" or \"must_create\""))?;
                let children = match children {
                    Some(children) => self.fields(&children, oid, depth + 1)?,
                    None => Vec::new(),
                };
                (Some(oid.to_u32()), Some(rule), children)
            }
            other => {
                return Err(kind_node.unknown(
                    "kind of field",
                    other,
                    ["scalar_column", "foreign_key"].into_iter(),
                ));
            }
        };
        let text = |node: Option<Node>| node.map(|node| node.text()).transpose();
        let field = StoredField {
            id: 0,
            key,
            index: members.need("index", FIELD_SHAPE)?.not_negative()?,
            label: text(members.take("label"))?,
            help: text(members.take("help"))?,
            kind,
            column_attnum: attnum,
            related_table_oid,
            fk_interaction_rule,
            styling: members.take("styling").as_ref().map(json_value).transpose()?,
            is_required: members
                .take("is_required")
                .map(|node| node.boolean())
                .transpose()?
                .unwrap_or(false),
            child_fields,
        };
        members.finish()?;
        Ok(field)
    }
}

/// Deletes a form: every role that may see it may do so.
pub(crate) fn delete_form(id: i64) -> Result<i64, Error> {
    find_form(id)?;
    storage::write_as_owner(|statements| statements.run(store::DELETE_FORM, &json!({"id": id})))?;
    Ok(id)
}

/// Publishes a form, or ends its publication; the latter the owner of its table may do as well.
pub(crate) fn publish_form(id: i64, publish: bool) -> Result<bool, Error> {
    match publish {
        true => find_own(id)?,
        false => find_form(id)?,
    };
    let change = json!({"id": id, "publish_public": publish});
    storage::write_as_owner(|statements| statements.run(store::PUBLISH_FORM, &change))?;
    Ok(publish)
}

/// Gives a form another token.
pub(crate) fn regenerate_token(id: i64) -> Result<String, Error> {
    find_own(id)?;
    storage::write_as_owner(|statements| statements.query(store::NEW_TOKEN, &json!({"id": id})))
}

/// A row with the numbers that its names have now: those of this database, or, of a row that is restored, those that it had
/// in another one.
pub(crate) fn place_row(row: Value, is_restored: bool) -> Result<Value, Error> {
    let part = |key: &str| row.get(key).cloned().unwrap_or_default();
    let refs: TableReferences = serde_json::from_value(part("refs")).map_err(Error::UnreadableMetadata)?;
    let mut fields: Vec<StoredField> =
        serde_json::from_value(part("fields")).map_err(Error::UnreadableMetadata)?;
    let base = model::json_oid(&part("base_table_oid")).unwrap_or_default();
    let placer = Placer::new(&refs, reference::placement_of(is_restored));
    let placed = placer
        .table_oid(base)
        .and_then(|now| place_fields(&mut fields, base, &placer).map(|()| now));
    match placed {
        Ok(now) => {
            let mut columns = vec![(now, None)];
            columns_of(&fields, now, &mut columns);
            Ok(json!({"base_table_oid": now, "fields": fields, "refs": reference::references_of(columns)?}))
        }
        // What has no place keeps its numbers.
        Err(_) if is_restored => Ok(json!({"refs": reference::unplaced(&refs)?})),
        Err(_) => Ok(json!({})),
    }
}
