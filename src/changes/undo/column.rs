//! Columns as they were before: type, default, not null, identity.
//!
//! A type is changed back only when no value can have been lost, neither then nor now: the type of now must hold all
//! values of the type before, and each value of now must survive the way back.
//!
//! A dry run tries only what runs no code of roles that the caller does not trust: who asks has not decided to run it.

use super::change::{Inverse, LoggedChange, logged_oid};
use super::data_loss::{MAY_NOT_READ, NOT_TRIED, exists_in_tables, runs_code_of_others, sql_of};
use crate::catalog::rows::{PgAttribute, PgClass, PgType};
use crate::error::Error;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::type_name::{self, TypeId};
use crate::pg::{Oid, caller, deparse, ownership, quote};
use pgrx::pg_sys;
use serde_json::Value;

/// The statements that set the changed aspects of columns back.
pub(super) fn invert_column_change(change: &LoggedChange, is_dry_run: bool) -> Result<Inverse, Error> {
    if change.difference("accounted").is_none() {
        return Ok(Inverse::impossible(
            "The log does not keep what the command replaced.",
        ));
    }
    let columns = change.difference("columns").and_then(Value::as_object);
    let relation = Oid::from(change.object);
    let reader = Reader::new(Snapshot::latest());
    let mut plan = ColumnPlan {
        relation,
        is_dry_run,
        actions: Vec::new(),
    };
    for (attnum, aspects) in columns.into_iter().flatten() {
        let column = attnum
            .parse()
            .ok()
            .and_then(|attnum| PgAttribute::by_number(&reader, relation, attnum));
        let Some(column) = column else {
            return Ok(Inverse::impossible("The column was dropped since."));
        };
        if let Err(reason) = plan.add_column(&column, aspects)? {
            return Ok(Inverse::Impossible(reason));
        }
    }
    if plan.actions.is_empty() {
        return Ok(Inverse::Nothing("What the command did is in other changes."));
    }
    Ok(Inverse::Statements(vec![format!(
        "ALTER TABLE {} {}",
        sql_of(relation)?,
        plan.actions.join(", ")
    )]))
}

/// The statements that make a column not null.
pub(super) fn set_not_null(relation: Oid, column: &str) -> Result<Inverse, Error> {
    Ok(Inverse::Statements(vec![format!(
        "ALTER TABLE {} ALTER COLUMN {} SET NOT NULL",
        sql_of(relation)?,
        quote::identifier(column)
    )]))
}

/// The actions of an ALTER TABLE. PostgreSQL brings them into the order in which they can be done.
struct ColumnPlan {
    relation: Oid,
    is_dry_run: bool,
    actions: Vec<String>,
}

impl ColumnPlan {
    /// Adds what is to be done for a column; or says why it cannot be done.
    fn add_column(&mut self, column: &PgAttribute, aspects: &Value) -> Result<Result<(), String>, Error> {
        let name = column.sql();
        let has = |aspect: &str| aspects.get(aspect).is_some();
        if has("generated") || has("expression") {
            return Ok(Err("Values that were computed are not kept.".to_owned()));
        }
        if let Some(identity) = aspects.get("identity") {
            if identity["before"].as_str() != Some("") {
                return Ok(Err(
                    "The state of an identity column's sequence is not kept.".to_owned()
                ));
            }
            self.actions
                .push(format!("ALTER COLUMN {name} DROP IDENTITY IF EXISTS"));
        }
        let default = aspects.get("default");
        if let Some(of_type) = aspects.get("type") {
            if default.is_some_and(|default| !default["after"].is_null()) {
                self.actions.push(format!("ALTER COLUMN {name} DROP DEFAULT"));
            }
            match self.retype(column, of_type)? {
                Ok(action) => self.actions.push(action),
                Err(reason) => return Ok(Err(reason)),
            }
        }
        if let Some(default) = default {
            let expression = default["before"].as_str();
            if self.is_dry_run && expression.is_some_and(names_others) && !self.belongs_to_trusted() {
                return Ok(Err(NOT_TRIED.to_owned()));
            }
            self.actions.push(match expression {
                Some(expression) => format!("ALTER COLUMN {name} SET DEFAULT {expression}"),
                None => format!("ALTER COLUMN {name} DROP DEFAULT"),
            });
        }
        if let Some(not_null) = aspects.get("not_null") {
            let was = not_null["before"].as_bool() == Some(true);
            if was != column.attnotnull {
                let verb = if was { "SET" } else { "DROP" };
                self.actions.push(format!("ALTER COLUMN {name} {verb} NOT NULL"));
            }
        }
        Ok(Ok(()))
    }

    /// The action that gives a column its old type, if no value gets lost.
    fn retype(&self, column: &PgAttribute, of_type: &Value) -> Result<Result<String, String>, Error> {
        let Some(old) = ColumnType::from_json(&of_type["before"]) else {
            return Ok(Err("The log does not have the type before.".to_owned()));
        };
        let new = ColumnType {
            of_type: TypeId {
                oid: column.atttypid,
                modifier: column.atttypmod,
            },
            collation: column.attcollation,
        };
        let (Some(old_sql), Some(new_sql)) = (sql_of_type(old.of_type), sql_of_type(new.of_type)) else {
            return Ok(Err("The type before has been dropped.".to_owned()));
        };
        if self.is_dry_run && runs_code_of_others(self.relation, &[old.of_type.oid, new.of_type.oid])? {
            return Ok(Err(NOT_TRIED.to_owned()));
        }
        let name = column.sql();
        if ownership::row_security_applies(self.relation) {
            return Ok(Err(
                "Row-level security hides rows of the table from the caller: values could get lost."
                    .to_owned(),
            ));
        }
        let is_generated = column.attgenerated.0 != 0;
        if !is_generated && !ownership::may_select(self.relation) {
            return Ok(Err(MAY_NOT_READ.to_owned()));
        }
        let has_rows = || {
            exists_in_tables(self.relation, |table| {
                Ok(format!("SELECT FROM ONLY {}", sql_of(table.oid)?))
            })
        };
        // What a generated column holds is computed anew.
        if !is_generated && !is_widening(old.of_type, new.of_type) && has_rows()? {
            return Ok(Err(format!(
                "Values may have changed when type {old_sql} became {new_sql}."
            )));
        }
        let cast = |value: &str, from: TypeId, to: TypeId, to_sql: &str| {
            if from.oid == to.oid || type_name::has_own_cast(from.oid, to.oid) {
                format!("{value}::{to_sql}")
            } else {
                format!("{value}::pg_catalog.text::{to_sql}")
            }
        };
        let back = cast(&name, new.of_type, old.of_type, &old_sql);
        let there = cast(&format!("({back})"), old.of_type, new.of_type, &new_sql);
        let are_lost = || {
            exists_in_tables(self.relation, |table| {
                Ok(format!(
                    "SELECT FROM ONLY {} WHERE ({there})::pg_catalog.text IS DISTINCT FROM {name}::pg_catalog.text",
                    sql_of(table.oid)?
                ))
            })
        };
        if !is_generated && are_lost()? {
            return Ok(Err(format!(
                "Some values of the column do not fit into type {old_sql}."
            )));
        }
        let collation = (old.collation != Oid::INVALID && old.collation != pg_sys::DEFAULT_COLLATION_OID)
            .then(|| deparse::collation(old.collation))
            .flatten()
            .map_or(String::new(), |collation| format!(" COLLATE {collation}"));
        // Without a USING, PostgreSQL may not have to rewrite the table.
        let using = if old.of_type.oid == new.of_type.oid || is_generated {
            String::new()
        } else {
            format!(" USING {back}")
        };
        Ok(Ok(format!(
            "ALTER COLUMN {name} TYPE {old_sql}{collation}{using}"
        )))
    }
}

impl ColumnPlan {
    fn belongs_to_trusted(&self) -> bool {
        PgClass::by_oid(&Reader::new(Snapshot::latest()), self.relation)
            .is_some_and(|row| ownership::may_run_code_of(caller::current_role(), row.relowner))
    }
}

/// Whether an expression, as PostgreSQL writes it, may name something that is in no schema of PostgreSQL: such names have
/// their schemas. Reading a literal of a type may run code of its owner.
fn names_others(expression: &str) -> bool {
    let mut quote = None;
    let mut characters = expression.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            // Other points are those of numbers.
            (None, '.') if characters.peek().is_none_or(|next| !next.is_ascii_digit()) => return true,
            (None, _) => {}
        }
    }
    false
}

fn sql_of_type(of_type: TypeId) -> Option<String> {
    PgType::by_oid(&Reader::new(Snapshot::latest()), of_type.oid)?;
    of_type.to_sql()
}

#[derive(Clone, Copy)]
struct ColumnType {
    of_type: TypeId,
    collation: Oid,
}

impl ColumnType {
    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            of_type: TypeId {
                oid: logged_oid(&value["type"])?,
                modifier: value["modifier"]
                    .as_i64()
                    .and_then(|modifier| i32::try_from(modifier).ok())?,
            },
            collation: logged_oid(&value["collation"]).unwrap_or(Oid::INVALID),
        })
    }
}

/// Whether `new` holds each value of `old`, as it was.
fn is_widening(old: TypeId, new: TypeId) -> bool {
    const ANY: i32 = -1;
    const WHOLE_NUMBERS: [Oid; 4] = [
        pg_sys::INT2OID,
        pg_sys::INT4OID,
        pg_sys::INT8OID,
        pg_sys::NUMERICOID,
    ];
    let is_unlimited = new.modifier == ANY;
    if old.oid == new.oid {
        return is_unlimited
            || match new.oid {
                pg_sys::NUMERICOID => old.modifier != ANY && holds_digits(old.modifier, new.modifier),
                // Lengths, and digits of seconds.
                pg_sys::VARCHAROID
                | pg_sys::VARBITOID
                | pg_sys::TIMESTAMPOID
                | pg_sys::TIMESTAMPTZOID
                | pg_sys::TIMEOID
                | pg_sys::TIMETZOID => old.modifier != ANY && old.modifier <= new.modifier,
                _ => old.modifier == new.modifier,
            };
    }
    let rank = |oid| WHOLE_NUMBERS.iter().position(|&number| number == oid);
    match (old.oid, new.oid) {
        // What a type prints, it reads.
        (pg_sys::BPCHAROID, _) => false,
        (_, pg_sys::TEXTOID) => true,
        (_, pg_sys::VARCHAROID) => is_unlimited,
        (pg_sys::FLOAT4OID, pg_sys::FLOAT8OID)
        | (pg_sys::INT2OID | pg_sys::INT4OID, pg_sys::FLOAT8OID)
        | (pg_sys::JSONBOID, pg_sys::JSONOID) => true,
        (pg_sys::DATEOID, pg_sys::TIMESTAMPOID) => is_unlimited,
        (from, to) => match (rank(from), rank(to)) {
            (Some(narrow), Some(wide)) => {
                // Digits before the point that find no room are an error, not lost.
                narrow < wide && (wide < 3 || is_unlimited || numeric_digits(new.modifier).1 >= 0)
            }
            _ => false,
        },
    }
}

/// Whether numeric(p, s) of the new modifiers has room for the digits of the old ones, on both sides of the point.
fn holds_digits(old: i32, new: i32) -> bool {
    let ((old_precision, old_scale), (new_precision, new_scale)) = (numeric_digits(old), numeric_digits(new));
    new_scale >= old_scale && new_precision - new_scale >= old_precision - old_scale
}

/// Precision and scale of a numeric's modifier: the upper 16 bits, and 11 bits with a sign.
fn numeric_digits(modifier: i32) -> (i32, i32) {
    let modifier = modifier - 4;
    let (precision, scale) = ((modifier >> 16) & 0xffff, modifier & 0x7ff);
    (precision, (scale ^ 1024) - 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numeric(precision: i32, scale: i32) -> i32 {
        ((precision << 16) | (scale & 0x7ff)) + 4
    }

    #[test]
    fn names_with_schemas_are_of_others() {
        for own in [
            "7",
            "0.5",
            "'a.b'::text",
            "now()",
            "nextval('s.q'::regclass)",
            "'it''s .x'::text",
            "E'\\\\.x'::text",
        ] {
            assert!(!names_others(own), "{own}");
        }
        for other in ["'x'::s.t", "s.f()", "('x'::\"S'\".t)::text", "\"s\".\"1\"()"] {
            assert!(names_others(other), "{other}");
        }
    }

    fn plain(oid: Oid) -> TypeId {
        TypeId { oid, modifier: -1 }
    }

    #[test]
    fn numbers_need_room_on_both_sides() {
        assert!(holds_digits(numeric(10, 2), numeric(12, 2)));
        assert!(holds_digits(numeric(10, 2), numeric(12, 4)));
        assert!(!holds_digits(numeric(10, 2), numeric(10, 4)));
        assert!(!holds_digits(numeric(10, 2), numeric(10, 1)));
        assert!(holds_digits(numeric(3, -2), numeric(5, 0)));
    }

    #[test]
    fn only_wider_types_keep_all_values() {
        let (small, large) = (plain(pg_sys::INT4OID), plain(pg_sys::INT8OID));
        assert!(is_widening(small, large) && !is_widening(large, small));
        assert!(is_widening(large, plain(pg_sys::NUMERICOID)));
        assert!(is_widening(plain(pg_sys::DATEOID), plain(pg_sys::TEXTOID)));
        assert!(!is_widening(plain(pg_sys::TEXTOID), plain(pg_sys::DATEOID)));
        let varchar = |length: i32| TypeId {
            oid: pg_sys::VARCHAROID,
            modifier: length + 4,
        };
        assert!(is_widening(varchar(20), varchar(30)) && !is_widening(varchar(30), varchar(20)));
        assert!(!is_widening(plain(pg_sys::VARCHAROID), varchar(20)));
        assert!(is_widening(varchar(20), plain(pg_sys::TEXTOID)));
    }
}
