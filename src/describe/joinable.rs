//! The document of `msar.get_joinable_tables`: the paths of joins from one table along foreign keys of one column, in both
//! directions, and the columns of the tables that they lead to.

use crate::catalog::Catalog;
use crate::catalog::rows::{OfRelation, PgAttribute, PgClass, PgConstraint, PgDepend, catalog_oid};
use crate::catalog::types::TypeShape;
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::{Oid, server};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The most steps of a path: the number of paths grows exponentially with it.
const DEEPEST: i32 = 6;

/// The most paths of a document, which is then some 100 MB.
const MOST_PATHS: usize = 500_000;

/// A foreign key that a path can follow, seen from one of its two tables.
#[derive(Clone, Copy)]
struct JoinableStep {
    foreign_key: u32,
    /// Whether it leads from the referenced table to the referencing one.
    is_reversed: bool,
    attnum: i16,
    target: u32,
    target_attnum: i16,
}

/// A path as clients get it.
#[derive(Clone, Serialize)]
struct JoinablePath {
    base: u32,
    target: u32,
    /// Pairs of columns, each an OID and an attnum.
    join_path: Vec<[(u32, i16); 2]>,
    /// The foreign keys, and whether they are followed backwards.
    fkey_path: Vec<(u32, bool)>,
    depth: i32,
    multiple_results: bool,
}

#[derive(Serialize)]
struct JoinableColumn {
    name: String,
    #[serde(rename = "type")]
    type_name: Rc<str>,
    primary_key: bool,
}

#[derive(Serialize)]
struct JoinableTable {
    name: String,
    columns: BTreeMap<i16, JoinableColumn>,
}

/// The paths, shorter ones first, and the tables at their ends by OID.
#[derive(Serialize)]
pub(crate) struct JoinableTables {
    joinable_tables: Vec<JoinablePath>,
    target_table_info: BTreeMap<u32, JoinableTable>,
}

/// Finds the paths of at most `max_depth` steps from a table.
pub(crate) fn find_joinable_tables(
    catalog: &Catalog,
    table: Oid,
    max_depth: i32,
) -> Result<JoinableTables, Error> {
    let mut steps: FxHashMap<u32, Rc<[JoinableStep]>> = FxHashMap::default();
    let mut paths: Vec<JoinablePath> = Vec::new();
    let mut longest = vec![JoinablePath {
        base: table.to_u32(),
        target: table.to_u32(),
        join_path: Vec::new(),
        fkey_path: Vec::new(),
        depth: 0,
        multiple_results: false,
    }];
    for _ in 0..max_depth.min(DEEPEST) {
        let mut longer = Vec::new();
        for path in &longest {
            server::check_for_interrupts();
            let known = steps.get(&path.target).cloned();
            let known = known.unwrap_or_else(|| {
                let found: Rc<[JoinableStep]> = find_steps(catalog, Oid::from(path.target)).into();
                steps.insert(path.target, Rc::clone(&found));
                found
            });
            longer.extend(known.iter().filter_map(|step| path.followed_by(step)));
            if paths.len() + longer.len() > MOST_PATHS {
                return Err(Error::TooManyPaths { most: MOST_PATHS });
            }
        }
        longer.sort_unstable_by(|a, b| a.fkey_path.cmp(&b.fkey_path));
        paths.extend_from_slice(&longer);
        longest = longer;
    }
    let mut target_table_info = BTreeMap::new();
    let targets: FxHashSet<u32> = paths.iter().map(|path| path.target).collect();
    for target in targets {
        if let Some(info) = describe_target(catalog, Oid::from(target))? {
            target_table_info.insert(target, info);
        }
    }
    Ok(JoinableTables {
        joinable_tables: paths,
        target_table_info,
    })
}

impl JoinablePath {
    /// The path with one step more, unless it goes straight back over the foreign key by which it came.
    fn followed_by(&self, step: &JoinableStep) -> Option<Self> {
        let goes_back = |&(last, was_reversed): &(u32, bool)| {
            last == step.foreign_key && was_reversed != step.is_reversed
        };
        if self.fkey_path.last().is_some_and(goes_back) {
            return None;
        }
        let mut longer = self.clone();
        longer.target = step.target;
        longer
            .join_path
            .push([(self.target, step.attnum), (step.target, step.target_attnum)]);
        longer.fkey_path.push((step.foreign_key, step.is_reversed));
        longer.depth += 1;
        longer.multiple_results |= step.is_reversed;
        Some(longer)
    }
}

/// The foreign keys of a table, and those that refer to it.
fn find_steps(catalog: &Catalog, table: Oid) -> Vec<JoinableStep> {
    let reader = &catalog.reader;
    let mut steps: Vec<JoinableStep> = PgConstraint::of_relation(reader, table)
        .iter()
        .filter_map(|key| JoinableStep::from_constraint(key, false))
        .collect();
    // pg_constraint has no index on confrelid, but a foreign key depends on the columns it refers to.
    let dependents: FxHashSet<Oid> = PgDepend::of_relation(reader, table)
        .iter()
        .filter(|row| row.classid == Oid::from(catalog_oid::PG_CONSTRAINT) && row.deptype == Char(b'n'))
        .map(|row| row.objid)
        .collect();
    let referring = dependents
        .into_iter()
        .filter_map(|constraint| PgConstraint::by_oid(reader, constraint))
        .filter(|key| key.confrelid == table);
    steps.extend(referring.filter_map(|key| JoinableStep::from_constraint(&key, true)));
    steps
}

impl JoinableStep {
    /// The step over a constraint, if it is a foreign key of one column, and no copy that partitioning makes of another.
    fn from_constraint(key: &PgConstraint, is_reversed: bool) -> Option<Self> {
        let is_original = key.contype == Char(b'f') && key.conparentid == Oid::INVALID;
        let ([own], [referenced]) = (&*key.conkey, &*key.confkey) else {
            return None;
        };
        let (attnum, target, target_attnum) = match is_reversed {
            false => (*own, key.confrelid, *referenced),
            true => (*referenced, key.conrelid, *own),
        };
        is_original.then_some(Self {
            foreign_key: key.oid.to_u32(),
            is_reversed,
            attnum,
            target: target.to_u32(),
            target_attnum,
        })
    }
}

fn describe_target(catalog: &Catalog, table: Oid) -> Result<Option<JoinableTable>, Error> {
    let reader = &catalog.reader;
    let Some(row) = PgClass::by_oid(reader, table) else {
        return Ok(None);
    };
    let keys = PgConstraint::of_relation(reader, table);
    let key = keys.iter().find(|key| key.contype == Char(b'p'));
    let columns = PgAttribute::live(reader, table)
        .into_iter()
        .filter(|column| column.attnum > 0)
        .map(|column| {
            let info = catalog.type_info(column.atttypid)?;
            let type_name = match info.shape {
                TypeShape::Array { .. } => Rc::from("_array"),
                _ => Rc::clone(&info.name),
            };
            let primary_key = key.is_some_and(|key| key.conkey.contains(&column.attnum));
            Ok((
                column.attnum,
                JoinableColumn {
                    name: column.attname,
                    type_name,
                    primary_key,
                },
            ))
        });
    Ok(Some(JoinableTable {
        name: row.relname,
        columns: columns.collect::<Result<_, Error>>()?,
    }))
}
