//! A template becomes SQL.
//!
//! Each foreign key on the way of a placeholder is a LEFT JOIN on a unique key, so that no row is multiplied; paths that
//! begin alike share their joins. Columns that the role may not read are left out before PostgreSQL could refuse the whole
//! statement; which rows of the joined tables it sees is PostgreSQL's to decide.

use super::RowPreview;
use super::display;
use super::relation::Relation;
use super::template::{InForce, Templates};
use crate::catalog::Catalog;
use crate::catalog::link::{Link, LinkColumn};
use crate::catalog::rows::{PgAttribute, PgCollation, PgOperator};
use crate::error::Error;
use crate::metadata::references::Column;
use crate::pg::scan::Char;
use crate::pg::{Oid, quote};
use crate::types::template::{Part, Placeholder};
use pgrx::pg_sys;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A placeholder that ends on a foreign key column shows the row referred to, whose template may do the same, and so on:
/// this far. It ends cycles, too.
const DEEPEST: usize = 3;

/// The most rows of other tables that one preview reads. A placeholder that needs one more is left out; one that ends on
/// a foreign key column shows its own value.
const MOST_JOINS: usize = 64;

/// What stands for a preview of which nothing remains.
const NOTHING: &str = "'?'::pg_catalog.text";

/// The most arguments that a function takes.
const MOST_ARGUMENTS: usize = 100;

pub(super) fn row(
    catalog: &Catalog,
    templates: &Templates,
    relation: Oid,
    alias: &str,
) -> Result<RowPreview, Error> {
    let mut compiler = Compiler {
        catalog,
        templates,
        alias,
        relations: FxHashMap::default(),
        joins: Vec::new(),
    };
    let source = Source {
        alias: quote::identifier(alias),
        relation: compiler.relation(relation)?,
    };
    let text = match compiler.template(&source, 0)? {
        None => NOTHING.to_owned(),
        Some(Shown { sql, is_nullable }) if is_nullable => format!("COALESCE({sql}, {NOTHING})"),
        Some(Shown { sql, .. }) => sql,
    };
    Ok(RowPreview {
        joins: compiler.joins.into_iter().map(|join| join.sql).collect(),
        text,
    })
}

struct Compiler<'a> {
    catalog: &'a Catalog,
    templates: &'a Templates,
    /// The alias of the relation whose rows are shown.
    alias: &'a str,
    /// `None`: gone meanwhile.
    relations: FxHashMap<Oid, Option<Rc<Relation>>>,
    joins: Vec<Join>,
}

/// A relation in the FROM clause.
#[derive(Clone)]
struct Source {
    alias: String,
    relation: Rc<Relation>,
}

struct Join {
    /// The alias of the relation whose foreign key it follows.
    from: String,
    constraint: Oid,
    to: Source,
    sql: String,
}

/// An expression of type text.
struct Shown {
    sql: String,
    /// NULL means that there is nothing to show.
    is_nullable: bool,
}

/// What a placeholder shows; NULL when its column is.
struct Piece {
    sql: String,
    /// The column.
    column: String,
}

impl Compiler<'_> {
    fn relation(&mut self, oid: Oid) -> Result<Rc<Relation>, Error> {
        self.relation_if_there(oid)?.ok_or(Error::UnknownRelation(oid))
    }

    fn relation_if_there(&mut self, oid: Oid) -> Result<Option<Rc<Relation>>, Error> {
        if let Some(known) = self.relations.get(&oid) {
            return Ok(known.clone());
        }
        let relation = match Relation::read(self.catalog, oid) {
            Err(Error::UnknownRelation(_)) => None,
            relation => Some(Rc::new(relation?)),
        };
        self.relations.insert(oid, relation.clone());
        Ok(relation)
    }

    /// A row of `source` by its relation's template. `None` if no part of it can be shown.
    fn template(&mut self, source: &Source, depth: usize) -> Result<Option<Shown>, Error> {
        let InForce { parts, shows_rows } = self.templates.in_force(self.catalog, &source.relation)?;
        let mut has_text = false;
        let mut columns = Vec::new();
        let mut arguments = Vec::with_capacity(parts.len());
        for part in &parts {
            match part {
                Part::Text(text) if text.is_empty() => {}
                Part::Text(text) => {
                    has_text = true;
                    arguments.push(quote::literal(text));
                }
                Part::Placeholder(placeholder) => {
                    if let Some(piece) = self.placeholder(source, placeholder, shows_rows, depth)? {
                        columns.push(piece.column);
                        arguments.push(piece.sql);
                    }
                }
            }
        }
        let is_nullable = !has_text;
        Ok(match arguments.len() {
            0 => None,
            1 if is_nullable => arguments.pop().map(|sql| Shown { sql, is_nullable }),
            _ if is_nullable => {
                let is_there: Vec<String> = columns.iter().map(|column| is_not_null(column)).collect();
                let sql = format!(
                    "CASE WHEN {} THEN {} END",
                    is_there.join(" OR "),
                    concatenation(arguments)
                );
                Some(Shown { sql, is_nullable })
            }
            _ => {
                let sql = concatenation(arguments);
                Some(Shown { sql, is_nullable })
            }
        })
    }

    fn placeholder(
        &mut self,
        source: &Source,
        placeholder: &Placeholder<Column>,
        shows_rows: bool,
        depth: usize,
    ) -> Result<Option<Piece>, Error> {
        let joined_before = self.joins.len();
        let Some((source, last)) = self.follow(source, &placeholder.path)? else {
            self.joins.truncate(joined_before);
            return Ok(None);
        };
        let Some(attribute) = source.relation.readable_column(self.catalog, last.attnum) else {
            self.joins.truncate(joined_before);
            return Ok(None);
        };
        let column = column_of(&source, attribute);
        if placeholder.raw {
            return Ok(Some(Piece {
                sql: display::plain(&column),
                column,
            }));
        }
        let value = display::value(self.catalog, &source.relation.metadata, attribute, &column)?;
        let row = match shows_rows && depth < DEEPEST {
            true => self.row_referred_to(&source, last.attnum, depth)?,
            false => None,
        };
        Ok(Some(Piece {
            sql: match row {
                // A row that the role does not see has nothing to show but the key by which it is referred to.
                Some(row) => format!("COALESCE({row}, {value})"),
                None => value,
            },
            column,
        }))
    }

    /// Goes along all but the last step of a path.
    fn follow<'p>(
        &mut self,
        source: &Source,
        path: &'p [Column],
    ) -> Result<Option<(Source, &'p Column)>, Error> {
        let mut source = source.clone();
        for steps in path.windows(2) {
            let relation = Rc::clone(&source.relation);
            let links = relation.links(self.catalog);
            let Some(link) = Link::of_column(links, steps[0].attnum, Some(steps[1].relation)) else {
                return Ok(None);
            };
            let Some(next) = self.join(&source, link)? else {
                return Ok(None);
            };
            source = next;
        }
        Ok(path.last().map(|last| (source, last)))
    }

    /// The row to which a foreign key column refers, by its own relation's template. NULL if it is not there.
    fn row_referred_to(
        &mut self,
        source: &Source,
        attnum: i16,
        depth: usize,
    ) -> Result<Option<String>, Error> {
        let relation = Rc::clone(&source.relation);
        let Some(link) = Link::of_column(relation.links(self.catalog), attnum, None) else {
            return Ok(None);
        };
        let joined_before = self.joins.len();
        let shown = match self.join(source, link)? {
            None => None,
            Some(target) => self
                .template(&target, depth + 1)?
                .and_then(|shown| Some((key_of(self.catalog, &target, link)?, shown))),
        };
        Ok(match shown {
            None => {
                // Nothing uses them.
                self.joins.truncate(joined_before);
                None
            }
            Some((
                _,
                Shown {
                    sql,
                    is_nullable: true,
                },
            )) => Some(sql),
            Some((key, Shown { sql, .. })) => Some(format!("CASE WHEN {} THEN {sql} END", is_not_null(&key))),
        })
    }

    /// The row to which a foreign key of `source` leads, if the role may follow it.
    fn join(&mut self, source: &Source, link: &Link) -> Result<Option<Source>, Error> {
        let is_same = |join: &&Join| join.constraint == link.constraint && join.from == source.alias;
        if let Some(join) = self.joins.iter().find(is_same) {
            return Ok(Some(join.to.clone()));
        }
        if self.joins.len() == MOST_JOINS {
            return Ok(None);
        }
        let Some(relation) = self.relation_if_there(link.target)? else {
            return Ok(None);
        };
        if !relation.is_nameable() {
            return Ok(None);
        }
        let to = Source {
            alias: quote::identifier(&format!("{}_{}", self.alias, self.joins.len() + 1)),
            relation,
        };
        let mut conditions = Vec::with_capacity(link.columns.len());
        for column in &link.columns {
            let Some(condition) = self.comparison(&to, source, column)? else {
                return Ok(None);
            };
            conditions.push(condition);
        }
        // A foreign key means rows of the table itself, not those of tables that inherit from it.
        let only = match to.relation.row.relkind {
            Char(pg_sys::RELKIND_RELATION) => "ONLY ",
            _ => "",
        };
        self.joins.push(Join {
            from: source.alias.clone(),
            constraint: link.constraint,
            sql: format!(
                " LEFT JOIN {only}{} AS {} ON {}",
                to.relation.qualified_name(self.catalog)?,
                to.alias,
                conditions.join(" AND "),
            ),
            to: to.clone(),
        });
        Ok(Some(to))
    }

    /// That a column referred to has the value of the foreign key's, compared as the foreign key does. `None` if the role
    /// may not read both.
    fn comparison(&self, to: &Source, from: &Source, column: &LinkColumn) -> Result<Option<String>, Error> {
        let catalog = self.catalog;
        let (Some(referenced), Some(referring)) = (
            to.relation.readable_column(catalog, column.referenced),
            from.relation.readable_column(catalog, column.attnum),
        ) else {
            return Ok(None);
        };
        let operator = PgOperator::by_oid(&catalog.reader, column.operator).ok_or(Error::Vanished)?;
        let left = cast(
            catalog,
            column_of(to, referenced),
            referenced.atttypid,
            operator.oprleft,
        )?;
        let mut right = cast(
            catalog,
            column_of(from, referring),
            referring.atttypid,
            operator.oprright,
        )?;
        let collation = referenced.attcollation;
        if ![Oid::INVALID, collation].contains(&referring.attcollation) && collation != Oid::INVALID {
            let collation = PgCollation::by_oid(&catalog.reader, collation).ok_or(Error::Vanished)?;
            let schema = catalog.schema_name(collation.collnamespace)?;
            let name = quote::qualified(&schema, &collation.collname);
            right = format!("{right} COLLATE {name}");
        }
        let schema = quote::identifier(&catalog.schema_name(operator.oprnamespace)?);
        Ok(Some(format!(
            "{left} OPERATOR({schema}.{}) {right}",
            operator.oprname
        )))
    }
}

/// A column of the key that a foreign key refers to: NULL if there is no such row.
fn key_of(catalog: &Catalog, target: &Source, link: &Link) -> Option<String> {
    let key = link.columns.first()?.referenced;
    let column = target.relation.readable_column(catalog, key)?;
    Some(column_of(target, column))
}

fn column_of(source: &Source, column: &PgAttribute) -> String {
    format!("{}.{}", source.alias, quote::identifier(&column.attname))
}

/// An operand as its operator takes it.
fn cast(catalog: &Catalog, operand: String, from: Oid, to: Oid) -> Result<String, Error> {
    const POLYMORPHIC: [Oid; 4] = [
        pg_sys::ANYENUMOID,
        pg_sys::ANYARRAYOID,
        pg_sys::ANYRANGEOID,
        pg_sys::ANYMULTIRANGEOID,
    ];
    if from == to || POLYMORPHIC.contains(&to) || to == pg_sys::RECORDOID {
        return Ok(operand);
    }
    Ok(format!("{operand}::{}", catalog.qualified_type_name(to)?))
}

/// Whether a value is not NULL. `IS NOT NULL` would ask that of each field of a composite value.
fn is_not_null(value: &str) -> String {
    format!("{value} IS DISTINCT FROM NULL")
}

/// Texts one after the other. Nothing stands for NULL.
fn concatenation(mut arguments: Vec<String>) -> String {
    while arguments.len() > MOST_ARGUMENTS {
        arguments = arguments.chunks(MOST_ARGUMENTS).map(concat).collect();
    }
    concat(&arguments)
}

fn concat(arguments: &[String]) -> String {
    format!("pg_catalog.concat({})", arguments.join(", "))
}
