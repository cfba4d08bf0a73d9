//! Setting and reading the template of a table, as text.

use super::error::{PreviewError, WrongName};
use super::text::{self, Audience, DefaultTemplate};
use crate::catalog::link::ForeignKeyLink;
use crate::catalog::relation::Relation;
use crate::catalog::row_key;
use crate::catalog::rows::PgAttribute;
use crate::catalog::{Catalog, consistent};
use crate::error::Error;
use crate::json_words::nearest;
use crate::metadata::{options, read, write};
use crate::pg::Oid;
use crate::values::template::{self as syntax, Placeholder, TemplateName, TemplatePart};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

/// Gives a table a template; `None`: the default again. Returns the one in force then.
pub(crate) fn set_template(table: Oid, template: Option<&str>) -> Result<Option<String>, Error> {
    write::set_table_metadata_by(table, |catalog| {
        Ok(match template {
            Some(template) => json!({
                "preview_customized": true,
                "preview_template": stored_form(catalog, table, template)?,
            }),
            None => json!({"preview_customized": null, "preview_template": null}),
        })
    })?;
    get_template(table)
}

/// The template in force for a table, as text with the names of now. `None`: its rows have no preview for the role.
pub(crate) fn get_template(table: Oid) -> Result<Option<String>, Error> {
    consistent::read_relation(table, |catalog| {
        let relation = Relation::find(catalog, table)?;
        let custom = match read::is_table_readable(catalog, &relation.row) {
            true => read::OfTable::from_row(catalog, &relation.row)?.template(catalog, table),
            false => None,
        };
        if let Some(template) = custom {
            return text::print_template(catalog, &template).map(Some);
        }
        let keys = || text::key_columns(catalog, table);
        let default =
            DefaultTemplate::choose(catalog, relation.readable(catalog), Audience::of_session(), keys)?;
        Ok(default.as_ref().map(DefaultTemplate::text))
    })
}

/// A template as it is stored.
fn stored_form(catalog: &Catalog, table: Oid, template: &str) -> Result<Value, Error> {
    let parts = resolve_template(catalog, table, template)?;
    Ok(parts.iter().map(options::write_template_part).collect())
}

/// A template with the attnums of the columns that it names.
pub(super) fn resolve_template(
    catalog: &Catalog,
    table: Oid,
    template: &str,
) -> Result<Vec<TemplatePart<i16>>, Error> {
    let resolver = Resolver {
        catalog,
        table,
        template,
        columns: RefCell::default(),
    };
    let parts = syntax::parse_template(template).map_err(|error| {
        let read = resolver.read_to(error.position);
        PreviewError::Syntax { error, read }
    })?;
    let resolve = |part| -> Result<TemplatePart<i16>, Error> {
        Ok(match part {
            TemplatePart::Text(text) => TemplatePart::Text(text),
            TemplatePart::Placeholder(Placeholder { path, raw }) => TemplatePart::Placeholder(Placeholder {
                path: resolver.path(&path)?,
                raw,
            }),
        })
    };
    parts.into_iter().map(resolve).collect()
}

/// Finds the columns that names in a template mean.
struct Resolver<'a> {
    catalog: &'a Catalog,
    table: Oid,
    template: &'a str,
    /// The live columns of the tables on the way, read once.
    columns: RefCell<FxHashMap<Oid, Rc<[PgAttribute]>>>,
}

impl Resolver<'_> {
    fn path(&self, names: &[TemplateName]) -> Result<Vec<i16>, Error> {
        let mut relation = self.table;
        let mut path = Vec::with_capacity(names.len());
        for (at, name) in names.iter().enumerate() {
            let columns = self.columns(relation);
            let named = columns.iter().find(|column| column.attname == name.text);
            let numbered = || {
                let attnum = row_key::parse_attnum(name.text.strip_prefix('#').unwrap_or(&name.text))?;
                columns.iter().find(|column| column.attnum == attnum)
            };
            let attnum = named
                .or_else(numbered)
                .map(|column| column.attnum)
                .ok_or_else(|| PreviewError::UnknownColumn(self.wrong(relation, name, |_| true)))?;
            path.push(attnum);
            if at + 1 < names.len() {
                let links = self.catalog.links(relation);
                let Some(link) = ForeignKeyLink::of_column(&links, attnum, None) else {
                    let leads_on = |column: &PgAttribute| {
                        ForeignKeyLink::of_column(&links, column.attnum, None).is_some()
                    };
                    return Err(PreviewError::NoForeignKey(self.wrong(relation, name, leads_on)).into());
                };
                relation = link.target;
            }
        }
        Ok(path)
    }

    fn columns(&self, relation: Oid) -> Rc<[PgAttribute]> {
        let mut columns = self.columns.borrow_mut();
        let of_relation = columns
            .entry(relation)
            .or_insert_with(|| PgAttribute::live(&self.catalog.reader, relation).into());
        Rc::clone(of_relation)
    }

    /// A name that does not match any of the possible ones.
    fn wrong(
        &self,
        relation: Oid,
        name: &TemplateName,
        would_do: impl Fn(&PgAttribute) -> bool,
    ) -> WrongName {
        let columns = self.columns(relation);
        let names = columns.iter().filter(|column| would_do(column));
        WrongName {
            nearest: nearest::find_nearest_names(&name.text, names.map(|column| column.attname.as_str())),
            name: name.text.clone(),
            relation: match self.catalog.relation_name(relation) {
                Ok(name) => name.parts().1.to_owned(),
                Err(_) => relation.to_u32().to_string(),
            },
            position: name.position,
            read: self.read_to(name.position),
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
