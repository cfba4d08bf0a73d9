//! What a reflection needs to know of its two tables, looked up once a session, and again when PostgreSQL reports that one of them
//! has changed: a worker runs many times a second.

use super::error::ReflectionError;
use super::stored::{SourceFacts, StoredReflection, TargetTable};
use super::{bound, foreign_types, source};
use crate::error::Error;
use crate::pg::watch::CatalogWatch;
use crate::pg::{Oid, caller, names, server};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::rc::Rc;

/// The source of a reflection and its target in this database, as they are now.
pub(super) struct OpenedTables {
    pub(super) source: SourceFacts,
    pub(super) target: Option<TargetTable>,
}

struct KeptTables {
    watch: CatalogWatch,
    role: Oid,
    /// The numbers of the source and the target of which they are.
    of: (i64, Option<u32>),
    tables: Rc<OpenedTables>,
}

thread_local! {
    static KEPT: RefCell<FxHashMap<i64, KeptTables>> = RefCell::default();
}

/// The most reflections of which a session keeps the tables.
const MOST: usize = 500;

/// Reads what a reflection needs, as it is now, and checks the rights of its owner, who is the current role. The source is
/// locked.
pub(super) fn open_tables(reflection: &mut StoredReflection) -> Result<Rc<OpenedTables>, Error> {
    let missing = || ReflectionError::NoSourceTable {
        name: reflection.source_name.clone(),
    };
    if !reflection.source_exists || reflection.owner_oid != caller::current_role().to_u32() {
        Err(missing())?;
    }
    let tables = match kept(reflection) {
        Some(tables) => tables,
        None => look_up(reflection)?.ok_or_else(missing)?,
    };
    source::check_rights(&tables.source)?;
    bound::follow_renames(reflection, &tables.source)?;
    foreign_types::check_foreign_types(reflection, &tables.source, tables.target.as_ref())?;
    Ok(tables)
}

fn local_target(reflection: &StoredReflection) -> Option<u32> {
    reflection.target_oid.filter(|_| reflection.server.is_none())
}

fn kept(reflection: &StoredReflection) -> Option<Rc<OpenedTables>> {
    KEPT.with_borrow(|all| {
        let kept = all.get(&reflection.id)?;
        let is_same = kept.of == (reflection.source_id, local_target(reflection))
            && kept.role == caller::current_role();
        (is_same && !kept.watch.is_over()).then(|| Rc::clone(&kept.tables))
    })
}

fn look_up(reflection: &StoredReflection) -> Result<Option<Rc<OpenedTables>>, Error> {
    let watch = CatalogWatch::begin();
    let Some(source) = source::read_facts(reflection.source_id)? else {
        return Ok(None);
    };
    // Before anything else is said of it.
    source::check_rights(&source)?;
    let target = match local_target(reflection) {
        None => None,
        Some(oid) => Some(source::target_facts(Oid::from(oid), &source)?.ok_or_else(|| {
            ReflectionError::NoTargetTable {
                name: reflection.target_name.clone(),
            }
        })?),
    };
    let tables = Rc::new(OpenedTables { source, target });
    if let Some(watched) = watched(&tables) {
        watch.narrow(&watched);
        let kept = KeptTables {
            watch,
            role: caller::current_role(),
            of: (reflection.source_id, local_target(reflection)),
            tables: Rc::clone(&tables),
        };
        KEPT.with_borrow_mut(|all| {
            if all.len() >= MOST {
                all.clear();
            }
            all.insert(reflection.id, kept);
        });
    }
    Ok(Some(tables))
}

/// What the facts depend on; `None` where that is more than the tables and their schemas: types of users have names and owners
/// of their own.
fn watched(tables: &OpenedTables) -> Option<FxHashSet<u32>> {
    let target = tables.target.as_ref();
    let of_source = tables.source.columns.iter().filter_map(|column| column.type_oid);
    let of_target = target
        .iter()
        .flat_map(|target| &target.columns)
        .filter_map(|column| column.type_oid);
    if !of_source
        .chain(of_target)
        .all(|type_oid| server::is_built_in(Oid::from(type_oid)))
    {
        return None;
    }
    let mut watched = FxHashSet::default();
    for oid in [Some(tables.source.oid), target.map(|target| target.oid)]
        .into_iter()
        .flatten()
    {
        watched.insert(oid);
        watched.extend(names::schema_of(Oid::from(oid)).map(|schema| schema.to_u32()));
    }
    Some(watched)
}
