//! Changes by way of the functions of `msar`: what a caller wants changed, as names of options and their new values, and
//! options as a part of a table's definition, in which names may stand for numbers.
//!
//! What the caller may do, and what is to be changed, is checked here; then the rows are written as the owner of the
//! tables.

use super::column_names::number_columns;
use super::detached::Live;
use super::model::{self, OptionValues, TableRef};
use super::options::{self, MetadataOption, OptionKind, TABLE_OPTIONS};
use super::read::{self, ColumnMetadata, Metadata, OfTable, TableMetadata};
use super::references::References;
use super::rows;
use super::triggers::Writable;
use crate::catalog::Catalog;
use crate::catalog::rows::PgAttribute;
use crate::error::Error;
use crate::pg::bookkeeping::{self, BookkeepingSession};
use crate::pg::snapshot::Snapshot;
use crate::pg::storage::StorageTable;
use crate::pg::{Oid, names};
use serde::Serialize;
use serde_json::{Map, Value};
use std::rc::Rc;

/// The argument of the statements for a table's row.
#[derive(Serialize)]
struct TableChange {
    #[serde(serialize_with = "crate::catalog::serialize_oid")]
    table_oid: Oid,
    schema_name: Rc<str>,
    table_name: String,
    changes: Patch,
}

/// The argument of the statements for the rows of a table's columns.
#[derive(Serialize)]
struct ColumnChanges {
    #[serde(serialize_with = "crate::catalog::serialize_oid")]
    table_oid: Oid,
    schema_name: Rc<str>,
    table_name: String,
    columns: Vec<ColumnChange>,
}

#[derive(Serialize)]
struct ColumnChange {
    attnum: i16,
    column_name: String,
    changes: Patch,
}

/// Changes options of a table; gives what is stored then.
pub(crate) fn set_table_metadata(relation: Oid, patch: Value) -> Result<Option<TableMetadata>, Error> {
    set_table_metadata_by(relation, |_| Ok(patch))
}

/// The same, for a patch that is made from the catalogs as they are when the table is locked.
pub(crate) fn set_table_metadata_by(
    relation: Oid,
    patch: impl FnOnce(&Catalog) -> Result<Value, Error>,
) -> Result<Option<TableMetadata>, Error> {
    // Privileges first: who has none learns nothing of what is right.
    let Writable { catalog, row } = Writable::by_role(relation)?;
    let mut patch = patch(&catalog)?;
    if let Value::Object(changes) = &mut patch {
        number_columns(&catalog, relation, changes)?;
    }
    let changes = Patch::of_table(patch)?;
    // The trigger of the table asks the same; but its errors would tell of its own inner life.
    References::of_row(&catalog, relation, changes.values(), None)?;
    let change = TableChange {
        table_oid: relation,
        schema_name: catalog.schema_name(row.relnamespace)?,
        table_name: row.relname.clone(),
        changes,
    };
    write_rows(&rows::TABLES, |statements| {
        statements.run(
            include_str!("../../sql/query/metadata/table_metadata_make_rows.sql"),
            &change,
        )?;
        statements.run(
            include_str!("../../sql/query/metadata/table_metadata_change.sql"),
            &change,
        )
    })?;
    read::read_table(&Catalog::new(Snapshot::latest()), &row)
}

/// Changes options of columns; gives what is stored then for all columns of the table.
pub(crate) fn set_column_metadata(relation: Oid, patches: Value) -> Result<Vec<ColumnMetadata>, Error> {
    let writable = Writable::by_role(relation)?;
    let changes = ColumnChanges {
        table_oid: relation,
        schema_name: writable.catalog.schema_name(writable.row.relnamespace)?,
        table_name: writable.row.relname.clone(),
        columns: column_changes(&writable, ColumnPatch::parse_patches(patches)?)?,
    };
    write_rows(&rows::COLUMNS, |statements| {
        statements.run(
            include_str!("../../sql/query/metadata/column_metadata_make_rows.sql"),
            &changes,
        )?;
        statements.run(
            include_str!("../../sql/query/metadata/column_metadata_change.sql"),
            &changes,
        )
    })?;
    read::read_columns(&Catalog::new(Snapshot::latest()), &writable.row)
}

/// Writes to one of our tables: first makes the rows that are missing, then changes them. Two steps, each by the latest
/// snapshot: the second sees a row that another session made meanwhile.
fn write_rows(
    table: &StorageTable,
    body: impl FnOnce(&BookkeepingSession) -> Result<(), Error>,
) -> Result<(), Error> {
    bookkeeping::as_owner(StorageTable::owner_of(&[table])?, body)
}

/// The changes, each with the column that it is about; checked against the column's type and what is stored.
fn column_changes(writable: &Writable, patches: Vec<ColumnPatch>) -> Result<Vec<ColumnChange>, Error> {
    let columns = PgAttribute::live(&writable.catalog.reader, writable.row.oid);
    let mut stored = OfTable::from_row(&writable.catalog, &writable.row)?;
    let mut changes: Vec<ColumnChange> = Vec::with_capacity(patches.len());
    for patch in patches {
        let column = column_of(writable, &columns, &patch)?;
        if changes.iter().any(|change| change.attnum == column.attnum) {
            return Err(Error::InvalidArgument {
                argument: "patches",
                problem: format!("column \"{}\" is named twice", column.attname),
                hint: "Pass one object for each column.",
            });
        }
        let ui_type = writable.ui_type(column)?;
        if let Some(option) = patch.changes.set().find(|option| !option.applies_to(ui_type)) {
            return Err(option.does_not_apply(&column.attname, ui_type));
        }
        check_together(
            &patch.changes,
            stored.take_column(&writable.catalog, column, ui_type).as_ref(),
        )?;
        changes.push(ColumnChange {
            attnum: column.attnum,
            column_name: column.attname.clone(),
            changes: patch.changes,
        });
    }
    Ok(changes)
}

/// The column that a patch is about.
fn column_of<'a>(
    writable: &Writable,
    columns: &'a [PgAttribute],
    patch: &ColumnPatch,
) -> Result<&'a PgAttribute, Error> {
    let found = columns.iter().find(|column| match patch.attnum {
        Some(attnum) => column.attnum == attnum,
        None => patch.name.as_ref() == Some(&column.attname),
    });
    let Some(column) = found else {
        return Err(match (patch.attnum, &patch.name) {
            (None, Some(name)) => Error::UnknownColumnName {
                relation: writable.row.relname.clone(),
                name: name.clone(),
            },
            (attnum, _) => writable.unknown_column(attnum.unwrap_or_default()),
        });
    };
    match &patch.name {
        Some(name) if *name != column.attname => Err(Error::InvalidArgument {
            argument: "patches",
            problem: format!("column {} is not \"{name}\"", column.attnum),
            hint: "Pass the attnum or the name of a column; if both, those of one column.",
        }),
        _ => Ok(column),
    }
}

/// Checks options that belong together, as they are after the change.
fn check_together(changes: &Patch, stored: Option<&Metadata>) -> Result<(), Error> {
    let contradiction = options::contradiction(|name| match changes.get(name) {
        Some(value) => Some(value),
        None => stored.and_then(|stored| stored.get(name)),
    });
    match contradiction {
        Some(problem) => Err(Error::InvalidArgument {
            argument: "patches",
            problem: problem.into(),
            hint: "Options that are not named keep their values: change both, or clear one with null.",
        }),
        None => Ok(()),
    }
}

/// Changes of options, by name. Null clears one.
#[derive(Serialize, Debug)]
#[serde(transparent)]
struct Patch(Map<String, Value>);

impl Patch {
    /// The changes of a table's options.
    fn of_table(document: Value) -> Result<Self, Error> {
        let Value::Object(changes) = document else {
            return Err(not_an_object("patch"));
        };
        Self::checked(changes, &options::TABLE_OPTIONS)
    }

    fn checked(changes: Map<String, Value>, known: &'static [MetadataOption]) -> Result<Self, Error> {
        for (name, value) in &changes {
            options::require_option(known, name)?.check(value)?;
        }
        Ok(Self(changes))
    }

    /// The changes, by name.
    fn values(&self) -> &Map<String, Value> {
        &self.0
    }

    fn get(&self, option: &str) -> Option<&Value> {
        self.0.get(option)
    }

    /// The options that are given a value.
    fn set(&self) -> impl Iterator<Item = &'static MetadataOption> {
        self.0
            .iter()
            .filter(|(_, value)| !value.is_null())
            .filter_map(|(name, _)| options::find_option(&options::COLUMN_OPTIONS, name))
    }
}

/// The changes of one column's options.
#[derive(Debug)]
struct ColumnPatch {
    /// The column, by one or both of these.
    attnum: Option<i16>,
    name: Option<String>,
    changes: Patch,
}

impl ColumnPatch {
    /// The changes of several columns' options.
    fn parse_patches(document: Value) -> Result<Vec<Self>, Error> {
        match document {
            Value::Array(patches) => patches.into_iter().map(Self::from_json).collect(),
            _ => Err(Error::InvalidArgument {
                argument: "patches",
                problem: "it is not an array".into(),
                hint: EXAMPLE,
            }),
        }
    }

    fn from_json(document: Value) -> Result<Self, Error> {
        let Value::Object(mut changes) = document else {
            return Err(not_an_object("patches"));
        };
        let attnum = match changes.shift_remove("attnum") {
            None => None,
            Some(value) => Some(
                options::json_attnum(&value)
                    .ok_or_else(|| options::wrong_value("attnum", "the attnum of a column", &value))?,
            ),
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
pub(crate) fn number_options(table: Oid, options: Value) -> Result<Value, Error> {
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
        options::find_option(&TABLE_OPTIONS, option).map(|option| option.kind),
        value,
    ) {
        (Some(OptionKind::Attnum | OptionKind::Table), value) => is_name(value),
        (Some(OptionKind::Attnums), Value::Array(columns)) => any(columns, &is_name),
        (Some(OptionKind::Template), Value::Array(parts)) => any(parts, &|part| {
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
            "invalid value for \"column_order\": it takes an array of distinct columns, each by attnum or name"
        );
    }

    #[test]
    fn a_column_is_named_by_number_or_name() {
        let patches = json!([{"attnum": 2, "display_width": 7}, {"name": "a", "bool_true": null}]);
        let patches = ColumnPatch::parse_patches(patches).unwrap();
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
            assert!(ColumnPatch::parse_patches(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
