//! The objects that numbers inside of a table's options mean: as the column `refs` keeps them, and in a form that means
//! the same in every database, in which names take the place of numbers.
//!
//! | option | stored | portable |
//! |---|---|---|
//! | a column of the table | `2` | `"title"` |
//! | a table | `16400` | `{"schema": "app", "name": "book"}` |
//! | a path in a template | `[5, 2]` | `["author_id", {"schema": "app", "name": "author", "column": "name"}]` |
//! | a raw value in a template | `{"path": [2], "raw": true}` | `{"path": ["title"], "raw": true}` |
//!
//! Pure: what the names of a database are is asked of [`ObjectNames`].

use super::options::{self, MetadataOption, OptionKind, TABLE_OPTIONS, json_attnum};
use crate::error::Error;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The tables that the options speak of, by OID: the table itself, and those to which they lead.
pub(crate) type Refs = BTreeMap<u32, TableRef>;

/// Leaves out what the numbers no longer mean.
pub(crate) fn keep_live(refs: &mut Refs, names: &impl ObjectNames) {
    refs.retain(|&oid, table| names.relation(&table.schema, &table.name) == Some(oid));
    for (&oid, table) in refs {
        table
            .columns
            .retain(|&attnum, name| names.column(oid, name) == Some(attnum));
    }
}

/// Reads what is stored; nothing of what the extension would not have written so.
pub(crate) fn deserialize_lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Refs, D::Error> {
    Ok(Refs::deserialize(Value::deserialize(deserializer)?).unwrap_or_default())
}

/// Makes tables that were dropped count by their names again: for detached metadata, which may be attached when they are
/// there again. A schema is dropped and created anew table by table.
pub(crate) fn recall_lost_tables(refs: &mut Refs) {
    for table in refs.values_mut().filter(|table| table.is_lost) {
        table.is_lost = false;
        table.columns.append(&mut table.lost);
    }
}

/// A table that options speak of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TableRef {
    pub(crate) schema: String,
    pub(crate) name: String,
    /// Names of columns by attnum.
    #[serde(default)]
    pub(crate) columns: BTreeMap<i16, String>,
    /// For columns from which a path goes on: OID of the table to which their foreign key leads. A restore has no
    /// foreign keys yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) targets: BTreeMap<i16, u32>,
    /// The same as `columns` of columns that were dropped, for messages: they never mean another column of that name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) lost: BTreeMap<i16, String>,
    /// Whether the table itself was dropped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_lost: bool,
}

/// Options by name; those that are not set are left out.
pub(crate) type OptionValues = Map<String, Value>;

/// The live objects of a database.
pub(crate) trait ObjectNames {
    /// The relation of that name.
    fn relation(&self, schema: &str, name: &str) -> Option<u32>;
    /// The live column of that name.
    fn column(&self, relation: u32, name: &str) -> Option<i16>;
}

/// Options of a table with the numbers that they have in this database.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Numbered {
    pub(crate) options: OptionValues,
    pub(crate) refs: Refs,
    /// Options that speak of another table, or a column of it, that is not there. They wait for it as they are.
    pub(crate) left: OptionValues,
    /// Why something could not be placed.
    pub(crate) problems: Vec<String>,
}

/// Fails unless a table's option takes the value in its portable form.
pub(crate) fn check_option(option: &MetadataOption, value: &Value) -> Result<(), Error> {
    let (is_right, expected) = match option.kind {
        OptionKind::Attnum => (value.is_string(), "the name of a column"),
        OptionKind::Attnums => (are_names(value), "an array of distinct column names"),
        OptionKind::Table => (
            has_strings(value, &["schema", "name"]),
            "an object with the schema and the name of a table",
        ),
        OptionKind::Template => (
            is_template(value),
            "an array of strings and of arrays that begin with the name of a column",
        ),
        _ => return option.check(value),
    };
    if is_right || value.is_null() {
        return Ok(());
    }
    Err(options::wrong_value(option.name, expected, value))
}

fn are_names(value: &Value) -> bool {
    value.as_array().is_some_and(|names| {
        let is_new = |(at, name): (usize, &Value)| name.is_string() && !names[..at].contains(name);
        names.iter().enumerate().all(is_new)
    })
}

fn has_strings(value: &Value, keys: &[&str]) -> bool {
    keys.iter()
        .all(|key| value.get(key).is_some_and(Value::is_string))
}

fn is_template(value: &Value) -> bool {
    // A path may stand in an object that says more about the placeholder.
    let path = |part: &Value| part.get("path").unwrap_or(part).as_array().cloned();
    let is_part = |part: &Value| match path(part).as_deref() {
        Some([first, rest @ ..]) => {
            let is_step = |step| has_strings(step, &["schema", "name", "column"]);
            first.is_string() && rest.iter().all(is_step)
        }
        Some([]) => false,
        None => part.is_string(),
    };
    value.as_array().is_some_and(|parts| parts.iter().all(is_part))
}

/// Replaces numbers by the names that `refs` has for them. A number without a name there meant nothing any more, and is
/// left out.
pub(crate) fn to_names(options: &OptionValues, table: u32, refs: &Refs) -> OptionValues {
    let column = |number: &Value| column_name(refs, table, number).map(Value::from);
    TABLE_OPTIONS
        .iter()
        .filter_map(|option| {
            let value = options.get(option.name).filter(|value| !value.is_null())?;
            let portable = match option.kind {
                OptionKind::Attnum => column(value)?,
                OptionKind::Attnums => value.as_array()?.iter().filter_map(column).collect(),
                OptionKind::Table => {
                    let target = refs.get(&json_oid(value)?).filter(|target| !target.is_lost)?;
                    json!({"schema": target.schema, "name": target.name})
                }
                OptionKind::Template => {
                    let parts = value.as_array()?.iter();
                    parts
                        .filter_map(|part| match options::template_path(part) {
                            Some(path) => Some(options::with_template_path(
                                part,
                                path_to_names(path, table, refs)?,
                            )),
                            None => Some(part.clone()),
                        })
                        .collect()
                }
                _ => value.clone(),
            };
            Some((option.name.to_owned(), portable))
        })
        .collect()
}

/// Replaces names by the numbers that they have in this database, for the options of `table`. Columns that the table
/// does not have are left out.
pub(crate) fn to_numbers(
    options: &OptionValues,
    table: u32,
    own: TableRef,
    names: &impl ObjectNames,
) -> Numbered {
    let mut numbering = Numbering {
        table,
        names,
        refs: Refs::from([(table, own)]),
        waits: false,
        problems: Vec::new(),
    };
    let mut left = OptionValues::new();
    let options = TABLE_OPTIONS
        .iter()
        .filter_map(|option| {
            let value = options.get(option.name).filter(|value| !value.is_null())?;
            let numbered = numbering.option(option, value);
            if std::mem::take(&mut numbering.waits) {
                left.insert(option.name.to_owned(), value.clone());
                return None;
            }
            Some((option.name.to_owned(), numbered?))
        })
        .collect();
    Numbered {
        options,
        refs: numbering.refs,
        left,
        problems: numbering.problems,
    }
}

/// An OID. A row that PostgreSQL turned into JSON has it as a string.
pub(crate) fn json_oid(value: &Value) -> Option<u32> {
    match value {
        Value::String(digits) => digits.parse().ok(),
        number => number.as_u64().and_then(|number| u32::try_from(number).ok()),
    }
}

/// Reads an OID as a row has it.
pub(crate) fn deserialize_oid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    json_oid(&Value::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("no OID"))
}

fn column_name<'a>(refs: &'a Refs, table: u32, number: &Value) -> Option<&'a str> {
    let table = refs.get(&table).filter(|table| !table.is_lost)?;
    Some(table.columns.get(&json_attnum(number)?)?)
}

fn path_to_names(path: &[Value], table: u32, refs: &Refs) -> Option<Value> {
    let mut at = table;
    let mut steps = Vec::with_capacity(path.len());
    for (position, step) in path.iter().enumerate() {
        let name = column_name(refs, at, step)?;
        if position == 0 {
            steps.push(name.into());
        } else {
            let target = refs.get(&at)?;
            steps.push(json!({"schema": target.schema, "name": target.name, "column": name}));
        }
        if position + 1 < path.len() {
            at = *refs.get(&at)?.targets.get(&json_attnum(step)?)?;
        }
    }
    Some(steps.into())
}

/// The translation of one table's options.
struct Numbering<'a, N> {
    table: u32,
    names: &'a N,
    refs: Refs,
    /// Whether something of another table was missing.
    waits: bool,
    problems: Vec<String>,
}

impl<N: ObjectNames> Numbering<'_, N> {
    fn option(&mut self, option: &MetadataOption, value: &Value) -> Option<Value> {
        Some(match option.kind {
            OptionKind::Attnum => self.own_column(option.name, value)?,
            OptionKind::Attnums => {
                let columns = value.as_array()?.iter();
                columns
                    .filter_map(|column| self.own_column(option.name, column))
                    .collect()
            }
            OptionKind::Table => Value::from(self.relation(option.name, value)?),
            OptionKind::Template => {
                let parts = value.as_array()?.iter();
                parts
                    .filter_map(|part| match options::template_path(part) {
                        Some(path) => Some(options::with_template_path(part, self.path(option.name, path)?)),
                        None => Some(part.clone()),
                    })
                    .collect()
            }
            _ => value.clone(),
        })
    }

    fn own_column(&mut self, option: &str, name: &Value) -> Option<Value> {
        let name = name.as_str()?;
        self.column(option, self.table, name).map(Value::from)
    }

    fn column(&mut self, option: &str, table: u32, name: &str) -> Option<i16> {
        let Some(number) = self.names.column(table, name) else {
            self.waits |= table != self.table;
            self.problems
                .push(format!("{option}: there is no column \"{name}\""));
            return None;
        };
        let entry = self.refs.entry(table).or_default();
        entry.columns.insert(number, name.to_owned());
        Some(number)
    }

    /// A table given as an object with `schema` and `name`.
    fn relation(&mut self, option: &str, target: &Value) -> Option<u32> {
        let (schema, name) = (target.get("schema")?.as_str()?, target.get("name")?.as_str()?);
        let Some(relation) = self.names.relation(schema, name) else {
            self.waits = true;
            self.problems
                .push(format!("{option}: there is no table \"{schema}\".\"{name}\""));
            return None;
        };
        let entry = self.refs.entry(relation).or_default();
        (entry.schema, entry.name) = (schema.to_owned(), name.to_owned());
        Some(relation)
    }

    fn path(&mut self, option: &str, path: &[Value]) -> Option<Value> {
        let mut at = self.table;
        let mut steps: Vec<Value> = Vec::with_capacity(path.len());
        let mut from = None;
        for step in path {
            let name = match step {
                Value::String(name) => name,
                step => {
                    let target = self.relation(option, step)?;
                    let from = from?;
                    self.refs.entry(at).or_default().targets.insert(from, target);
                    at = target;
                    step.get("column")?.as_str()?
                }
            };
            let number = self.column(option, at, name)?;
            from = Some(number);
            steps.push(number.into());
        }
        Some(steps.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_form() {
        let text =
            r#"{"16400":{"schema":"app","name":"book","columns":{"2":"author"},"targets":{"2":16410}}}"#;
        let refs: Refs = serde_json::from_str(text).unwrap();
        assert_eq!(refs[&16400].targets[&2], 16410);
        assert_eq!(serde_json::to_string(&refs).unwrap(), text);
    }

    /// A database with `app.book` (20) and `app.author` (30).
    struct Library;

    impl ObjectNames for Library {
        fn relation(&self, schema: &str, name: &str) -> Option<u32> {
            match (schema, name) {
                ("app", "book") => Some(20),
                ("app", "author") => Some(30),
                _ => None,
            }
        }

        fn column(&self, relation: u32, name: &str) -> Option<i16> {
            match (relation, name) {
                (20, "title") => Some(7),
                (20, "author_id") => Some(9),
                (30, "name") => Some(4),
                _ => None,
            }
        }
    }

    fn object(value: Value) -> OptionValues {
        match value {
            Value::Object(map) => map,
            other => panic!("{other}"),
        }
    }

    fn stored() -> (OptionValues, Refs) {
        let options = object(json!({
            "import_verified": true, "is_temp": null, "import_target_oid": "3",
            "column_order": [5, 2, 99], "preview_template": ["No. ", {"path": [2], "raw": true}, [5, 1], [99]],
            "mathesar_added_pkey_attnum": 2, "user_tracking_attnum": 99, "refs": {}
        }));
        let refs = serde_json::from_value(json!({
            "2": {"schema": "app", "name": "book", "columns": {"2": "title", "5": "author_id"}, "targets": {"5": 3}},
            "3": {"schema": "app", "name": "author", "columns": {"1": "name"}},
        }));
        (options, refs.unwrap())
    }

    fn portable() -> OptionValues {
        object(json!({
            "import_verified": true, "import_target_oid": {"schema": "app", "name": "author"},
            "column_order": ["author_id", "title"],
            "preview_template":
                ["No. ", {"path": ["title"], "raw": true}, ["author_id", {"schema": "app", "name": "author", "column": "name"}]],
            "mathesar_added_pkey_attnum": "title",
        }))
    }

    fn book() -> TableRef {
        TableRef {
            schema: "app".into(),
            name: "book".into(),
            ..TableRef::default()
        }
    }

    #[test]
    fn values_by_name_are_of_the_kind_of_the_option() {
        let is_right = |name: &str, value: Value| {
            options::find_option(&TABLE_OPTIONS, name)
                .is_some_and(|option| check_option(option, &value).is_ok())
        };
        for (name, value) in &portable() {
            assert!(is_right(name, value.clone()), "{name}");
            assert!(is_right(name, Value::Null), "{name}");
            assert!(!is_right(name, json!(7)), "{name}");
        }
        assert!(!is_right("column_order", json!(["title", "title"])));
        assert!(!is_right("column_order", json!([1])));
        assert!(!is_right("import_target_oid", json!({"schema": "app"})));
        assert!(!is_right("preview_template", json!([[]])));
        assert!(!is_right("preview_template", json!([["author_id", "name"]])));
        assert!(is_right(
            "preview_template",
            json!([{"path": ["title"], "raw": true}])
        ));
    }

    #[test]
    fn numbers_become_names() {
        let (options, refs) = stored();
        assert_eq!(to_names(&options, 2, &refs), portable());
    }

    #[test]
    fn names_become_the_numbers_of_another_database() {
        let numbered = to_numbers(&portable(), 20, book(), &Library);
        assert_eq!(
            Value::Object(numbered.options.clone()),
            json!({
                "import_verified": true, "import_target_oid": 30, "column_order": [9, 7],
                "preview_template": ["No. ", {"path": [7], "raw": true}, [9, 4]], "mathesar_added_pkey_attnum": 7,
            })
        );
        assert_eq!(numbered.problems, Vec::<String>::new());
        assert_eq!(numbered.refs[&20].targets[&9], 30);
        assert_eq!(to_names(&numbered.options, 20, &numbered.refs), portable());
    }

    #[test]
    fn what_is_not_there_is_told() {
        let options = object(json!({
            "column_order": ["title", "gone"], "import_target_oid": {"schema": "app", "name": "gone"},
        }));
        let numbered = to_numbers(&options, 20, book(), &Library);
        assert_eq!(Value::Object(numbered.options), json!({"column_order": [7]}));
        assert_eq!(
            Value::Object(numbered.left),
            json!({"import_target_oid": {"schema": "app", "name": "gone"}})
        );
        assert_eq!(
            numbered.problems,
            [
                "import_target_oid: there is no table \"app\".\"gone\"",
                "column_order: there is no column \"gone\""
            ]
        );
    }
}
