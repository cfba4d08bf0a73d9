//! Many definitions at once: the steps of a document, one after the other.
//!
//! A foreign key of a new table may refer to a table that a later step creates. It is added after that step, so that
//! tables that refer to each other can be created from their definitions. Metadata may refer to later tables as well,
//! and is delayed, too. Owners are changed last, since a role that has given a table away can no longer change it.
//!
//! A dry run is a run in a subtransaction that is rolled back. So it finds every error that the run would find, also
//! those of event triggers, and later steps see the objects of earlier ones.

use super::aside::{Aside, ChangedPart};
use super::error::StepError;
use super::error::TablesError;
use super::{add, alter, clause, create, drop};
use crate::ddl::DdlError;
use crate::ddl::script::{record_statements, run_statement};
use crate::definition::constraint::{ConstraintDefinition, ConstraintKind, Referent};
use crate::definition::json_text::RawJson;
use crate::definition::name::{ColumnRef, QualifiedName};
use crate::definition::object::JsonObject;
use crate::definition::step::DefinitionStep;
use crate::definition::table::TableDefinition;
use crate::error::Error;
use crate::pg::{Oid, error_label, names, quote, server, subtransaction};
use crate::progress::{Progress, Total};
use crate::roles::schema;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// The result of a run or a dry run.
#[derive(Serialize)]
pub(crate) struct ApplyResult {
    dry_run: bool,
    steps: Vec<AppliedStep>,
}

#[derive(Serialize)]
struct AppliedStep {
    step: &'static str,
    /// The table that was created.
    #[serde(flatten)]
    table: Option<CreatedTable>,
    statements: Vec<String>,
}

#[derive(Serialize, Clone)]
struct CreatedTable {
    schema: String,
    name: String,
    /// None in a dry run, since there is no table.
    #[serde(skip_serializing_if = "Option::is_none")]
    oid: Option<u32>,
}

/// Runs steps; all or none.
pub(crate) fn apply_definitions(
    steps: &[DefinitionStep],
    is_dry_run: bool,
    aside: Aside,
) -> Result<ApplyResult, Error> {
    let all = || Run::new(steps, aside).all();
    let mut steps = if is_dry_run {
        subtransaction::rolled_back(all)?
    } else {
        all()?
    };
    if is_dry_run {
        steps
            .iter_mut()
            .filter_map(|step| step.table.as_mut())
            .for_each(|table| table.oid = None);
    }
    Ok(ApplyResult {
        dry_run: is_dry_run,
        steps,
    })
}

/// Steps that are being run.
struct Run<'a> {
    steps: &'a [DefinitionStep],
    /// Puts aside what prevents a change.
    aside: Aside,
    /// Which step creates a table, by the names of its schema and itself.
    created_by: HashMap<(String, String), usize>,
    applied: Vec<AppliedStep>,
    postponed: Vec<Postponed>,
    shown: Vec<PendingMetadata>,
    owners: Vec<NewOwner>,
}

/// A foreign key that waits for the table that it refers to.
struct Postponed {
    /// The step that asks for it.
    step: usize,
    /// The step that creates the table that it refers to.
    until: usize,
    table: Oid,
    constraint: ConstraintDefinition,
}

/// How a table is to be shown.
struct PendingMetadata {
    /// The step that asks for it.
    step: usize,
    /// The step behind which all is there that it speaks of.
    until: usize,
    table: Oid,
    metadata: RawJson,
}

/// The new owner of a table.
struct NewOwner {
    /// The step that asks for it.
    step: usize,
    table: Oid,
    owner: String,
}

impl<'a> Run<'a> {
    fn new(steps: &'a [DefinitionStep], aside: Aside) -> Self {
        let mut created_by = HashMap::new();
        for (at, step) in steps.iter().enumerate() {
            if let DefinitionStep::CreateTable(table) = step {
                each_table(&table.0, &mut |schema, name, _| {
                    created_by.insert((schema.to_owned(), name.to_owned()), at);
                });
            }
        }
        Self {
            steps,
            aside,
            created_by,
            applied: Vec::new(),
            postponed: Vec::new(),
            shown: Vec::new(),
            owners: Vec::new(),
        }
    }

    fn all(mut self) -> Result<Vec<AppliedStep>, Error> {
        let total = Total::Exactly(self.steps.len() as u64);
        let mut progress = Progress::begin("applying definitions", "steps", total);
        for at in 0..self.steps.len() {
            server::check_for_interrupts();
            let (table, statements) = self.on_behalf_of(at, |run| run.step(at))?;
            self.applied.push(AppliedStep {
                step: self.steps[at].kind(),
                table,
                statements,
            });
            self.add_postponed(at)?;
            self.show(at)?;
            if let Some(progress) = &mut progress {
                progress.advance();
            }
        }
        for new in std::mem::take(&mut self.owners) {
            self.afterwards(new.step, || new.set_owner())?;
        }
        Ok(self.applied)
    }

    /// Runs a delayed part of a step; its statements are listed where they run, after all others.
    fn afterwards(&mut self, step: usize, body: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        let ((), statements) = self.on_behalf_of(step, |_| body())?;
        if let Some(last) = self.applied.last_mut() {
            last.statements.extend(statements);
        }
        Ok(())
    }

    /// Runs a part of a step; its errors have the step's number and object. Returns the statements, too.
    fn on_behalf_of<T>(
        &mut self,
        at: usize,
        body: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<(T, Vec<String>), Error> {
        let label = format!("step {} ({})", at + 1, self.steps[at]);
        let (outcome, statements) = record_statements(|| error_label::during(&label, || body(self)));
        let value = outcome.map_err(|error| StepError { step: label, error })?;
        Ok((value, statements))
    }

    fn step(&mut self, at: usize) -> Result<Option<CreatedTable>, Error> {
        match &self.steps[at] {
            DefinitionStep::CreateTable(definition) => return self.create_table(at, &definition.0).map(Some),
            DefinitionStep::CreateSchema(JsonObject(step)) => {
                let owner = step.owner.as_deref().map(require_role).transpose()?;
                schema::create_schema(&step.name, owner, step.description.as_deref())?;
            }
            DefinitionStep::AlterSchema(JsonObject(step)) => {
                schema::patch_schema(find_schema(&step.schema)?, &step.changes.0)?
            }
            DefinitionStep::DropSchemas(JsonObject(step)) => {
                let schemas = step.schemas.iter().map(|name| find_schema(name).map(Oid::to_u32));
                schema::drop_schemas(&schemas.collect::<Result<BTreeSet<_>, _>>()?)?;
            }
            DefinitionStep::AlterTable(JsonObject(step)) => {
                let (table, changes) = (require_table(&step.table)?, &step.changes.0);
                let part = ChangedPart::refused_in_views(table, &changes.columns);
                (self.aside)(table, &part, &mut || {
                    alter::alter_table(table, changes, alter::MathesarKey::Changed)
                })?
            }
            DefinitionStep::DropTable(JsonObject(step)) => {
                let table = require_table(&step.table)?;
                (self.aside)(table, &ChangedPart::Relation, &mut || {
                    drop::drop_table(table, step.cascade).map(|_| ())
                })?;
            }
            DefinitionStep::AddColumns(JsonObject(step)) => {
                let columns: Vec<_> = step
                    .columns
                    .iter()
                    .map(|JsonObject(column)| column.clone())
                    .collect();
                add::add_columns(require_table(&step.table)?, &columns, false)?;
            }
            DefinitionStep::DropColumns(JsonObject(step)) => {
                let table = require_table(&step.table)?;
                let attnums = step
                    .columns
                    .iter()
                    .map(|column| require_attnum(table, &step.table, column))
                    .collect::<Result<Vec<i32>, _>>()?;
                let dropped = attnums.iter().filter_map(|&attnum| attnum.try_into().ok());
                let part = ChangedPart::Columns(dropped.collect());
                (self.aside)(table, &part, &mut || drop::drop_columns(table, &attnums))?;
            }
            DefinitionStep::AddConstraints(JsonObject(step)) => {
                let constraints: Vec<_> = step
                    .constraints
                    .iter()
                    .map(|JsonObject(constraint)| constraint.clone())
                    .collect();
                add::add_constraints(require_table(&step.table)?, &constraints)?;
            }
            DefinitionStep::DropConstraint(JsonObject(step)) => {
                drop::drop_constraint_of(require_table(&step.table)?, &step.constraint)?
            }
        }
        Ok(None)
    }

    fn create_table(&mut self, at: usize, definition: &TableDefinition) -> Result<CreatedTable, Error> {
        let mut definition = definition.clone();
        let mut later = Vec::new();
        self.take_later(at, &mut definition, None, &mut later);
        let oid = create::create_table(&definition)?;
        let (schema, name) = names::of_relation(oid).ok_or(Error::Vanished)?;
        for Later {
            table,
            keys,
            metadata,
            owner,
        } in later
        {
            // From here on a table may be renamed.
            let table = match table {
                Some((schema, name)) => names::find_relation(&schema, &name).ok_or(Error::Vanished)?,
                None => oid,
            };
            if let Some(metadata) = metadata {
                self.shown.push(PendingMetadata {
                    step: at,
                    until: self.until(at, &keys, &metadata),
                    table,
                    metadata,
                });
            }
            self.owners.extend(owner.map(|owner| NewOwner {
                step: at,
                table,
                owner,
            }));
            self.postponed
                .extend(keys.into_iter().map(|(until, constraint)| Postponed {
                    step: at,
                    until,
                    table,
                    constraint,
                }));
        }
        Ok(CreatedTable {
            schema,
            name,
            oid: Some(oid.to_u32()),
        })
    }

    /// Takes out of a definition, and of those of its partitions, what has to wait.
    fn take_later(
        &self,
        at: usize,
        definition: &mut TableDefinition,
        parent_schema: Option<&str>,
        later: &mut Vec<Later>,
    ) {
        let schema = schema_of(definition, parent_schema);
        let table = definition
            .given_name()
            .map(|name| (schema.clone(), name.to_owned()));
        // A partition without a name is not found again: it has nothing that waits.
        if table.is_some() || parent_schema.is_none() {
            let (mut keys, mut constraints) = (Vec::new(), Vec::new());
            for constraint in std::mem::take(&mut definition.constraints) {
                match self.created_later(at, &constraint) {
                    Some(until) => keys.push((until, constraint)),
                    None => constraints.push(constraint),
                }
            }
            definition.constraints = constraints;
            later.push(Later {
                table,
                keys,
                metadata: definition.metadata.take(),
                owner: definition.owner.take(),
            });
        }
        for partition in definition.partitions.iter_mut() {
            self.take_later(at, partition, Some(&schema), later);
        }
    }

    /// The later step that creates the table that a foreign key refers to, if that is not there yet.
    fn created_later(&self, at: usize, constraint: &ConstraintDefinition) -> Option<usize> {
        if constraint.kind != ConstraintKind::ForeignKey {
            return None;
        }
        let Ok(Referent::Name(referent)) = constraint.referent() else {
            return None;
        };
        let schema = referent.schema.clone().or_else(names::current_schema)?;
        let step = *self.created_by.get(&(schema, referent.name.clone()))?;
        (step > at && look_up(referent).is_none()).then_some(step)
    }

    /// Adds the foreign keys that have waited for a step, table by table.
    fn add_postponed(&mut self, until: usize) -> Result<(), Error> {
        let (ready, waiting) = std::mem::take(&mut self.postponed)
            .into_iter()
            .partition::<Vec<_>, _>(|postponed| postponed.until == until);
        self.postponed = waiting;
        for of_table in ready.chunk_by(|one, other| one.table == other.table) {
            let Postponed { step, table, .. } = of_table[0];
            let constraints: Vec<_> = of_table
                .iter()
                .map(|postponed| postponed.constraint.clone())
                .collect();
            self.afterwards(step, || match names::of_relation(table) {
                Some(_) => add::add_constraints(table, &constraints).map(|_| ()),
                // Another step has dropped it.
                None => Ok(()),
            })?;
        }
        Ok(())
    }

    /// The step behind which there are all tables that the metadata of a table speaks of, and all foreign keys.
    fn until(&self, at: usize, keys: &[(usize, ConstraintDefinition)], metadata: &RawJson) -> usize {
        let mut spoken_of = Vec::new();
        tables_in(&metadata.to_value(), &mut spoken_of);
        let created = spoken_of
            .iter()
            .filter_map(|table| self.created_by.get(table))
            .copied();
        let referred = keys.iter().map(|(until, _)| *until);
        created.chain(referred).fold(at, usize::max)
    }

    /// Stores how tables are shown, if that has waited for a step.
    fn show(&mut self, until: usize) -> Result<(), Error> {
        let (ready, waiting) = std::mem::take(&mut self.shown)
            .into_iter()
            .partition::<Vec<_>, _>(|shown| shown.until == until);
        self.shown = waiting;
        for shown in ready {
            self.afterwards(shown.step, || match names::of_relation(shown.table) {
                Some(_) => create::set_metadata(shown.table, Some(&shown.metadata), Vec::new()),
                // Another step has dropped it.
                None => Ok(()),
            })?;
        }
        Ok(())
    }
}

/// The parts that are delayed until a table exists.
struct Later {
    /// A partition by its names, and so the whole table; `None` for one without a name of its own.
    table: Option<(String, String)>,
    /// Foreign keys, each with the step that creates the table that it refers to.
    keys: Vec<(usize, ConstraintDefinition)>,
    metadata: Option<RawJson>,
    owner: Option<String>,
}

impl NewOwner {
    fn set_owner(&self) -> Result<(), Error> {
        // A later step may have dropped it.
        if let Some((schema, name)) = names::of_relation(self.table) {
            let table = quote::qualified(&schema, &name);
            run_statement(clause::change_owner(&table, &self.owner)?)?;
        }
        Ok(())
    }
}

/// The tables that are named in a value, as `{"schema", "name"}`.
fn tables_in(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| tables_in(element, found)),
        Value::Object(object) => {
            let text = |key| object.get(key).and_then(Value::as_str).map(str::to_owned);
            found.extend(text("schema").zip(text("name")));
            object.values().for_each(|value| tables_in(value, found));
        }
        _ => {}
    }
}

/// The schema in which a table is created.
fn schema_of(definition: &TableDefinition, parent_schema: Option<&str>) -> String {
    let given = definition
        .schema
        .clone()
        .or_else(|| parent_schema.map(str::to_owned));
    given.or_else(names::current_schema).unwrap_or_default()
}

/// Calls `visit` for a table and its partitions, as far as they are named.
fn each_table(definition: &TableDefinition, visit: &mut impl FnMut(&str, &str, &TableDefinition)) {
    fn inner(
        definition: &TableDefinition,
        parent_schema: Option<&str>,
        visit: &mut impl FnMut(&str, &str, &TableDefinition),
    ) {
        let schema = schema_of(definition, parent_schema);
        if let Some(name) = definition.given_name() {
            visit(&schema, name, definition);
        }
        for partition in definition.partitions.iter() {
            inner(partition, Some(&schema), visit);
        }
    }
    inner(definition, None, visit);
}

fn look_up(table: &QualifiedName) -> Option<Oid> {
    match &table.schema {
        Some(schema) => names::find_relation(schema, &table.name),
        None => names::visible_relation(&table.name),
    }
}

/// The table of that name.
fn require_table(table: &QualifiedName) -> Result<Oid, Error> {
    look_up(table).ok_or_else(|| Error::from(TablesError::UnknownTable { name: table.clone() }))
}

fn find_schema(name: &str) -> Result<Oid, Error> {
    names::find_schema(name).ok_or_else(|| {
        Error::from(TablesError::UnknownSchemaName {
            name: name.to_owned(),
        })
    })
}

fn require_role(name: &str) -> Result<Oid, Error> {
    names::find_role(name).ok_or_else(|| {
        Error::from(DdlError::UnknownRoleName {
            name: name.to_owned(),
        })
    })
}

/// The number of a column of a table.
fn require_attnum(table: Oid, name: &QualifiedName, column: &ColumnRef) -> Result<i32, Error> {
    match column {
        ColumnRef::Attnum(attnum) => Ok((*attnum).into()),
        ColumnRef::Name(column) => match names::find_column(table, column) {
            Some(attnum) => Ok(attnum.into()),
            None => Err(Error::UnknownColumnName {
                relation: name.name.clone(),
                name: column.clone(),
            }),
        },
    }
}
