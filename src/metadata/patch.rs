//! What a caller wants changed: names of options and their new values, checked as far as that takes no catalog.

use super::options::{self, MetadataOption};
use crate::error::Error;
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
