//! A request's view of its relation: names, types, privileges, key and links, looked up once.

use super::error::RecordError;
use crate::catalog::link::ForeignKeyLink;
use crate::catalog::relation::Relation;
use crate::catalog::rows::{OfRelation, PgAttribute, PgConstraint};
use crate::catalog::types::TypeInfo;
use crate::catalog::{Catalog, row_key};
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::{Oid, comparison, quote};
use crate::previews::comparison::Operand;
use pgrx::pg_sys;
use std::rc::Rc;

/// The alias of the relation in a statement that lists rows.
pub(super) const LISTED: &str = "r";

/// A relation whose rows are read.
pub(crate) struct RecordRelation {
    pub(crate) oid: Oid,
    pub(super) owner: Oid,
    pub(crate) name: String,
    /// Its qualified name, as SQL.
    pub(crate) sql: String,
    /// The same where it is what a foreign key refers to: rows of the table itself, not those of tables that inherit
    /// from it.
    pub(crate) referenced_sql: String,
    /// Live columns, in attnum order.
    pub(crate) columns: Vec<RecordColumn>,
    /// The columns of its primary key, in key order; empty if it has none.
    pub(crate) key: Vec<i16>,
    /// The columns of each of its keys: the primary key, and the unique constraints.
    pub(crate) keys: Vec<Vec<i16>>,
    /// Whether tables inherit from it, whose rows are listed with its own, and may have the same keys.
    has_heirs: bool,
    /// Whether a statement of the current role may name it.
    pub(crate) is_nameable: bool,
}

pub(crate) struct RecordColumn {
    pub(crate) attnum: i16,
    pub(crate) name: String,
    /// Its name, as SQL.
    pub(crate) sql: String,
    pub(crate) type_info: Rc<TypeInfo>,
    /// Its type, or the one below it if that is a domain.
    pub(crate) base_type: Oid,
    pub(crate) collation: Oid,
    pub(crate) is_nullable: bool,
    /// Whether the current role may read it.
    pub(crate) is_readable: bool,
    /// Whether the digits of its attnum are the name of another column.
    pub(super) is_number_ambiguous: bool,
    /// Whether its name is the attnum of another column.
    pub(super) is_name_ambiguous: bool,
}

impl RecordColumn {
    fn from_row(catalog: &Catalog, row: &PgAttribute, is_readable: bool) -> Result<Self, Error> {
        Ok(Self {
            attnum: row.attnum,
            sql: quote::identifier(&row.attname),
            type_info: catalog.type_info(row.atttypid)?,
            base_type: comparison::base_type(row.atttypid),
            collation: row.attcollation,
            is_nullable: !row.attnotnull,
            is_readable,
            is_number_ambiguous: false,
            is_name_ambiguous: false,
            name: row.attname.clone(),
        })
    }

    /// The column of `alias`, as SQL.
    pub(crate) fn sql_of(&self, alias: &str) -> String {
        format!("{alias}.{}", self.sql)
    }

    /// The same as an operator for its values takes it.
    pub(crate) fn compared_of(&self, alias: &str) -> String {
        comparison::operand(&self.sql_of(alias), self.type_info.oid).into_owned()
    }

    /// The same as one side of a comparison; `sql` is what the statement calls the column.
    pub(super) fn operand(&self, sql: String) -> Operand {
        Operand::new(sql, self.type_info.oid, self.collation)
    }

    /// How a short filter names it: by its name, where that is not read as something else.
    pub(super) fn filter_name(&self) -> String {
        let is_plain = |name: &str| {
            // A filter with a member "type" is a tree.
            name != "type"
                && !name.starts_with(['#', '"', '-'])
                && !name.contains('.')
                && name.parse::<i64>().is_err()
        };
        if is_plain(&self.name) {
            self.name.clone()
        } else {
            format!("#{}", self.attnum)
        }
    }

    /// Whether rows can be ordered by it.
    pub(crate) fn is_ordered(&self) -> bool {
        comparison::is_ordered(self.base_type)
    }
}

impl RecordRelation {
    pub(crate) fn read_relation(catalog: &Catalog, oid: Oid) -> Result<Self, Error> {
        let relation = Relation::find(catalog, oid)?;
        let columns = relation
            .columns
            .iter()
            .map(|column| RecordColumn::from_row(catalog, column, relation.may_read(catalog, column)));
        let is_plain_table = relation.row.relkind == Char(pg_sys::RELKIND_RELATION);
        let sql = relation.sql(catalog)?;
        let keys = find_keys(catalog, oid);
        Ok(Self {
            oid,
            owner: relation.row.relowner,
            referenced_sql: if is_plain_table {
                format!("ONLY {sql}")
            } else {
                sql.clone()
            },
            sql,
            columns: with_key_names(columns.collect::<Result<_, _>>()?),
            key: keys
                .first()
                .filter(|(is_primary, _)| *is_primary)
                .map_or(Vec::new(), |(_, key)| key.clone()),
            keys: keys.into_iter().map(|(_, key)| key).collect(),
            has_heirs: is_plain_table && relation.has_children(catalog),
            is_nameable: relation.is_nameable(catalog)?,
            name: relation.row.relname,
        })
    }

    /// The columns that the current role may read.
    pub(crate) fn readable(&self) -> impl Iterator<Item = &RecordColumn> {
        self.columns.iter().filter(|column| column.is_readable)
    }

    /// Whether a reference names one of its columns.
    pub(super) fn has(&self, reference: &ColumnReference) -> Result<bool, Error> {
        match reference {
            ColumnReference::Attnum(_) => Ok(true),
            ColumnReference::Name(name) => {
                let columns = self
                    .columns
                    .iter()
                    .map(|column| (column.attnum, column.name.as_str()));
                Ok(row_key::find_column(&self.name, name, columns)?.is_some())
            }
        }
    }

    /// A column that the request names, also one that the role may not read.
    pub(crate) fn named(&self, reference: &ColumnReference) -> Result<&RecordColumn, Error> {
        let attnum = match reference {
            ColumnReference::Attnum(attnum) => i16::try_from(*attnum).ok(),
            ColumnReference::Name(name) => {
                let columns = self
                    .columns
                    .iter()
                    .map(|column| (column.attnum, column.name.as_str()));
                row_key::find_column(&self.name, name, columns)?
            }
        };
        let found = self.columns.iter().find(|column| Some(column.attnum) == attnum);
        Ok(found.ok_or_else(|| RecordError::UnknownColumn {
            relation: self.name.clone(),
            column: reference.to_string(),
            name: match reference {
                ColumnReference::Attnum(_) => None,
                ColumnReference::Name(name) => Some(name.clone()),
            },
            columns: self.list_columns(),
        })?)
    }

    /// A column that the request names and the current role may read.
    pub(crate) fn column(&self, reference: &ColumnReference) -> Result<&RecordColumn, Error> {
        let column = match self.named(reference) {
            Ok(column) => column,
            Err(error) => {
                self.check_visible()?;
                return Err(error);
            }
        };
        self.check_readable(column)?;
        Ok(column)
    }

    /// Refuses a column that the current role may not read.
    fn check_readable(&self, column: &RecordColumn) -> Result<(), RecordError> {
        if column.is_readable {
            Ok(())
        } else {
            Err(RecordError::UnreadableColumn {
                relation: self.name.clone(),
                column: column.name.clone(),
            })
        }
    }

    /// A column by its number, if the current role may read it.
    pub(crate) fn readable_by_number(&self, attnum: i16) -> Option<&RecordColumn> {
        self.readable().find(|column| column.attnum == attnum)
    }

    /// The columns of the key, if there is one that the current role may read.
    pub(crate) fn readable_key(&self) -> Option<Vec<&RecordColumn>> {
        let columns: Option<Vec<_>> = self
            .key
            .iter()
            .map(|&attnum| self.readable_by_number(attnum))
            .collect();
        columns.filter(|columns| !columns.is_empty())
    }

    /// The same, if no two rows that are listed can have the same key.
    pub(crate) fn unique_key(&self) -> Option<Vec<&RecordColumn>> {
        self.readable_key().filter(|_| !self.has_heirs)
    }

    /// The columns of the key, for a request that addresses rows by it.
    pub(crate) fn needed_key(&self) -> Result<Vec<&RecordColumn>, Error> {
        self.check_visible()?;
        Ok(self.columns_of_key(&self.key)?)
    }

    /// Refuses a relation of which the current role may read nothing: what keys it has is nothing for that role.
    pub(super) fn check_visible(&self) -> Result<(), Error> {
        if self.columns.is_empty() || self.readable().next().is_some() {
            return Ok(());
        }
        Err(Error::UnreadableRelation {
            name: self.name.clone(),
        })
    }

    /// The columns of a key, each of which the current role may read.
    pub(crate) fn columns_of_key(&self, key: &[i16]) -> Result<Vec<&RecordColumn>, RecordError> {
        let columns: Vec<&RecordColumn> = key
            .iter()
            .filter_map(|attnum| self.columns.iter().find(|column| column.attnum == *attnum))
            .collect();
        for column in &columns {
            self.check_readable(column)?;
        }
        if columns.is_empty() {
            return Err(RecordError::NoKey {
                relation: self.name.clone(),
                reason: "it has no primary key".into(),
            });
        }
        Ok(columns)
    }

    /// The foreign keys by which its rows link to others: those of which the current role may read both sides, each
    /// with its target.
    pub(crate) fn links(&self, catalog: &Catalog) -> Result<Vec<(ForeignKeyLink, RecordRelation)>, Error> {
        let mut links: Vec<(ForeignKeyLink, RecordRelation)> = Vec::new();
        for link in catalog.links(self.oid).iter() {
            let is_known = links.iter().any(|(known, _)| known.attnums().eq(link.attnums()));
            if is_known
                || !link
                    .attnums()
                    .all(|attnum| self.readable_by_number(attnum).is_some())
            {
                continue;
            }
            let target = RecordRelation::read_relation(catalog, link.target)?;
            let is_readable = target.is_nameable
                && link
                    .columns
                    .iter()
                    .all(|column| target.readable_by_number(column.referenced).is_some());
            if is_readable {
                links.push((link.clone(), target));
            }
        }
        links.sort_by_key(|(link, _)| link.attnums().collect::<Vec<_>>());
        Ok(links)
    }

    /// For messages: `1 (id), 2 (title)`.
    fn list_columns(&self) -> String {
        const MOST: usize = 50;
        let mut names: Vec<String> = self
            .columns
            .iter()
            .take(MOST)
            .map(|column| format!("{} ({})", column.attnum, column.name))
            .collect();
        if self.columns.len() > MOST {
            names.push("...".into());
        }
        if names.is_empty() {
            names.push("none".into());
        }
        names.join(", ")
    }
}

impl ForeignKeyLink {
    /// Its columns, in the order of the key.
    pub(crate) fn attnums(&self) -> impl Iterator<Item = i16> {
        self.columns.iter().map(|column| column.attnum)
    }
}

/// Columns, with what is known of them when the others are.
fn with_key_names(mut columns: Vec<RecordColumn>) -> Vec<RecordColumn> {
    let numbers: Vec<i16> = columns.iter().map(|column| column.attnum).collect();
    let numeric_names: Vec<(i16, i16)> = columns
        .iter()
        .filter_map(|column| Some((column.attnum, row_key::parse_attnum(&column.name)?)))
        .filter(|(attnum, named)| attnum != named && numbers.contains(named))
        .collect();
    for (attnum, named) in numeric_names {
        for column in &mut columns {
            column.is_name_ambiguous |= column.attnum == attnum;
            column.is_number_ambiguous |= column.attnum == named;
        }
    }
    columns
}

/// The keys of a relation, the primary key first, and whether each is that.
fn find_keys(catalog: &Catalog, relation: Oid) -> Vec<(bool, Vec<i16>)> {
    let mut keys: Vec<_> = PgConstraint::of_relation(&catalog.reader, relation)
        .into_iter()
        .filter(|constraint| matches!(constraint.contype, Char(b'p' | b'u')))
        .map(|constraint| (constraint.contype == Char(b'p'), constraint.conkey))
        .collect();
    keys.sort_by_key(|(is_primary, _)| !is_primary);
    keys
}

/// A column, as a request names it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Deserialize)]
#[serde(untagged, expecting = "the attnum or the name of a column")]
pub(crate) enum ColumnReference {
    Attnum(i64),
    Name(String),
}

impl From<i16> for ColumnReference {
    fn from(attnum: i16) -> Self {
        Self::Attnum(attnum.into())
    }
}

/// For messages: the number, or the name in quotes.
impl std::fmt::Display for ColumnReference {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Attnum(attnum) => write!(formatter, "{attnum}"),
            Self::Name(name) => write!(formatter, "\"{name}\""),
        }
    }
}
