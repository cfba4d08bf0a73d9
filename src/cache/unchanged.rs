//! That the tables of a cache are still those that it created: ordinary ones, whose columns have their types.
//!
//! Its owner may alter them. A type of theirs in place of text would come with their casts and operators, which would run as
//! whoever asks the cache.

use super::error::CacheError;
use super::layout::{self, LINK_COLUMNS, OWN_COLUMNS};
use super::model::{CacheDefinition, FieldClass, multi_table};
use crate::pg::{Oid, lock, names, relations};
use pgrx::pg_sys;

/// Fails unless the tables are as they were created, and keeps them so until the transaction ends.
pub(super) fn assert_unchanged(schema: &str, definition: &CacheDefinition) -> Result<(), CacheError> {
    let difference = find_difference(schema, definition, lock::share_until_commit);
    match difference {
        None => Ok(()),
        Some(problem) => Err(CacheError::Altered {
            name: schema.to_owned(),
            problem,
        }),
    }
}

/// The first difference from the tables as they were created, as a sentence. Each table is passed on before it is looked at.
pub(super) fn find_difference(
    schema: &str,
    definition: &CacheDefinition,
    mut look_at: impl FnMut(Oid),
) -> Option<String> {
    for (entity_type, cached) in &definition.entity_types {
        let own = [("id", "bigint")].into_iter().chain(OWN_COLUMNS);
        let mut columns: Vec<(String, &str)> =
            own.map(|(name, sql_type)| (name.to_owned(), sql_type)).collect();
        for (name, field) in &cached.fields {
            if field.class() == FieldClass::MultiEntity {
                let columns = LINK_COLUMNS.map(|(name, sql_type)| (name.to_owned(), sql_type));
                let table = multi_table(entity_type, name);
                let difference = difference_of(schema, &table, &columns, &mut look_at);
                if difference.is_some() {
                    return difference;
                }
            }
            columns.extend(layout::field_columns(name, field.class()));
        }
        let difference = difference_of(schema, &entity_type.to_lowercase(), &columns, &mut look_at);
        if difference.is_some() {
            return difference;
        }
    }
    None
}

fn difference_of(
    schema: &str,
    name: &str,
    columns: &[(String, &str)],
    look_at: &mut impl FnMut(Oid),
) -> Option<String> {
    let Some(table) = names::find_relation(schema, name) else {
        return Some(format!("There is no table \"{name}\"."));
    };
    look_at(table);
    let facts = relations::find_facts(table);
    if facts.is_none_or(|facts| facts.kind != pg_sys::RELKIND_RELATION) {
        return Some(format!("\"{name}\" is no ordinary table."));
    }
    columns
        .iter()
        .find_map(|(column, sql_type)| match relations::column_type(table, column) {
            None => Some(format!("Table \"{name}\" has no column \"{column}\".")),
            Some(found) if found != oid_of(sql_type) => Some(format!(
                "The type of column \"{column}\" of table \"{name}\" is not {sql_type}."
            )),
            Some(_) => None,
        })
}

/// The types of the columns of caches.
fn oid_of(sql_type: &str) -> Oid {
    match sql_type {
        "bigint" => pg_sys::INT8OID,
        "integer" => pg_sys::INT4OID,
        "numeric" => pg_sys::NUMERICOID,
        "boolean" => pg_sys::BOOLOID,
        "date" => pg_sys::DATEOID,
        "timestamptz" => pg_sys::TIMESTAMPTZOID,
        "jsonb" => pg_sys::JSONBOID,
        "text[]" => pg_sys::TEXTARRAYOID,
        _ => pg_sys::TEXTOID,
    }
}
