//! Objects of the database and the dependencies between them. Pure.

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
    pub(crate) fn whole(self) -> Self {
        Self { part: 0, ..self }
    }

    /// Whether `other` is this object or a column of it.
    pub(crate) fn covers(self, other: Self) -> bool {
        self == other || self == other.whole()
    }
}

/// The effect of dropping one object on the other.
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
    pub(crate) fn from_letter(deptype: u8) -> Option<Self> {
        match deptype {
            b'n' => Some(DependencyKind::Normal),
            b'a' | b'x' => Some(DependencyKind::Automatic),
            b'i' => Some(DependencyKind::Internal),
            b'P' | b'S' => Some(DependencyKind::Partition),
            b'e' => Some(DependencyKind::Extension),
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

/// The dependencies of a database.
pub(crate) trait Graph {
    /// The dependents of an object; for a whole relation, of its columns, too.
    fn dependents(&self, object: Address) -> Vec<Dependency>;

    /// The objects that an object depends on; for a whole relation, those of its columns, too.
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

/// Graphs for tests.
#[cfg(test)]
pub(crate) mod hand_made {
    use super::{Address, Dependency, DependencyKind, Graph};

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
        let kind = DependencyKind::from_letter(next().as_bytes()[0]).expect("a letter of pg_depend");
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
