//! Which objects dropping whole schemas removes, and which block it.

use super::catalog_graph::CatalogGraph;
use super::dependents::owner_of;
use super::graph::{Address, DependencyKind, Graph, ObjectSet};
use crate::catalog::Catalog;
use crate::catalog::rows::catalog_oid;
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::identity::{self, ObjectIdentity};
use std::collections::BTreeMap;

/// The effect of dropping schemas.
pub(crate) enum Drop {
    /// It removes these objects, by catalog and number, none of which is in another schema.
    Possible(Vec<(u32, u32)>),
    /// Objects elsewhere would have to go as well.
    Refused(Vec<Obstacle>),
}

/// That something elsewhere would go, with what it depends on.
#[derive(Debug)]
pub(crate) struct Obstacle {
    pub(crate) dependent: ObjectIdentity,
    pub(crate) on: ObjectIdentity,
}

/// Tells what dropping these schemas means.
pub(crate) fn plan_drop(catalog: &Catalog, schemas: &[Oid]) -> Result<Drop, Error> {
    let graph = CatalogGraph::new(&catalog.reader);
    let schemas: Vec<_> = schemas.iter().map(|&schema| Address::schema(schema)).collect();
    match removed(&graph, &schemas) {
        Ok(objects) => Ok(Drop::Possible(
            objects
                .iter()
                .map(|object| (object.class, object.object))
                .collect(),
        )),
        Err(obstacles) => {
            let identify = |object: Address| {
                identity::identify(object.class.into(), object.object.into(), object.part)
                    .ok_or(Error::Vanished)
            };
            let named = obstacles.into_iter().map(|(dependent, on)| {
                Ok(Obstacle {
                    dependent: identify(dependent)?,
                    on: identify(on)?,
                })
            });
            Ok(Drop::Refused(named.collect::<Result<_, Error>>()?))
        }
    }
}

/// The objects that are in the schemas or go along with one that is; or each object elsewhere that depends on one of
/// them, with the first such one.
fn removed(graph: &impl Graph, schemas: &[Address]) -> Result<ObjectSet, BTreeMap<Address, Address>> {
    let mut objects = ObjectSet::default();
    // Objects that depend on one in the schemas, which may be in them as well.
    let mut hanging = Vec::new();
    let mut unread = Vec::new();
    for &schema in schemas {
        objects.insert(schema);
        let contents = graph
            .dependents(schema)
            .into_iter()
            .map(|dependency| dependency.dependent);
        unread.extend(contents.filter(|&content| objects.insert(content)));
    }
    while let Some(object) = unread.pop() {
        for dependency in graph.dependents(object) {
            let dependent = dependency.dependent;
            hanging.push((dependent, dependency.on));
            let goes_along =
                dependency.kind != DependencyKind::Normal || is_about_type(dependent, dependency.on);
            if goes_along && !is_elsewhere(graph, dependent, schemas) && objects.insert(dependent) {
                unread.push(dependent);
            }
        }
    }
    let mut obstacles = BTreeMap::new();
    let mut add = |dependent: Address, on: Address| {
        let first = obstacles.entry(dependent).or_insert(on);
        *first = on.min(*first);
    };
    for (dependent, on) in hanging {
        if !objects.contains(dependent) {
            add(owner_of(graph, dependent), owner_of(graph, on).whole());
        }
    }
    // Nor does a part go without what it is a part of, such as an extension.
    for object in objects.iter() {
        for owner in graph.owners(object) {
            if !objects.contains(owner) {
                add(owner, object);
            }
        }
    }
    if obstacles.is_empty() {
        Ok(objects)
    } else {
        Err(obstacles)
    }
}

/// Casts and transforms are in no schema: they belong to their types.
fn is_about_type(dependent: Address, on: Address) -> bool {
    matches!(dependent.class, catalog_oid::PG_CAST | catalog_oid::PG_TRANSFORM)
        && on.class == catalog_oid::PG_TYPE
}

/// Whether an object is in another schema than these.
fn is_elsewhere(graph: &impl Graph, object: Address, schemas: &[Address]) -> bool {
    graph.dependencies(object).into_iter().any(|dependency| {
        dependency.on.class == catalog_oid::PG_NAMESPACE && !schemas.contains(&dependency.on)
    })
}
