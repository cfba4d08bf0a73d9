//! The shape that a statement is compiled from: a request without its values.

use super::draft::Draft;
use crate::catalog::Catalog;
use crate::error::Error;
use std::any::Any;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// A request without its values. Requests of equal shapes have the same statement, for one role and search_path.
pub(crate) trait Shape: Eq + Hash + 'static {
    /// Its statement. Everything that decides the text is read through the catalog, which notes it: a change of that
    /// outdates the statement.
    fn compile(&self, catalog: &Catalog) -> Result<Draft, Error>;
}

/// A shape of any room, as the cache keeps it.
#[derive(Clone)]
pub(super) struct AnyShape(Rc<dyn ErasedShape>);

impl AnyShape {
    pub(super) fn new(shape: impl Shape) -> Self {
        Self(Rc::new(shape))
    }

    pub(super) fn compile(&self, catalog: &Catalog) -> Result<Draft, Error> {
        self.0.compile_erased(catalog)
    }
}

impl PartialEq for AnyShape {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(&*other.0)
    }
}

impl Eq for AnyShape {}

impl Hash for AnyShape {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.add_hash(hasher);
    }
}

/// [`Shape`] without what a trait object cannot have.
trait ErasedShape: Any {
    fn compile_erased(&self, catalog: &Catalog) -> Result<Draft, Error>;
    fn equals(&self, other: &dyn ErasedShape) -> bool;
    fn add_hash(&self, hasher: &mut dyn Hasher);
}

impl<S: Shape> ErasedShape for S {
    fn compile_erased(&self, catalog: &Catalog) -> Result<Draft, Error> {
        self.compile(catalog)
    }

    fn equals(&self, other: &dyn ErasedShape) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref::<S>().is_some_and(|other| self == other)
    }

    fn add_hash(&self, mut hasher: &mut dyn Hasher) {
        // Equal fields do not make shapes of two rooms equal.
        std::any::TypeId::of::<S>().hash(&mut hasher);
        self.hash(&mut hasher);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[derive(PartialEq, Eq, Hash)]
    struct OneRoom(u32);

    #[derive(PartialEq, Eq, Hash)]
    struct OtherRoom(u32);

    impl Shape for OneRoom {
        fn compile(&self, _: &Catalog) -> Result<Draft, Error> {
            Ok(Draft::new(String::new()))
        }
    }

    impl Shape for OtherRoom {
        fn compile(&self, _: &Catalog) -> Result<Draft, Error> {
            Ok(Draft::new(String::new()))
        }
    }

    #[test]
    fn shapes_are_equal_within_their_room() {
        let mut kept = HashMap::new();
        kept.insert(AnyShape::new(OneRoom(1)), "one");
        kept.insert(AnyShape::new(OtherRoom(1)), "other");
        assert_eq!(kept.get(&AnyShape::new(OneRoom(1))), Some(&"one"));
        assert_eq!(kept.get(&AnyShape::new(OtherRoom(1))), Some(&"other"));
        assert_eq!(kept.get(&AnyShape::new(OneRoom(2))), None);
    }
}
