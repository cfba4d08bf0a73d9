//! Objects of the database and the dependencies between them.

use crate::catalog::rows::{PgDepend, catalog_oid};
use crate::pg::scan::{Char, Reader};
use crate::pg::{Oid, server};
use rustc_hash::FxHashSet;

/// An object, or a column of one: the three numbers by which `pg_depend` names it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Address {
    /// OID of the catalog that the object is in.
    pub(crate) class: u32,
    pub(crate) object: u32,
    /// The attnum of a column; 0 is the whole object.
    pub(crate) part: i32,
}

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

    pub(crate) fn whole(self) -> Self {
        Self { part: 0, ..self }
    }

    /// Whether `other` is this object or a column of it.
    pub(crate) fn covers(self, other: Self) -> bool {
        self == other || self == other.whole()
    }
}

/// What dropping the one object means for the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DependencyKind {
    /// The dependent object stops a plain DROP of the other.
    Normal,
    /// The dependent object goes along.
    Automatic,
    /// It goes along, and is dropped only with the other: it is a part of it.
    Internal,
    /// It goes along, and is dropped only with the other or with its other partition dependency.
    Partition,
    /// It goes along, and is dropped only with the other, an extension.
    Extension,
}

impl DependencyKind {
    /// `None` for what PostgreSQL 14 has beside them: rows that mark pinned objects and depend on nothing.
    fn of(deptype: Char) -> Option<Self> {
        match deptype {
            Char(b'n') => Some(DependencyKind::Normal),
            Char(b'a' | b'x') => Some(DependencyKind::Automatic),
            Char(b'i') => Some(DependencyKind::Internal),
            Char(b'P' | b'S') => Some(DependencyKind::Partition),
            Char(b'e') => Some(DependencyKind::Extension),
            _ => None,
        }
    }
}

/// That one object depends on another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dependency {
    pub(crate) dependent: Address,
    pub(crate) on: Address,
    pub(crate) kind: DependencyKind,
}

impl Dependency {
    fn read(row: &PgDepend) -> Option<Self> {
        let address = |class: Oid, object: Oid, part| Address {
            class: class.to_u32(),
            object: object.to_u32(),
            part,
        };
        Some(Self {
            dependent: address(row.classid, row.objid, row.objsubid),
            on: address(row.refclassid, row.refobjid, row.refobjsubid),
            kind: DependencyKind::of(row.deptype)?,
        })
    }
}

/// The dependencies of a database.
pub(crate) trait Graph {
    /// What depends on an object; for a whole one, on its columns too.
    fn dependents(&self, object: Address) -> Vec<Dependency>;

    /// What an object depends on; for a whole one, its columns too.
    fn dependencies(&self, object: Address) -> Vec<Dependency>;

    /// The objects without which `object` is never dropped.
    fn owners(&self, object: Address) -> Vec<Address> {
        let dependencies = self.dependencies(object).into_iter();
        let owning = dependencies.filter(|dependency| {
            matches!(
                dependency.kind,
                DependencyKind::Internal | DependencyKind::Extension
            )
        });
        // Columns of a partition key depend on their own table.
        owning
            .map(|dependency| dependency.on)
            .filter(|&owner| !object.covers(owner))
            .collect()
    }
}

/// A set of objects. A column is in it also when its whole table is.
#[derive(Default)]
pub(crate) struct ObjectSet(FxHashSet<Address>);

impl ObjectSet {
    pub(crate) fn contains(&self, object: Address) -> bool {
        self.0.contains(&object) || self.0.contains(&object.whole())
    }

    /// Adds an object; returns whether it was missing.
    pub(crate) fn insert(&mut self, object: Address) -> bool {
        !self.contains(object) && self.0.insert(object)
    }

    /// The objects, without columns of whole ones.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Address> {
        self.0
            .iter()
            .copied()
            .filter(|object| object.part == 0 || !self.0.contains(&object.whole()))
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
        let recorded = rows.iter().filter_map(Dependency::read);
        recorded
            .chain(self.unrecorded.iter().copied())
            .filter(|dependency| object.covers(dependency.on))
            .collect()
    }

    fn dependencies(&self, object: Address) -> Vec<Dependency> {
        let rows = PgDepend::of_object(self.reader, object.class.into(), object.object.into());
        let recorded = rows.iter().filter_map(Dependency::read);
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
            _ if object == self.relation => self.dependents.iter().filter_map(Dependency::read).collect(),
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

/// The only relation that is an internal part of a whole other one is its TOAST table, which is nobody else's business.
fn is_toast(dependency: &Dependency) -> bool {
    let Dependency { dependent, on, kind } = dependency;
    let of_relation = dependent.class == catalog_oid::PG_CLASS && on.class == catalog_oid::PG_CLASS;
    of_relation && *kind == DependencyKind::Internal && on.part == 0 && dependent.part == 0
}

/// Graphs for tests.
#[cfg(test)]
pub(crate) mod hand_made {
    use super::{Address, Char, Dependency, DependencyKind, Graph};

    pub(in super::super) struct HandMade(Vec<Dependency>);

    pub(in super::super) const fn object(number: u32) -> Address {
        column(number, 0)
    }

    pub(in super::super) const fn column(number: u32, part: i32) -> Address {
        Address {
            class: 0,
            object: number,
            part,
        }
    }

    impl HandMade {
        /// Dependencies like `2 a 1.3`: object 2 depends automatically (pg_depend's letter) on column 3 of object 1.
        pub(in super::super) fn new(text: &str) -> Self {
            Self(text.split(", ").map(parse).collect())
        }
    }

    fn parse(text: &str) -> Dependency {
        let mut words = text.split(' ');
        let mut next = || words.next().expect("three words");
        let dependent = address(next());
        let kind = DependencyKind::of(Char(next().as_bytes()[0])).expect("a letter of pg_depend");
        Dependency {
            dependent,
            kind,
            on: address(next()),
        }
    }

    fn address(text: &str) -> Address {
        let (number, part) = text.split_once('.').unwrap_or((text, "0"));
        column(number.parse().expect("a number"), part.parse().expect("a number"))
    }

    impl Graph for HandMade {
        fn dependents(&self, object: Address) -> Vec<Dependency> {
            self.0
                .iter()
                .copied()
                .filter(|dependency| object.covers(dependency.on))
                .collect()
        }

        fn dependencies(&self, object: Address) -> Vec<Dependency> {
            self.0
                .iter()
                .copied()
                .filter(|dependency| object.covers(dependency.dependent))
                .collect()
        }
    }
}
