//! A statement as text, before it is prepared.

use super::parameters::Parameters;
use crate::pg::plan::Planning;

/// A statement as text.
pub(crate) struct Draft {
    pub(crate) sql: String,
    pub(crate) parameters: Parameters,
    pub(crate) planning: Planning,
    /// A statement with the same parameters of which only the planner's estimate of its rows is wanted. The estimate is
    /// one more parameter of `sql`, the last one.
    pub(crate) estimate: Option<String>,
}

impl Draft {
    /// A statement without parameters.
    pub(crate) fn new(sql: String) -> Self {
        Self {
            sql,
            parameters: Parameters::default(),
            planning: Planning::Once,
            estimate: None,
        }
    }
}
