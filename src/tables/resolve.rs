//! Resolved definitions: types are looked up, names are checked and expressions are parsed; only the SQL is left to be
//! written.

use super::column_type;
use super::error::TablesError;
use crate::ddl::name::{check_length, quote_qualified_name};
use crate::definition::column::{ColumnDefinition, GeneratedKind, IdentityDefinition, Serial, ValueSource};
use crate::definition::json_text::RawJson;
use crate::error::Error;
use crate::pg::type_name::{self, TypeId};
use crate::pg::{parameter, parser, quote};
use pgrx::pg_sys;

/// A column that can be written down.
pub(crate) struct ResolvedColumn<'a> {
    pub(crate) name: String,
    pub(crate) type_: String,
    pub(crate) collation: Option<String>,
    pub(crate) not_null: bool,
    pub(crate) source: ColumnValueSource<'a>,
    pub(crate) description: Option<&'a str>,
    pub(crate) metadata: Option<&'a RawJson>,
}

/// Where its values come from.
pub(crate) enum ColumnValueSource<'a> {
    Nothing,
    /// A literal, or an expression in parentheses.
    Default(String),
    Identity(&'a IdentityDefinition),
    /// See [`super::serial`].
    Serial(&'a Serial, TypeId),
    Generated(GeneratedKind, String),
}

impl<'a> ResolvedColumn<'a> {
    /// A column under the name that it is to have. With `raw_default`, its default is an SQL expression.
    pub(crate) fn resolve(
        definition: &'a ColumnDefinition,
        name: String,
        raw_default: bool,
    ) -> Result<Self, Error> {
        check_length(&name)?;
        let type_ = column_type::resolve_type(definition.type_.as_ref())?;
        Ok(Self {
            name,
            type_: column_type::to_sql(type_)?,
            collation: definition
                .collation
                .as_ref()
                .map(quote_qualified_name)
                .transpose()?,
            not_null: definition.not_null,
            source: ColumnValueSource::resolve(definition.value_source()?, type_, raw_default)?,
            description: definition.description.as_deref(),
            metadata: definition.metadata.as_ref(),
        })
    }

    /// A column of a type and nothing else.
    pub(crate) fn plain(name: String, type_: String) -> Self {
        Self {
            name,
            type_,
            collation: None,
            not_null: false,
            source: ColumnValueSource::Nothing,
            description: None,
            metadata: None,
        }
    }
}

impl<'a> ColumnValueSource<'a> {
    pub(crate) fn resolve(source: ValueSource<'a>, type_: TypeId, raw_default: bool) -> Result<Self, Error> {
        Ok(match source {
            ValueSource::Nothing => Self::Nothing,
            ValueSource::Value(value) if raw_default => {
                Self::Default(check_expression("default", &value.to_input())?)
            }
            ValueSource::Value(value) => Self::Default(write_literal(value, type_)),
            ValueSource::Expression(sql) => Self::Default(check_expression("default_expression", sql)?),
            ValueSource::Identity(identity) => Self::Identity(identity),
            ValueSource::Serial(serial) => Self::Serial(serial, type_),
            ValueSource::Generated(generated) => Self::Generated(
                generated.kind,
                check_expression("generated", &generated.expression)?,
            ),
        })
    }
}

/// A JSON value as a literal for a column of a type: a JSON array is an array where the type is one.
pub(crate) fn write_literal(value: &RawJson, type_: TypeId) -> String {
    let base = TypeId {
        oid: type_name::base(type_.oid),
        ..type_
    };
    let input = match base.element() {
        Some(element) if value.is_array() => {
            let element = type_name::base(element.oid);
            let of_json = matches!(element, pg_sys::JSONOID | pg_sys::JSONBOID);
            match base.to_sql() {
                Some(type_sql) if !parameter::array_nulls() => {
                    return format!(
                        "({}::{type_sql})",
                        value.to_array_expression(of_json, &quote::literal)
                    );
                }
                _ => value.to_array_input(of_json),
            }
        }
        _ => value.to_input(),
    };
    quote::literal(&input)
}

/// An SQL expression of a caller's in parentheses, when it is one and nothing else.
pub(crate) fn check_expression(key: &'static str, sql: &str) -> Result<String, Error> {
    if !parser::is_one_expression(sql) {
        Err(TablesError::NotOneExpression {
            key,
            text: sql.to_owned(),
        })?;
    }
    Ok(parenthesized(sql))
}

/// An expression of a caller's in parentheses. A comment at its end does not swallow the closing one.
fn parenthesized(sql: &str) -> String {
    let end = if sql.contains("--") { "\n)" } else { ")" };
    format!("({sql}{end}")
}
