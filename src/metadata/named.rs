//! Options of a table as a part of its definition: numbers or names.

use super::detached::Live;
use super::options::{self, Kind, TABLE_OPTIONS};
use super::portable::{self, Options};
use super::refs::TableRef;
use crate::error::Error;
use crate::pg::{Oid, names};
use serde_json::Value;

/// The options of a table as `msar.set_table_metadata` takes them: with numbers in the place of the names that
/// `msar.get_table_definition` gives. What has no names is left as it is.
pub(crate) fn numbered(table: Oid, options: Value) -> Result<Value, Error> {
    let Value::Object(options) = options else {
        return Ok(options);
    };
    let (named, mut others): (Options, Options) = options
        .into_iter()
        .partition(|(option, value)| has_names(option, value));
    if !named.is_empty() {
        let (schema, name) = names::of_relation(table).ok_or(Error::UnknownRelation(table))?;
        let own = TableRef {
            schema,
            name,
            ..TableRef::default()
        };
        let numbered = portable::to_numbers(&named, table.to_u32(), own, &Live);
        let mut problems = numbered.problems.into_iter();
        for (option, value) in &named {
            let is_whole = numbered
                .options
                .get(option)
                .is_some_and(|numbered| length(numbered) == length(value));
            if !is_whole {
                return Err(Error::InvalidArgument {
                    argument: "metadata",
                    problem: problems
                        .next()
                        .unwrap_or_else(|| format!("{option}: it has values that are not names")),
                    hint: "Columns are named by strings, other tables by {\"schema\", \"name\"}; or use numbers alone.",
                });
            }
        }
        others.extend(numbered.options);
    }
    Ok(Value::Object(others))
}

fn length(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}

/// Whether the value of an option has a name where a number can stand.
fn has_names(option: &str, value: &Value) -> bool {
    let is_name = |value: &Value| value.is_string() || value.is_object();
    let any = |elements: &[Value], is_name: &dyn Fn(&Value) -> bool| elements.iter().any(is_name);
    match (
        options::find(&TABLE_OPTIONS, option).map(|option| option.kind),
        value,
    ) {
        (Some(Kind::Attnum | Kind::Table), value) => is_name(value),
        (Some(Kind::Attnums), Value::Array(columns)) => any(columns, &is_name),
        (Some(Kind::Template), Value::Array(parts)) => any(parts, &|part| {
            part.as_array().is_some_and(|path| any(path, &is_name))
        }),
        _ => false,
    }
}
