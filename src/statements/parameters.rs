//! The parameters of a statement: each is a value of the request, made a value of the type that the statement needs.

use crate::pg::Oid;

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

/// The form of a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// The value itself. For an array type, an array; for a JSON type, the JSON.
    Value,
    /// An array, of a value that is none too.
    List,
    /// A pattern that matches its text.
    Exactly,
    /// A pattern that matches what begins with its text.
    StartsWith,
    /// A pattern that matches what contains its text.
    Contains,
}

/// The parameters of a statement under construction.
#[derive(Default)]
pub(crate) struct Parameters(Vec<Parameter>);

impl Parameters {
    /// The SQL for a value of the request.
    pub(crate) fn sql(&mut self, literal: Literal, form: Form, type_oid: Oid) -> String {
        let parameter = Parameter {
            slot: literal.slot,
            form,
            type_oid,
        };
        let known = self.0.iter().position(|known| *known == parameter);
        let at = known.unwrap_or_else(|| {
            self.0.push(parameter);
            self.0.len() - 1
        });
        format!("${}", at + 1)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn into_inner(self) -> Vec<Parameter> {
        self.0
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
