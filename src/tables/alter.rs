//! Changes of tables and their columns.
//!
//! All changes of columns except names and comments are one ALTER TABLE. A column gets a USING only where PostgreSQL
//! needs one: without it, varchar(20) becomes varchar(30) without reading the rows, and PostgreSQL converts the
//! default.

use super::counting::Counting;
use super::error::TablesError;
use super::misfits::{self, Misfit, Misfits, RetypedColumn};
use super::resolve::ColumnValueSource;
use super::table::Table;
use super::{cast, clause, column_type, create, free_name, renames};
use crate::catalog::rows::{PgAttrdef, PgAttribute};
use crate::ddl::name::{check_length, check_schema, quote_name, quote_qualified_name};
use crate::ddl::script::Script;
use crate::definition::alteration::{ColumnAlteration, TableAlteration};
use crate::definition::column::{IdentityDefinition, SequenceOptions, ValueSource};
use crate::definition::json_text::RawJson;
use crate::definition::name::ColumnRef;
use crate::error::Error;
use crate::pg::error_fields::{self, Failure};
use crate::pg::ownership::AlterLock;
use crate::pg::scan::Char;
use crate::pg::type_name::{self, TypeId};
use crate::pg::{Oid, deparse, dml, expression, json_rows, quote, statement, subtransaction};
use crate::progress::{self, Total};
use pgrx::pg_sys;
use serde::{Deserialize, Serialize};

/// Changes columns; gives the attnums of those that were changed, in the order of the changes.
pub(crate) fn alter_columns(relation: Oid, alterations: &[ColumnAlteration]) -> Result<Vec<i16>, Error> {
    let table = Table::lock(relation, lock_for(alterations))?;
    let changes = AlterationPlan::of(&table, alterations, MathesarKey::Kept)?;
    let altered = changes.attnums.clone();
    changes.run_or_locate(&table, alterations)?;
    Ok(altered)
}

/// Options of a change of columns.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[serde(expecting = "the options")]
pub(crate) struct AlterationOptions {
    dry_run: bool,
    on_error: OnMisfit,
    /// The most values that are listed.
    misfits: usize,
}

impl Default for AlterationOptions {
    fn default() -> Self {
        Self {
            dry_run: false,
            on_error: OnMisfit::default(),
            misfits: 100,
        }
    }
}

/// What becomes of values that do not fit a new type.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum OnMisfit {
    #[default]
    Raise,
    Null,
}

/// What was changed, or would be.
#[derive(Serialize)]
pub(crate) struct AlterationReport {
    attnums: Vec<i16>,
    misfits: Vec<Misfit>,
    misfit_count: u64,
    is_possible: bool,
    dry_run: bool,
}

/// Changes columns, and tells which values do not fit new types.
pub(crate) fn alter_columns_by_options(
    relation: Oid,
    alterations: &[ColumnAlteration],
    options: &AlterationOptions,
) -> Result<AlterationReport, Error> {
    let table = Table::lock(relation, lock_for(alterations))?;
    let mut misfits = Misfits::find(&table, &retyped_columns(&table, alterations)?, options.misfits)?;
    let texts = std::mem::take(&mut misfits.texts);
    let nulls: Vec<i16> = texts.keys().copied().collect();
    let plan = AlterationPlan::with_nulls(&table, alterations, MathesarKey::Kept, &nulls)?;
    let attnums = plan.attnums.clone();
    let is_possible = nulls.is_empty() || options.on_error == OnMisfit::Null;
    let run = || misfits::with_nulls(texts, || plan.run(&table));
    match (options.dry_run, misfits.first) {
        (false, Some(failure)) if !is_possible => {
            error_fields::raise(&of_misfits(&table, failure, misfits.count));
        }
        (true, _) if is_possible => subtransaction::rolled_back(run)?,
        (true, _) => {}
        (false, _) => run()?,
    }
    Ok(AlterationReport {
        attnums,
        misfits: misfits.listed,
        misfit_count: misfits.count,
        is_possible,
        dry_run: options.dry_run,
    })
}

/// The values of a relation that do not fit types which columns would get.
pub(crate) fn find_misfits(
    relation: Oid,
    alterations: &[ColumnAlteration],
    most: usize,
) -> Result<Misfits, Error> {
    let table = Table::read(relation)?;
    let columns = retyped_columns(&table, alterations)?;
    Misfits::find(&table, &columns, most)
}

/// The error of the first value that does not fit.
fn of_misfits(table: &Table, failure: Failure, count: u64) -> Failure {
    let column = failure.column.as_deref().unwrap_or_default();
    Failure {
        detail: Some(format!("In column \"{column}\"; {count} values do not fit.")),
        hint: Some(
            "The option {\"dry_run\": true} lists them, {\"on_error\": \"null\"} makes them NULL.".into(),
        ),
        schema: Some(table.schema.to_string()),
        table: Some(table.name().to_owned()),
        ..failure
    }
}

/// The columns that get another type, each with what fails for a value that does not fit.
fn retyped_columns<'t>(
    table: &'t Table,
    alterations: &[ColumnAlteration],
) -> Result<Vec<RetypedColumn<'t>>, Error> {
    let mut retyped = Vec::new();
    for alteration in alterations.iter().filter(|alteration| !alteration.delete) {
        let column = table.column_of_ref(&alteration.target()?)?;
        let change = PlannedAlteration {
            column,
            alteration,
            sql: "v.value".into(),
            estimate: Total::of_rows(table.row.reltuples),
            is_nulled: false,
        };
        let (current, target) = change.types()?;
        let is_generated = column.attgenerated != Char(0);
        if target == current || is_generated || table.is_foreign() {
            continue;
        }
        let value = change.using(current, target)?.unwrap_or_else(|| "v.value".into());
        retyped.push(RetypedColumn {
            column,
            source_type: current.to_sql().ok_or(Error::Vanished)?,
            test: column_type::assigned(&value, target)?,
        });
    }
    Ok(retyped)
}

/// Changes a table and its columns.
pub(crate) fn alter_table(
    relation: Oid,
    alteration: &TableAlteration,
    key_column: MathesarKey,
) -> Result<(), Error> {
    let TableAlteration {
        name,
        schema,
        description,
        columns,
        metadata,
    } = alteration;
    let lock = match (name, schema) {
        (None, None) => lock_for(columns),
        _ => AlterLock::AccessExclusive,
    };
    let table = Table::lock(relation, lock)?;
    AlterationPlan::of(&table, columns, key_column)?.run_or_locate(&table, columns)?;

    let mut script = Script::new();
    let mut sql = table.sql();
    if let Some(description) = description {
        let kind = match table.row.relkind.0 {
            b'v' => "VIEW",
            b'm' => "MATERIALIZED VIEW",
            b'f' => "FOREIGN TABLE",
            _ => "TABLE",
        };
        script.comment(&format!("{kind} {sql}"), description.as_deref());
    }
    if let Some(schema) = schema.as_deref().filter(|schema| *schema != &*table.schema) {
        check_schema(schema)?;
        script.push(format!("ALTER TABLE {sql} SET SCHEMA {}", quote_name(schema)?));
        sql = quote::qualified(schema, table.name());
    }
    if let Some(name) = name
        .as_deref()
        .filter(|name| !name.is_empty() && *name != table.name())
    {
        script.push(format!("ALTER TABLE {sql} RENAME TO {}", quote_name(name)?));
    }
    script.run()?;
    create::set_metadata(relation, metadata.as_ref(), Vec::new())
}

/// How a change of the key column that Mathesar gives its tables is handled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MathesarKey {
    /// It is ignored if the column is given by its number: clients of the contract send all columns of a table, and count
    /// on it. By its name it is changed, since only a person names it so.
    Kept,
    Changed,
}

/// Comments are written under a lock that lets others work.
fn lock_for(alterations: &[ColumnAlteration]) -> AlterLock {
    let only_comments = alterations.iter().all(ColumnAlteration::is_only_about_words);
    if only_comments {
        AlterLock::ShareUpdateExclusive
    } else {
        AlterLock::AccessExclusive
    }
}

/// The changes, by the statements that make them.
#[derive(Default)]
struct AlterationPlan<'a> {
    attnums: Vec<i16>,
    /// The actions of one ALTER TABLE.
    actions: Vec<String>,
    /// By which columns that are identity columns now count on.
    counting: Vec<String>,
    renames: Vec<(&'a str, &'a str)>,
    /// By the names that the columns have at last.
    comments: Vec<(&'a str, Option<&'a str>)>,
    metadata: Vec<(String, RawJson)>,
    /// The names of the columns that get another type.
    retyped: Vec<String>,
}

impl<'a> AlterationPlan<'a> {
    fn of(
        table: &'a Table,
        alterations: &'a [ColumnAlteration],
        key_column: MathesarKey,
    ) -> Result<Self, Error> {
        Self::with_nulls(table, alterations, key_column, &[])
    }

    /// The same where values of the columns `nulls` become NULL: those that `misfits` knows.
    fn with_nulls(
        table: &'a Table,
        alterations: &'a [ColumnAlteration],
        key_column: MathesarKey,
        nulls: &[i16],
    ) -> Result<Self, Error> {
        let mut changes = Self::default();
        // Read once, and only where a column may lose its default.
        let defaults = std::cell::OnceCell::new();
        for alteration in alterations {
            let target = alteration.target()?;
            let column = table.column_of_ref(&target)?;
            let is_by_number = matches!(target, ColumnRef::Attnum(_));
            if key_column == MathesarKey::Kept && is_by_number && is_mathesar_id(column) {
                continue;
            }
            if changes.attnums.contains(&column.attnum) {
                Err(TablesError::ChangedTwice {
                    relation: table.name().to_owned(),
                    column: column.attname.clone(),
                })?;
            }
            changes.attnums.push(column.attnum);
            if alteration.delete {
                changes
                    .actions
                    .push(format!("DROP COLUMN {}", quote::identifier(&column.attname)));
                continue;
            }
            let default = || {
                let defaults = defaults.get_or_init(|| table.defaults());
                defaults.iter().find(|default| default.adnum == column.attnum)
            };
            let change = PlannedAlteration {
                column,
                alteration,
                sql: quote::identifier(&column.attname),
                estimate: Total::of_rows(table.row.reltuples),
                is_nulled: nulls.contains(&column.attnum),
            };
            let types = change.types()?;
            let (current, target) = types;
            if current != target {
                changes.retyped.push(column.attname.clone());
            }
            let counting = change.counting(table)?;
            change.push_actions(&mut changes.actions, types, default, counting.as_ref())?;
            if let (Some(counting), Some(Some(identity))) = (&counting, &alteration.identity) {
                changes.counting.extend(counting.hand_over(identity));
            }
            changes.push_words(column, alteration)?;
        }
        Ok(changes)
    }

    fn push_words(&mut self, column: &'a PgAttribute, alteration: &'a ColumnAlteration) -> Result<(), Error> {
        let name = match alteration.new_name() {
            Some(name) if name != column.attname => {
                check_length(name)?;
                self.renames.push((&column.attname, name));
                name
            }
            _ => &column.attname,
        };
        if let Some(description) = &alteration.description {
            self.comments.push((name, description.as_deref()));
        }
        if let Some(metadata) = &alteration.metadata {
            self.metadata.push((name.to_owned(), metadata.clone()));
        }
        Ok(())
    }

    /// Runs the changes. Where a value does not fit the new type of one of several columns, that column is looked for.
    fn run_or_locate(self, table: &Table, alterations: &[ColumnAlteration]) -> Result<(), Error> {
        if self.retyped.len() < 2 {
            return self.run(table);
        }
        let failure = match subtransaction::or_failure(|| Ok::<_, Failure>(self.run(table))) {
            Ok(outcome) => return outcome,
            Err(failure) => failure,
        };
        if failure.column.is_none() && dml::is_value_sqlstate(&failure.sqlstate) {
            let misfits = Misfits::find(table, &retyped_columns(table, alterations)?, 0)?;
            if let Some(first) = misfits.first {
                error_fields::raise(&of_misfits(table, first, misfits.count));
            }
        }
        error_fields::raise(&failure)
    }

    fn run(self, table: &Table) -> Result<(), Error> {
        let sql = table.sql();
        let mut script = Script::new();
        script.alter_table(&sql, &self.actions);
        script.extend(self.counting);
        let nobodys = |wanted: &str| {
            let is_taken =
                |name: &str| table.has_column(name) || self.renames.iter().any(|(_, new)| *new == name);
            free_name::find_free_name(wanted, is_taken)
        };
        for (old, new) in renames::in_order(&self.renames, nobodys) {
            let (old, new) = (quote::identifier(&old), quote::identifier(&new));
            script.push(format!("ALTER TABLE {sql} RENAME COLUMN {old} TO {new}"));
        }
        for (name, text) in self.comments {
            script.comment(&clause::name_column_of(&sql, name), text);
        }
        let name_column = |failure: &mut Failure| {
            if let [column] = self.retyped.as_slice()
                && failure.column.is_none()
                && failure
                    .constraint
                    .as_deref()
                    .is_none_or(|_| failure.table.is_none())
                && dml::is_value_sqlstate(&failure.sqlstate)
            {
                failure.column = Some(column.clone());
                failure.schema = Some(table.schema.to_string());
                failure.table = Some(table.name().to_owned());
                json_rows::add_place(failure, None);
            }
        };
        error_fields::kept_with(name_column, || script.run())?;
        create::set_metadata(table.oid(), None, self.metadata)
    }
}

/// The key column that clients of Mathesar know never to change.
fn is_mathesar_id(column: &PgAttribute) -> bool {
    column.attnum == 1
        && column.attname == "id"
        && column.atttypid == pg_sys::INT4OID
        && column.attidentity != Char(0)
}

/// A change of one column.
struct PlannedAlteration<'a> {
    column: &'a PgAttribute,
    alteration: &'a ColumnAlteration,
    /// The column as an identifier.
    sql: String,
    /// How many rows the table has.
    estimate: Total,
    /// Whether some of its values become NULL.
    is_nulled: bool,
}

impl PlannedAlteration<'_> {
    fn push_actions<'d>(
        &self,
        actions: &mut Vec<String>,
        (current, target): (TypeId, TypeId),
        old_default: impl Fn() -> Option<&'d PgAttrdef>,
        counting: Option<&Counting>,
    ) -> Result<(), Error> {
        // Of several columns that are retyped at once, the first one counts.
        let counts_rows = !actions.iter().any(|action| action.contains(" USING "));
        let mut push = |action: String| actions.push(format!("ALTER COLUMN {} {action}", self.sql));
        let new_default = match (self.new_default(target)?, counting) {
            // Its numbers come from the identity.
            (None, Some(_)) if self.column.atthasdef => Some(None),
            (new_default, _) => new_default,
        };

        let using = self.using(current, target)?;
        let using = match self.is_nulled {
            true => Some(format!(
                "CASE WHEN NOT __msar.is_misfit({}::pg_catalog.int2, {}::pg_catalog.text) THEN {} END",
                self.column.attnum,
                self.sql,
                using.unwrap_or_else(|| self.sql.clone())
            )),
            false => using,
        };
        let using = if counts_rows {
            using.map(|using| self.counted(using))
        } else {
            using
        };
        if target != current || self.alteration.collation.is_some() {
            let old_default = using.as_ref().and_then(|_| old_default());
            if old_default.is_some() {
                push("DROP DEFAULT".into());
            }
            push(self.type_action(target, using.as_deref())?);
            if let (Some(default), None) = (old_default, &new_default)
                && let Some(default) = self.restored_default(default, target)?
            {
                push(format!("SET DEFAULT {default}"));
            }
        }
        match new_default {
            Some(Some(default)) => push(format!("SET DEFAULT {default}")),
            Some(None) => push("DROP DEFAULT".into()),
            None => {}
        }
        self.push_sources(&mut push, counting)?;
        if let Some(not_null) = self
            .alteration
            .not_null
            .filter(|not_null| *not_null != self.column.attnotnull)
        {
            push(format!("{} NOT NULL", if not_null { "SET" } else { "DROP" }));
        }
        Ok(())
    }

    /// The type that it has, and the one that it gets.
    fn types(&self) -> Result<(TypeId, TypeId), Error> {
        let current = TypeId {
            oid: self.column.atttypid,
            modifier: self.column.atttypmod,
        };
        let target = match &self.alteration.type_ {
            Some(definition) if definition.names_type() || definition.options.is_some() => {
                column_type::resolve_from(definition, current)?
            }
            _ => current,
        };
        Ok((current, target))
    }

    /// The default to be: `Some(None)` for none, `None` for what it is.
    fn new_default(&self, target: TypeId) -> Result<Option<Option<String>>, Error> {
        let source = match (&self.alteration.default, &self.alteration.default_expression) {
            (None, None) => return Ok(None),
            (Some(None), None) => return Ok(Some(None)),
            (Some(Some(value)), None) => ValueSource::Value(value),
            (None, Some(expression)) => ValueSource::Expression(expression),
            (Some(_), Some(_)) => return Err(self.alteration.two_defaults(&self.column.attname).into()),
        };
        Ok(match ColumnValueSource::resolve(source, target, false)? {
            ColumnValueSource::Default(default) => Some(Some(default)),
            _ => None,
        })
    }

    fn type_action(&self, target: TypeId, using: Option<&str>) -> Result<String, Error> {
        let mut action = format!("TYPE {}", column_type::to_sql(target)?);
        if let Some(collation) = &self.alteration.collation {
            action.push_str(" COLLATE ");
            action.push_str(&quote_qualified_name(collation)?);
        }
        if let Some(using) = using {
            action.push_str(" USING ");
            action.push_str(using);
        }
        Ok(action)
    }

    /// The expression that casts the values, if PostgreSQL does not do so by itself. (The values of a generated column
    /// are computed anew.)
    fn using(&self, current: TypeId, target: TypeId) -> Result<Option<String>, Error> {
        let is_generated = self.column.attgenerated != Char(0);
        let is_implicit =
            || !type_name::is_domain(target.oid) && type_name::converts_implicitly(current.oid, target.oid);
        if current.oid == target.oid || is_generated || is_implicit() {
            return Ok(None);
        }
        self.cast(&self.sql, target).map(Some)
    }

    /// An expression that is computed for each row, and counts the rows.
    fn counted(&self, using: String) -> String {
        match progress::row_condition("retyping", self.estimate) {
            Some(counting) => format!("CASE WHEN {counting} THEN {using} END"),
            None => using,
        }
    }

    fn cast(&self, value: &str, target: TypeId) -> Result<String, Error> {
        let none = Default::default();
        let options = self.alteration.cast_options.as_ref().unwrap_or(&none);
        cast::compile_cast(value, self.column.atttypid, target.oid, options)
    }

    /// The default with its value cast as those of the rows are; `None` for null. A value stays a value, what is
    /// computed is computed again.
    fn restored_default(&self, default: &PgAttrdef, target: TypeId) -> Result<Option<String>, Error> {
        let node_tree = &default.adbin.0;
        let sql = deparse::expression(node_tree, self.column.attrelid).ok_or(Error::Vanished)?;
        if expression::constant_value(node_tree).is_none() {
            return Ok(Some(format!("(({sql})::{})", column_type::to_sql(target)?)));
        }
        let cast = self.cast(&format!("({sql})"), target)?;
        let name_column = |failure: &mut Failure| {
            failure.column = Some(self.column.attname.clone());
            failure.detail = Some(format!(
                "It is the default of column \"{}\".",
                self.column.attname
            ));
        };
        let value = error_fields::kept_with(name_column, || {
            statement::value(&format!("SELECT ({cast})::pg_catalog.text"))
        })?;
        Ok(value.map(|value| quote::literal(&value)))
    }

    /// The column as one that is to count, if it is made an identity column.
    fn counting<'t>(&self, table: &'t Table) -> Result<Option<Counting<'t>>, Error>
    where
        Self: 't,
    {
        let is_new = matches!(self.alteration.identity, Some(Some(_))) && self.column.attidentity == Char(0);
        let column = table.find_column(self.column.attnum.into())?;
        is_new.then(|| Counting::of(table, column)).transpose()
    }

    /// The actions that make a column an identity or generated column, or an ordinary one again.
    fn push_sources(&self, push: &mut impl FnMut(String), counting: Option<&Counting>) -> Result<(), Error> {
        let is_identity = self.column.attidentity != Char(0);
        match &self.alteration.identity {
            None => {}
            Some(None) if is_identity => push("DROP IDENTITY".into()),
            Some(None) => {}
            Some(Some(identity)) if is_identity => push(set_identity(identity)),
            Some(Some(identity)) => {
                if self.alteration.not_null.is_none() && !self.column.attnotnull {
                    push("SET NOT NULL".into());
                }
                let identity = counting.map_or_else(
                    || clause::write_identity(identity),
                    |counting| counting.identity(identity),
                );
                push(format!("ADD GENERATED {identity}"));
            }
        }
        match &self.alteration.generated {
            None => {}
            Some(None) if self.column.attgenerated != Char(0) => push("DROP EXPRESSION".into()),
            Some(None) => {}
            Some(Some(generated)) => {
                let sql = super::resolve::check_expression("generated", &generated.expression)?;
                push(format!("SET EXPRESSION AS {sql}"));
            }
        }
        Ok(())
    }
}

fn set_identity(identity: &IdentityDefinition) -> String {
    let SequenceOptions {
        start,
        increment,
        min,
        max,
        cache,
        cycle,
    } = identity.sequence;
    let mut action = format!("SET GENERATED {}", clause::write_generation(identity.generation));
    for (words, number) in [
        ("START WITH", start),
        ("INCREMENT BY", increment),
        ("MINVALUE", min),
        ("MAXVALUE", max),
        ("CACHE", cache),
    ] {
        if let Some(number) = number {
            action.push_str(&format!(" SET {words} {number}"));
        }
    }
    if cycle {
        action.push_str(" SET CYCLE");
    }
    action
}
