//! Moving columns along a foreign key to the referenced table.
//!
//! A referenced row whose referring rows have several combinations of values becomes several rows, each with one of
//! them, and each referring row refers to the row with its values. Values of rows that refer to none get new rows, so
//! that no value is lost.

use super::clause;
use super::create::set_metadata;
use super::error::TablesError;
use super::free_name::TakenNames;
use super::moved::{self, Moved};
use super::resolve::ResolvedColumn;
use super::table::Table;
use crate::catalog::rows::{PgAttribute, PgConstraint};
use crate::ddl::script::Script;
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::ownership::{self, AlterLock};
use crate::pg::{Oid, deparse, quote, server, statement};

/// Moves columns of `source` to `target`.
pub(crate) fn to_referenced(source: Oid, target: Oid, attnums: &[i16]) -> Result<(), Error> {
    let source = Table::lock(source, AlterLock::AccessExclusive)?;
    let target = Table::lock(target, AlterLock::AccessExclusive)?;
    if ownership::row_security_applies(target.oid()) {
        return Err(TablesError::HiddenRows {
            relation: target.name().to_owned(),
        }
        .into());
    }
    let attnums: Vec<i32> = attnums.iter().map(|attnum| i32::from(*attnum)).collect();
    let moved = Moved::of_columns(&source, &attnums)?;
    let route = Route::between(&source, &target)?;
    if attnums.contains(&route.column.attnum.into()) {
        Err(TablesError::MovesJoiningColumn {
            column: route.column.attname.clone(),
            source_table: source.name().to_owned(),
            target: target.name().to_owned(),
        })?;
    }
    let relocation = Relocation {
        names: new_names(&target, &moved),
        moved,
        route,
    };
    relocation.run()
}

/// The names that the columns get: with a number where the target has such a one already.
fn new_names(target: &Table, moved: &Moved) -> Vec<String> {
    let mut names = TakenNames::taken(target.columns.iter().map(|column| column.attname.clone()));
    moved
        .columns
        .iter()
        .map(|column| names.give(&column.name))
        .collect()
}

/// The foreign key along which the columns move.
struct Route<'a> {
    source: &'a Table,
    target: &'a Table,
    column: &'a PgAttribute,
    key: &'a PgAttribute,
}

impl<'a> Route<'a> {
    fn between(source: &'a Table, target: &'a Table) -> Result<Self, Error> {
        let leads_to_target = |row: &&PgConstraint| {
            row.contype == Char(b'f') && row.confrelid == target.oid() && row.conparentid == Oid::INVALID
        };
        let keys: Vec<_> = source.constraints().iter().filter(leads_to_target).collect();
        match &keys[..] {
            [row] if row.conkey.len() == 1 => Ok(Self {
                source,
                target,
                column: source.find_column(row.conkey[0].into())?,
                key: target.find_column(row.confkey[0].into())?,
            }),
            keys => Err(TablesError::NotOneForeignKey {
                count: keys.len(),
                source_table: source.name().to_owned(),
                target: target.name().to_owned(),
            }
            .into()),
        }
    }

    /// The operator that compares both columns. Only of types of PostgreSQL's own it is known where it is.
    fn equals(&self) -> &'static str {
        let is_known = [self.column, self.key]
            .iter()
            .all(|column| server::is_built_in(column.atttypid));
        if is_known { "OPERATOR(pg_catalog.=)" } else { "=" }
    }

    /// The expression that makes a new key, if the target's rows get one by themselves.
    fn new_key(&self) -> Result<Option<String>, Error> {
        if self.key.attidentity != Char(0) {
            return Ok(Some(format!(
                "pg_catalog.nextval(pg_catalog.pg_get_serial_sequence({}, {})::pg_catalog.regclass)",
                quote::literal(&self.target.sql()),
                quote::literal(&self.key.attname),
            )));
        }
        let default = self
            .target
            .defaults()
            .into_iter()
            .find(|default| default.adnum == self.key.attnum);
        default
            .map(|default| deparse::expression(&default.adbin.0, self.target.oid()).ok_or(Error::Vanished))
            .transpose()
    }

    /// Columns of the target whose values a second row for the same has as well: not those that identify it.
    fn copied_columns(&self) -> Vec<String> {
        let primary_key = self.target.primary_key();
        let is_copied = |column: &&PgAttribute| {
            let gets_own = column.attidentity != Char(0)
                || column.attgenerated != Char(0)
                || column.atthasdef && primary_key.contains(&column.attnum);
            column.attnum != self.key.attnum && !gets_own
        };
        self.target
            .columns
            .iter()
            .filter(is_copied)
            .map(|column| column.attname.clone())
            .collect()
    }
}

struct Relocation<'a> {
    route: Route<'a>,
    moved: Moved,
    names: Vec<String>,
}

impl Relocation<'_> {
    fn run(self) -> Result<(), Error> {
        let target = self.route.target.sql();
        let mut before = Script::new();
        before.alter_table(&target, &self.add_actions());
        before.run()?;

        let new_key = match self.route.new_key()? {
            Some(new_key) => new_key,
            None if self.needs_new_rows()? => Err(TablesError::NoNewKeys {
                relation: self.route.target.name().to_owned(),
                column: self.route.key.attname.clone(),
            })?,
            None => format!("NULL::{}", moved::type_of(self.route.key)?),
        };
        let mut script = Script::new();
        script.push(self.move_statement(&new_key));
        script.alter_table(&target, &self.finishing_actions());
        for (column, name) in self.moved.columns.iter().zip(&self.names) {
            if let Some(description) = &column.description {
                script.comment(&clause::name_column_of(&target, name), Some(description));
            }
        }
        script.alter_table(&self.route.source.sql(), &self.moved.drop_actions());
        script.run()?;
        let metadata = self.moved.columns.iter().zip(&self.names);
        let metadata = metadata.filter_map(|(column, name)| Some((name.clone(), column.metadata.clone()?)));
        set_metadata(self.route.target.oid(), None, metadata.collect())
    }

    fn add_actions(&self) -> Vec<String> {
        let columns = self.moved.columns.iter().zip(&self.names);
        let columns = columns.map(|(column, name)| ResolvedColumn {
            collation: column.collation.clone(),
            ..ResolvedColumn::plain(name.clone(), column.type_.clone())
        });
        columns
            .map(|column| format!("ADD COLUMN {}", clause::write_column(&column)))
            .collect()
    }

    /// When the values are there: what they are checked by, and what new rows get.
    fn finishing_actions(&self) -> Vec<String> {
        let columns = self.moved.columns.iter().zip(&self.names);
        let defaults = columns.filter_map(|(column, name)| {
            let default = column.default.as_ref()?;
            Some(format!(
                "ALTER COLUMN {} SET DEFAULT ({default})",
                quote::identifier(name)
            ))
        });
        // A column that has got another name is not the one that a definition names.
        let keeps_name = |name: &String| self.names.contains(name);
        let constraints = self
            .moved
            .constraints
            .iter()
            .filter(|constraint| constraint.columns.iter().all(keeps_name))
            .map(|constraint| format!("ADD {}", constraint.definition));
        defaults.chain(constraints).collect()
    }

    /// The rows of the source: the number of their combination of values among all, and among those that refer to the
    /// same row.
    fn ranked(&self) -> String {
        let column = quote::identifier(&self.route.column.attname);
        let order = self.moved.order("source");
        format!(
            "ranked (tab, tup, link, number, place{values}) AS MATERIALIZED (SELECT source.tableoid, source.ctid, source.{column}, pg_catalog.dense_rank() OVER (ORDER BY source.{column}, {order}), pg_catalog.dense_rank() OVER (PARTITION BY source.{column} ORDER BY {order}), {moved} FROM {source} AS source)",
            values = self.for_each_column(|at| format!(", value_{at}")),
            moved = self.moved.identifiers("source"),
            source = self.route.source.sql(),
        )
    }

    /// Combinations that take a row of their own: all but the first for a row, and those of rows that refer to nothing.
    fn is_extra(&self) -> String {
        let nulls = self.for_each_column(|at| format!(" AND value_{at} IS NULL"));
        format!("(place OPERATOR(pg_catalog.>) 1 OR link IS NULL) AND NOT (link IS NULL{nulls})")
    }

    fn needs_new_rows(&self) -> Result<bool, Error> {
        let sql = format!(
            "WITH {} SELECT EXISTS (SELECT FROM ranked WHERE {})",
            self.ranked(),
            self.is_extra()
        );
        Ok(statement::query_value(&sql)?.as_deref() == Some("t"))
    }

    fn move_statement(&self, new_key: &str) -> String {
        let (source, target) = (self.route.source.sql(), self.route.target.sql());
        let column = quote::identifier(&self.route.column.attname);
        let key = quote::identifier(&self.route.key.attname);
        let copied = self.route.copied_columns();
        let copied: Vec<_> = copied.iter().map(|name| quote::identifier(name)).collect();
        let new_columns: Vec<_> = std::iter::once(key.clone())
            .chain(copied.iter().cloned())
            .chain(self.names.iter().map(|name| quote::identifier(name)))
            .collect();
        format!(
            "WITH {ranked}, \
             extra AS MATERIALIZED (SELECT combination.*, {new_key} AS new_key FROM (SELECT DISTINCT ON (number) number, link{values} FROM ranked WHERE {is_extra}) AS combination), \
             first AS (UPDATE {target} AS target SET {set} FROM (SELECT DISTINCT ON (number) link{values} FROM ranked WHERE place OPERATOR(pg_catalog.=) 1) AS combination WHERE target.{key} {equals} combination.link), \
             added AS (INSERT INTO {target} ({new_columns}) OVERRIDING SYSTEM VALUE SELECT extra.new_key{copies}{extra_values} FROM extra LEFT JOIN {target} AS target ON target.{key} {equals} extra.link) \
             UPDATE {source} AS source SET {column} = extra.new_key FROM ranked JOIN extra ON extra.number OPERATOR(pg_catalog.=) ranked.number WHERE source.tableoid OPERATOR(pg_catalog.=) ranked.tab AND source.ctid OPERATOR(pg_catalog.=) ranked.tup",
            ranked = self.ranked(),
            values = self.for_each_column(|at| format!(", value_{at}")),
            is_extra = self.is_extra(),
            set = self.assignments(),
            equals = self.route.equals(),
            new_columns = new_columns.join(", "),
            copies = copied
                .iter()
                .map(|name| format!(", target.{name}"))
                .collect::<String>(),
            extra_values = self.for_each_column(|at| format!(", extra.value_{at}")),
        )
    }

    fn assignments(&self) -> String {
        let assignments = self
            .names
            .iter()
            .enumerate()
            .map(|(at, name)| format!("{} = combination.value_{at}", quote::identifier(name)));
        assignments.collect::<Vec<_>>().join(", ")
    }

    /// Something for each column.
    fn for_each_column(&self, of: impl Fn(usize) -> String) -> String {
        (0..self.moved.columns.len()).map(of).collect()
    }
}
