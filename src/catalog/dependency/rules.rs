//! PostgreSQL's rules for DROP: which objects it removes, which block it, which CASCADE adds.

use super::graph::{Address, DependencyKind, Graph, ObjectSet};

/// The objects that a plain DROP would remove, if nothing blocked it.
pub(crate) struct Taken {
    /// The target and all that goes along with it.
    pub(crate) objects: ObjectSet,
    /// Objects with a normal dependency on one of them; some of these may be dropped all the same.
    normal: Vec<Address>,
}

/// The objects that a plain DROP of `target` removes.
pub(crate) fn find_taken_along(graph: &impl Graph, target: Address) -> Taken {
    let mut taken = Taken {
        objects: ObjectSet::default(),
        normal: Vec::new(),
    };
    taken.objects.insert(target);
    let mut unread = vec![target];
    while let Some(object) = unread.pop() {
        for dependency in graph.dependents(object) {
            if dependency.kind == DependencyKind::Normal {
                taken.normal.push(dependency.dependent);
            } else if taken.objects.insert(dependency.dependent) {
                unread.push(dependency.dependent);
            }
        }
    }
    taken
}

impl Taken {
    /// Whether a plain DROP is refused because of this dependent: it does not go along, or not without an owner of its
    /// own that stays.
    pub(crate) fn is_refused_for(&self, graph: &impl Graph, dependent: Address) -> bool {
        !self.objects.contains(dependent)
            || graph
                .owners(dependent)
                .into_iter()
                .any(|owner| !self.objects.contains(owner))
    }
}

/// Whether a plain DROP is refused.
pub(crate) fn is_refused(graph: &impl Graph, target: Address) -> bool {
    let taken = find_taken_along(graph, target);
    taken
        .normal
        .iter()
        .any(|&dependent| !taken.objects.contains(dependent))
        || taken
            .objects
            .iter()
            .any(|object| taken.is_refused_for(graph, object))
}

/// That an object cannot be dropped, not with CASCADE either, while another one stays.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Required {
    pub(crate) object: Address,
    pub(crate) by: Address,
}

/// Everything that `DROP target CASCADE` drops.
pub(crate) fn find_cascade(graph: &impl Graph, target: Address) -> Result<ObjectSet, Required> {
    if let Some(&by) = graph.owners(target).first() {
        return Err(Required { object: target, by });
    }
    let mut objects = ObjectSet::default();
    objects.insert(target);
    let mut unread = vec![target];
    let mut request = |object, unread: &mut Vec<Address>| {
        if objects.insert(object) {
            unread.push(object);
        }
    };
    // A part of a partitioned index, constraint or trigger needs one of those that it belongs to to go.
    let (mut partitions, mut released) = (Vec::new(), ObjectSet::default());
    while let Some(object) = unread.pop() {
        for owner in graph.owners(object) {
            request(owner, &mut unread);
        }
        for dependency in graph.dependents(object) {
            request(dependency.dependent, &mut unread);
            if dependency.kind == DependencyKind::Partition {
                released.insert(dependency.dependent);
            }
        }
        let dependencies = graph.dependencies(object).into_iter();
        partitions.extend(dependencies.filter(|dependency| dependency.kind == DependencyKind::Partition));
    }
    match partitions
        .iter()
        .find(|dependency| !released.contains(dependency.dependent))
    {
        Some(held) => Err(Required {
            object: held.dependent,
            by: held.on,
        }),
        None => Ok(objects),
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::hand_made::{HandMade, column, object};
    use super::*;

    const TABLE: Address = object(1);

    fn dropped(graph: &HandMade, target: Address) -> Vec<Address> {
        let mut objects: Vec<_> = find_cascade(graph, target)
            .expect("can be dropped")
            .iter()
            .collect();
        objects.sort();
        objects
    }

    #[test]
    fn parts_go_along() {
        let graph = HandMade::new("2 a 1.1, 3 i 1, 4 i 3, 2 n 1.2");
        assert!(!is_refused(&graph, TABLE));
        assert_eq!(dropped(&graph, TABLE), [1, 2, 3, 4].map(object));
    }

    #[test]
    fn a_normal_dependent_refuses() {
        // A view (2) with its rule (3).
        let graph = HandMade::new("3 i 2, 3 n 1.1");
        assert!(is_refused(&graph, TABLE));
        assert!(!is_refused(&graph, object(2)));
        assert_eq!(dropped(&graph, TABLE), [1, 2, 3].map(object));
        assert_eq!(
            find_cascade(&graph, object(3)).err(),
            Some(Required {
                object: object(3),
                by: object(2)
            })
        );
    }

    #[test]
    fn a_normal_dependent_of_a_part_refuses() {
        // A function (4) that takes the row type (2) as its argument.
        let graph = HandMade::new("2 i 1, 3 i 2, 4 n 2");
        assert!(is_refused(&graph, TABLE));
        assert_eq!(dropped(&graph, TABLE), [1, 2, 3, 4].map(object));
    }

    #[test]
    fn what_goes_along_does_not_refuse() {
        // A partition (2) whose constraint (3) refers to the parent.
        let graph = HandMade::new("2 a 1, 3 a 2.1, 3 n 1.1");
        assert!(!is_refused(&graph, TABLE));
        // The partition alone goes with its constraint.
        assert_eq!(dropped(&graph, object(2)), [2, 3].map(object));
    }

    #[test]
    fn a_part_of_something_else_takes_its_owner() {
        // The copy (3) of a foreign key (2) for one partition (1).
        let graph = HandMade::new("3 i 2, 3 n 1.1, 4 i 3");
        assert!(is_refused(&graph, TABLE));
        assert_eq!(dropped(&graph, TABLE), [1, 2, 3, 4].map(object));
    }

    #[test]
    fn an_extension_keeps_its_members() {
        let graph = HandMade::new("1 e 9, 2 e 9, 2 a 3");
        assert!(is_refused(&graph, TABLE));
        assert_eq!(
            find_cascade(&graph, TABLE).err(),
            Some(Required {
                object: TABLE,
                by: object(9)
            })
        );
        // Reached by way of another object, a member takes the whole extension along.
        assert!(is_refused(&graph, object(3)));
        assert_eq!(dropped(&graph, object(3)), [1, 2, 3, 9].map(object));
    }

    #[test]
    fn a_column_takes_only_its_own() {
        let graph = HandMade::new("2 a 1.1, 3 a 1.2, 4 n 1.2, 5 n 1");
        assert!(!is_refused(&graph, column(1, 1)));
        assert_eq!(dropped(&graph, column(1, 1)), [column(1, 1), object(2)]);
        assert!(is_refused(&graph, column(1, 2)));
        assert_eq!(
            dropped(&graph, column(1, 2)),
            [column(1, 2), object(3), object(4)]
        );
    }

    #[test]
    fn a_generated_column_goes_with_what_it_is_made_of() {
        // Column 2's expression (2) names column 1.
        let graph = HandMade::new("2 i 1.2, 2 n 1.1");
        assert!(is_refused(&graph, column(1, 1)));
        assert_eq!(
            dropped(&graph, column(1, 1)),
            [column(1, 1), column(1, 2), object(2)]
        );
        assert!(!is_refused(&graph, TABLE));
        assert_eq!(dropped(&graph, TABLE), [1, 2].map(object));
    }

    #[test]
    fn a_column_of_the_partition_key_takes_its_table() {
        // Table 1's key is column 1, whose type is 2.
        let graph = HandMade::new("1.1 i 1, 1.1 n 2");
        assert_eq!(dropped(&graph, object(2)), [1, 2].map(object));
        assert_eq!(
            find_cascade(&graph, column(1, 1)).err(),
            Some(Required {
                object: column(1, 1),
                by: TABLE
            })
        );
        assert!(!is_refused(&graph, TABLE));
    }

    #[test]
    fn a_part_of_a_partitioned_index_goes_with_either_side() {
        // Index 4 of partition 2 belongs to index 3 of table 1.
        let graph = HandMade::new("2 a 1, 3 a 1, 4 P 3, 4 S 2");
        assert_eq!(dropped(&graph, TABLE), [1, 2, 3, 4].map(object));
        assert_eq!(dropped(&graph, object(2)), [2, 4].map(object));
        assert_eq!(
            find_cascade(&graph, object(4)).err(),
            Some(Required {
                object: object(4),
                by: object(3)
            })
        );
    }

    #[test]
    fn circles_end() {
        let graph = HandMade::new("1 n 2, 2 n 3, 3 n 1");
        assert!(is_refused(&graph, TABLE));
        assert_eq!(dropped(&graph, TABLE), [1, 2, 3].map(object));
    }
}
