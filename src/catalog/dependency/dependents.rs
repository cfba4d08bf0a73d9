//! The objects that depend on one, level by level.
//!
//! Internal parts of an object (a view's rule, a table's row type, a constraint's index) are nothing that users create
//! or name: their dependents count as dependents of the object.

use super::graph::{Address, DependencyKind, Graph};
use std::collections::{BTreeMap, HashSet};

/// An object that depends on the one that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FoundDependent {
    pub(crate) object: Address,
    /// 1 hangs on the object that was asked for.
    pub(crate) depth: i32,
    /// An object of the depth before; the oldest, if there are several.
    pub(crate) depends_on: Address,
}

/// Everything that depends on `target`, down to a depth; each object once, where it is nearest.
pub(crate) fn find_dependents(graph: &impl Graph, target: Address, max_depth: i32) -> Vec<FoundDependent> {
    let mut found = Vec::new();
    let mut seen = HashSet::from([target]);
    let mut level = vec![target];
    for depth in 1..=max_depth {
        let mut next = BTreeMap::new();
        level.sort_by_key(|object| (object.object, *object));
        for &depends_on in &level {
            for object in hanging_on(graph, depends_on) {
                if !target.covers(object) && seen.insert(object) {
                    next.insert(object, depends_on);
                }
            }
        }
        if next.is_empty() {
            break;
        }
        level = next.keys().copied().collect();
        found.extend(next.into_iter().map(|(object, depends_on)| FoundDependent {
            object,
            depth,
            depends_on,
        }));
    }
    found
}

/// The objects that depend on `owner` or on a part of it, and are none themselves.
fn hanging_on(graph: &impl Graph, owner: Address) -> Vec<Address> {
    let (mut parts, mut unread, mut hanging) = (HashSet::from([owner]), vec![owner], Vec::new());
    while let Some(part) = unread.pop() {
        for dependency in graph.dependents(part) {
            let dependent = dependency.dependent;
            // The index of a TOAST table goes along with a part: it is one too.
            let is_part = dependency.kind == DependencyKind::Internal
                || dependency.kind == DependencyKind::Automatic && part != owner;
            if !is_part {
                hanging.push(dependent);
            } else if parts.insert(dependent) {
                unread.push(dependent);
            }
        }
    }
    let visible = hanging
        .into_iter()
        .filter(|object| !parts.contains(object))
        .map(|object| owner_of(graph, object));
    visible.filter(|&object| !owner.covers(object)).collect()
}

/// The object that an internal part belongs to in the end; any other object is its own.
pub(crate) fn owner_of(graph: &impl Graph, part: Address) -> Address {
    let mut object = part;
    let mut passed = HashSet::new();
    while passed.insert(object) {
        let dependencies = graph.dependencies(object).into_iter();
        let mut owning = dependencies.filter(|dependency| dependency.kind == DependencyKind::Internal);
        if let Some(owner) = owning.find(|dependency| !object.covers(dependency.on)) {
            object = owner.on;
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use super::super::graph::hand_made::{HandMade, column, object};
    use super::*;

    /// Object, depth and what it depends on.
    fn dependents(graph: &str, target: Address, max_depth: i32) -> Vec<(Address, i32, Address)> {
        let found = find_dependents(&HandMade::new(graph), target, max_depth);
        found
            .into_iter()
            .map(|found| (found.object, found.depth, found.depends_on))
            .collect()
    }

    #[test]
    fn parts_stand_for_their_owner() {
        // Views 2 and 4 with their rules 3 and 5; 6 is the first view's row type, which function 7 takes.
        let graph = "3 i 2, 3 n 1.1, 5 i 4, 5 n 2.1, 6 i 2, 7 n 6";
        let expected = [
            (object(2), 1, object(1)),
            (object(4), 2, object(2)),
            (object(7), 2, object(2)),
        ];
        assert_eq!(dependents(graph, object(1), 10), expected);
    }

    #[test]
    fn what_goes_along_with_a_part_is_a_part() {
        // A TOAST table (2) with its index (3); the sequence (4) of a column, which another table's default (5) uses.
        let graph = "2 i 1, 3 a 2.1, 4 i 1.1, 5 n 4";
        assert_eq!(dependents(graph, object(1), 10), [(object(5), 1, object(1))]);
    }

    #[test]
    fn each_object_comes_once_at_its_least_depth() {
        let graph = "2 n 1, 3 n 2, 3 a 1, 4 n 3, 4 n 2";
        let expected = [
            (object(2), 1, object(1)),
            (object(3), 1, object(1)),
            (object(4), 2, object(2)),
        ];
        assert_eq!(dependents(graph, object(1), 10), expected);
    }

    #[test]
    fn depth_ends_where_it_is_told() {
        let graph = "2 n 1, 3 n 2, 4 n 3";
        assert_eq!(
            dependents(graph, object(1), 2),
            [(object(2), 1, object(1)), (object(3), 2, object(2))]
        );
        assert_eq!(dependents(graph, object(4), 2), []);
    }

    #[test]
    fn an_object_does_not_depend_on_itself() {
        // A foreign key (2) of a table to itself, with its index (3), and a default (4) with its sequence (5).
        let graph = "2 a 1.1, 2 n 1.2, 3 i 2, 4 a 1.1, 4 n 5, 5 i 1.1";
        assert_eq!(
            dependents(graph, object(1), 10),
            [(object(2), 1, object(1)), (object(4), 1, object(1))]
        );
    }

    #[test]
    fn a_generated_column_hangs_on_the_column_it_is_made_of() {
        let graph = "2 i 1.2, 2 n 1.1";
        assert_eq!(
            dependents(graph, column(1, 1), 10),
            [(column(1, 2), 1, column(1, 1))]
        );
        assert_eq!(dependents(graph, object(1), 10), []);
    }

    #[test]
    fn circles_end() {
        let graph = "1 n 2, 2 n 1, 2 i 3, 3 i 2";
        assert_eq!(dependents(graph, object(1), 10).len(), 1);
    }
}
