//! How a row is shown where other tables refer to it.

use super::Catalog;
use super::rows::PgAttribute;
use crate::error::Error;
use crate::metadata::references::Column;
use crate::values::template::{self, Placeholder, TemplatePart};
use pgrx::pg_sys;
use serde::Serialize;
use std::rc::Rc;

/// The preview template of a table.
#[derive(Serialize)]
pub(crate) struct PreviewSettings {
    template: Option<String>,
    customized: bool,
}

impl PreviewSettings {
    /// The template that a user chose; the default, of which `default` gives the column, if none did.
    pub(crate) fn new<'a>(
        catalog: &Catalog,
        customized: Option<&[TemplatePart<Column>]>,
        default: impl FnOnce() -> Result<Option<&'a PgAttribute>, Error>,
    ) -> Result<Self, Error> {
        let template = match customized {
            Some(template) => Some(customized_text(catalog, template)?),
            None => default()?.map(default_text),
        };
        Ok(Self {
            template,
            customized: customized.is_some(),
        })
    }
}

/// A template as people write it, with the names that columns have now.
pub(crate) fn customized_text(catalog: &Catalog, template: &[TemplatePart<Column>]) -> Result<String, Error> {
    let mut text = String::new();
    for part in template {
        match part {
            TemplatePart::Text(words) => template::push_text(&mut text, words),
            TemplatePart::Placeholder(Placeholder { path, raw }) => {
                let names: Vec<Rc<str>> = path
                    .iter()
                    .map(|column| catalog.column_name(column.relation, column.attnum))
                    .collect::<Result<_, _>>()?;
                template::push_placeholder(&mut text, names.iter().map(|name| &**name), *raw);
            }
        }
    }
    Ok(text)
}

/// The default template as people write it.
pub(crate) fn default_text(column: &PgAttribute) -> String {
    let mut text = String::new();
    template::push_placeholder(&mut text, [column.attname.as_str()], false);
    text
}

/// The column by which a row is best known, of those that the role may read: the first of string category, else the
/// first.
pub(crate) fn default_column<'a>(
    catalog: &Catalog,
    readable: impl Iterator<Item = &'a PgAttribute>,
) -> Result<Option<&'a PgAttribute>, Error> {
    let mut first = None;
    for column in readable {
        if catalog.type_info(column.atttypid)?.category == pg_sys::TYPCATEGORY_STRING {
            return Ok(Some(column));
        }
        first = first.or(Some(column));
    }
    Ok(first)
}
