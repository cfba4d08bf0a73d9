//! The template that a user gives a table, as text.

use super::nearest;
use crate::catalog::link::Link;
use crate::catalog::rows::PgAttribute;
use crate::catalog::{Catalog, column, consistent, preview, relation};
use crate::error::{Error, Problem};
use crate::metadata::{set, stored, template};
use crate::pg::Oid;
use crate::types::template::{self as text, Name, Part, Placeholder, SyntaxError};
use pgrx::prelude::PgSqlErrorCode;
use serde_json::{Value, json};
use std::borrow::Cow;

/// What is wrong with a template.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CustomProblem {
    #[error("invalid preview template, at position {}: {}", .0.position, .0.mistake)]
    Syntax(SyntaxError, String),

    #[error(
        "column \"{name}\" of relation \"{relation}\" does not exist, at position {position} of the preview template"
    )]
    UnknownColumn {
        name: String,
        relation: String,
        position: usize,
        nearest: Vec<String>,
        read: String,
    },

    #[error(
        "no foreign key leads on from column \"{name}\" of relation \"{relation}\", at position {position} of the preview template"
    )]
    NoForeignKey {
        name: String,
        relation: String,
        position: usize,
        nearest: Vec<String>,
        read: String,
    },
}

impl Problem for CustomProblem {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            CustomProblem::Syntax(..) => PgSqlErrorCode::ERRCODE_SYNTAX_ERROR,
            CustomProblem::UnknownColumn { .. } => PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
            CustomProblem::NoForeignKey { .. } => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
        }
    }

    fn detail(&self) -> Option<String> {
        let (CustomProblem::Syntax(_, read)
        | CustomProblem::UnknownColumn { read, .. }
        | CustomProblem::NoForeignKey { read, .. }) = self;
        (!read.is_empty()).then(|| format!("Read up to there: {read}"))
    }

    fn hint(&self) -> Cow<'static, str> {
        match self {
            CustomProblem::Syntax(error, _) => error.hint().into(),
            CustomProblem::UnknownColumn {
                nearest, relation, ..
            } if nearest.is_empty() => format!("\"{relation}\" has no columns.").into(),
            CustomProblem::UnknownColumn { nearest, .. } => {
                format!("Perhaps you meant {}.", nearest.join(" or ")).into()
            }
            CustomProblem::NoForeignKey {
                nearest, relation, ..
            } if nearest.is_empty() => format!("\"{relation}\" has no foreign keys.").into(),
            CustomProblem::NoForeignKey { nearest, .. } => {
                format!("Foreign keys lead on from {}.", nearest.join(", ")).into()
            }
        }
    }
}

/// Gives a table a template; `None`: the default again. Returns the one in force then.
pub(crate) fn set(table: Oid, template: Option<&str>) -> Result<Option<String>, Error> {
    set::table_by(table, |catalog| {
        Ok(match template {
            Some(template) => json!({
                "preview_customized": true,
                "preview_template": stored_form(catalog, table, template)?,
            }),
            None => json!({"preview_customized": null, "preview_template": null}),
        })
    })?;
    get(table)
}

/// The template in force for a table, as text with the names of now. `None`: its rows have no preview for the role.
pub(crate) fn get(table: Oid) -> Result<Option<String>, Error> {
    consistent::read_relation(table, |catalog| {
        let row = relation::find(catalog, table)?;
        let columns = PgAttribute::live(&catalog.reader, table);
        let custom = match stored::is_table_readable(catalog, &row, &columns) {
            true => stored::OfTable::read(catalog, &row)?.template(catalog, table, &columns),
            false => None,
        };
        if let Some(template) = custom {
            return preview::customized_text(catalog, &template).map(Some);
        }
        let on_relation = relation::privileges(catalog, &row);
        let readable = columns.iter().filter(|column| {
            column::privileges_on(catalog, column, row.relowner, on_relation).includes_select()
        });
        let default = preview::default_column(catalog, readable)?;
        Ok(default.map(preview::default_text))
    })
}

/// A template as it is stored.
fn stored_form(catalog: &Catalog, table: Oid, template: &str) -> Result<Value, Error> {
    let resolver = Resolver {
        catalog,
        table,
        template,
    };
    let parts = text::parse(template)
        .map_err(|error| CustomProblem::Syntax(error.clone(), resolver.read_to(error.position)))?;
    let stored = |part| -> Result<Value, Error> {
        Ok(template::write(&match part {
            Part::Text(text) => Part::Text(text),
            Part::Placeholder(Placeholder { path, raw }) => Part::Placeholder(Placeholder {
                path: resolver.path(&path)?,
                raw,
            }),
        }))
    };
    parts.into_iter().map(stored).collect()
}

/// Finds the columns that names in a template mean.
struct Resolver<'a> {
    catalog: &'a Catalog,
    table: Oid,
    template: &'a str,
}

impl Resolver<'_> {
    fn path(&self, names: &[Name]) -> Result<Vec<i16>, Error> {
        let mut relation = self.table;
        let mut path = Vec::with_capacity(names.len());
        for (at, name) in names.iter().enumerate() {
            let columns = PgAttribute::live(&self.catalog.reader, relation);
            let attnum = columns
                .iter()
                .find(|column| column.attname == name.text)
                .map(|column| column.attnum)
                .ok_or_else(|| self.unknown_column(relation, name, &columns))?;
            path.push(attnum);
            if at + 1 < names.len() {
                let links = Link::of_relation(self.catalog, relation);
                relation = Link::of_column(&links, attnum, None)
                    .map(|link| link.target)
                    .ok_or_else(|| self.no_foreign_key(relation, name, &columns, &links))?;
            }
        }
        Ok(path)
    }

    fn unknown_column(&self, relation: Oid, name: &Name, columns: &[PgAttribute]) -> Error {
        let names = columns.iter().map(|column| column.attname.as_str());
        CustomProblem::UnknownColumn {
            nearest: nearest::names(&name.text, names),
            name: name.text.clone(),
            relation: self.name_of(relation),
            position: name.position,
            read: self.read_to(name.position),
        }
        .into()
    }

    fn no_foreign_key(&self, relation: Oid, name: &Name, columns: &[PgAttribute], links: &[Link]) -> Error {
        let leads_on = |column: &&PgAttribute| Link::of_column(links, column.attnum, None).is_some();
        let names = columns
            .iter()
            .filter(leads_on)
            .map(|column| column.attname.as_str());
        CustomProblem::NoForeignKey {
            nearest: nearest::names(&name.text, names),
            name: name.text.clone(),
            relation: self.name_of(relation),
            position: name.position,
            read: self.read_to(name.position),
        }
        .into()
    }

    fn name_of(&self, relation: Oid) -> String {
        match self.catalog.relation_name(relation) {
            Ok(name) => name.parts().1.to_owned(),
            Err(_) => relation.to_u32().to_string(),
        }
    }

    /// The end of what stands before a position, for messages.
    fn read_to(&self, position: usize) -> String {
        const LONGEST: usize = 60;
        let before = position.saturating_sub(1);
        let shown: String = self
            .template
            .chars()
            .take(before)
            .skip(before.saturating_sub(LONGEST))
            .collect();
        match before > LONGEST {
            true => format!("...{shown}"),
            false => shown,
        }
    }
}
