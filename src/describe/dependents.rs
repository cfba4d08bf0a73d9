//! The documents of `msar.get_dependents` and `msar.preview_drop`, and what dropping the extension takes along.

use crate::catalog::Catalog;
use crate::catalog::dependency::catalog_graph::CatalogGraph;
use crate::catalog::dependency::error::DropError;
use crate::catalog::dependency::graph::{Address, Graph, ObjectSet};
use crate::catalog::dependency::target::DropTarget;
use crate::catalog::dependency::{dependents, rules};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::identity::{self, ObjectIdentity};
use serde::Serialize;

/// An object that depends on another.
#[derive(Serialize)]
pub(crate) struct Dependent {
    #[serde(flatten)]
    object: ObjectIdentity,
    depth: i32,
    depends_on: ObjectIdentity,
    blocks_drop: bool,
}

/// The dependents of a relation or a column, direct ones first.
pub(crate) fn list_dependents(
    catalog: &Catalog,
    relation: Oid,
    attnum: Option<i32>,
    max_depth: i32,
) -> Result<Vec<Dependent>, Error> {
    let target = DropTarget::find(catalog, relation, attnum)?;
    let taken = rules::find_taken_along(&target.graph, target.address);
    let found = dependents::find_dependents(&target.graph, target.address, max_depth);
    let listed = found.into_iter().map(|found| {
        Ok(Dependent {
            object: identify(found.object)?,
            depth: found.depth,
            depends_on: identify(found.depends_on)?,
            blocks_drop: taken.is_refused_for(&target.graph, found.object),
        })
    });
    let mut listed: Vec<_> = listed.collect::<Result<_, Error>>()?;
    listed.sort_by(|a, b| (a.depth, a.object.sort_key()).cmp(&(b.depth, b.object.sort_key())));
    Ok(listed)
}

/// Why an object is dropped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    /// It is what was asked for.
    Target,
    /// It goes along with any DROP.
    Automatic,
    /// Only CASCADE drops it.
    Cascade,
}

/// An object that a DROP removes.
#[derive(Serialize)]
pub(crate) struct Dropped {
    #[serde(flatten)]
    object: ObjectIdentity,
    reason: Reason,
    /// Whether it is a part of another object that is dropped, such as the rule of a view.
    internal: bool,
}

/// The objects that `DROP ... CASCADE` of a relation or a column removes.
pub(crate) fn preview_drop(
    catalog: &Catalog,
    relation: Oid,
    attnum: Option<i32>,
) -> Result<Vec<Dropped>, Error> {
    let target = DropTarget::find(catalog, relation, attnum)?;
    if !target.is_droppable() {
        return Err(DropError::FixedColumns {
            relation: target.relation_name().to_owned(),
        }
        .into());
    }
    if identity::is_pinned(relation) {
        return Err(DropError::SystemObject {
            object: identify(target.address)?.to_string(),
        }
        .into());
    }
    target.check_column()?;
    match rules::find_cascade(&target.graph, target.address) {
        Ok(objects) => list_dropped(&target, &objects),
        Err(held) => Err(DropError::Required {
            object: identify(held.object)?.to_string(),
            by: identify(held.by)?.to_string(),
        }
        .into()),
    }
}

/// The objects of users that `DROP EXTENSION ... CASCADE` removes. Parts of others and of the extension's own objects
/// are left out.
pub(crate) fn preview_extension_drop(
    catalog: &Catalog,
    extension: Oid,
) -> Result<Vec<ObjectIdentity>, Error> {
    let graph = CatalogGraph::new(&catalog.reader);
    let target = Address::extension(extension);
    let taken = rules::find_taken_along(&graph, target).objects;
    let all = rules::find_cascade(&graph, target).map_err(|held| {
        Error::from(DropError::Required {
            object: identity_text(held.object),
            by: identity_text(held.by),
        })
    })?;
    let dropped = all
        .iter()
        .filter(|&object| !taken.contains(object) && graph.owners(object).is_empty());
    let mut dropped = dropped.map(identify).collect::<Result<Vec<_>, Error>>()?;
    dropped.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    Ok(dropped)
}

/// An object for a message, be it gone.
fn identity_text(object: Address) -> String {
    identify(object).map_or_else(|_| "an object".into(), |identity| identity.to_string())
}

fn list_dropped(target: &DropTarget<'_>, objects: &ObjectSet) -> Result<Vec<Dropped>, Error> {
    let taken = rules::find_taken_along(&target.graph, target.address).objects;
    let reason = |object| match object {
        _ if object == target.address => Reason::Target,
        _ if taken.contains(object) => Reason::Automatic,
        _ => Reason::Cascade,
    };
    let dropped = objects.iter().map(|object| {
        Ok(Dropped {
            object: identify(object)?,
            reason: reason(object),
            internal: !target.graph.owners(object).is_empty(),
        })
    });
    let mut dropped: Vec<_> = dropped.collect::<Result<_, Error>>()?;
    dropped.sort_by(|a, b| (a.reason, a.object.sort_key()).cmp(&(b.reason, b.object.sort_key())));
    Ok(dropped)
}

fn identify(object: Address) -> Result<ObjectIdentity, Error> {
    identity::identify(object.class.into(), object.object.into(), object.part).ok_or(Error::Vanished)
}
