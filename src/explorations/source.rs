//! The initial rows: the base relation, and those that it is joined with along the paths of the initial columns.
//!
//! Paths that begin alike share their joins. A row of the base stays, whether a join finds something or not.

use super::error::ExplorationError;
use super::model::{Exploration, InitialColumn, JoinStep};
use super::stage::{ColumnOrigin, Stage, StageColumn, check_alias, free_name};
use crate::catalog::Catalog;
use crate::catalog::rows::{OfRelation, PgAttribute, PgConstraint};
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::{Oid, quote};
use crate::records::condition::Expression;
use crate::records::joined::equal;
use crate::records::relation::{ColumnReference, RecordColumn, RecordRelation};
use std::rc::Rc;

/// A relation that rows come from.
pub(super) struct ReachedRelation {
    pub(super) relation: Rc<RecordRelation>,
    alias: String,
    /// The way to it.
    path: Vec<JoinStep>,
    /// Whether one row of what it is joined to may meet several of its own.
    multiplies: bool,
}

/// The initial rows.
pub(super) struct InitialRows {
    pub(super) instances: Vec<ReachedRelation>,
    pub(super) stage: Stage,
}

impl InitialRows {
    /// `joins_by_whole_keys`: a step along one column of a foreign key of several follows all of them.
    pub(super) fn compile(
        catalog: &Catalog,
        exploration: &Exploration,
        joins_by_whole_keys: bool,
    ) -> Result<Self, Error> {
        let base = Rc::new(
            RecordRelation::read_relation(catalog, exploration.base)
                .map_err(|problem| ExplorationError::at("base_table_oid", problem))?,
        );
        let mut builder = Builder {
            catalog,
            from: String::new(),
            instances: Vec::new(),
            joins_by_whole_keys,
        };
        let alias = builder.free_alias(&base.name);
        builder.from = format!("{} AS {}", base.sql, quote::identifier(&alias));
        builder.instances.push(ReachedRelation {
            relation: base,
            alias,
            path: Vec::new(),
            multiplies: false,
        });
        let mut columns: Vec<StageColumn> = Vec::new();
        for (at, initial) in exploration.initial.iter().enumerate() {
            let path = format!("initial_columns[{at}]");
            check_alias(&format!("{path}.alias"), &initial.alias)?;
            if columns.iter().any(|column| column.alias == initial.alias) {
                Err(ExplorationError::DuplicateAlias {
                    path: format!("{path}.alias"),
                    alias: initial.alias.clone(),
                })?;
            }
            let column = builder
                .column(initial, &columns, &path)
                .map_err(|problem| match problem {
                    problem @ Error::Topic(_) if problem.to_string().starts_with("initial_columns[") => {
                        problem
                    }
                    problem => ExplorationError::at(&path, problem),
                })?;
            columns.push(column);
        }
        let unique_by = builder.add_keys(&mut columns)?;
        let Builder { from, instances, .. } = builder;
        Ok(Self {
            instances,
            stage: Stage {
                depth: 0,
                merged: Vec::new(),
                from,
                conditions: Vec::new(),
                grouping: None,
                is_distinct: false,
                bounds: String::new(),
                columns,
                order: Vec::new(),
                is_ordered: false,
                unique_by,
                is_closed: false,
                is_computed_once: false,
            },
        })
    }
}

struct Builder<'a> {
    catalog: &'a Catalog,
    from: String,
    instances: Vec<ReachedRelation>,
    joins_by_whole_keys: bool,
}

impl Builder<'_> {
    fn column(
        &mut self,
        initial: &InitialColumn,
        known: &[StageColumn],
        path: &str,
    ) -> Result<StageColumn, Error> {
        let instance = self.instance(&initial.path, path)?;
        let relation = Rc::clone(&self.instances[instance].relation);
        let column = relation.column(&initial.column)?;
        let name = free_name(&initial.alias, |name| {
            known.iter().any(|column| column.name == name)
        });
        self.stage_column(instance, column, initial.alias.clone(), name, true)
    }

    fn stage_column(
        &self,
        instance: usize,
        column: &RecordColumn,
        alias: String,
        name: String,
        is_visible: bool,
    ) -> Result<StageColumn, Error> {
        let ReachedRelation {
            relation,
            alias: from,
            ..
        } = &self.instances[instance];
        let attribute = PgAttribute::by_number(&self.catalog.reader, relation.oid, column.attnum);
        let value = Expression::of_column(column, &quote::identifier(from));
        Ok(StageColumn {
            alias,
            name,
            value,
            type_info: Rc::clone(&column.type_info),
            modifiers: attribute.ok_or(Error::Vanished)?.atttypmod,
            is_nullable: column.is_nullable || instance > 0,
            origin: Some(ColumnOrigin {
                instance,
                relation: relation.oid,
                attnum: column.attnum,
                is_key: relation.key.contains(&column.attnum),
            }),
            described_as: None,
            contract_type: None,
            input: None,
            is_float_aggregate: false,
            is_visible,
        })
    }

    /// The relation to which a path leads; joins what is not joined yet.
    fn instance(&mut self, path: &[JoinStep], place: &str) -> Result<usize, Error> {
        let mut at = 0;
        for length in 1..=path.len() {
            let prefix = &path[..length];
            at = match self.instances.iter().position(|instance| instance.path == prefix) {
                Some(known) => known,
                None => self.join(at, prefix, &format!("{place}.join_path[{}]", length - 1))?,
            };
        }
        Ok(at)
    }

    fn join(&mut self, from: usize, path: &[JoinStep], place: &str) -> Result<usize, Error> {
        let Some(step) = path.last() else {
            return Ok(from);
        };
        let left = Rc::clone(&self.instances[from].relation);
        if step.left != left.oid {
            Err(ExplorationError::Invalid {
                path: place.to_owned(),
                problem: format!(
                    "the step begins at relation {}, but the path has led to \"{}\" ({})",
                    step.left.to_u32(),
                    left.name,
                    left.oid.to_u32()
                ),
                hint: "A step is [[OID, attnum], [OID of the next relation, attnum]], and begins where the one before it ends.",
            })?;
        }
        let at = |problem| ExplorationError::at(place, problem);
        let right = Rc::new(RecordRelation::read_relation(self.catalog, step.right).map_err(at)?);
        let pairs = self.pairs(step, &left, &right).map_err(at)?;
        let alias = self.free_alias(&right.name);
        let (left_alias, right_alias) = (
            quote::identifier(&self.instances[from].alias),
            quote::identifier(&alias),
        );
        let conditions = pairs
            .iter()
            .map(|(a, b)| {
                let (a, b) = (
                    left.column(&ColumnReference::from(*a))?,
                    right.column(&ColumnReference::from(*b))?,
                );
                Ok(equal((a, &a.sql_of(&left_alias)), (b, &b.sql_of(&right_alias)))?)
            })
            .collect::<Result<Vec<_>, Error>>()
            .map_err(at)?;
        self.from.push_str(&format!(
            "\n  LEFT JOIN {} AS {right_alias} ON {}",
            right.sql,
            conditions.join(" AND ")
        ));
        let joined: Vec<i16> = pairs.iter().map(|(_, attnum)| *attnum).collect();
        let multiplies = !is_unique(self.catalog, &right, &joined);
        self.instances.push(ReachedRelation {
            relation: right,
            alias,
            path: path.to_vec(),
            multiplies,
        });
        Ok(self.instances.len() - 1)
    }

    /// The pairs of columns that a step compares.
    fn pairs(
        &self,
        step: &JoinStep,
        left: &RecordRelation,
        right: &RecordRelation,
    ) -> Result<Vec<(i16, i16)>, Error> {
        let pairs = step
            .left_columns
            .iter()
            .zip(&step.right_columns)
            .map(|(a, b)| Ok((left.column(a)?.attnum, right.column(b)?.attnum)))
            .collect::<Result<Vec<_>, Error>>()?;
        let [pair] = pairs.as_slice() else {
            return Ok(pairs);
        };
        if !self.joins_by_whole_keys {
            return Ok(pairs);
        }
        // The foreign key of the fewest columns comes first.
        let forward = self.catalog.links(left.oid);
        let whole = forward
            .iter()
            .filter(|link| link.target == right.oid)
            .map(|link| {
                link.columns
                    .iter()
                    .map(|pair| (pair.attnum, pair.referenced))
                    .collect()
            })
            .find(|pairs: &Vec<_>| pairs.contains(pair));
        let backward = self.catalog.links(right.oid);
        let whole = whole.or_else(|| {
            backward
                .iter()
                .filter(|link| link.target == left.oid)
                .map(|link| {
                    link.columns
                        .iter()
                        .map(|pair| (pair.referenced, pair.attnum))
                        .collect()
                })
                .find(|pairs: &Vec<_>| pairs.contains(pair))
        });
        Ok(whole.unwrap_or(pairs))
    }

    /// Adds what is missing of the keys that tell rows apart; returns the names of all of them.
    fn add_keys(&self, columns: &mut Vec<StageColumn>) -> Result<Option<Vec<String>>, Error> {
        let mut names = Vec::new();
        for (instance, joined) in self.instances.iter().enumerate() {
            if instance > 0 && !joined.multiplies {
                continue;
            }
            let Some(key) = joined.relation.unique_key() else {
                return Ok(None);
            };
            for column in key {
                let known = columns.iter().find(|known| {
                    known
                        .origin
                        .is_some_and(|origin| (origin.instance, origin.attnum) == (instance, column.attnum))
                });
                if let Some(known) = known {
                    names.push(known.name.clone());
                    continue;
                }
                let name = free_name("", |name| columns.iter().any(|column| column.name == name));
                columns.push(self.stage_column(instance, column, String::new(), name.clone(), false)?);
                names.push(name);
            }
        }
        Ok(Some(names))
    }

    /// The alias of a relation in the statement: its name, or one like it.
    fn free_alias(&self, name: &str) -> String {
        let is_taken = |alias: &str| self.instances.iter().any(|instance| instance.alias == alias);
        if !is_taken(name) {
            return name.to_owned();
        }
        let mut number = 2;
        loop {
            let alias = format!("t{number}");
            if !is_taken(&alias) {
                return alias;
            }
            number += 1;
        }
    }
}

/// Whether at most one row of a relation has the same values in these columns.
fn is_unique(catalog: &Catalog, relation: &RecordRelation, attnums: &[i16]) -> bool {
    relation.unique_key().is_some()
        && unique_keys(catalog, relation.oid).any(|key| key.iter().all(|attnum| attnums.contains(attnum)))
}

/// The columns of each primary key and unique constraint of a relation.
pub(super) fn unique_keys(catalog: &Catalog, relation: Oid) -> impl Iterator<Item = Vec<i16>> {
    PgConstraint::of_relation(&catalog.reader, relation)
        .into_iter()
        .filter(|row| matches!(row.contype, Char(b'p' | b'u')))
        .map(|row| row.conkey)
}
