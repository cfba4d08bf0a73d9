//! Dependencies between objects, and which objects a DROP removes.
//!
//! PostgreSQL decides this by `pg_depend` when it drops an object; this module computes it before. The rules, in short:
//! a DROP removes objects that depend on its target *automatically* (a table's indexes, triggers, row type,
//! partitions), is refused if other objects depend on any of these *normally* (a view, a foreign key of another table),
//! and removes those too with CASCADE. An *internal* part of an object (a view's rule) or a member of an *extension* is
//! never dropped without its owner.
//!
//! - [`graph`]: objects and dependencies; [`catalog_graph`]: those of the catalogs
//! - [`rules`]: which objects a DROP removes, which block it, which CASCADE adds; pure functions of a graph
//! - [`dependents`]: the objects that depend on one, level by level; a pure function too
//! - [`target`]: the relation or column that a call names
//! - [`schemas`]: what dropping whole schemas removes

pub(crate) mod catalog_graph;
pub(crate) mod dependents;
pub(crate) mod error;
pub(crate) mod graph;
pub(crate) mod rules;
pub(crate) mod schemas;
pub(crate) mod target;

use super::rows::PgDepend;
use crate::pg::Oid;
use crate::pg::catalog_row::Char;
use crate::pg::identity;
use crate::pg::scan::Reader;
use catalog_graph::RelationGraph;
use graph::Address;

/// A normal dependency: the dependent object must be dropped explicitly, or by CASCADE.
pub(crate) const NORMAL: Char = Char(b'n');

/// Whether a plain DROP of a relation is refused. `dependents` are the rows of what depends on it or its columns.
pub(crate) fn refuses_drop(reader: &Reader, relation: Oid, dependents: &[PgDepend]) -> bool {
    let graph = RelationGraph::new(reader, relation, dependents);
    identity::is_pinned(relation) || rules::is_refused(&graph, Address::relation(relation))
}
