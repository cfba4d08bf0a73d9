//! What a caller wants changed: names of options and their new values, checked as far as that takes no catalog; and options
//! as a part of a table's definition, in which names may stand for numbers.

use super::detached::Live;
use super::model::{self, OptionValues, TableRef};
use super::options::{self, Kind, MetadataOption, TABLE_OPTIONS};
use crate::error::Error;
use crate::pg::{Oid, names};
use serde::Serialize;
use serde_json::{Map, Value};

/// Changes of options, by name. Null clears one.
#[derive(Serialize, Debug)]
#[serde(transparent)]
pub(crate) struct Patch(Map<String, Value>);

impl Patch {
    /// The changes of a table's options.
    pub(super) fn of_table(document: Value) -> Result<Self, Error> {
        let Value::Object(changes) = document else {
            return Err(not_an_object("patch"));
        };
        Self::checked(changes, &options::TABLE_OPTIONS)
    }

    fn checked(changes: Map<String, Value>, known: &'static [MetadataOption]) -> Result<Self, Error> {
        for (name, value) in &changes {
            options::named(known, name)?.check(value)?;
        }
        Ok(Self(changes))
    }

    /// The changes, by name.
    pub(super) fn values(&self) -> &Map<String, Value> {
        &self.0
    }

    pub(super) fn get(&self, option: &str) -> Option<&Value> {
        self.0.get(option)
    }

    /// The options that are given a value.
    pub(super) fn set(&self) -> impl Iterator<Item = &'static MetadataOption> {
        self.0
            .iter()
            .filter(|(_, value)| !value.is_null())
            .filter_map(|(name, _)| options::find(&options::COLUMN_OPTIONS, name))
    }
}

/// The changes of one column's options.
#[derive(Debug)]
pub(crate) struct ColumnPatch {
    /// The column, by one or both of these.
    pub(super) attnum: Option<i16>,
    pub(super) name: Option<String>,
    pub(super) changes: Patch,
}

impl ColumnPatch {
    /// The changes of several columns' options.
    pub(super) fn list(document: Value) -> Result<Vec<Self>, Error> {
        match document {
            Value::Array(patches) => patches.into_iter().map(Self::parse).collect(),
            _ => Err(Error::InvalidArgument {
                argument: "patches",
                problem: "it is not an array".into(),
                hint: EXAMPLE,
            }),
        }
    }

    fn parse(document: Value) -> Result<Self, Error> {
        let Value::Object(mut changes) = document else {
            return Err(not_an_object("patches"));
        };
        let attnum = match changes.shift_remove("attnum") {
            None => None,
            Some(value) => Some(options::attnum(&value).ok_or_else(|| {
                options::wrong_value("attnum", options::Kind::Attnum.description(), &value)
            })?),
        };
        let name = match changes.shift_remove("name") {
            None => None,
            Some(Value::String(name)) => Some(name),
            Some(other) => return Err(options::wrong_value("name", "the name of a column", &other)),
        };
        if attnum.is_none() && name.is_none() {
            return Err(Error::InvalidArgument {
                argument: "patches",
                problem: "an element names no column".into(),
                hint: EXAMPLE,
            });
        }
        let changes = Patch::checked(changes, &options::COLUMN_OPTIONS)?;
        Ok(Self {
            attnum,
            name,
            changes,
        })
    }
}

const EXAMPLE: &str =
    "Pass an array with an object for each column: [{\"name\": \"price\", \"num_grouping\": \"never\"}].";

fn not_an_object(argument: &'static str) -> Error {
    Error::InvalidArgument {
        argument,
        problem: "the changes are not an object".into(),
        hint: "Pass an object whose keys are options: {\"display_width\": 200}.",
    }
}

/// The options of a table as `msar.set_table_metadata` takes them: with numbers in the place of the names that
/// `msar.get_table_definition` gives. What has no names is left as it is.
pub(crate) fn numbered(table: Oid, options: Value) -> Result<Value, Error> {
    let Value::Object(options) = options else {
        return Ok(options);
    };
    let (named, mut others): (OptionValues, OptionValues) = options
        .into_iter()
        .partition(|(option, value)| has_names(option, value));
    if !named.is_empty() {
        let (schema, name) = names::of_relation(table).ok_or(Error::UnknownRelation(table))?;
        let own = TableRef {
            schema,
            name,
            ..TableRef::default()
        };
        let numbered = model::to_numbers(&named, table.to_u32(), own, &Live);
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_patch_names_options_that_there_are() {
        assert!(Patch::of_table(json!({"is_temp": true, "column_order": null})).is_ok());
        let unknown = Patch::of_table(json!({"is_tmp": true})).unwrap_err();
        assert_eq!(unknown.to_string(), "metadata option \"is_tmp\" does not exist");
        // An option of columns is none of tables.
        assert!(Patch::of_table(json!({"display_width": 7})).is_err());
        assert!(Patch::of_table(json!([])).is_err());
    }

    #[test]
    fn a_wrong_value_is_named() {
        let wrong = Patch::of_table(json!({"column_order": [1, "2"]})).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "invalid value for \"column_order\": it takes an array of distinct attnums"
        );
    }

    #[test]
    fn a_column_is_named_by_number_or_name() {
        let patches = json!([{"attnum": 2, "display_width": 7}, {"name": "a", "bool_true": null}]);
        let patches = ColumnPatch::list(patches).unwrap();
        assert_eq!(patches[0].attnum, Some(2));
        assert_eq!(patches[0].changes.set().count(), 1);
        assert_eq!(patches[1].name.as_deref(), Some("a"));
        assert_eq!(patches[1].changes.set().count(), 0);
        for wrong in [
            json!({"attnum": 1}),
            json!([{"display_width": 7}]),
            json!([{"attnum": "1"}]),
            json!([{"name": 1}]),
            json!([7]),
        ] {
            assert!(ColumnPatch::list(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
