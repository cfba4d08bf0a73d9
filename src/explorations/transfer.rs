//! Saved explorations as a document for other databases, as rows of a restore, and from views; and those that do not run.

use super::error::ExplorationError;
use super::node::Node;
use super::reference::{StoredColumnReference, TableReferences};
use super::saving::{save_exploration, save_imported};
use super::stored::{describe_problem, find_all};
use super::{reference, run};
use crate::catalog::Catalog;
use crate::error::{Error, ManualPage};
use crate::pg::Oid;
use crate::pg::snapshot::Snapshot;
use crate::records::relation::RecordRelation;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// The explorations that lack something, and what they lack.
pub(crate) fn check_explorations(schema: Option<Oid>) -> Result<Value, Error> {
    let mut problems = Vec::new();
    for exploration in find_all(schema)? {
        let outcome = exploration
            .document()
            .and_then(|document| run::compile_exploration(&document));
        if let Err(problem) = outcome {
            problems.push(json!({
                "id": exploration.id, "name": exploration.name, "problem": describe_problem(&problem),
            }));
        }
    }
    Ok(Value::Array(problems))
}

/// The format that a document of explorations names.
const FORMAT: &str = "mathesar_ext explorations";

/// The explorations of a schema as a document for other databases: with names in place of numbers, ordered by name.
pub(crate) fn export_explorations(schema: Oid) -> Result<String, Error> {
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
pub(crate) fn import_explorations(document: &str) -> Result<Vec<Box<RawValue>>, Error> {
    const HINT: &str = "Pass what msar.export_explorations() returns.";
    let node = Node::parse(ManualPage::Explorations, "document", document)?;
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
        saved.push(save_imported(&json).map_err(|problem| ExplorationError::at(node.path(), problem))?);
    }
    Ok(saved)
}

/// Saves a view that a user made as an exploration: all of its columns.
pub(crate) fn register_view(relation: Oid, name: Option<&str>) -> Result<Box<RawValue>, Error> {
    let catalog = Catalog::new(Snapshot::latest());
    let relation = RecordRelation::read_relation(&catalog, relation)?;
    let columns: Vec<Value> = relation
        .readable()
        .map(|column| json!({"alias": column.name, "attnum": column.attnum}))
        .collect();
    let document = json!({
        "name": name.unwrap_or(&relation.name),
        "base_table_oid": relation.oid.to_u32(),
        "initial_columns": columns,
    });
    save_exploration(&document.to_string())
}

/// A row with the numbers that its names have now: those of this database, or, of a row that is restored, those that it had
/// in another one. What has no place keeps its numbers.
pub(crate) fn place_row(mut row: Value, is_restored: bool) -> Result<Value, Error> {
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
    let placement = reference::placement_of(is_restored);
    row["refs"] = match reference::place_columns(&references, base, &columns, placement) {
        Ok(placed) => {
            let found = reference::references(placed.base, &placed.columns)?;
            row["base_table_oid"] = placed.base.to_u32().into();
            row["initial_columns"] = serde_json::to_value(&placed.columns).map_err(Error::Serialization)?;
            serde_json::to_value(&found).map_err(Error::Serialization)?
        }
        Err(_) if is_restored => reference::unplaced(&references)?,
        Err(_) => row["refs"].take(),
    };
    // Only what was translated: the rest keeps its digits.
    Ok(json!({
        "base_table_oid": row["base_table_oid"], "initial_columns": row["initial_columns"], "refs": row["refs"],
    }))
}
