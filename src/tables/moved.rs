//! Columns that move from one table to another, with all that moves with them: comments, metadata, defaults that are
//! values, constraints on these columns alone.

use super::column_type;
use super::error::TablesError;
use super::table::Table;
use crate::catalog::Catalog;
use crate::catalog::rows::{OfRelation, PgAttribute, PgClass, PgConstraint, PgDescription};
use crate::definition::json_text::RawJson;
use crate::error::Error;
use crate::metadata::read;
use crate::pg::catalog_row::Char;
use crate::pg::snapshot::Snapshot;
use crate::pg::type_name::{self, TypeId};
use crate::pg::{Oid, deparse, expression, ownership, quote};
use serde_json::Value;

/// Columns that move.
pub(super) struct Moved {
    pub(super) columns: Vec<MovedColumn>,
    /// Constraints on these columns alone, as ALTER TABLE ... ADD takes them.
    pub(super) constraints: Vec<MovedConstraint>,
}

pub(super) struct MovedColumn {
    attnum: i16,
    pub(super) name: String,
    pub(super) type_: String,
    pub(super) collation: Option<String>,
    pub(super) not_null: bool,
    /// As SQL, if it is a value.
    pub(super) default: Option<String>,
    pub(super) description: Option<String>,
    pub(super) metadata: Option<RawJson>,
    /// Whether its type has an order.
    has_order: bool,
}

pub(super) struct MovedConstraint {
    pub(super) definition: String,
    /// Names of the columns that it is about.
    pub(super) columns: Vec<String>,
}

impl Moved {
    /// Columns of a table whose rows are all there for the current role.
    pub(super) fn of_columns(table: &Table, attnums: &[i32]) -> Result<Self, Error> {
        if attnums.is_empty() {
            return Err(TablesError::NoColumns.into());
        }
        if ownership::row_security_applies(table.oid()) {
            return Err(TablesError::HiddenRows {
                relation: table.name().to_owned(),
            }
            .into());
        }
        for attnum in attnums {
            table.find_column(*attnum)?;
        }
        let catalog = Catalog::new(Snapshot::latest());
        let defaults = table.defaults();
        let descriptions = PgDescription::of_relation(&catalog.reader, table.oid());
        let mut metadata = metadata_of(&catalog, table.oid())?;
        let columns = table
            .columns
            .iter()
            .filter(|column| attnums.contains(&column.attnum.into()))
            .map(|column| {
                let default = defaults.iter().find(|default| default.adnum == column.attnum);
                let description = descriptions
                    .iter()
                    .find(|description| description.objsubid == i32::from(column.attnum));
                let default = match default {
                    Some(default) if column.attgenerated == Char(0) => {
                        value_of(&default.adbin.0, table.oid())?
                    }
                    _ => None,
                };
                Ok(MovedColumn {
                    attnum: column.attnum,
                    name: column.attname.clone(),
                    type_: type_of(column)?,
                    collation: collation_of(column),
                    not_null: column.attnotnull,
                    default,
                    description: description.map(|description| description.description.0.clone()),
                    metadata: take_metadata(&mut metadata, column.attnum),
                    has_order: type_name::has_order(column.atttypid),
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let constraints = constraints_of(table, &columns)?;
        Ok(Self { columns, constraints })
    }

    pub(super) fn has_name(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }

    /// The columns as identifiers of `relation`, separated by commas.
    pub(super) fn identifiers(&self, relation: &str) -> String {
        let names = self
            .columns
            .iter()
            .map(|column| format!("{relation}.{}", quote::identifier(&column.name)));
        names.collect::<Vec<_>>().join(", ")
    }

    /// The order of the rows of `relation` in which rows with the same values stand together, and no others.
    /// Values can be equal without being the same: 1.0 and 1.00, 30 days and 1 month, Foo and foo where case does not
    /// count. So their texts count too, byte by byte. Types without an order are compared as they are stored.
    pub(super) fn order(&self, relation: &str) -> String {
        let terms = self.columns.iter().map(|column| {
            let value = format!("{relation}.{}", quote::identifier(&column.name));
            match column.has_order {
                true => format!("{value}, pg_catalog.format('%L', {value}) COLLATE pg_catalog.\"C\""),
                false => format!("ROW({value}) USING OPERATOR(pg_catalog.*<)"),
            }
        });
        terms.collect::<Vec<_>>().join(", ")
    }

    /// The actions that drop them from their old table.
    pub(super) fn drop_actions(&self) -> Vec<String> {
        self.columns
            .iter()
            .map(|column| format!("DROP COLUMN {}", quote::identifier(&column.name)))
            .collect()
    }
}

/// The type of a column as SQL, with its modifiers.
pub(super) fn type_of(column: &PgAttribute) -> Result<String, Error> {
    column_type::to_sql(TypeId {
        oid: column.atttypid,
        modifier: column.atttypmod,
    })
}

/// The collation as SQL; `None` for a type that has none.
fn collation_of(column: &PgAttribute) -> Option<String> {
    (column.attcollation != Oid::INVALID)
        .then(|| deparse::collation(column.attcollation))
        .flatten()
}

/// A default as SQL, if it is a value.
fn value_of(node_tree: &str, relation: Oid) -> Result<Option<String>, Error> {
    if expression::constant_value(node_tree).is_none() {
        return Ok(None);
    }
    deparse::expression(node_tree, relation)
        .map(Some)
        .ok_or(Error::Vanished)
}

fn constraints_of(table: &Table, columns: &[MovedColumn]) -> Result<Vec<MovedConstraint>, Error> {
    let name_of = |attnum: &i16| {
        columns
            .iter()
            .find(|column| column.attnum == *attnum)
            .map(|column| column.name.clone())
    };
    let mut constraints = Vec::new();
    for row in table.constraints() {
        let is_copy = row.conparentid != Oid::INVALID;
        if is_copy || !matches!(row.contype.0, b'p' | b'u' | b'f' | b'c' | b'x') || row.conkey.is_empty() {
            continue;
        }
        let Some(columns) = row.conkey.iter().map(name_of).collect::<Option<Vec<_>>>() else {
            continue;
        };
        constraints.push(MovedConstraint {
            definition: definition_of(row)?,
            columns,
        });
    }
    Ok(constraints)
}

/// The definition for a table that has a primary key already.
fn definition_of(row: &PgConstraint) -> Result<String, Error> {
    let definition = deparse::constraint(row.oid).ok_or(Error::Vanished)?;
    Ok(match definition.strip_prefix("PRIMARY KEY") {
        Some(columns) => format!("UNIQUE{columns}"),
        None => definition,
    })
}

/// The metadata of a table's columns, each an object.
fn metadata_of(catalog: &Catalog, relation: Oid) -> Result<Vec<Value>, Error> {
    let Some(row) = PgClass::by_oid(&catalog.reader, relation) else {
        return Ok(Vec::new());
    };
    let metadata = serde_json::to_value(read::read_columns(catalog, &row)?).map_err(Error::Serialization)?;
    Ok(match metadata {
        Value::Array(columns) => columns,
        _ => Vec::new(),
    })
}

/// The options of one column.
fn take_metadata(metadata: &mut [Value], attnum: i16) -> Option<RawJson> {
    let options = metadata
        .iter_mut()
        .find(|options| options.get("attnum") == Some(&attnum.into()))?
        .as_object_mut()?;
    options.retain(|key, _| !matches!(key.as_str(), "attnum" | "name" | "created_at" | "updated_at"));
    RawJson::try_from(&Value::Object(std::mem::take(options))).ok()
}
