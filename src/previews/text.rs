//! Templates as people write them, and the default one.

use crate::catalog::Catalog;
use crate::catalog::rows::PgAttribute;
use crate::error::Error;
use crate::metadata::references::Column;
use crate::values::template::{self, Placeholder, TemplatePart};
use pgrx::pg_sys;
use std::rc::Rc;

/// A template as people write it, with the names that columns have now.
pub(crate) fn print_template(catalog: &Catalog, template: &[TemplatePart<Column>]) -> Result<String, Error> {
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
pub(crate) fn print_default(column: &PgAttribute) -> String {
    let mut text = String::new();
    template::push_placeholder(&mut text, [column.attname.as_str()], false);
    text
}

/// The column by which a row is best known, of those that the role may read: the first of string category, else the
/// first.
pub(crate) fn find_default_column<'a>(
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
