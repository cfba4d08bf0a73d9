//! Compiling a template to SQL.
//!
//! Each foreign key on the path of a placeholder is a LEFT JOIN on a unique key, so that no row is multiplied; paths
//! with a common beginning share their joins. Columns that the role may not read are left out, since PostgreSQL would
//! refuse the whole statement; PostgreSQL decides which rows of the joined tables the role sees.

use super::comparison::{self, Operand};
use super::display;
use super::relation::PreviewedRelation;
use super::template::{InForce, Purpose, Templates};
use crate::catalog::Catalog;
use crate::catalog::link::{ForeignKeyLink, ForeignKeyLinkColumn};
use crate::catalog::rows::{OfRelation, PgAttribute, PgConstraint};
use crate::error::Error;
use crate::metadata::references::ReferencedColumn;
use crate::pg::catalog_row::Char;
use crate::pg::{Oid, quote};
use crate::values::template::{Placeholder, TemplatePart};
use pgrx::pg_sys;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A placeholder that ends on a foreign key column shows the row referred to, whose template may do the same, and so
/// on: this far, or less far where that would take too much. It ends cycles, too.
const DEEPEST: usize = 3;

/// The most rows of other tables that one preview reads, and the most values from them: the time to plan a statement
/// grows with more than the square of its joins, and PostgreSQL cannot join more than 1,664 columns. A path that takes
/// more is left out.
const MOST_JOINS: usize = 32;
const MOST_JOINED_VALUES: usize = 256;

/// The text of a preview of which nothing remains: in the contract's functions, whose clients show the key then ...
const NOTHING: &str = "''::pg_catalog.text";
/// ... and in ours, where a row has no key.
const NO_KEY: &str = "'?'::pg_catalog.text";

/// How a row reads, as SQL: see [`RowPreview`](super::RowPreview).
pub(crate) struct RowExpression {
    /// One after the other: ` LEFT JOIN ...`.
    pub(crate) joins: Vec<String>,
    pub(crate) text: String,
}

pub(crate) fn compile_row(
    catalog: &Catalog,
    templates: &Templates,
    relation: Oid,
    alias: &str,
) -> Result<RowExpression, Error> {
    let mut compiler = Compiler {
        catalog,
        templates,
        alias,
        deepest: DEEPEST,
        relations: FxHashMap::default(),
        joins: Vec::new(),
        joined_values: 0,
        takes_too_much: false,
        collations: BTreeSet::new(),
    };
    loop {
        let preview = compiler.row(relation)?;
        if !compiler.takes_too_much || compiler.deepest == 0 {
            return Ok(preview);
        }
        compiler.deepest -= 1;
    }
}

struct Compiler<'a> {
    catalog: &'a Catalog,
    templates: &'a Templates,
    /// The alias of the relation whose rows are shown.
    alias: &'a str,
    /// How far templates go on in templates.
    deepest: usize,
    /// `None`: gone meanwhile.
    relations: FxHashMap<Oid, Option<Rc<PreviewedRelation>>>,
    joins: Vec<Join>,
    joined_values: usize,
    /// Whether something had to be left out.
    takes_too_much: bool,
    /// The collations of what is shown, but for the database's.
    collations: BTreeSet<u32>,
}

/// A relation in the FROM clause.
#[derive(Clone)]
struct JoinedRelation {
    alias: String,
    relation: Rc<PreviewedRelation>,
    /// Whether a row of it may not be found.
    is_joined: bool,
}

struct Join {
    /// The alias of the relation whose foreign key it follows.
    from: String,
    constraint: Oid,
    to: JoinedRelation,
    sql: String,
}

/// Expressions of type text, of which the first counts that is not NULL.
struct First(Vec<String>);

impl From<&str> for First {
    fn from(sql: &str) -> Self {
        Self(vec![sql.into()])
    }
}

impl From<String> for First {
    fn from(sql: String) -> Self {
        Self(vec![sql])
    }
}

impl First {
    fn or(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    fn sql(self) -> String {
        match self.0.as_slice() {
            [only] => only.clone(),
            several => format!("COALESCE({})", several.join(", ")),
        }
    }
}

/// The preview of a row.
struct ShownValue {
    first: First,
    /// NULL means that there is nothing to show.
    is_nullable: bool,
}

/// The value of a text or a placeholder.
struct Piece {
    first: First,
    /// That it is not NULL, where it can be.
    is_there: Option<String>,
}

impl Piece {
    fn of_text(text: String) -> Option<Self> {
        (!text.is_empty()).then(|| Self {
            first: format!("{}::pg_catalog.text", quote::literal(&text)).into(),
            is_there: None,
        })
    }
}

impl Compiler<'_> {
    fn row(&mut self, relation: Oid) -> Result<RowExpression, Error> {
        self.joins.clear();
        self.joined_values = 0;
        self.takes_too_much = false;
        self.collations.clear();
        let source = JoinedRelation {
            alias: quote::identifier(self.alias),
            relation: self.relation(relation)?,
            is_joined: false,
        };
        let text = match self.template(&source, 0)? {
            None => self.instead(&source).sql(),
            Some(ShownValue { first, is_nullable }) if is_nullable => first.or(self.instead(&source)).sql(),
            Some(ShownValue { first, .. }) => first.sql(),
        };
        // If two collations differ, PostgreSQL cannot decide by which to sort and compare.
        let collate = match self.collations.len() {
            0 | 1 => "",
            _ => " COLLATE pg_catalog.\"default\"",
        };
        Ok(RowExpression {
            joins: self.joins.iter().map(|join| join.sql.clone()).collect(),
            text: format!("{text}{collate}"),
        })
    }

    /// The text of a row that has nothing else to show.
    fn instead(&mut self, source: &JoinedRelation) -> First {
        if self.templates.purpose() == Purpose::Contract {
            return NOTHING.into();
        }
        let relation = &source.relation;
        let mut keys: Vec<_> = PgConstraint::of_relation(&self.catalog.reader, relation.row.oid)
            .into_iter()
            .filter(|constraint| matches!(constraint.contype, Char(b'p' | b'u')))
            .collect();
        // The primary key comes first.
        keys.sort_by_key(|constraint| constraint.contype == Char(b'u'));
        let values = keys.iter().find_map(|key| {
            let shown = key.conkey.iter().map(|&attnum| {
                let attribute = relation.readable_column(self.catalog, attnum)?;
                Some(display::show_raw(attribute, &column_of(source, attribute)))
            });
            shown.collect::<Option<Vec<String>>>()
        });
        match values.as_deref() {
            None | Some([]) => NO_KEY.into(),
            Some(values) => {
                let separator = " OPERATOR(pg_catalog.||) ', '::pg_catalog.text OPERATOR(pg_catalog.||) ";
                First::from(format!("({})", values.join(separator))).or(NO_KEY.into())
            }
        }
    }

    fn relation(&mut self, oid: Oid) -> Result<Rc<PreviewedRelation>, Error> {
        self.relation_if_there(oid)?.ok_or(Error::UnknownRelation(oid))
    }

    fn relation_if_there(&mut self, oid: Oid) -> Result<Option<Rc<PreviewedRelation>>, Error> {
        if let Some(known) = self.relations.get(&oid) {
            return Ok(known.clone());
        }
        let relation = match PreviewedRelation::read_relation(self.catalog, oid) {
            Err(Error::UnknownRelation(_)) => None,
            relation => Some(Rc::new(relation?)),
        };
        self.relations.insert(oid, relation.clone());
        Ok(relation)
    }

    /// A row of `source` by its relation's template. `None` if no part of it can be shown.
    fn template(&mut self, source: &JoinedRelation, depth: usize) -> Result<Option<ShownValue>, Error> {
        let InForce { parts, shows_rows } = self.templates.in_force(self.catalog, &source.relation)?;
        let mut pieces = Vec::with_capacity(parts.len());
        let mut text = String::new();
        for part in &parts {
            match part {
                TemplatePart::Text(words) => text.push_str(words),
                TemplatePart::Placeholder(placeholder) => {
                    if let Some(piece) = self.placeholder(source, placeholder, shows_rows, depth)? {
                        pieces.extend(Piece::of_text(std::mem::take(&mut text)));
                        pieces.push(piece);
                    }
                }
            }
        }
        pieces.extend(Piece::of_text(text));
        Ok(combine(pieces))
    }

    /// The value of a placeholder; `None` if it is left out, and nothing uses its joins.
    fn placeholder(
        &mut self,
        source: &JoinedRelation,
        placeholder: &Placeholder<ReferencedColumn>,
        shows_rows: bool,
        depth: usize,
    ) -> Result<Option<Piece>, Error> {
        let joined_before = self.joins.len();
        let piece = match self.follow(source, &placeholder.path)? {
            Some((source, last)) => {
                let shows_row = !placeholder.raw && shows_rows && depth < self.deepest;
                self.value(&source, last.attnum, placeholder.raw, shows_row.then_some(depth))?
            }
            None => None,
        };
        if piece.is_none() {
            self.joins.truncate(joined_before);
        }
        Ok(piece)
    }

    /// A column of `source`; with `row_at_depth`, where it is a foreign key, the row to which it refers.
    fn value(
        &mut self,
        source: &JoinedRelation,
        attnum: i16,
        raw: bool,
        row_at_depth: Option<usize>,
    ) -> Result<Option<Piece>, Error> {
        let Some(attribute) = source.relation.readable_column(self.catalog, attnum) else {
            return Ok(None);
        };
        if source.is_joined && self.joined_values == MOST_JOINED_VALUES {
            self.takes_too_much = true;
            return Ok(None);
        }
        self.joined_values += usize::from(source.is_joined);
        let column = column_of(source, attribute);
        // All columns of a row that a join may not find can be NULL.
        let is_there = match !source.is_joined && source.relation.is_never_null(self.catalog, attribute) {
            true => None,
            false => Some(is_not_null(self.catalog, attribute, &column)?),
        };
        if ![Oid::INVALID, pg_sys::DEFAULT_COLLATION_OID].contains(&attribute.attcollation) {
            self.collations.insert(attribute.attcollation.to_u32());
        }
        let value = match raw {
            true => display::show_raw(attribute, &column),
            false => display::show_value(self.catalog, &source.relation.metadata, attribute, &column)?,
        };
        let row = match row_at_depth {
            Some(depth) => self.row_referred_to(source, attnum, depth)?,
            None => None,
        };
        let first = match row {
            // A row that the role does not see has nothing to show but the key by which it is referred to.
            Some(row) => row.or(value.into()),
            None => value.into(),
        };
        Ok(Some(Piece { first, is_there }))
    }

    /// Goes along all but the last step of a path.
    fn follow<'p>(
        &mut self,
        source: &JoinedRelation,
        path: &'p [ReferencedColumn],
    ) -> Result<Option<(JoinedRelation, &'p ReferencedColumn)>, Error> {
        let mut source = source.clone();
        for steps in path.windows(2) {
            let links = self.catalog.links(source.relation.row.oid);
            let Some(link) = ForeignKeyLink::of_column(&links, steps[0].attnum, Some(steps[1].relation))
            else {
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
        source: &JoinedRelation,
        attnum: i16,
        depth: usize,
    ) -> Result<Option<First>, Error> {
        let links = self.catalog.links(source.relation.row.oid);
        let Some(link) = ForeignKeyLink::of_column(&links, attnum, None) else {
            return Ok(None);
        };
        let joined_before = self.joins.len();
        let Some(target) = self.join(source, link)? else {
            return Ok(None);
        };
        let Some(ShownValue { first, is_nullable }) = self.template(&target, depth + 1)? else {
            self.joins.truncate(joined_before);
            return Ok(None);
        };
        if is_nullable {
            return Ok(Some(first));
        }
        let is_there = key_is_there(self.catalog, &target, link)?;
        Ok(is_there.map(|is_there| format!("CASE WHEN {is_there} THEN {} END", first.sql()).into()))
    }

    /// The row to which a foreign key of `source` leads, if the role may follow it.
    fn join(
        &mut self,
        source: &JoinedRelation,
        link: &ForeignKeyLink,
    ) -> Result<Option<JoinedRelation>, Error> {
        let is_same = |join: &&Join| join.constraint == link.constraint && join.from == source.alias;
        if let Some(join) = self.joins.iter().find(is_same) {
            return Ok(Some(join.to.clone()));
        }
        if self.joins.len() == MOST_JOINS {
            self.takes_too_much = true;
            return Ok(None);
        }
        let Some(relation) = self.relation_if_there(link.target)? else {
            return Ok(None);
        };
        if !relation.is_joinable() {
            return Ok(None);
        }
        let to = JoinedRelation {
            alias: quote::identifier(&format!("{}_{}", self.alias, self.joins.len() + 1)),
            relation,
            is_joined: true,
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
                to.relation.sql(self.catalog)?,
                to.alias,
                conditions.join(" AND "),
            ),
            to: to.clone(),
        });
        Ok(Some(to))
    }

    /// That a column referred to has the value of the foreign key's, compared as the foreign key does. `None` if the
    /// role may not read both.
    fn comparison(
        &self,
        to: &JoinedRelation,
        from: &JoinedRelation,
        column: &ForeignKeyLinkColumn,
    ) -> Result<Option<String>, Error> {
        let catalog = self.catalog;
        let (Some(referenced), Some(referring)) = (
            to.relation.readable_column(catalog, column.referenced),
            from.relation.readable_column(catalog, column.attnum),
        ) else {
            return Ok(None);
        };
        let left = Operand::of_column(column_of(to, referenced), referenced);
        let right = Operand::of_column(column_of(from, referring), referring);
        comparison::compile_comparison(catalog, column.operator, left, right)
    }
}

/// That the row to which a foreign key leads is there. `None`: the role may not read the key.
fn key_is_there(
    catalog: &Catalog,
    target: &JoinedRelation,
    link: &ForeignKeyLink,
) -> Result<Option<String>, Error> {
    let key = link.columns.first().map(|column| column.referenced);
    key.and_then(|key| target.relation.readable_column(catalog, key))
        .map(|column| is_not_null(catalog, column, &column_of(target, column)))
        .transpose()
}

fn column_of(source: &JoinedRelation, column: &PgAttribute) -> String {
    format!("{}.{}", source.alias, quote::identifier(&column.attname))
}

/// That a column is not NULL. Of a composite value, `IS NOT NULL` would ask that of each field.
fn is_not_null(catalog: &Catalog, column: &PgAttribute, value: &str) -> Result<String, Error> {
    Ok(match catalog.type_info(column.atttypid)?.category {
        pg_sys::TYPCATEGORY_COMPOSITE => format!("{value} IS DISTINCT FROM NULL"),
        _ => format!("{value} IS NOT NULL"),
    })
}

/// Pieces one after the other, without those that are NULL; NULL if all are.
fn combine(mut pieces: Vec<Piece>) -> Option<ShownValue> {
    if pieces.len() < 2 {
        return pieces.pop().map(|piece| ShownValue {
            first: piece.first,
            is_nullable: piece.is_there.is_some(),
        });
    }
    let all_nullable: Option<Vec<&str>> = pieces.iter().map(|piece| piece.is_there.as_deref()).collect();
    let any_is_there = all_nullable.map(|conditions| conditions.join(" OR "));
    let texts = pieces.into_iter().map(|piece| match piece.is_there {
        Some(_) => piece.first.or("''".into()).sql(),
        None => piece.first.sql(),
    });
    let sql = concatenation(texts.collect());
    Some(match any_is_there {
        Some(any_is_there) => ShownValue {
            first: format!("CASE WHEN {any_is_there} THEN {sql} END").into(),
            is_nullable: true,
        },
        None => ShownValue {
            first: sql.into(),
            is_nullable: false,
        },
    })
}

/// Texts that are never NULL, one after the other. Not by the function `concat`, which takes twice the time. Thousands
/// of them are bracketed, since the server descends an operator for each operand.
fn concatenation(mut texts: Vec<String>) -> String {
    const TOGETHER: usize = 32;
    let concatenate = |texts: &[String]| texts.join(" OPERATOR(pg_catalog.||) ");
    while texts.len() > TOGETHER {
        let bracketed = |texts: &[String]| format!("({})", concatenate(texts));
        texts = texts.chunks(TOGETHER).map(bracketed).collect();
    }
    concatenate(&texts)
}
