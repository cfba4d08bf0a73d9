//! A filled-in form: one new row, and new rows of other tables to which it refers.
//!
//! A field is a column. Fields without a parent belong to the new row; fields whose parent is a foreign key column
//! belong to the row that it refers to, which is created, too. All of it is one statement: an INSERT for each row,
//! referenced rows first, each of which passes the referenced columns on to the next.

use super::error::WriteError;
use super::insert::Insert;
use super::references;
use super::target::WriteTarget;
use crate::catalog::rows::PgAttribute;
use crate::error::Error;
use crate::pg::column_type::Content;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::{Oid, dml, error_fields};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How far a form may follow foreign keys.
const DEEPEST: usize = 50;

impl FormField {
    /// A field of a form that is stored.
    pub(crate) fn new(key: String, parent_key: Option<String>, table_oid: u32, column_attnum: i16) -> Self {
        Self {
            key,
            parent_key,
            column_attnum: column_attnum.into(),
            table_oid,
        }
    }
}

/// A field, as the caller describes it. How deep it is follows from its parents.
#[derive(Deserialize)]
pub(crate) struct FormField {
    key: String,
    #[serde(default)]
    parent_key: Option<String>,
    #[serde(deserialize_with = "number")]
    column_attnum: i32,
    #[serde(deserialize_with = "number")]
    table_oid: u32,
}

/// A number, or a string of its digits, which is what `to_jsonb` makes of an OID.
fn number<'de, D: Deserializer<'de>, N: TryFrom<i64>>(deserializer: D) -> Result<N, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum KeyNumber {
        Number(i64),
        Digits(String),
    }
    let number = match KeyNumber::deserialize(deserializer)? {
        KeyNumber::Number(number) => Some(number),
        KeyNumber::Digits(digits) => digits.parse().ok(),
    };
    number
        .and_then(|number| N::try_from(number).ok())
        .ok_or_else(|| D::Error::custom("a number is missing or out of range"))
}

/// The values that were filled in, by the keys of the fields.
pub(crate) type FormValues = BTreeMap<String, Box<RawValue>>;

/// Inserts what a form says.
pub(crate) fn insert_form(fields: &[FormField], values: &FormValues) -> Result<(), Error> {
    let mut form = InsertForm::new(fields, values)?;
    let Some(&first) = form.below(None).first() else {
        return Err(wrong("it has no field without a parent".into()));
    };
    let insert = form.insert_below(None, fields[first].table_oid.into(), &BTreeSet::new())?;
    let statement = form.statement(&insert);
    let json = JsonbValue::parse(&serde_json::to_string(&form.parameter).map_err(Error::Serialization)?);
    // Errors of PostgreSQL's reach the client whole.
    let outcome = error_fields::kept_with(|_| (), || dml::run(&statement, &[json]))?;
    outcome
        .returned
        .iter()
        .flatten()
        .next()
        .map_or(Ok(()), |made| form.check_made(made))
}

struct InsertForm<'a> {
    fields: &'a [FormField],
    values: &'a FormValues,
    /// The positions of the fields, by the key of their parent.
    by_parent: HashMap<Option<&'a str>, Vec<usize>>,
    /// The values that the statement takes, by the positions of their fields.
    parameter: BTreeMap<usize, &'a RawValue>,
    /// The rows to which others refer, in the order in which they are made.
    steps: Vec<ReferencedRow>,
}

/// A row to which another one refers.
struct ReferencedRow {
    relation: String,
    insert: String,
}

/// The value that is filled in for a column.
enum Filled<'a> {
    Value(&'a RawValue),
    /// That a row is to be created, to which the column then refers.
    Create,
}

/// A column that gets a value from the form.
struct Given<'a, 't> {
    at: usize,
    column: &'t PgAttribute,
    filled: Filled<'a>,
}

impl<'a> InsertForm<'a> {
    fn new(fields: &'a [FormField], values: &'a FormValues) -> Result<Self, Error> {
        let mut positions = HashMap::new();
        let mut by_parent: HashMap<_, Vec<_>> = HashMap::new();
        for (at, field) in fields.iter().enumerate() {
            by_parent.entry(field.parent_key.as_deref()).or_default().push(at);
            if positions.insert(field.key.as_str(), at).is_some() {
                return Err(wrong(format!("two fields have the key \"{}\"", field.key)));
            }
        }
        for field in fields {
            check_parents(field, |key| positions.get(key).map(|&at| &fields[at]))?;
        }
        match values.keys().find(|key| !positions.contains_key(key.as_str())) {
            Some(key) => Err(wrong(format!("there is no field for the value \"{key}\""))),
            None => Ok(Self {
                fields,
                values,
                by_parent,
                parameter: BTreeMap::new(),
                steps: Vec::new(),
            }),
        }
    }

    /// The positions of the fields below the field of that key.
    fn below(&self, parent: Option<&'a str>) -> &[usize] {
        self.by_parent.get(&parent).map(Vec::as_slice).unwrap_or_default()
    }

    /// The INSERT of the row made of the fields below that key, after the steps for the rows that it refers to. It
    /// hands on the columns of these attnums.
    fn insert_below(
        &mut self,
        parent: Option<&'a str>,
        relation: Oid,
        handed_on: &BTreeSet<i16>,
    ) -> Result<String, Error> {
        let target = WriteTarget::open(Some(relation))?;
        let mut given = self.given_below(parent, &target)?;
        let mut insert = Insert::new(&target);
        let created: Vec<_> = given
            .extract_if(.., |_, given| matches!(given.filled, Filled::Create))
            .map(|(_, given)| given)
            .collect();
        for Given { at, column, .. } in created {
            self.create(at, &target, column, &mut given, &mut insert)?;
        }
        let keys: Vec<_> = given.values().map(|given| given.at.to_string()).collect();
        insert.take_record(
            "$1",
            keys.iter()
                .map(String::as_str)
                .zip(given.values().map(|given| given.column)),
        )?;
        for given in given.into_values() {
            if let Filled::Value(value) = given.filled {
                self.parameter.insert(given.at, value);
            }
        }
        let handed_on = handed_on
            .iter()
            .map(|&attnum| {
                Ok(format!(
                    "target.{} AS \"{attnum}\"",
                    target.find_column(attnum.into())?.sql()
                ))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(insert.sql((!handed_on.is_empty()).then(|| handed_on.join(", ")).as_deref()))
    }

    /// The values that are filled in for the columns of a row, by attnum.
    fn given_below<'t>(
        &self,
        parent: Option<&'a str>,
        target: &'t WriteTarget,
    ) -> Result<BTreeMap<i16, Given<'a, 't>>, Error> {
        let mut all = BTreeMap::new();
        for &at in self.below(parent) {
            let field = &self.fields[at];
            if field.table_oid != target.row.oid.to_u32() {
                return Err(wrong(format!(
                    "field \"{}\" is not a column of table \"{}\", to which its row belongs",
                    field.key,
                    target.name()
                )));
            }
            let column = target.find_column(field.column_attnum)?;
            let Some(value) = self.values.get(&field.key) else {
                continue;
            };
            target.check_writable(column)?;
            let filled = Filled::read(target, column, &field.key, value)?;
            if all.insert(column.attnum, Given { at, column, filled }).is_some() {
                return Err(wrong(format!(
                    "two fields of one row are of column \"{}\"",
                    column.attname
                )));
            }
        }
        Ok(all)
    }

    /// Makes the row that a column refers to a step of its own, and takes from it the values of all columns of the
    /// foreign key, but those that were filled in.
    fn create<'t>(
        &mut self,
        at: usize,
        target: &'t WriteTarget,
        column: &'t PgAttribute,
        given: &mut BTreeMap<i16, Given<'a, 't>>,
        insert: &mut Insert<'t>,
    ) -> Result<(), Error> {
        let field = &self.fields[at];
        let reference =
            references::of_column(target, column)?.ok_or_else(|| no_foreign_key(column, &field.key))?;
        let mut taken = vec![(column, reference.referent)];
        for (attnum, referent) in reference.others {
            let other = target.find_column(attnum.into())?;
            let is_filled = given.get(&attnum).is_some_and(|given| !given.is_null());
            if !is_filled && target.check_writable(other).is_ok() {
                given.remove(&attnum);
                taken.push((other, referent));
            }
        }
        let handed_on = taken.iter().map(|&(_, referent)| referent).collect();
        let step = ReferencedRow {
            insert: self.insert_below(Some(&field.key), reference.relation, &handed_on)?,
            relation: references::relation_name(reference.relation)?,
        };
        let name = step_name(self.steps.len());
        self.steps.push(step);
        for (column, referent) in taken {
            let sql = column.sql();
            if insert.columns.contains(&sql) {
                return Err(wrong(format!(
                    "two new rows would give column \"{}\" its value",
                    column.attname
                )));
            }
            insert.columns.push(sql);
            insert.values.push(format!("{name}.\"{referent}\""));
        }
        insert.from.push(name);
        Ok(())
    }

    /// The whole statement. It returns which of the steps created a row.
    fn statement(&self, insert: &str) -> String {
        if self.steps.is_empty() {
            return insert.into();
        }
        let names = (0..self.steps.len()).map(step_name);
        let steps: Vec<_> = names
            .clone()
            .zip(&self.steps)
            .map(|(name, step)| format!("{name} AS ({})", step.insert))
            .collect();
        let made: Vec<_> = names.map(|name| format!("EXISTS (SELECT FROM {name})")).collect();
        format!(
            "WITH {}, form AS ({insert}) SELECT CAST(pg_catalog.to_jsonb(ARRAY[{}]) AS pg_catalog.text)",
            steps.join(", "),
            made.join(", ")
        )
    }

    /// Checks the result of the statement.
    fn check_made(&self, made: &str) -> Result<(), Error> {
        let made: Vec<bool> = serde_json::from_str(made).map_err(Error::Serialization)?;
        match self.steps.iter().zip(made).find(|(_, made)| !made) {
            Some((step, _)) => Err(WriteError::Suppressed {
                relation: step.relation.clone(),
            }
            .into()),
            None => Ok(()),
        }
    }
}

impl Given<'_, '_> {
    fn is_null(&self) -> bool {
        matches!(self.filled, Filled::Value(value) if value.get() == "null")
    }
}

impl<'a> Filled<'a> {
    /// An object in a foreign key column says what the column is to refer to. In a column of any other sort that takes
    /// objects, it is a value.
    fn read(
        target: &WriteTarget,
        column: &PgAttribute,
        key: &str,
        value: &'a RawValue,
    ) -> Result<Self, Error> {
        let Ok(object) = serde_json::from_str::<HashMap<&str, &RawValue>>(value.get()) else {
            return Ok(Filled::Value(value));
        };
        let word = object.get("type").map(|word| word.get());
        let choice = match (word, object.get("value"), object.len()) {
            (Some("\"create\""), None, 1) => Some(Filled::Create),
            (Some("\"pick\""), Some(value), 2) => Some(Filled::Value(value)),
            _ => None,
        };
        let takes_objects = matches!(Content::of(column.atttypid), Content::Json | Content::Composite);
        match (choice, references::has_foreign_key(target, column.attnum)) {
            (Some(choice), true) => Ok(choice),
            _ if takes_objects => Ok(Filled::Value(value)),
            (_, false) => Err(no_foreign_key(column, key)),
            (None, true) => Err(wrong(format!(
                "the value \"{key}\" is neither {{\"type\": \"create\"}} nor {{\"type\": \"pick\", \"value\": ...}}"
            ))),
        }
    }
}

/// Checks that there are all fields above a field, and not endlessly many.
fn check_parents<'f>(
    field: &'f FormField,
    find: impl Fn(&str) -> Option<&'f FormField>,
) -> Result<(), Error> {
    let mut above = field;
    for _ in 0..DEEPEST {
        let Some(key) = &above.parent_key else {
            return Ok(());
        };
        above = find(key).ok_or_else(|| wrong(format!("the parent field \"{key}\" does not exist")))?;
    }
    Err(wrong(format!(
        "field \"{}\" lies deeper than {DEEPEST} fields, or is its own parent",
        field.key
    )))
}

fn step_name(at: usize) -> String {
    format!("row{}", at + 1)
}

fn no_foreign_key(column: &PgAttribute, key: &str) -> Error {
    wrong(format!(
        "the value \"{key}\" is an object, but column \"{}\" has no foreign key",
        column.attname
    ))
}

fn wrong(problem: String) -> Error {
    WriteError::WrongForm { problem }.into()
}
