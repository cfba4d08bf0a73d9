//! The dependencies that the catalogs hold, as a graph.

use super::graph::{Address, Dependency, DependencyKind, Graph};
use crate::catalog::rows::{PgDepend, catalog_oid};
use crate::pg::scan::Reader;
use crate::pg::{Oid, server};

impl Address {
    pub(crate) fn relation(relation: Oid) -> Self {
        Self {
            class: catalog_oid::PG_CLASS,
            object: relation.to_u32(),
            part: 0,
        }
    }

    pub(crate) fn column(relation: Oid, attnum: i16) -> Self {
        Self {
            part: attnum.into(),
            ..Self::relation(relation)
        }
    }

    pub(crate) fn schema(schema: Oid) -> Self {
        Self {
            class: catalog_oid::PG_NAMESPACE,
            object: schema.to_u32(),
            part: 0,
        }
    }

    pub(crate) fn extension(extension: Oid) -> Self {
        Self {
            class: catalog_oid::PG_EXTENSION,
            object: extension.to_u32(),
            part: 0,
        }
    }
}

impl Dependency {
    fn from_row(row: &PgDepend) -> Option<Self> {
        let address = |class: Oid, object: Oid, part| Address {
            class: class.to_u32(),
            object: object.to_u32(),
            part,
        };
        Some(Self {
            dependent: address(row.classid, row.objid, row.objsubid),
            on: address(row.refclassid, row.refobjid, row.refobjsubid),
            kind: DependencyKind::from_letter(row.deptype.0)?,
        })
    }
}

/// All dependencies that the catalogs hold.
pub(crate) struct CatalogGraph<'a> {
    reader: &'a Reader,
    /// Dependencies that `pg_depend` has no rows for.
    pub(crate) unrecorded: Vec<Dependency>,
}

impl<'a> CatalogGraph<'a> {
    pub(crate) fn new(reader: &'a Reader) -> Self {
        Self {
            reader,
            unrecorded: Vec::new(),
        }
    }
}

impl Graph for CatalogGraph<'_> {
    fn dependents(&self, object: Address) -> Vec<Dependency> {
        server::check_for_interrupts();
        let rows = PgDepend::on_object(self.reader, object.class.into(), object.object.into());
        let recorded = rows.iter().filter_map(Dependency::from_row);
        recorded
            .chain(self.unrecorded.iter().copied())
            .filter(|dependency| object.covers(dependency.on))
            .collect()
    }

    fn dependencies(&self, object: Address) -> Vec<Dependency> {
        let rows = PgDepend::of_object(self.reader, object.class.into(), object.object.into());
        let recorded = rows.iter().filter_map(Dependency::from_row);
        recorded
            .filter(|dependency| object.covers(dependency.dependent))
            .collect()
    }
}

/// As much of the graph as decides whether one relation can be dropped, since that is asked for every table of a
/// schema. Only relations and types have dependents of their own here: whatever depends on a table's index or
/// constraint depends on the table as well, and nothing depends on a default, a trigger, a rule or a policy.
pub(crate) struct RelationGraph<'a> {
    catalog: CatalogGraph<'a>,
    relation: Address,
    /// The rows of what depends on the relation.
    dependents: &'a [PgDepend],
}

impl<'a> RelationGraph<'a> {
    pub(crate) fn new(reader: &'a Reader, relation: Oid, dependents: &'a [PgDepend]) -> Self {
        Self {
            catalog: CatalogGraph::new(reader),
            relation: Address::relation(relation),
            dependents,
        }
    }
}

impl Graph for RelationGraph<'_> {
    fn dependents(&self, object: Address) -> Vec<Dependency> {
        let mut found = match object.class {
            _ if object == self.relation => self.dependents.iter().filter_map(Dependency::from_row).collect(),
            catalog_oid::PG_CLASS | catalog_oid::PG_TYPE => self.catalog.dependents(object),
            _ => Vec::new(),
        };
        found.retain(|dependency| !is_toast(dependency));
        found
    }

    fn dependencies(&self, object: Address) -> Vec<Dependency> {
        match object.class {
            catalog_oid::PG_CLASS => self.catalog.dependencies(object),
            _ => Vec::new(),
        }
    }
}

/// The only relation that is an internal part of a whole other one is its TOAST table, which no other object depends on.
fn is_toast(dependency: &Dependency) -> bool {
    let Dependency { dependent, on, kind } = dependency;
    let of_relation = dependent.class == catalog_oid::PG_CLASS && on.class == catalog_oid::PG_CLASS;
    of_relation && *kind == DependencyKind::Internal && on.part == 0 && dependent.part == 0
}
