//! A filled-in form: one new row, and new rows of other tables to which it refers.
//!
//! A field is a column. Fields without a parent belong to the new row; fields whose parent is a foreign key column
//! belong to the row that it refers to, which is created, too. All of it is one statement: an INSERT for each row,
//! referenced rows first, each of which passes the referenced columns on to the next.

use super::error::WriteError;
use super::insert::Insert;
use super::references;
use super::report;
use super::target::WriteTarget;
use crate::catalog::Catalog;
use crate::catalog::rows::PgAttribute;
use crate::error::Error;
use crate::pg::column_type::Content;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::parameter::ParameterValue;
use crate::pg::plan::{Planning, Prepared, Sees};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, error_fields, json_rows, lock, plan_cache, quote};
use crate::statements::parameters::Parameter;
use crate::statements::{self, Draft, Form, Literal, Parameters, Shape, Sort, Values};
use pgrx::pg_sys;
use pgrx::prelude::PgSqlErrorCode;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::cell::{Cell, RefCell};
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
#[derive(PartialEq, Eq, Hash, Deserialize)]
pub(crate) struct FormField {
    key: String,
    #[serde(default)]
    parent_key: Option<String>,
    #[serde(deserialize_with = "deserialize_number")]
    column_attnum: i32,
    #[serde(deserialize_with = "deserialize_number")]
    table_oid: u32,
}

/// A number, or a string of its digits, which is what `to_jsonb` makes of an OID.
fn deserialize_number<'de, D: Deserializer<'de>, N: TryFrom<i64>>(deserializer: D) -> Result<N, D::Error> {
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

/// What is filled in for a column.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Filled {
    Value(Literal),
    /// That a row is to be created, to which the column then refers.
    Create,
}

/// A form without its values, which is what decides its statement.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct FormShape {
    pub(crate) fields: Vec<FormField>,
    /// What is filled in for each of the fields, if anything is.
    pub(crate) filled: Vec<Option<Filled>>,
    /// Whether texts are read as their columns show values.
    pub(crate) reads_displayed: bool,
}

impl Shape for FormShape {
    fn compile(&self, catalog: &Catalog) -> Result<Draft, Error> {
        let filled = |at: usize, _: &WriteTarget, column: &PgAttribute| match self.filled[at] {
            Some(Filled::Value(literal)) if literal.sort == Sort::Object && !takes_objects(column) => {
                let key = self.fields[at].key.clone();
                Err(WriteError::NoObject { key }.into())
            }
            filled => Ok(filled),
        };
        let mut form = InsertForm::new(&self.fields, catalog, &filled)?;
        form.reads_displayed = self.reads_displayed;
        form.draft()
    }
}

/// Inserts what a form says of which it is known what each value means. The statement is kept for the session. While a value
/// is read as one of its column's type, `reading` has its place among the values.
pub(crate) fn insert_filled(
    form: FormShape,
    values: &Values,
    reading: &Cell<Option<usize>>,
) -> Result<(), Error> {
    let compiled = statements::statement_for(form)?;
    let read = |parameter: &Parameter| {
        reading.set(Some(parameter.slot()));
        values.bind(parameter)
    };
    let bound: Vec<ParameterValue> = compiled.parameters().iter().map(read).collect();
    reading.set(None);
    run_prepared(&compiled.statement, &bound)
}

/// Whether a value alone, given to a column, fails with a SQLSTATE: PostgreSQL does not say whose value is too long or too
/// large. It is tried in a subtransaction.
pub(crate) fn is_misfit(
    (table, attnum): (Oid, i16),
    value: &RawValue,
    reads_displayed: bool,
    sqlstate: PgSqlErrorCode,
) -> Result<bool, Error> {
    let mut target = WriteTarget::read_relation(&Catalog::new(Snapshot::latest()), table)?;
    if reads_displayed {
        target.read_as_displayed()?;
    }
    let field = target.field_for(target.find_column(attnum.into())?, "v")?;
    let document = JsonbValue::parse(&format!("{{\"v\": {}}}", value.get()));
    let failure = report::failure_of(document, &field);
    Ok(failure.is_some_and(|failure| failure.sqlstate == error_fields::sqlstate_text(sqlstate as i32)))
}

/// Inserts what a form says. What a value means depends on the column: an object may say to what a foreign key refers.
pub(crate) fn insert_form(fields: &[FormField], values: &FormValues) -> Result<(), Error> {
    if let Some(key) = values
        .keys()
        .find(|key| !fields.iter().any(|field| field.key == **key))
    {
        return Err(wrong(format!("there is no field for the value \"{key}\"")));
    }
    for table in fields
        .iter()
        .map(|field| field.table_oid)
        .collect::<BTreeSet<_>>()
    {
        // The statement takes a stronger lock on it at once; so nothing that is read now is another when it runs.
        lock::share_until_commit(table.into());
    }
    let taken = RefCell::new((Values::default(), Vec::new()));
    let filled = |at: usize, target: &WriteTarget, column: &PgAttribute| {
        let field: &FormField = &fields[at];
        let Some(value) = values.get(&field.key) else {
            return Ok(None);
        };
        let (values, columns) = &mut *taken.borrow_mut();
        let filled = Filled::from_value(target, column, &field.key, value, values)?;
        if matches!(filled, Filled::Value(_)) {
            columns.push(column.attname.clone());
        }
        Ok(Some(filled))
    };
    let catalog = Catalog::new(Snapshot::latest());
    let draft = InsertForm::new(fields, &catalog, &filled)?.draft()?;
    let (values, columns) = taken.take();
    let parameters = draft.parameters.into_inner();
    let types: Vec<Oid> = parameters.iter().map(|parameter| parameter.type_oid).collect();
    let statement = plan_cache::prepare(&draft.sql, &types, draft.planning)?;
    let read = |parameter: &Parameter| {
        // A bad value is named by its column, as where a statement reads it.
        let locate = |failure: &mut error_fields::Failure| {
            failure.column = columns.get(parameter.slot()).cloned();
            json_rows::add_place(failure, None);
        };
        error_fields::kept_with(locate, || values.bind(parameter))
    };
    let bound: Vec<ParameterValue> = parameters.iter().map(read).collect();
    run_prepared(&statement, &bound)
}

fn run_prepared(statement: &Prepared, values: &[ParameterValue]) -> Result<(), Error> {
    // Errors of PostgreSQL's reach the client whole.
    let (missing, _) = error_fields::kept_with(|_| (), || statement.fetch(values, Sees::OwnWrites))?;
    match missing {
        Some(relation) => Err(WriteError::Suppressed {
            relation: relation.text(),
        }
        .into()),
        None => Ok(()),
    }
}

struct InsertForm<'a> {
    fields: &'a [FormField],
    catalog: &'a Catalog,
    filled: &'a FilledIn<'a>,
    /// The positions of the fields, by the key of their parent.
    by_parent: HashMap<Option<&'a str>, Vec<usize>>,
    parameters: Parameters,
    reads_displayed: bool,
    /// The rows to which others refer, in the order in which they are made.
    steps: Vec<ReferencedRow>,
}

/// What is filled in for the field of that position, which is of this column, if anything is.
type FilledIn<'a> = dyn Fn(usize, &WriteTarget, &PgAttribute) -> Result<Option<Filled>, Error> + 'a;

/// A row to which another one refers.
struct ReferencedRow {
    relation: String,
    insert: String,
}

/// A column that gets a value from the form.
struct Given<'t> {
    at: usize,
    column: &'t PgAttribute,
    filled: Filled,
}

impl<'a> InsertForm<'a> {
    fn new(fields: &'a [FormField], catalog: &'a Catalog, filled: &'a FilledIn<'a>) -> Result<Self, Error> {
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
        Ok(Self {
            fields,
            catalog,
            filled,
            by_parent,
            parameters: Parameters::default(),
            reads_displayed: false,
            steps: Vec::new(),
        })
    }

    /// The whole statement.
    fn draft(mut self) -> Result<Draft, Error> {
        let Some(&first) = self.below(None).first() else {
            return Err(wrong("it has no field without a parent".into()));
        };
        let insert = self.insert_below(None, self.fields[first].table_oid.into(), &BTreeSet::new())?;
        Ok(Draft {
            sql: self.statement(&insert),
            parameters: self.parameters,
            // The values of its parameters make no difference to its plan.
            planning: Planning::Once,
            estimate: None,
        })
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
        let mut target = WriteTarget::read_relation(self.catalog, relation)?;
        if self.reads_displayed {
            target.read_as_displayed()?;
        }
        let mut given = self.given_below(parent, &target)?;
        let mut insert = Insert::new(&target);
        let created: Vec<_> = given
            .extract_if(.., |_, given| matches!(given.filled, Filled::Create))
            .map(|(_, given)| given)
            .collect();
        for Given { at, column, .. } in created {
            self.create(at, &target, column, &mut given, &mut insert)?;
        }
        for Given { column, filled, .. } in given.into_values() {
            if let Filled::Value(literal) = filled {
                self.take_value(&mut insert, &target, column, literal)?;
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

    /// Gives a column its value. An array, an object and a text that is read as it is displayed are made a value of the
    /// column's type by the functions that read rows, everything else by the type's input function.
    fn take_value<'t>(
        &mut self,
        insert: &mut Insert<'t>,
        target: &'t WriteTarget,
        column: &'t PgAttribute,
        literal: Literal,
    ) -> Result<(), Error> {
        self.catalog.reader.depends_on(column.atttypid);
        insert.columns.push(column.sql());
        let field = target.field_for(column, "v")?;
        let is_document = match literal.sort {
            Sort::Array | Sort::Object => true,
            Sort::Scalar => field.input.displayed.is_some(),
            Sort::Null | Sort::Boolean(_) | Sort::Number => false,
        };
        if !is_document {
            let value = self.parameters.sql(literal, Form::Value, column.atttypid);
            insert.values.push(value);
            return Ok(());
        }
        let object = self.parameters.sql(literal, Form::Member, pg_sys::JSONBOID);
        let alias = format!("given{}", insert.from.len());
        insert.values.push(field.value(&alias));
        insert.from.push(target.read_row(&object, &[field], &alias));
        Ok(())
    }

    /// The values that are filled in for the columns of a row, by attnum.
    fn given_below<'t>(
        &self,
        parent: Option<&'a str>,
        target: &'t WriteTarget,
    ) -> Result<BTreeMap<i16, Given<'t>>, Error> {
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
            let Some(filled) = (self.filled)(at, target, column)? else {
                continue;
            };
            target.check_writable(column)?;
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
        given: &mut BTreeMap<i16, Given<'t>>,
        insert: &mut Insert<'t>,
    ) -> Result<(), Error> {
        let field = &self.fields[at];
        let reference =
            references::of_column(target, column)?.ok_or_else(|| no_foreign_key(column, &field.key))?;
        // As the tables of fields are, which it need not be one of.
        lock::share_until_commit(reference.relation);
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

    /// The statement with its steps. It returns the name of a relation of which a step created no row, if there is one.
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
        let missing: Vec<_> = names
            .zip(&self.steps)
            .map(|(name, step)| {
                let relation = quote::literal(&step.relation);
                format!("WHEN NOT EXISTS (SELECT FROM {name}) THEN {relation}")
            })
            .collect();
        format!(
            "WITH {}, form AS ({insert}) SELECT CAST(CASE {} END AS pg_catalog.text)",
            steps.join(", "),
            missing.join(" ")
        )
    }
}

impl Given<'_> {
    fn is_null(&self) -> bool {
        matches!(self.filled, Filled::Value(literal) if literal.sort == Sort::Null)
    }
}

impl Filled {
    /// An object in a foreign key column says what the column is to refer to. In a column of any other sort that takes
    /// objects, it is a value.
    fn from_value(
        target: &WriteTarget,
        column: &PgAttribute,
        key: &str,
        value: &RawValue,
        values: &mut Values,
    ) -> Result<Self, Error> {
        let mut take = |value: &RawValue| Filled::Value(values.take(value.to_owned()));
        let Ok(object) = serde_json::from_str::<HashMap<&str, &RawValue>>(value.get()) else {
            return Ok(take(value));
        };
        let word = object.get("type").map(|word| word.get());
        let has_foreign_key = references::has_foreign_key(target, column.attnum);
        match (word, object.get("value"), object.len()) {
            (Some("\"create\""), None, 1) if has_foreign_key => return Ok(Filled::Create),
            (Some("\"pick\""), Some(picked), 2) if has_foreign_key => return Ok(take(picked)),
            _ => {}
        }
        match has_foreign_key {
            _ if takes_objects(column) => Ok(take(value)),
            false => Err(no_foreign_key(column, key)),
            true => Err(wrong(format!(
                "the value \"{key}\" is neither {{\"type\": \"create\"}} nor {{\"type\": \"pick\", \"value\": ...}}"
            ))),
        }
    }
}

fn takes_objects(column: &PgAttribute) -> bool {
    matches!(
        Content::of_type(column.atttypid),
        Content::Json | Content::Composite
    )
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
