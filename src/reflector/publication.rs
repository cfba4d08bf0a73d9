//! A plain reflection as statements of PostgreSQL's logical replication, which costs the source less and reaches other servers.

use super::error::ReflectionError;
use super::stored::MappedField;
use super::{manage, source, store};
use crate::error::Error;
use crate::pg::quote;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct PublishedReflection {
    source_id: i64,
    fields: Option<Vec<MappedField>>,
    filter: Option<String>,
    ignore_deletes: bool,
    is_partitioned: bool,
    database: String,
    port: String,
}

/// `msar.reflection_as_publication`.
pub(crate) fn as_publication(id: i64) -> Result<Value, Error> {
    manage::check_visible(id)?;
    let reflection: Option<PublishedReflection> =
        store::as_owner(|statements| statements.query(store::FOR_PUBLICATION, &json!({"id": id})))?;
    let reflection = reflection.ok_or(ReflectionError::Unknown { id })?;
    let source = source::read_facts(reflection.source_id)?.ok_or(ReflectionError::Unknown { id })?;
    let not_plain = |reason: String| -> Error { ReflectionError::NotPlain { reason }.into() };
    let Some(fields) = &reflection.fields else {
        return Err(not_plain("It runs a statement of its own.".into()));
    };
    let mut columns = Vec::new();
    for field in fields {
        let name = field
            .position
            .and_then(|position| source.columns[position].name.as_ref());
        match name {
            Some(name) if *name == field.column => columns.push(quote::identifier(name)),
            _ => {
                return Err(not_plain(format!(
                    "Column \"{}\" has another name or an expression.",
                    field.column
                )));
            }
        }
    }
    let name = quote::identifier(&format!("mathesar_reflection_{id}"));
    let filter = reflection
        .filter
        .as_ref()
        .map_or_else(String::new, |filter| format!(" WHERE ({filter})"));
    let operations = if reflection.ignore_deletes {
        "insert, update"
    } else {
        "insert, update, delete, truncate"
    };
    let root = if reflection.is_partitioned {
        ", publish_via_partition_root = true"
    } else {
        ""
    };
    let connection = format!(
        "host=... port={} dbname={} user=... password=...",
        reflection.port, reflection.database
    );
    let mut notes = vec![
        "The publication needs wal_level = logical, the subscription a role with REPLICATION and SELECT on the table.".to_owned(),
        format!("The target's database must have a table {} with these columns.", source.name),
        "Drop the reflection when the subscription has copied the table.".to_owned(),
    ];
    if reflection.filter.is_some() {
        notes.push("The filter may use only columns of the replica identity, and no functions but immutable ones of PostgreSQL's own.".into());
    }
    if !source.has_row_key() {
        notes.push(
            "Without a key, updates and deletes are refused while the table is published for them.".into(),
        );
    }
    Ok(json!({
        "publication": format!(
            "CREATE PUBLICATION {name} FOR TABLE {} ({}){filter} WITH (publish = {}{root})",
            source.name, columns.join(", "), quote::literal(operations)
        ),
        "subscription": format!("CREATE SUBSCRIPTION {name} CONNECTION {} PUBLICATION {name}", quote::literal(&connection)),
        "notes": notes,
    }))
}
