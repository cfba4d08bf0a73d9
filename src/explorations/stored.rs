//! Explorations that are saved: who sees them, who changes them, and running them.
//!
//! What a caller may do is decided by what the caller sees of them through the views. Only then is anything written.

use super::error::ExplorationError;
use super::model::Exploration;
use super::node::{Node, ObjectMembers};
use super::reference::{self, Placed, Placement, StoredColumnReference, TableReferences};
use super::result::Titles;
use super::{run, store, view};
use crate::catalog::Catalog;
use crate::catalog::rows::PgNamespace;
use crate::error::Error;
use crate::pg::plan::JsonDatum;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, caller, names, ownership};
use crate::records::relation::{ColumnReference, RecordRelation};
use crate::sharing::store::DISABLE_SHARES_OF_OTHERS;
use crate::statements::Values;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// What a role may do with an exploration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, Debug)]
#[serde(from = "i64", into = "&'static str")]
pub(crate) enum ExplorationLevel {
    Viewer,
    Editor,
    Manager,
    Owner,
}

impl From<i64> for ExplorationLevel {
    fn from(rank: i64) -> Self {
        match rank {
            4 => Self::Owner,
            3 => Self::Manager,
            2 => Self::Editor,
            _ => Self::Viewer,
        }
    }
}

impl From<ExplorationLevel> for &'static str {
    fn from(level: ExplorationLevel) -> Self {
        level.name()
    }
}

impl ExplorationLevel {
    fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }
}

/// An exploration as the view has it.
#[derive(Deserialize)]
pub(crate) struct StoredExploration {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(super) description: Option<String>,
    pub(super) owner: String,
    #[serde(deserialize_with = "crate::metadata::model::deserialize_oid")]
    pub(super) base_table_oid: u32,
    pub(super) initial_columns: Vec<StoredColumnReference>,
    pub(super) transformations: Option<Box<RawValue>>,
    pub(super) display_options: Option<Box<RawValue>>,
    pub(super) display_names: Option<Box<RawValue>>,
    pub(super) view_name: Option<String>,
    pub(super) refs: TableReferences,
    pub(super) level: ExplorationLevel,
    created_at: String,
    updated_at: String,
}

/// An exploration as callers get it.
#[derive(Serialize)]
pub(crate) struct ExplorationInfo<'a> {
    id: i64,
    name: &'a str,
    base_table_oid: u32,
    schema_oid: Option<u32>,
    initial_columns: &'a [StoredColumnReference],
    transformations: Option<&'a RawValue>,
    display_options: Option<&'a RawValue>,
    display_names: Option<&'a RawValue>,
    description: Option<&'a str>,
    owner: &'a str,
    view: bool,
    level: ExplorationLevel,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Value>,
    created_at: &'a str,
    updated_at: &'a str,
}

impl StoredExploration {
    /// The numbers of now, or what is gone.
    pub(crate) fn place(&self) -> Result<Placed, Error> {
        reference::place(
            &self.refs,
            self.base_table_oid,
            &self.initial_columns,
            Placement::SameDatabase,
        )
    }

    /// As a document that can be run. Fails with what is gone.
    pub(crate) fn document(&self) -> Result<String, Error> {
        let placed = self.place()?;
        let mut document = json!({
            "id": self.id,
            "name": self.name,
            "base_table_oid": placed.base.to_u32(),
            "schema_oid": names::schema_of(placed.base).map(Oid::to_u32),
            "initial_columns": placed.columns,
            "description": self.description,
        })
        .to_string();
        // The other parts keep their text, and so the digits of their numbers.
        document.pop();
        for (key, part) in [
            ("transformations", &self.transformations),
            ("display_options", &self.display_options),
            ("display_names", &self.display_names),
        ] {
            let part = part.as_ref().map_or("null", |part| part.get());
            document.push_str(&format!(",\"{key}\":{part}"));
        }
        document.push('}');
        Ok(document)
    }

    fn serialize(&self) -> Result<String, Error> {
        let (base, columns, problem) = match self.place() {
            Ok(placed) => (placed.base.to_u32(), placed.columns, None),
            Err(problem) => (
                self.base_table_oid,
                self.initial_columns.clone(),
                Some(describe_problem(&problem)),
            ),
        };
        let info = ExplorationInfo {
            id: self.id,
            name: &self.name,
            base_table_oid: base,
            schema_oid: names::schema_of(Oid::from(base)).map(Oid::to_u32),
            initial_columns: &columns,
            transformations: self.transformations.as_deref(),
            display_options: self.display_options.as_deref(),
            display_names: self.display_names.as_deref(),
            description: self.description.as_deref(),
            owner: &self.owner,
            view: self.view_name.is_some(),
            level: self.level,
            problem,
            created_at: &self.created_at,
            updated_at: &self.updated_at,
        };
        serde_json::to_string(&info).map_err(Error::Serialization)
    }

    pub(crate) fn need(&self, level: ExplorationLevel) -> Result<(), Error> {
        if self.level >= level {
            return Ok(());
        }
        Err(ExplorationError::NotAllowed {
            name: self.name.clone(),
            needed: level.name(),
        }
        .into())
    }
}

fn describe_problem(problem: &Error) -> Value {
    let fields = problem.fields();
    json!({
        "message": fields.message, "detail": fields.detail,
        "sqlstate": crate::pg::report::sqlstate_text(fields.sqlstate),
    })
}

/// A document as JSON of our own: valid, since its parts are.
fn raw(json: String) -> Result<Box<RawValue>, Error> {
    RawValue::from_string(json).map_err(Error::Serialization)
}

/// The exploration with an id, if the current role sees it.
pub(crate) fn find(id: i64) -> Result<StoredExploration, Error> {
    let mut found: Vec<StoredExploration> =
        store::read(|statements| statements.query(store::READ, &json!({"id": id})))?;
    found.pop().ok_or_else(|| ExplorationError::Unknown { id }.into())
}

/// The explorations that the current role sees.
fn find_all(schema: Option<Oid>) -> Result<Vec<StoredExploration>, Error> {
    let schema = match schema {
        Some(schema) => Some(Catalog::new(Snapshot::latest()).schema_name(schema)?),
        None => None,
    };
    store::read(|statements| statements.query(store::READ, &json!({"schema": schema.as_deref()})))
}

pub(crate) fn get(id: i64) -> Result<Box<RawValue>, Error> {
    raw(find(id)?.serialize()?)
}

pub(crate) fn list(schema: Option<Oid>) -> Result<Vec<Box<RawValue>>, Error> {
    find_all(schema)?
        .iter()
        .map(|exploration| raw(exploration.serialize()?))
        .collect()
}

/// Runs a saved exploration.
pub(crate) fn run_saved(id: i64, options: &str) -> Result<JsonDatum, Error> {
    run::run(&find(id)?.document()?, options)
}

/// What is to be stored.
#[derive(Serialize)]
struct NewExploration {
    id: Option<i64>,
    name: String,
    description: Option<String>,
    owner_oid: u32,
    owner_name: String,
    base_table_oid: u32,
    schema_name: String,
    table_name: String,
    initial_columns: Vec<StoredColumnReference>,
    transformations: Option<Box<RawValue>>,
    display_options: Option<Box<RawValue>>,
    display_names: Option<Box<RawValue>>,
    view_name: Option<String>,
    refs: TableReferences,
}

/// Saves an exploration: a new one, or, with an id, in the place of the one that has it.
pub(crate) fn save(document: &str) -> Result<Box<RawValue>, Error> {
    let node = Node::parse("", document)?;
    let exploration = Exploration::parse(&node, &mut Values::default())?;
    let mut members = node.object()?;
    let id = members.take("id").map(|id| id.integer()).transpose()?;
    let known = id.map(find).transpose()?;
    if let Some(known) = &known {
        known.need(ExplorationLevel::Editor)?;
    }
    let wants_view = members.take("view").map(|view| view.boolean()).transpose()?;
    let new = new_exploration(&mut members, &exploration, known.as_ref())?;
    let wants_view = wants_view.unwrap_or(known.as_ref().is_some_and(|known| known.view_name.is_some()));
    // It runs, or it is not saved.
    run::check(document)?;
    let new = NewExploration {
        view_name: wants_view.then(|| new.name.clone()),
        ..new
    };
    check_name(&new.name, id)?;
    if wants_view && new.name.len() > LONGEST_VIEW_NAME {
        return Err(node.invalid(
            format!("the name \"{}\" is too long for a view", new.name),
            "The name of a view has at most 63 bytes. Choose a shorter name, or leave out \"view\".",
        ));
    }
    let had_view = known.as_ref().and_then(|known| known.view_name.clone());
    if (wants_view || had_view.is_some())
        && let Some(known) = &known
    {
        known.need(ExplorationLevel::Owner)?;
    }
    let statement = if known.is_some() {
        store::UPDATE
    } else {
        store::INSERT
    };
    let editor = caller::role().to_u32();
    let id: i64 = store::write(|statements| {
        let id: i64 = statements.query(statement, &new)?;
        let editor = json!({"id": id, "editor_oid": editor});
        statements.run(DISABLE_SHARES_OF_OTHERS, &editor)?;
        Ok(id)
    })?;
    let owner = match &known {
        Some(known) => known.owner.clone(),
        None => new.owner_name.clone(),
    };
    match (had_view, &new.view_name) {
        (None, None) => {}
        (Some(before), None) => view::drop_view(&before)?,
        (before, Some(name)) => {
            let (sql, _) = run::sql(document, None, Titles::DisplayNames)?;
            view::put(before.as_deref(), name, &sql, &owner, new.description.as_deref())?;
        }
    }
    get(id)
}

fn check_name(name: &str, id: Option<i64>) -> Result<(), Error> {
    let owner: Option<String> =
        store::write(|statements| statements.query(store::OWNER_OF_NAME, &json!({"name": name, "id": id})))?;
    match owner {
        None => Ok(()),
        Some(owner) => Err(ExplorationError::NameTaken {
            name: name.to_owned(),
            owner,
        }
        .into()),
    }
}

/// The longest name of a view, in bytes.
const LONGEST_VIEW_NAME: usize = 63;

/// The longest name of an exploration, in characters.
const LONGEST_NAME: usize = 128;

fn checked_name(node: &Node) -> Result<String, Error> {
    let name = node.text()?;
    match name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
        true => Err(node.must_be("a name of 1 to 128 characters")),
        false => Ok(name),
    }
}

fn new_exploration(
    members: &mut ObjectMembers,
    exploration: &Exploration,
    known: Option<&StoredExploration>,
) -> Result<NewExploration, Error> {
    let name = checked_name(&members.need("name", "Name the exploration.")?)?;
    let description = members.take("description").map(|node| node.text()).transpose()?;
    let columns = stored_columns(exploration)?;
    let refs = reference::references(exploration.base, &columns)?;
    let (schema_name, table_name) =
        names::of_relation(exploration.base).ok_or(Error::UnknownRelation(exploration.base))?;
    if let Some(schema) = members.take("schema_oid") {
        let given = schema.oid()?;
        if names::schema_of(exploration.base) != Some(given) {
            return Err(schema.invalid(
                format!("the base table is in schema \"{schema_name}\""),
                "Leave \"schema_oid\" out: an exploration belongs to the schema of its base table.",
            ));
        }
    }
    let owner = caller::role();
    Ok(NewExploration {
        id: known.map(|known| known.id),
        name,
        description,
        owner_oid: owner.to_u32(),
        owner_name: names::of_role(owner).unwrap_or_default(),
        base_table_oid: exploration.base.to_u32(),
        schema_name,
        table_name,
        initial_columns: columns,
        transformations: members.take("transformations").map(|node| node.raw()),
        display_options: members.take("display_options").map(|node| node.raw()),
        display_names: members.take("display_names").map(|node| node.raw()),
        view_name: None,
        refs,
    })
}

/// The initial columns by numbers.
fn stored_columns(exploration: &Exploration) -> Result<Vec<StoredColumnReference>, Error> {
    use reference::{StoredAttnums, StoredEnd};
    let catalog = Catalog::new(Snapshot::latest());
    let attnum = |relation: Oid, column: &ColumnReference| -> Result<i16, Error> {
        Ok(RecordRelation::read(&catalog, relation)?.column(column)?.attnum)
    };
    let end = |relation: Oid, columns: &[ColumnReference]| -> Result<StoredEnd, Error> {
        let attnums: Vec<i16> = columns
            .iter()
            .map(|column| attnum(relation, column))
            .collect::<Result<_, _>>()?;
        let attnums = match attnums.as_slice() {
            [only] => StoredAttnums::One(*only),
            _ => StoredAttnums::Several(attnums),
        };
        Ok(StoredEnd(relation.to_u32(), attnums))
    };
    exploration
        .initial
        .iter()
        .map(|column| {
            let relation = column.path.last().map_or(exploration.base, |step| step.right);
            Ok(StoredColumnReference {
                alias: column.alias.clone(),
                attnum: attnum(relation, &column.column)?,
                join_path: column
                    .path
                    .iter()
                    .map(|step| {
                        Ok([
                            end(step.left, &step.left_columns)?,
                            end(step.right, &step.right_columns)?,
                        ])
                    })
                    .collect::<Result<_, Error>>()?,
            })
        })
        .collect()
}

pub(crate) fn delete(id: i64) -> Result<i64, Error> {
    let exploration = find(id)?;
    exploration.need(ExplorationLevel::Manager)?;
    if let Some(view) = &exploration.view_name {
        exploration.need(ExplorationLevel::Owner)?;
        view::drop_view(view)?;
    }
    store::write(|statements| statements.run(store::DELETE, &json!({"id": id})))?;
    Ok(id)
}

pub(crate) fn rename(id: i64, name: &str) -> Result<Box<RawValue>, Error> {
    let exploration = find(id)?;
    exploration.need(ExplorationLevel::Editor)?;
    let name = checked_name(&Node::parse("name", &Value::from(name).to_string())?)?;
    check_name(&name, Some(id))?;
    let has_view = exploration
        .view_name
        .as_ref()
        .is_some_and(|view| view::exists(view));
    if let (Some(view), true) = (&exploration.view_name, has_view) {
        exploration.need(ExplorationLevel::Owner)?;
        if name.len() > LONGEST_VIEW_NAME {
            return Err(Error::InvalidArgument {
                argument: "name",
                problem: format!("\"{name}\" is too long for a view"),
                hint: "The name of a view has at most 63 bytes.",
            });
        }
        view::rename(view, &name, &exploration.owner)?;
    }
    let view_name = has_view.then_some(&name);
    let change = json!({"id": id, "name": name, "view_name": view_name});
    store::write(|statements| statements.run(store::RENAME, &change))?;
    get(id)
}

/// Gives an exploration to another role, which the current one can set.
pub(crate) fn set_owner(id: i64, owner: Oid) -> Result<Box<RawValue>, Error> {
    let exploration = find(id)?;
    exploration.need(ExplorationLevel::Owner)?;
    let name =
        names::of_role(owner).ok_or_else(|| Error::from(ExplorationError::UnknownRole(owner.to_u32())))?;
    if !ownership::can_set_role(caller::role(), owner) {
        return Err(ExplorationError::CannotSetRole { role: name }.into());
    }
    if let Some(view) = &exploration.view_name {
        view::give(view, &name)?;
    }
    let change = json!({"id": id, "owner_oid": owner.to_u32(), "owner_name": name});
    store::write(|statements| statements.run(store::SET_OWNER, &change))?;
    get(id)
}

/// To what a grant applies.
pub(crate) enum GrantScope {
    Exploration(i64),
    Schema(Oid),
}

impl GrantScope {
    /// Of the two arguments of a call, of which one is there.
    pub(crate) fn of_arguments(id: Option<i64>, schema: Option<Oid>) -> Result<Self, Error> {
        match (id, schema) {
            (Some(id), None) => Ok(Self::Exploration(id)),
            (None, Some(schema)) => Ok(Self::Schema(schema)),
            _ => Err(ExplorationError::Invalid {
                path: "exploration_id, sch_id".into(),
                problem: "a grant is on one exploration or on those of a schema".into(),
                hint: "Pass one of the two.",
            }
            .into()),
        }
    }

    /// Checks that the current role may grant there; returns what the row has for it.
    fn check(&self) -> Result<(Option<i64>, Option<String>), Error> {
        match *self {
            Self::Exploration(id) => {
                find(id)?.need(ExplorationLevel::Manager)?;
                Ok((Some(id), None))
            }
            Self::Schema(schema) => {
                let catalog = Catalog::new(Snapshot::latest());
                let name = catalog.schema_name(schema)?;
                let row = PgNamespace::by_oid(&catalog.reader, schema).ok_or(Error::UnknownSchema(schema))?;
                match catalog.role.has_rights_of(row.nspowner) {
                    true => Ok((None, Some(name.to_string()))),
                    false => Err(ExplorationError::NotSchemaOwner {
                        schema: name.to_string(),
                    }
                    .into()),
                }
            }
        }
    }
}

/// Grants a level, or with `None` takes away what was granted. Role 0 is PUBLIC.
pub(crate) fn grant(scope: &GrantScope, grantee: Oid, level: Option<&str>) -> Result<Value, Error> {
    const LEVELS: [&str; 3] = ["viewer", "editor", "manager"];
    let (id, schema_name) = scope.check()?;
    if let Some(level) = level
        && !LEVELS.contains(&level)
    {
        return Err(super::node::unknown_name(
            "level",
            "level",
            level,
            LEVELS.into_iter(),
        ));
    }
    let grantee_name = match grantee {
        Oid::INVALID => "public".to_owned(),
        grantee => names::of_role(grantee)
            .ok_or_else(|| Error::from(ExplorationError::UnknownRole(grantee.to_u32())))?,
    };
    let row = json!({
        "id": id, "schema_name": schema_name, "grantee_oid": grantee.to_u32(), "grantee_name": grantee_name, "level": level,
    });
    store::write(|statements| {
        statements.run(store::REVOKE, &row)?;
        match level {
            Some(_) => statements.run(store::GRANT, &row),
            None => Ok(()),
        }
    })?;
    store::read(|statements| statements.query(store::GRANTS, &row))
}

/// The explorations that lack something, and what they lack.
pub(crate) fn check(schema: Option<Oid>) -> Result<Value, Error> {
    let mut problems = Vec::new();
    for exploration in find_all(schema)? {
        let outcome = exploration
            .document()
            .and_then(|document| run::compile(&document));
        if let Err(problem) = outcome {
            problems.push(json!({
                "id": exploration.id, "name": exploration.name, "problem": describe_problem(&problem),
            }));
        }
    }
    Ok(Value::Array(problems))
}

/// What a document of explorations says it is.
const FORMAT: &str = "mathesar_ext explorations";

/// The explorations of a schema as a document for other databases: with names, in the order of theirs.
pub(crate) fn export(schema: Oid) -> Result<String, Error> {
    let mut entries = Vec::new();
    for exploration in find_all(Some(schema))? {
        let mut entry = json!({
            "name": exploration.name,
            "description": exploration.description,
            "base_table": reference::named_table(&exploration.refs, exploration.base_table_oid),
            "initial_columns": reference::named_columns(
                &exploration.refs, exploration.base_table_oid, &exploration.initial_columns,
            ),
            "view": exploration.view_name.is_some(),
        })
        .to_string();
        entry.pop();
        for (key, part) in [
            ("transformations", &exploration.transformations),
            ("display_options", &exploration.display_options),
            ("display_names", &exploration.display_names),
        ] {
            if let Some(part) = part {
                entry.push_str(&format!(",\"{key}\":{}", part.get()));
            }
        }
        entry.push('}');
        entries.push(entry);
    }
    Ok(format!(
        "{{\"format\":\"{FORMAT}\",\"version\":1,\"explorations\":[{}]}}",
        entries.join(",")
    ))
}

/// Saves the explorations of a document. One whose name the current role's explorations have takes its place.
pub(crate) fn import(document: &str) -> Result<Vec<Box<RawValue>>, Error> {
    const HINT: &str = "Pass what msar.export_explorations() returns.";
    let node = Node::parse("document", document)?;
    let mut members = node.object()?;
    let format = members.need("format", HINT)?;
    if format.text()? != FORMAT {
        return Err(format.must_be("\"mathesar_ext explorations\""));
    }
    let version = members.need("version", HINT)?;
    if version.integer()? != 1 {
        return Err(version.must_be("1"));
    }
    let explorations = members.need("explorations", HINT)?.array()?;
    members.finish()?;
    let known = find_all(None)?;
    let mut saved = Vec::new();
    for node in explorations {
        let mut members = node.object()?;
        let name = members.need("name", HINT)?.text()?;
        let same = known.iter().find(|known| known.name == name);
        let json = match same {
            Some(same) => format!("{{\"id\":{},{}", same.id, &node.json()[1..]),
            None => node.json().to_owned(),
        };
        saved.push(save(&json).map_err(|problem| ExplorationError::at(node.path(), problem))?);
    }
    Ok(saved)
}

/// Saves a view that a user made as an exploration: all of its columns.
pub(crate) fn register_view(relation: Oid, name: Option<&str>) -> Result<Box<RawValue>, Error> {
    let catalog = Catalog::new(Snapshot::latest());
    let relation = RecordRelation::read(&catalog, relation)?;
    let columns: Vec<Value> = relation
        .readable()
        .map(|column| json!({"alias": column.name, "attnum": column.attnum}))
        .collect();
    let document = json!({
        "name": name.unwrap_or(&relation.name),
        "base_table_oid": relation.oid.to_u32(),
        "initial_columns": columns,
    });
    save(&document.to_string())
}

/// A row of a restore with the numbers that its names have in this database. What has no place stays as it is: its names
/// will not match.
pub(crate) fn place_row(mut row: Value) -> Result<Value, Error> {
    let stored = |key: &str| row.get(key).cloned().unwrap_or_default();
    let references: TableReferences =
        serde_json::from_value(stored("refs")).map_err(Error::UnreadableMetadata)?;
    let columns: Vec<StoredColumnReference> =
        serde_json::from_value(stored("initial_columns")).map_err(Error::UnreadableMetadata)?;
    let base = match stored("base_table_oid") {
        Value::String(oid) => oid.parse().unwrap_or_default(),
        oid => oid
            .as_u64()
            .and_then(|oid| u32::try_from(oid).ok())
            .unwrap_or_default(),
    };
    if let Ok(placed) = reference::place(&references, base, &columns, Placement::OtherDatabase) {
        let found = reference::references(placed.base, &placed.columns)?;
        row["base_table_oid"] = placed.base.to_u32().into();
        row["initial_columns"] = serde_json::to_value(&placed.columns).map_err(Error::Serialization)?;
        row["refs"] = serde_json::to_value(&found).map_err(Error::Serialization)?;
    }
    // Only what was translated: the rest keeps its digits.
    Ok(json!({
        "base_table_oid": row["base_table_oid"], "initial_columns": row["initial_columns"], "refs": row["refs"],
    }))
}
