//! Describing objects: the documents that calls return about relations, their columns and constraints, and their
//! dependents. The facts come from [`catalog`](crate::catalog) and [`metadata`](crate::metadata).
//!
//! - [`details`]: whole schemas and whole relations, written as they are read
//! - [`table`], [`mod@column`], [`constraint`]: their parts; [`default`] and [`json_value`]: defaults as JSON;
//!   [`preview`]: the preview template
//! - [`dependents`]: the dependents of an object, and the preview of dropping it
//! - [`joinable`]: the paths of joins from a table along foreign keys

mod column;
mod constraint;
mod default;
pub(crate) mod dependents;
pub(crate) mod details;
pub(crate) mod joinable;
mod json_value;
mod preview;
pub(crate) mod table;

use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::Oid;
use constraint::WrittenKeys;
use default::ColumnDefault;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// The catalogs as one description sees them, with what several relations of it share.
pub(crate) struct Describer {
    pub(crate) catalog: Catalog,
    foreign_keys: WrittenKeys,
    /// Defaults by their stored form: a schema has few that differ.
    defaults: RefCell<FxHashMap<String, Rc<ColumnDefault>>>,
}

impl From<Catalog> for Describer {
    fn from(catalog: Catalog) -> Self {
        Self {
            catalog,
            foreign_keys: WrittenKeys::default(),
            defaults: RefCell::default(),
        }
    }
}

impl Describer {
    /// The default that `pg_attrdef` stores for a column of `relation` that is not generated: an expression that names
    /// no column, so that it reads the same wherever it stands.
    fn read_default(&self, node_tree: &str, relation: Oid) -> Result<Rc<ColumnDefault>, Error> {
        if let Some(default) = self.defaults.borrow().get(node_tree) {
            return Ok(Rc::clone(default));
        }
        let default = Rc::new(ColumnDefault::stored(node_tree, relation)?);
        self.defaults
            .borrow_mut()
            .insert(node_tree.to_owned(), Rc::clone(&default));
        Ok(default)
    }
}
