//! A value of a statement: its SQL, with what a condition must know of its type.

use super::relation::RecordColumn;
use crate::catalog::plain_sql;
use crate::catalog::types::TypeInfo;
use crate::pg::{Oid, column_type, comparison, deparse, own_casts};
use pgrx::pg_sys;
use std::borrow::Cow;
use std::rc::Rc;

/// A value as SQL.
#[derive(Clone)]
pub(crate) struct Expression {
    pub(crate) sql: String,
    /// Never a domain.
    pub(crate) type_oid: Oid,
    pub(super) collation: Oid,
    /// Of a column.
    pub(super) type_info: Option<Rc<TypeInfo>>,
}

impl Expression {
    pub(crate) fn of_column(column: &RecordColumn, alias: &str) -> Self {
        Self {
            sql: column.sql_of(alias),
            type_oid: column.base_type,
            collation: column.collation,
            type_info: Some(Rc::clone(&column.type_info)),
        }
    }

    /// A value of any type, be it a domain.
    pub(crate) fn of_type(sql: String, type_info: Rc<TypeInfo>, collation: Oid) -> Self {
        Self {
            sql,
            type_oid: comparison::base_type(type_info.oid),
            collation,
            type_info: Some(type_info),
        }
    }

    /// The same value by another name.
    pub(crate) fn with_sql(&self, sql: String) -> Self {
        Self { sql, ..self.clone() }
    }

    pub(crate) fn collation(&self) -> Oid {
        self.collation
    }

    pub(crate) fn type_info(&self) -> Option<&Rc<TypeInfo>> {
        self.type_info.as_ref()
    }

    pub(super) fn new(sql: String, type_oid: Oid) -> Self {
        Self {
            sql,
            type_oid,
            collation: Oid::INVALID,
            type_info: None,
        }
    }

    pub(super) fn text(sql: String) -> Self {
        Self::new(sql, pg_sys::TEXTOID)
    }

    /// Whether it is the value of a column as it is.
    pub(crate) fn is_column(&self) -> bool {
        self.type_info.is_some()
    }

    pub(crate) fn type_name(&self) -> String {
        match &self.type_info {
            Some(type_info) => type_info.name.to_string(),
            None => deparse::type_name(self.type_oid).unwrap_or_default(),
        }
    }

    /// As an operator for its values takes it.
    pub(super) fn operand(&self) -> Cow<'_, str> {
        match &self.type_info {
            Some(type_info) => comparison::operand(&self.sql, type_info.oid),
            None => self.sql.as_str().into(),
        }
    }

    /// As text in which patterns can be looked for.
    pub(crate) fn as_text(&self) -> String {
        let text = if self.type_oid == pg_sys::TEXTOID {
            self.sql.clone()
        } else {
            plain_sql::as_text(&self.sql, self.type_oid)
        };
        if comparison::takes_patterns(self.collation) {
            text
        } else {
            format!("({text} COLLATE pg_catalog.\"default\")")
        }
    }

    /// As it is compared with a value of another type: with a text, a value whose type's owner can make casts is one, too.
    pub(super) fn compared_with(&self, other: Oid) -> Self {
        const TEXTS: [Oid; 3] = [pg_sys::TEXTOID, pg_sys::VARCHAROID, pg_sys::BPCHAROID];
        match TEXTS.contains(&other) && !own_casts::are_trusted(self.type_oid) {
            true => Self::text(self.as_text()),
            false => self.clone(),
        }
    }

    /// As jsonb.
    pub(super) fn as_jsonb(&self) -> String {
        match self.type_oid {
            pg_sys::JSONBOID => self.sql.clone(),
            pg_sys::JSONOID | pg_sys::TEXTOID | pg_sys::VARCHAROID => {
                format!("{}::pg_catalog.jsonb", self.sql)
            }
            _ => plain_sql::as_jsonb(&self.sql, self.type_oid),
        }
    }

    /// As something that has operators. An array of a domain whose checks are a user's becomes one of the domain's base
    /// type: PostgreSQL looks through a domain, but not through an array of one, and what is compared with it would be checked.
    pub(super) fn comparable(self) -> Self {
        if self.type_oid == pg_sys::JSONOID {
            return Self::new(self.as_jsonb(), pg_sys::JSONBOID);
        }
        match comparison::array_of_base_type(self.type_oid) {
            Some(array) if !own_casts::are_trusted(self.type_oid) => {
                let text = plain_sql::as_text(&self.sql, self.type_oid);
                let name = column_type::qualified_name(array, -1).unwrap_or_default();
                Self::new(plain_sql::from_text(&text, array, &name), array)
            }
            _ => self,
        }
    }
}
