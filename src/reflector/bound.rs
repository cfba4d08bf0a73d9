//! What the expressions, the filter and the statements of a reflection mean.
//!
//! They are bound when the reflection is added, under the search_path of its owner, and stored with every name qualified. They
//! run under a search_path of `pg_catalog` alone, whatever others create in the schemas of the owner's. What they use is
//! stored, too, and compared before each batch: another function that fits better, or a table that took the place of one that
//! was dropped, is used only if it belongs to a role that can be the owner anyway.
//!
//! A statement for another server is bound by that server, under the same search_path: its names are to be qualified.

use super::error::ReflectionError;
use super::named_parameters::{self, EventParameter};
use super::store;
use super::stored::{BoundNames, SourceFacts, StoredReflection};
use crate::error::Error;
use crate::pg::binding::{self, BoundText, FormerColumn, UsedObjects};
use crate::pg::error_fields::{Failure, sqlstate_code};
use crate::pg::{Oid, caller, portable_output, subtransaction};
use pgrx::pg_sys;
use serde_json::json;
use std::ffi::CStr;

/// The name of the source's row where expressions stand.
const ROW: &CStr = c"__msar_row";

/// Runs `body` with the settings under which events are read, and names mean what they meant when they were bound.
pub(super) fn under_settings<T>(body: impl FnOnce() -> T) -> T {
    portable_output::during_with(&[(c"lc_monetary", c"C")], body)
}

/// Binds everything under the present search_path.
pub(super) fn bind_texts(reflection: &mut StoredReflection, source: &SourceFacts) -> Result<(), Error> {
    let is_remote = reflection.server.is_some();
    let mut uses = UsedObjects::default();
    let mut bind = |what, sql: &mut String, bound: &dyn Fn(&str) -> Result<BoundText, Error>| {
        let text = name_in_refusal(what, || bound(sql))?;
        *sql = text.text;
        uses.add(text.uses);
        Ok::<(), Error>(())
    };
    let fields = reflection.fields.iter_mut().flatten();
    for expression in fields.filter_map(|field| field.expression.as_mut()) {
        bind("fields", expression, &|sql| bind_expression(source, sql))?;
    }
    if let Some(filter) = &mut reflection.filter {
        bind("filter", filter, &|sql| bind_expression(source, sql))?;
    }
    if !is_remote {
        if let Some(sql) = &mut reflection.statement {
            bind("statement", sql, &|sql| bind_statement(source, sql))?;
        }
        if let Some(sql) = &mut reflection.delete_statement {
            bind("delete_statement", sql, &|sql| bind_statement(source, sql))?;
        }
    }
    reflection.uses = BoundNames {
        objects: uses,
        columns: column_names(source),
    };
    Ok(())
}

fn column_names(source: &SourceFacts) -> Vec<Option<String>> {
    source.columns.iter().map(|column| column.name.clone()).collect()
}

/// Stores what the texts mean, and the texts.
pub(super) fn save_texts(reflection: &StoredReflection) -> Result<(), Error> {
    let argument = json!({
        "id": reflection.id, "uses": reflection.uses, "fields": reflection.fields, "filter": reflection.filter,
        "statement": reflection.statement, "delete_statement": reflection.delete_statement,
    });
    store::as_owner(|statements| statements.run(store::BIND, &argument))
}

/// Writes the new names of the source's columns into the texts. The reflection is locked.
pub(super) fn follow_renames(reflection: &mut StoredReflection, source: &SourceFacts) -> Result<(), Error> {
    let known = &reflection.uses.columns;
    let is_renamed = known
        .iter()
        .zip(&source.columns)
        .any(|(known, column)| known.is_some() && column.name.is_some() && *known != column.name);
    if !is_renamed {
        return Ok(());
    }
    let columns: Vec<FormerColumn> = known
        .iter()
        .zip(&source.columns)
        .filter_map(|(known, column)| {
            // What was dropped has no name any more.
            let _ = column.name.as_ref()?;
            Some(FormerColumn {
                attnum: column.attnum,
                name: known.as_ref()?,
                sql_type: column.sql_type.as_ref()?,
            })
        })
        .collect();
    let renamed_expression = |sql: &mut String| -> Result<(), Error> {
        *sql = binding::rename_columns(sql, Oid::from(source.oid), &columns, ROW)?;
        Ok(())
    };
    let renamed_statement = |sql: &mut String| -> Result<(), Error> {
        let mut numbered = named_parameters::number_in_place("statement", sql)?;
        for parameter in &mut numbered.parameters {
            if let EventParameter::New(name) | EventParameter::Old(name) = parameter
                && let Some(at) = known.iter().position(|known| known.as_ref() == Some(name))
                && let Some(new) = source.columns.get(at).and_then(|column| column.name.as_ref())
            {
                name.clone_from(new);
            }
        }
        let renamed = named_parameters::name_parameters(&numbered.sql, &numbered.parameters);
        *sql = bind_statement(source, &renamed)?.text;
        Ok(())
    };
    under_settings(|| {
        let fields = reflection.fields.iter_mut().flatten();
        fields
            .filter_map(|field| field.expression.as_mut())
            .chain(&mut reflection.filter)
            .try_for_each(renamed_expression)?;
        [&mut reflection.statement, &mut reflection.delete_statement]
            .into_iter()
            .flatten()
            .try_for_each(renamed_statement)
    })?;
    reflection.uses.columns = column_names(source);
    save_texts(reflection)
}

/// Fails where something means anything else by now. (What uses nothing but PostgreSQL's own cannot.)
pub(super) fn check_meaning(reflection: &StoredReflection, source: &SourceFacts) -> Result<(), Error> {
    if reflection.uses.objects.is_empty() {
        return Ok(());
    }
    let check = |what, bound: Result<BoundText, Error>| -> Result<(), Error> {
        match bound?
            .uses
            .foreign_to(&reflection.uses.objects, caller::current_role())
        {
            None => Ok(()),
            Some(object) => Err(ReflectionError::MeansSomethingElse { what, object }.into()),
        }
    };
    under_settings(|| {
        let fields = reflection.fields.iter().flatten();
        for expression in fields.filter_map(|field| field.expression.as_ref()) {
            check("fields", bind_expression(source, expression))?;
        }
        if let Some(filter) = &reflection.filter {
            check("filter", bind_expression(source, filter))?;
        }
        if reflection.server.is_none() {
            for (what, statement) in [
                ("statement", &reflection.statement),
                ("delete_statement", &reflection.delete_statement),
            ] {
                if let Some(statement) = statement {
                    check(what, bind_statement(source, statement))?;
                }
            }
        }
        Ok(())
    })
}

fn bind_expression(source: &SourceFacts, sql: &str) -> Result<BoundText, Error> {
    binding::bind_expression(sql, Oid::from(source.oid), &source.name, ROW)
}

fn bind_statement(source: &SourceFacts, sql: &str) -> Result<BoundText, Error> {
    let numbered = named_parameters::number_in_place("statement", sql)?;
    let types: Result<Vec<Oid>, Error> = numbered
        .parameters
        .iter()
        .map(|parameter| match parameter {
            EventParameter::Operation => Ok(pg_sys::TEXTOID),
            EventParameter::New(name) | EventParameter::Old(name) => Ok(source.value(name)?.1),
        })
        .collect();
    let bound = binding::bind_statement(&numbered.sql, &types?)?;
    Ok(BoundText {
        text: named_parameters::name_parameters(&bound.text, &numbered.parameters),
        uses: bound.uses,
    })
}

/// Says of an error of PostgreSQL's which text of the caller is meant.
pub(super) fn name_in_refusal<T>(
    what: &'static str,
    body: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let outcome = subtransaction::or_failure(|| body().map_err(Failure::from));
    Ok(outcome.map_err(|failure| ReflectionError::Statement {
        what,
        sqlstate: sqlstate_code(&failure.sqlstate),
        message: failure.message,
        hint: failure.hint,
    })?)
}
