//! A change of one column, as the actions of an ALTER TABLE: type, default, NOT NULL, identity and generation.

use super::counting::Counting;
use super::resolve::ColumnValueSource;
use super::table::Table;
use super::{cast, clause, column_type};
use crate::catalog::plain_sql;
use crate::catalog::rows::{PgAttrdef, PgAttribute};
use crate::ddl::name::quote_qualified_name;
use crate::definition::alteration::ColumnAlteration;
use crate::definition::column::{IdentityDefinition, SequenceOptions, ValueSource};
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::error_fields::{self, Failure};
use crate::pg::type_name::{self, TypeId};
use crate::pg::{deparse, expression, quote, statement};
use crate::progress::{self, Total};

/// A change of one column.
pub(super) struct PlannedAlteration<'a> {
    pub(super) column: &'a PgAttribute,
    pub(super) alteration: &'a ColumnAlteration,
    /// The column as an identifier.
    pub(super) sql: String,
    /// How many rows the table has.
    pub(super) estimate: Total,
    /// Whether some of its values become NULL.
    pub(super) is_nulled: bool,
}

impl PlannedAlteration<'_> {
    pub(super) fn push_actions<'d>(
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
                "CASE WHEN NOT __msar.is_misfit({}::pg_catalog.int2, {}) THEN {} END",
                self.column.attnum,
                plain_sql::as_text(&self.sql, self.column.atttypid),
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
    pub(super) fn types(&self) -> Result<(TypeId, TypeId), Error> {
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
    pub(super) fn using(&self, current: TypeId, target: TypeId) -> Result<Option<String>, Error> {
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
            statement::query_value(&format!("SELECT ({cast})::pg_catalog.text"))
        })?;
        Ok(value.map(|value| quote::literal(&value)))
    }

    /// The column as one that is to count, if it is made an identity column.
    pub(super) fn counting<'t>(&self, table: &'t Table) -> Result<Option<Counting<'t>>, Error>
    where
        Self: 't,
    {
        let is_new = matches!(self.alteration.identity, Some(Some(_))) && self.column.attidentity == Char(0);
        let column = table.find_column(self.column.attnum.into())?;
        is_new.then(|| Counting::of_column(table, column)).transpose()
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
