//! Statements that are compiled from requests: the shape of a request decides the text, its values are parameters.
//!
//! A room that compiles statements implements [`Shape`] for its requests; nothing here knows the rooms.
//!
//! - [`array_parts`]: large JSON arrays
//! - [`values`]: the values of a request, apart from its shape
//! - [`parameters`]: where a value stands in a request, and the parameters of a statement, each of them such a value as
//!   a value of a type
//! - [`draft`]: a statement as text
//! - [`shape`]: what is compiled
//! - [`compiled`]: a statement that is ready to run
//! - [`kept`]: the statements that a session keeps

pub(crate) mod array_parts;
pub(crate) mod compiled;
pub(crate) mod draft;
pub(crate) mod kept;
pub(crate) mod parameters;
pub(crate) mod shape;
pub(crate) mod values;

pub(crate) use draft::Draft;
pub(crate) use kept::statement_for;
pub(crate) use parameters::{Form, Literal, Parameters, Sort};
pub(crate) use shape::Shape;
pub(crate) use values::Values;
