//! Saving, renaming and deleting explorations, and changing their owner: by callers whose level allows it.

use super::error::ExplorationError;
use super::model::Exploration;
use super::node::{Node, ObjectMembers};
use super::readable::Titles;
use super::reference::{self, StoredColumnReference, TableReferences};
use super::stored::{ExplorationLevel, StoredExploration, find_exploration, get_exploration};
use super::{following, run, store, view};
use crate::catalog::Catalog;
use crate::ddl::DdlError;
use crate::error::{Error, ManualPage};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, caller, names, ownership};
use crate::records::relation::{ColumnReference, RecordRelation};
use crate::roles::error::RolesError;
use crate::statements::Values;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// An exploration in the form in which it is stored.
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
pub(crate) fn save_exploration(document: &str) -> Result<Box<RawValue>, Error> {
    save_written(document, |document| {
        Ok(run::sql(document, None, Titles::DisplayNames)?.0)
    })
}

/// The same for a document that may be somebody else's: the view of it is made only if that runs no code of theirs.
pub(super) fn save_imported(document: &str) -> Result<Box<RawValue>, Error> {
    save_written(document, run::sql_of_trusted_types)
}

fn save_written(
    document: &str,
    view_sql: impl FnOnce(&str) -> Result<String, Error>,
) -> Result<Box<RawValue>, Error> {
    let node = Node::parse(ManualPage::Explorations, "", document)?;
    let exploration = Exploration::parse(&node, &mut Values::default())?;
    let mut members = node.object()?;
    let id = members.take("id").map(|id| id.integer()).transpose()?;
    let known = id.map(find_exploration).transpose()?;
    if let Some(known) = &known {
        known.need(ExplorationLevel::Editor)?;
    }
    let wants_view = members.take("view").map(|view| view.boolean()).transpose()?;
    let new = new_exploration(&mut members, &exploration, known.as_ref())?;
    let wants_view = wants_view.unwrap_or(known.as_ref().is_some_and(|known| known.view_name.is_some()));
    // It runs, or it is not saved.
    run::check_exploration(document)?;
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
    following::look_again();
    let editor = caller::current_role().to_u32();
    let id: i64 = store::write_as_owner(|statements| {
        let id: i64 = statements.query(statement, &new)?;
        let editor = json!({"id": id, "editor_oid": editor});
        statements.run(store::DISABLE_SHARES_OF_OTHERS, &editor)?;
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
            let sql = view_sql(document)?;
            view::put_view(before.as_deref(), name, &sql, &owner, new.description.as_deref())?;
        }
    }
    get_exploration(id)
}

fn check_name(name: &str, id: Option<i64>) -> Result<(), Error> {
    let owner: Option<String> = store::write_as_owner(|statements| {
        statements.query(store::OWNER_OF_NAME, &json!({"name": name, "id": id}))
    })?;
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

/// Takes the member `schema_oid`, which can only be the schema of the base table.
pub(crate) fn take_schema(members: &mut ObjectMembers, base: Oid, hint: &'static str) -> Result<(), Error> {
    let Some(schema) = members.take("schema_oid") else {
        return Ok(());
    };
    if names::schema_of(base) == Some(schema.oid()?) {
        return Ok(());
    }
    let (name, _) = names::of_relation(base).ok_or(Error::UnknownRelation(base))?;
    Err(schema.invalid(format!("the base table is in schema \"{name}\""), hint))
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
    take_schema(
        members,
        exploration.base,
        "Leave \"schema_oid\" out: an exploration belongs to the schema of its base table.",
    )?;
    let owner = caller::current_role();
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
        Ok(RecordRelation::read_relation(&catalog, relation)?
            .column(column)?
            .attnum)
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

pub(crate) fn delete_exploration(id: i64) -> Result<i64, Error> {
    let exploration = find_exploration(id)?;
    exploration.need(ExplorationLevel::Manager)?;
    if let Some(view) = &exploration.view_name {
        exploration.need(ExplorationLevel::Owner)?;
        view::drop_view(view)?;
    }
    store::write_as_owner(|statements| statements.run(store::DELETE, &json!({"id": id})))?;
    Ok(id)
}

pub(crate) fn rename_exploration(id: i64, name: &str) -> Result<Box<RawValue>, Error> {
    let exploration = find_exploration(id)?;
    exploration.need(ExplorationLevel::Editor)?;
    let name = checked_name(&Node::parse(
        ManualPage::Explorations,
        "name",
        &Value::from(name).to_string(),
    )?)?;
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
        view::rename(view, &name)?;
    }
    let view_name = has_view.then_some(&name);
    let change = json!({"id": id, "name": name, "view_name": view_name});
    store::write_as_owner(|statements| statements.run(store::RENAME, &change))?;
    get_exploration(id)
}

/// Gives an exploration to another role, which the current one can set.
pub(crate) fn set_owner(id: i64, owner: Oid) -> Result<Box<RawValue>, Error> {
    let exploration = find_exploration(id)?;
    exploration.need(ExplorationLevel::Owner)?;
    let name = names::of_role(owner).ok_or_else(|| Error::from(DdlError::UnknownRole(owner.to_u32())))?;
    if !ownership::can_set_role(caller::current_role(), owner) {
        return Err(RolesError::CannotSetRole { role: name }.into());
    }
    if let Some(view) = &exploration.view_name {
        let sql = || run::sql_of_trusted_types(&exploration.document()?);
        view::hand_on(view, sql, &name, exploration.description.as_deref())?;
    }
    let change = json!({"id": id, "owner_oid": owner.to_u32(), "owner_name": name});
    store::write_as_owner(|statements| statements.run(store::SET_OWNER, &change))?;
    get_exploration(id)
}
