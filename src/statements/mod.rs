//! Statements that are compiled from requests: the shape of a request decides the text, its values are parameters.
//!
//! - [`values`]: the values of a request, and the parameters that they are bound to
//! - [`kept`]: the statements that a session keeps

pub(crate) mod kept;
pub(crate) mod values;
