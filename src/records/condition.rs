//! Filters as SQL conditions that can use the user's indexes.
//!
//! A literal becomes a parameter of the type that it is compared with, so that an index on the column can be used.
//! Operators are those of the type's default operator class; text is matched by LIKE, which trigram and pattern indexes
//! support.

use super::error::{ORDERED_VALUES, RecordError};
pub(crate) use super::expression::Expression;
use super::filter::{Filter, Function};
use super::path::PathJoins;
use super::path_name;
use super::relation::{ColumnReference, RecordRelation};
use super::value::{self, Forms};
use crate::error::Error;
use crate::pg::comparison::{self, Comparison};
use crate::pg::type_name::{self, TypeId};
use crate::pg::{Oid, mixed_comparison, server};
use crate::statements::{Form, Literal, Parameters, Sort};
use pgrx::pg_sys;

/// Compiles filters about rows with the columns that `columns` knows.
pub(crate) struct Conditions<'p, C> {
    pub(crate) columns: C,
    pub(crate) parameters: &'p mut Parameters,
    /// Whether a truncated date has its era behind it.
    pub(crate) has_eras: bool,
}

/// Columns that a filter can name.
pub(crate) trait NamedColumns {
    /// The value of a column that the current role may read.
    fn find_column(&self, reference: &ColumnReference) -> Result<Expression, Error>;

    /// The part of the request that names them, for messages.
    fn place(&self) -> &str;
}

/// The columns of a relation, which the statement calls `alias`.
#[derive(Clone, Copy)]
pub(crate) struct RelationColumns<'a> {
    pub(crate) relation: &'a RecordRelation,
    pub(crate) alias: &'a str,
    /// Where columns of other rows can be named.
    pub(crate) paths: Option<&'a PathJoins<'a>>,
}

impl NamedColumns for RelationColumns<'_> {
    fn find_column(&self, reference: &ColumnReference) -> Result<Expression, Error> {
        if let (ColumnReference::Name(name), Some(paths)) = (reference, self.paths)
            && path_name::is_path(name)
            && !self.relation.has(reference)?
            && let Some(found) = paths.find_value(self.relation, name)?
        {
            return Ok(found);
        }
        let column = self.relation.column(reference)?;
        Ok(Expression::of_column(column, self.alias))
    }

    fn place(&self) -> &str {
        "the filter"
    }
}

impl<C: NamedColumns> Conditions<'_, C> {
    /// A filter as an SQL condition.
    pub(crate) fn condition(&mut self, filter: &Filter) -> Result<String, Error> {
        let condition = self.in_place_of(filter, |this| this.any_condition(filter))?;
        check_size(&condition)?;
        Ok(condition)
    }

    /// Runs `body` while the values in a filter are said to stand beside the column that it is about.
    fn in_place_of<T>(&mut self, filter: &Filter, body: impl FnOnce(&mut Self) -> T) -> T {
        let Filter::Call(_, arguments) = filter else {
            return body(self);
        };
        let column = arguments.iter().find_map(|argument| match argument {
            Filter::Column(reference) => Some(reference),
            _ => None,
        });
        let Some(column) = column else {
            return body(self);
        };
        let place = format!("In {}, for column {column}.", self.columns.place());
        let before = self.parameters.set_place(Some(place.into()));
        let outcome = body(self);
        self.parameters.set_place(before);
        outcome
    }

    fn any_condition(&mut self, filter: &Filter) -> Result<String, Error> {
        use Function as F;
        let (function, arguments) = match filter {
            Filter::Call(function, arguments) => (*function, arguments.as_slice()),
            Filter::Literal(literal) => return Ok(self.literal_condition(*literal)),
            Filter::Column(_) => return self.boolean_value(filter),
        };
        match (function, arguments) {
            (F::And, _) => self.connected(" AND ", arguments),
            (F::Or, _) => self.connected(" OR ", arguments),
            (F::Not, [argument]) => Ok(format!("(NOT {})", self.condition(argument)?)),
            (F::Equal, [a, b]) => self.compared(function, Comparison::Equal, a, b),
            (F::Lesser, [a, b]) => self.compared(function, Comparison::Lesser, a, b),
            (F::Greater, [a, b]) => self.compared(function, Comparison::Greater, a, b),
            (F::LesserOrEqual, [a, b]) => self.compared(function, Comparison::LesserOrEqual, a, b),
            (F::GreaterOrEqual, [a, b]) => self.compared(function, Comparison::GreaterOrEqual, a, b),
            (F::Between, [value, least, greatest]) => Ok(format!(
                "({} AND {})",
                self.compared(function, Comparison::GreaterOrEqual, value, least)?,
                self.compared(function, Comparison::LesserOrEqual, value, greatest)?
            )),
            (F::In, [value, others @ ..]) => self.is_in(value, others),
            (F::Null, [value]) => Ok(format!("({} IS NULL)", self.value(value, pg_sys::TEXTOID)?.sql)),
            (F::NotNull, [value]) => Ok(format!(
                "({} IS NOT NULL)",
                self.value(value, pg_sys::TEXTOID)?.sql
            )),
            (F::Contains, [text, part]) => self.matches(text, part, Form::Contains, false),
            (F::StartsWith, [text, part]) => self.matches(text, part, Form::StartsWith, false),
            (F::ContainsCaseInsensitive, [text, part]) => self.matches(text, part, Form::Contains, true),
            (F::StartsWithCaseInsensitive, [text, part]) => self.matches(text, part, Form::StartsWith, true),
            (F::JsonArrayContains, [whole, part]) => self.json_contains(whole, part),
            (F::ElementInJsonArrayUntyped, [element, list]) => self.is_element(element, list),
            _ => self.boolean_value(filter),
        }
    }

    fn literal_condition(&mut self, literal: Literal) -> String {
        match literal.sort {
            Sort::Boolean(true) => "true".into(),
            Sort::Boolean(false) => "false".into(),
            _ => self.parameters.sql(literal, Form::Value, pg_sys::BOOLOID),
        }
    }

    fn boolean_value(&mut self, filter: &Filter) -> Result<String, Error> {
        let value = self.value(filter, pg_sys::BOOLOID)?;
        if value.type_oid != pg_sys::BOOLOID {
            Err(RecordError::Invalid {
                argument: "filter",
                problem: format!("a value of type {} is not a condition", value.type_name()),
                hint: "Compare the value by another filter, such as \"equal\".",
            })?;
        }
        Ok(value.sql)
    }

    fn connected(&mut self, connective: &str, arguments: &[Filter]) -> Result<String, Error> {
        let conditions = arguments
            .iter()
            .map(|argument| self.condition(argument))
            .collect::<Result<Vec<_>, _>>()?;
        // Of no condition at all, as an empty filter has it, none fails.
        if conditions.is_empty() {
            return Ok("true".into());
        }
        Ok(format!("({})", conditions.join(connective)))
    }

    /// A filter as a value; a literal becomes one of type `expected`.
    pub(crate) fn value(&mut self, filter: &Filter, expected: Oid) -> Result<Expression, Error> {
        server::check_for_interrupts();
        let value = self.in_place_of(filter, |this| this.any_value(filter, expected))?;
        check_size(&value.sql)?;
        Ok(value)
    }

    fn any_value(&mut self, filter: &Filter, expected: Oid) -> Result<Expression, Error> {
        match filter {
            Filter::Literal(literal) => {
                // A name is cut to 63 bytes, and what is compared with one is not.
                let type_oid = if expected == pg_sys::NAMEOID {
                    pg_sys::TEXTOID
                } else {
                    expected
                };
                let sql = literal_value(self.parameters, *literal, type_oid);
                Ok(Expression::new(sql, type_oid))
            }
            Filter::Column(reference) => self.columns.find_column(reference),
            Filter::Call(function, arguments) if function.is_computed() => {
                self.computed(*function, arguments)
            }
            Filter::Call(function, arguments) => match arguments.as_slice() {
                [argument] if !matches!(function, Function::Not | Function::Null | Function::NotNull) => {
                    let expected = function.expects();
                    let argument = self.value(argument, expected)?;
                    self.applied(*function, argument)
                }
                _ => Ok(Expression::new(self.condition(filter)?, pg_sys::BOOLOID)),
            },
        }
    }

    /// A function of one argument, applied to a value.
    pub(crate) fn applied(&self, function: Function, argument: Expression) -> Result<Expression, Error> {
        use Function as F;
        let sql = &argument.sql;
        Ok(match function {
            F::JsonArrayLength => {
                let json = argument.as_jsonb();
                // NULL for values other than arrays: an error would take all rows from the caller.
                let length = format!(
                    "CASE WHEN {} THEN pg_catalog.jsonb_array_length({json}) END",
                    is_json_array(&json)
                );
                Expression::new(format!("({length})"), pg_sys::INT4OID)
            }
            F::ConvertToJson => Expression::new(argument.as_jsonb(), pg_sys::JSONBOID),
            F::TruncateToYear => self.truncated(function, &argument, "YYYY")?,
            F::TruncateToMonth => self.truncated(function, &argument, "YYYY-MM")?,
            F::TruncateToDay => self.truncated(function, &argument, "YYYY-MM-DD")?,
            F::UriScheme => Expression::text(format!("msar.uri_scheme({})", argument.as_text())),
            F::UriAuthority => Expression::text(format!("msar.uri_authority({})", argument.as_text())),
            F::EmailDomain => {
                Expression::text(format!("pg_catalog.split_part({}, '@', 2)", argument.as_text()))
            }
            F::Null => Expression::new(format!("({sql} IS NULL)"), pg_sys::BOOLOID),
            F::FormatData => match &argument.type_info {
                Some(type_info) => {
                    let form = value::json(sql, type_info, Forms::CONTRACT);
                    if form == *sql {
                        argument
                    } else {
                        Expression::text(form)
                    }
                }
                None => argument,
            },
            _ => argument,
        })
    }

    fn truncated(
        &self,
        function: Function,
        argument: &Expression,
        format: &str,
    ) -> Result<Expression, Error> {
        let cast = match argument.type_oid {
            pg_sys::DATEOID => "::pg_catalog.timestamp",
            pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID => "",
            _ => Err(RecordError::WrongType {
                key: function.key(),
                takes: "a date or a timestamp",
                type_name: argument.type_name(),
            })?,
        };
        let era = if self.has_eras { " AD" } else { "" };
        // An infinite one has no year; it is its own part.
        Ok(Expression::text(format!(
            "COALESCE(pg_catalog.to_char({0}{cast}, '{format}{era}'), {0}::pg_catalog.text)",
            argument.sql
        )))
    }

    pub(super) fn compared(
        &mut self,
        function: Function,
        comparison: Comparison,
        a: &Filter,
        b: &Filter,
    ) -> Result<String, Error> {
        let is_literal = |filter: &Filter| matches!(filter, Filter::Literal(_));
        let (a, b) = if is_literal(a) && !is_literal(b) {
            let b = self.value(b, pg_sys::TEXTOID)?.comparable();
            (self.value(a, b.type_oid)?, b)
        } else {
            let a = self.value(a, pg_sys::TEXTOID)?.comparable();
            let b = self.value(b, a.type_oid)?.comparable();
            (a, b)
        };
        let (a, b) = (a.compared_with(b.type_oid), b.compared_with(a.type_oid));
        let of_type = if is_name(&b) { &b } else { &a };
        self.operator(function, comparison, of_type)?;
        let operator =
            mixed_comparison::operator_between(of_type.type_oid, comparison, a.type_oid, b.type_oid);
        let operator = operator.ok_or_else(|| RecordError::NoOperator {
            left: a.type_name(),
            right: b.type_name(),
        })?;
        Ok(format!("({} {operator} {})", a.operand(), b.operand()))
    }

    fn operator(
        &self,
        function: Function,
        comparison: Comparison,
        of_type: &Expression,
    ) -> Result<String, Error> {
        let operator = comparison::operator(of_type.type_oid, comparison);
        Ok(operator.ok_or_else(|| RecordError::WrongType {
            key: function.key(),
            takes: ORDERED_VALUES,
            type_name: of_type.type_name(),
        })?)
    }

    fn is_in(&mut self, value: &Filter, others: &[Filter]) -> Result<String, Error> {
        if let [Filter::Literal(list)] = others
            && list.sort == Sort::Array
        {
            let value = self.value(value, pg_sys::TEXTOID)?.comparable();
            let element = if is_name(&value) {
                pg_sys::TEXTOID
            } else {
                value.type_oid
            };
            let operator = self.operator(Function::In, Comparison::Equal, &value)?;
            let list = match comparison::array_type(element) {
                Some(array) if is_plain(element) => self.parameters.sql(*list, Form::List, array),
                _ => {
                    let list = self.parameters.sql(*list, Form::Members, pg_sys::JSONBOID);
                    let (declared, read) = declaration(element);
                    format!("SELECT {read} FROM pg_catalog.jsonb_to_recordset({list}) AS r(v {declared})")
                }
            };
            return Ok(format!("({} {operator} ANY ({list}))", value.operand()));
        }
        let conditions = others
            .iter()
            .map(|other| self.compared(Function::In, Comparison::Equal, value, other))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(format!("({})", conditions.join(" OR ")))
    }

    fn matches(
        &mut self,
        text: &Filter,
        part: &Filter,
        form: Form,
        ignores_case: bool,
    ) -> Result<String, Error> {
        let text = self.value(text, pg_sys::TEXTOID)?.as_text();
        if let Filter::Literal(part) = part {
            let pattern = self.parameters.sql(*part, form, pg_sys::TEXTOID);
            return Ok(like(&text, &pattern, ignores_case));
        }
        let part = self.value(part, pg_sys::TEXTOID)?.as_text();
        let lower = |text: String| {
            if ignores_case {
                format!("pg_catalog.lower({text})")
            } else {
                text
            }
        };
        let (text, part) = (lower(text), lower(part));
        Ok(if form == Form::StartsWith {
            format!("pg_catalog.starts_with({text}, {part})")
        } else {
            format!("(pg_catalog.strpos({text}, {part}) OPERATOR(pg_catalog.>) 0)")
        })
    }

    fn json_contains(&mut self, whole: &Filter, part: &Filter) -> Result<String, Error> {
        const CONTAINS: &str = "OPERATOR(pg_catalog.@>)";
        let whole = self.value(whole, pg_sys::JSONBOID)?.comparable();
        // An array of SQL has an index of its own.
        if comparison::element_type(whole.type_oid).is_some()
            && let Filter::Literal(literal) = part
        {
            let part = self.parameters.sql(*literal, Form::List, whole.type_oid);
            return Ok(format!("({} {CONTAINS} {part})", whole.sql));
        }
        let part = self.value(part, pg_sys::JSONBOID)?.as_jsonb();
        Ok(format!("({} {CONTAINS} {part})", whole.as_jsonb()))
    }

    fn is_element(&mut self, element: &Filter, list: &Filter) -> Result<String, Error> {
        let element = self.value(element, pg_sys::TEXTOID)?.as_text();
        if let Filter::Literal(list) = list
            && list.sort == Sort::Array
        {
            let list = self.parameters.sql(*list, Form::List, pg_sys::TEXTARRAYOID);
            return Ok(format!("({element} OPERATOR(pg_catalog.=) ANY ({list}))"));
        }
        let list = self.value(list, pg_sys::JSONBOID)?.as_jsonb();
        Ok(format!(
            "(EXISTS (SELECT FROM pg_catalog.jsonb_array_elements_text(CASE WHEN {} THEN {list} ELSE '[]' END) AS element(text) \
             WHERE element.text OPERATOR(pg_catalog.=) {element}))",
            is_json_array(&list)
        ))
    }
}

impl Function {
    /// The type that a literal takes as its only argument.
    fn expects(self) -> Oid {
        match self {
            Function::JsonArrayLength | Function::ConvertToJson => pg_sys::JSONBOID,
            Function::TruncateToYear | Function::TruncateToMonth | Function::TruncateToDay => {
                pg_sys::TIMESTAMPTZOID
            }
            _ => pg_sys::TEXTOID,
        }
    }
}

/// Whether the values of a type are neither arrays nor rows nor JSON: in an array of PostgreSQL's, those of JSON cannot
/// be told from others.
fn is_plain(type_oid: Oid) -> bool {
    !matches!(type_oid, pg_sys::JSONOID | pg_sys::JSONBOID)
        && comparison::element_type(type_oid).is_none()
        && !type_name::is_composite(type_oid)
}

/// A literal as a value of a type. Rows, and arrays of rows, are objects in JSON.
pub(crate) fn literal_value(parameters: &mut Parameters, literal: Literal, type_oid: Oid) -> String {
    let has_rows = match literal.sort {
        Sort::Object => type_name::is_composite(type_oid),
        Sort::Array => comparison::element_type(type_oid).is_some_and(type_name::is_composite),
        _ => false,
    };
    if !has_rows {
        return parameters.sql(literal, Form::Value, type_oid);
    }
    let json = parameters.sql(literal, Form::Member, pg_sys::JSONBOID);
    let (declared, read) = declaration(type_oid);
    format!("(SELECT {read} FROM pg_catalog.jsonb_to_record({json}) AS r(v {declared}))")
}

/// The declaration of a JSON member that is to be of a type, and how it is read. Of a string, JSON is what it holds.
fn declaration(type_oid: Oid) -> (String, String) {
    let name = TypeId {
        oid: type_oid,
        modifier: -1,
    }
    .to_sql()
    .unwrap_or_default();
    match type_oid {
        pg_sys::JSONOID | pg_sys::JSONBOID => ("pg_catalog.text".into(), format!("CAST(r.v AS {name})")),
        _ => (name, "r.v".into()),
    }
}

/// Some conditions have an argument twice in their SQL, which doubles with each one that stands within another.
fn check_size(sql: &str) -> Result<(), RecordError> {
    const MOST: usize = 1 << 20;
    if sql.len() > MOST {
        Err(RecordError::TooComplex)
    } else {
        Ok(())
    }
}

fn is_name(value: &Expression) -> bool {
    value.type_oid == pg_sys::NAMEOID
}

/// Whether a jsonb is an array. (A CASE that compares by itself would look for an operator on the search_path.)
fn is_json_array(json: &str) -> String {
    format!("pg_catalog.jsonb_typeof({json}) OPERATOR(pg_catalog.=) 'array'")
}

/// Whether a text matches a pattern.
pub(crate) fn like(text: &str, pattern: &str, ignores_case: bool) -> String {
    let operator = if ignores_case { "~~*" } else { "~~" };
    format!("({text} OPERATOR(pg_catalog.{operator}) {pattern})")
}
