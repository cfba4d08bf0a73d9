//! The parameters of a statement: each is a value of the request, made a value of the type that the statement needs.

use crate::pg::Oid;
use rustc_hash::FxHashMap;
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
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Parameter {
    pub(super) slot: usize,
    pub(super) form: Form,
    pub(crate) type_oid: Oid,
    /// Where the value stands in the request, as a sentence for the error about one that is none of the type.
    pub(super) place: Option<Rc<str>>,
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
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
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
pub(super) type LiteralOf = dyn Fn(&Parameter) -> String;

/// The parameters of a statement under construction.
#[derive(Default)]
pub(crate) struct Parameters {
    list: Vec<Parameter>,
    /// Where each stands in the list: a request can have tens of thousands.
    known: FxHashMap<Parameter, usize>,
    /// The place of the values that are asked for at the moment.
    place: Option<Rc<str>>,
    /// For a statement that has its values in its text, and no parameters: the text of each.
    inlined: Option<Box<LiteralOf>>,
}

impl Parameters {
    /// None: the statement has the values in its text, as `literal_of` writes them.
    pub(super) fn inlined(literal_of: Box<LiteralOf>) -> Self {
        Self {
            inlined: Some(literal_of),
            ..Self::default()
        }
    }

    /// The SQL for a value of the request.
    pub(crate) fn sql(&mut self, literal: Literal, form: Form, type_oid: Oid) -> String {
        let parameter = Parameter {
            slot: literal.slot,
            form,
            type_oid,
            place: self.place.clone(),
        };
        if let Some(inlined) = &self.inlined {
            return inlined(&parameter);
        }
        let next = self.list.len();
        let at = *self.known.entry(parameter.clone()).or_insert(next);
        if at == next {
            self.list.push(parameter);
        }
        format!("${}", at + 1)
    }

    /// Says where the values stand that are asked for from now on, as a sentence; returns what was said before.
    pub(crate) fn set_place(&mut self, place: Option<Rc<str>>) -> Option<Rc<str>> {
        std::mem::replace(&mut self.place, place)
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn into_inner(self) -> Vec<Parameter> {
        self.list
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
