//! Changes of tables and their columns.
//!
//! All changes of columns except names and comments are one ALTER TABLE. A column gets a USING only where PostgreSQL
//! needs one: without it, varchar(20) becomes varchar(30) without reading the rows, and PostgreSQL converts the
//! default.

use super::alter_column::PlannedAlteration;
use super::error::TablesError;
use super::misfits::{self, Misfit, Misfits, RetypedColumn};
use super::table::Table;
use super::{cast, clause, column_type, create, free_name, renames};
use crate::catalog::rows::PgAttribute;
use crate::ddl::name::{check_length, check_schema, quote_name};
use crate::ddl::script::Script;
use crate::definition::alteration::{ColumnAlteration, TableAlteration};
use crate::definition::json_text::RawJson;
use crate::definition::name::ColumnRef;
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::error_fields::{self, Failure};
use crate::pg::ownership::AlterLock;
use crate::pg::{Oid, dml, json_rows, quote, subtransaction, type_name};
use crate::progress::Total;
use pgrx::pg_sys;
use serde::{Deserialize, Serialize};

/// Changes columns; gives the attnums of those that were changed, in the order of the changes.
pub(crate) fn alter_columns(relation: Oid, alterations: &[ColumnAlteration]) -> Result<Vec<i16>, Error> {
    let table = Table::lock(relation, lock_for(alterations))?;
    let changes = AlterationPlan::for_table(&table, alterations, MathesarKey::Kept)?;
    let altered = changes.attnums.clone();
    changes.run_or_locate(&table, alterations)?;
    Ok(altered)
}

/// Options of a change of columns.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[serde(expecting = "an object")]
pub(crate) struct AlterationOptions {
    pub(crate) dry_run: bool,
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

/// Changes columns, and tells which values do not fit new types. The caller rolls a dry run back.
pub(crate) fn alter_columns_by_options(
    relation: Oid,
    alterations: &[ColumnAlteration],
    options: &AlterationOptions,
) -> Result<AlterationReport, Error> {
    let table = Table::lock(relation, lock_for(alterations))?;
    let mut misfits = Misfits::find_misfits(&table, &retyped_columns(&table, alterations)?, options.misfits)?;
    let texts = std::mem::take(&mut misfits.texts);
    let nulls: Vec<i16> = texts.keys().copied().collect();
    let plan = AlterationPlan::with_nulls(&table, alterations, MathesarKey::Changed, &nulls)?;
    let attnums = plan.attnums.clone();
    let is_possible = nulls.is_empty() || options.on_error == OnMisfit::Null;
    let run = || misfits::with_nulls(texts, || plan.run(&table));
    match (options.dry_run, misfits.first) {
        (false, Some(failure)) if !is_possible => {
            error_fields::raise(&of_misfits(&table, failure, misfits.count));
        }
        _ if is_possible => run()?,
        // A dry run of what cannot be done tells why.
        _ => {}
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
    let table = Table::read_relation(relation)?;
    let columns = retyped_columns(&table, alterations)?;
    Misfits::find_misfits(&table, &columns, most)
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
    AlterationPlan::for_table(&table, columns, key_column)?.run_or_locate(&table, columns)?;

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
    /// Whether texts among them are read without being told how they are written.
    reads_open_texts: bool,
}

/// What may help against texts that are no values of a type.
const TEXT_FORMS: &str = "\"cast_options\" say how the texts are written: {\"group_sep\": \",\", \"decimal_p\": \".\"}, \
    {\"curr_pref\": \"$\"}, {\"date_order\": \"DMY\"}.";

impl<'a> AlterationPlan<'a> {
    fn for_table(
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
                changes.reads_open_texts |= alteration.cast_options.is_none()
                    && type_name::is_string(current.oid)
                    && cast::needs_options(target.oid);
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
            let misfits = Misfits::find_misfits(table, &retyped_columns(table, alterations)?, 0)?;
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
                if self.reads_open_texts && failure.hint.is_none() {
                    failure.hint = Some(TEXT_FORMS.into());
                }
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
