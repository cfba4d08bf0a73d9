//! Columns by name in the options of a table that a caller sets: `"column_order": ["title", 1]`,
//! `"preview_template": [["author_id", "name"]]`. Options are stored with attnums, and the names are replaced by them here.

use super::options::{self, OptionKind, TABLE_OPTIONS};
use crate::catalog::link::ForeignKeyLink;
use crate::catalog::rows::PgAttribute;
use crate::catalog::{Catalog, row_key};
use crate::error::Error;
use crate::pg::{Oid, server};
use serde_json::{Map, Value};

/// Replaces the names of columns in the options of `relation` by attnums. A value of another form is left as it is: the
/// check of the option refuses it.
pub(super) fn number_columns(
    catalog: &Catalog,
    relation: Oid,
    changes: &mut Map<String, Value>,
) -> Result<(), Error> {
    let number_one = |value: &mut Value| number_path(catalog, relation, std::slice::from_mut(value));
    for (name, value) in changes.iter_mut() {
        match (
            options::find_option(&TABLE_OPTIONS, name).map(|option| option.kind),
            value,
        ) {
            (Some(OptionKind::Attnum), value) => number_one(value)?,
            (Some(OptionKind::Attnums), Value::Array(columns)) => {
                columns.iter_mut().try_for_each(number_one)?;
            }
            (Some(OptionKind::Template), Value::Array(parts)) => number_template(catalog, relation, parts)?,
            _ => {}
        }
    }
    Ok(())
}

/// The same of the parts of a template.
pub(crate) fn number_template(catalog: &Catalog, relation: Oid, parts: &mut [Value]) -> Result<(), Error> {
    for path in parts.iter_mut().filter_map(options::template_path_mut) {
        number_path(catalog, relation, path)?;
    }
    Ok(())
}

/// The same of a path, of which each step but the first is a column of the table to which the step before leads.
fn number_path(catalog: &Catalog, relation: Oid, path: &mut [Value]) -> Result<(), Error> {
    let Some(last_name) = path.iter().rposition(Value::is_string) else {
        return Ok(());
    };
    let mut table = relation;
    for (at, step) in path.iter_mut().enumerate().take(last_name + 1) {
        if let Value::String(name) = step {
            *step = attnum_of(catalog, table, name)?.into();
        }
        if at < last_name {
            let Some(attnum) = options::json_attnum(step) else {
                return Ok(());
            };
            let link = catalog.links(table);
            table = match ForeignKeyLink::of_column(&link, attnum, None) {
                Some(link) => link.target,
                None => Err(Error::NoForeignKey {
                    relation: relation_name(catalog, table)?,
                    attnum,
                })?,
            };
        }
    }
    Ok(())
}

fn attnum_of(catalog: &Catalog, relation: Oid, name: &str) -> Result<i16, Error> {
    server::check_for_interrupts();
    let columns = PgAttribute::live(&catalog.reader, relation);
    let names = columns
        .iter()
        .map(|column| (column.attnum, column.attname.as_str()));
    let relation = relation_name(catalog, relation)?;
    row_key::find_column(&relation, name, names)?.ok_or_else(|| Error::UnknownColumnName {
        relation,
        name: name.to_owned(),
    })
}

fn relation_name(catalog: &Catalog, relation: Oid) -> Result<String, Error> {
    Ok(catalog.relation_name(relation)?.parts().1.to_owned())
}
