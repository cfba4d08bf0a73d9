//! The parameters of a statement: each is a value of the request, made a value of the type that the statement needs.

use super::values::Values;
use crate::pg::{Oid, column_type, quote};
use std::rc::Rc;

/// A value that stands in a request: which one, and what sort of JSON it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Literal {
    pub(super) slot: usize,
    pub(crate) sort: Sort,
}

/// The JSON type of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Sort {
    Null,
    Boolean(bool),
    /// A number that is one wherever nothing else gives it a type.
    Number,
    /// A number or a string, which has the type that its place gives it.
    Scalar,
    Array,
    Object,
}

/// A parameter of a statement: a value of the request as a value of a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Parameter {
    pub(super) slot: usize,
    pub(super) form: Form,
    pub(crate) type_oid: Oid,
}

impl Literal {
    /// Which of the request's values it is, in their order.
    pub(crate) fn slot(&self) -> usize {
        self.slot
    }
}

impl Parameter {
    /// Which of the request's values it is, in their order.
    pub(crate) fn slot(&self) -> usize {
        self.slot
    }
}

/// The form of a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// The value itself. For an array type, an array; for a JSON type, the JSON.
    Value,
    /// An array, of a value that is none too.
    List,
    /// JSON: `{"v": ...}`, for PostgreSQL to make a value of any type of.
    Member,
    /// JSON: an array of such objects, of the elements of an array.
    Members,
    /// A pattern that matches its text.
    Exactly,
    /// A pattern that matches what begins with its text.
    StartsWith,
    /// A pattern that matches what contains its text.
    Contains,
}

/// Makes a literal of the value of a parameter.
type LiteralOf = dyn Fn(&Parameter) -> String;

/// The parameters of a statement under construction.
#[derive(Default)]
pub(crate) struct Parameters {
    list: Vec<Parameter>,
    /// For a statement that has its values in its text, and no parameters: the text of each.
    inlined: Option<Box<LiteralOf>>,
}

impl Parameters {
    /// None: the statement has these values in its text.
    pub(crate) fn inlined(values: Rc<Values>) -> Self {
        Self::inlined_if(values, |_| true)
    }

    /// The same, with NULL in the place of values of types that are refused.
    pub(crate) fn inlined_if(values: Rc<Values>, is_allowed: impl Fn(Oid) -> bool + 'static) -> Self {
        let text = move |parameter: &Parameter| match is_allowed(parameter.type_oid) {
            true => literal_of(&values, parameter),
            false => "NULL".to_owned(),
        };
        Self {
            list: Vec::new(),
            inlined: Some(Box::new(text)),
        }
    }

    /// The SQL for a value of the request.
    pub(crate) fn sql(&mut self, literal: Literal, form: Form, type_oid: Oid) -> String {
        let parameter = Parameter {
            slot: literal.slot,
            form,
            type_oid,
        };
        if let Some(inlined) = &self.inlined {
            return inlined(&parameter);
        }
        let known = self.list.iter().position(|known| *known == parameter);
        let at = known.unwrap_or_else(|| {
            self.list.push(parameter);
            self.list.len() - 1
        });
        format!("${}", at + 1)
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn into_inner(self) -> Vec<Parameter> {
        self.list
    }
}

/// A value as a literal of the type of a parameter.
fn literal_of(values: &Values, parameter: &Parameter) -> String {
    let type_name = column_type::qualified_name(parameter.type_oid, -1).unwrap_or_default();
    match values.text_of(parameter) {
        Some(text) => format!("{}::{type_name}", quote::literal(&text)),
        None => format!("NULL::{type_name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::values::Values;
    use super::*;

    #[test]
    fn a_value_has_one_parameter_a_use() {
        let mut values = Values::default();
        let one = values.take_text("a");
        let other = values.take_number(1);
        let mut parameters = Parameters::default();
        assert_eq!(parameters.sql(one, Form::Exactly, pgrx::pg_sys::TEXTOID), "$1");
        assert_eq!(parameters.sql(other, Form::Value, pgrx::pg_sys::INT8OID), "$2");
        assert_eq!(parameters.sql(one, Form::Exactly, pgrx::pg_sys::TEXTOID), "$1");
        assert_eq!(parameters.sql(one, Form::Contains, pgrx::pg_sys::TEXTOID), "$3");
    }
}
