//! Columns, with their defaults, identity and generation.

use super::rows::{ByOid, SequenceRow};
use super::table::{DefinedTable, take_options};
use crate::catalog::comments::Comments;
use crate::catalog::rows::{OfRelation, PgAttrdef, PgAttribute, PgClass, PgDepend, catalog_oid};
use crate::definition::column::{
    ColumnDefinition, GeneratedDefinition, GeneratedKind, IdentityDefinition, IdentityGeneration,
    SequenceOptions, SequenceType, Serial,
};
use crate::definition::type_object::TypeObject;
use crate::error::Error;
use crate::metadata::detached::NamedMetadata;
use crate::pg::catalog_row::Char;
use crate::pg::type_name::TypeId;
use crate::pg::{Oid, deparse, quote, relations};
use pgrx::pg_sys;
use std::collections::HashMap;

/// The columns of a table that it does not have from `parents`, and those that differ from what the parents say.
pub(super) fn read_columns(
    table: &DefinedTable<'_>,
    parents: &[Oid],
    comments: &mut Comments,
    metadata: &mut NamedMetadata,
) -> Result<Vec<ColumnDefinition>, Error> {
    let columns = Columns {
        table,
        defaults: defaults(table, table.row.oid),
        sequences: if table.row.relispartition {
            HashMap::new()
        } else {
            sequences(table)
        },
    };
    let mut inherited = HashMap::new();
    for &parent in parents {
        let parent_defaults = defaults(table, parent);
        for column in PgAttribute::live(&table.catalog.reader, parent) {
            let default = parent_defaults
                .get(&column.attnum)
                .and_then(|stored| deparse::expression(stored, parent));
            let inherited_column = Inherited {
                not_null: column.attnotnull,
                default,
            };
            inherited
                .entry(column.attname.clone())
                .or_insert(inherited_column);
        }
    }
    let mut definitions = Vec::new();
    for column in &table.columns {
        let description = comments.take_comment(column.attnum);
        let options = take_options(metadata, &column.attname)?;
        let definition = match inherited.get(&column.attname) {
            Some(_) if column.attislocal && !table.row.relispartition => Some(columns.whole(column)?),
            Some(inherited) => columns.difference(column, inherited)?,
            None => Some(columns.whole(column)?),
        };
        let is_told = description.is_some() || options.is_some();
        if definition.is_some() || is_told {
            let named = || ColumnDefinition {
                name: Some(column.attname.clone()),
                ..ColumnDefinition::default()
            };
            definitions.push(ColumnDefinition {
                description,
                metadata: options,
                ..definition.unwrap_or_else(named)
            });
        }
    }
    Ok(definitions)
}

/// The properties of a column in a parent.
struct Inherited {
    not_null: bool,
    default: Option<String>,
}

/// The stored defaults and generation expressions of a relation, by column.
fn defaults(table: &DefinedTable<'_>, relation: Oid) -> HashMap<i16, String> {
    PgAttrdef::of_relation(&table.catalog.reader, relation)
        .into_iter()
        .map(|row| (row.adnum, row.adbin.0))
        .collect()
}

/// The sequences that belong to columns, by column.
fn sequences(table: &DefinedTable<'_>) -> HashMap<i16, PgClass> {
    let dependents = table.rows::<PgDepend>().into_iter();
    dependents
        .filter(|row| {
            row.classid.to_u32() == catalog_oid::PG_CLASS
                && row.objsubid == 0
                && row.refobjsubid > 0
                && matches!(row.deptype, Char(b'a' | b'i'))
        })
        .filter_map(|row| {
            let sequence = PgClass::by_oid(&table.catalog.reader, row.objid)?;
            let attnum = i16::try_from(row.refobjsubid).ok()?;
            (sequence.relkind == Char(pg_sys::RELKIND_SEQUENCE)).then_some((attnum, sequence))
        })
        .collect()
}

struct Columns<'a> {
    table: &'a DefinedTable<'a>,
    defaults: HashMap<i16, String>,
    sequences: HashMap<i16, PgClass>,
}

impl Columns<'_> {
    fn whole(&self, column: &PgAttribute) -> Result<ColumnDefinition, Error> {
        let type_id = TypeId {
            oid: column.atttypid,
            modifier: column.atttypmod,
        };
        let type_name = type_id.to_sql().ok_or(Error::Vanished)?;
        let type_collation = self.table.catalog.type_info(column.atttypid)?.collation;
        let mut definition = ColumnDefinition {
            name: Some(column.attname.clone()),
            type_: Some(TypeObject::named(&type_name)),
            collation: self.table.collation(column.attcollation, type_collation)?,
            not_null: column.attnotnull,
            ..ColumnDefinition::default()
        };
        match (column.attidentity, column.attgenerated) {
            (Char(0), Char(0)) => self.add_default(column, &mut definition)?,
            (Char(0), kind) => {
                definition.generated = self.expression(column).map(|expression| GeneratedDefinition {
                    kind: if kind == Char(b'v') {
                        GeneratedKind::Virtual
                    } else {
                        GeneratedKind::Stored
                    },
                    expression,
                });
            }
            (generation, _) => {
                definition.identity = Some(IdentityDefinition {
                    generation: if generation == Char(b'a') {
                        IdentityGeneration::Always
                    } else {
                        IdentityGeneration::ByDefault
                    },
                    sequence: match self.sequence(column)? {
                        Some((_, sequence)) => sequence_options(&sequence),
                        None => SequenceOptions::default(),
                    },
                });
            }
        }
        Ok(definition)
    }

    /// A default: the next number of a sequence that belongs to the column, or an expression.
    fn add_default(&self, column: &PgAttribute, definition: &mut ColumnDefinition) -> Result<(), Error> {
        let Some(expression) = self.expression(column) else {
            return Ok(());
        };
        if let Some((class, sequence)) = self.sequence(column)? {
            let schema = self.table.catalog.schema_name(class.relnamespace)?;
            let name = quote::qualified(&schema, &class.relname);
            let is_given =
                class.relname != relations::serial_sequence_name(&self.table.row.relname, &column.attname);
            if expression == format!("nextval({}::regclass)", quote::literal(&name)) {
                definition.serial = Some(Serial {
                    name: is_given.then_some(class.relname),
                    sequence_type: (sequence.seqtypid != column.atttypid)
                        .then(|| sequence_type(sequence.seqtypid)),
                    sequence: sequence_options(&sequence),
                });
                return Ok(());
            }
        }
        definition.default_expression = Some(expression);
        Ok(())
    }

    /// How a column differs from what its table inherits.
    fn difference(
        &self,
        column: &PgAttribute,
        inherited: &Inherited,
    ) -> Result<Option<ColumnDefinition>, Error> {
        let mut definition = ColumnDefinition {
            name: Some(column.attname.clone()),
            not_null: column.attnotnull && !inherited.not_null,
            ..ColumnDefinition::default()
        };
        let default = self.expression(column);
        let is_plain = column.attidentity == Char(0) && column.attgenerated == Char(0);
        if is_plain && default != inherited.default {
            // A default that the parent has, and the child has not, is NULL there.
            definition.default_expression = Some(default.unwrap_or_else(|| "NULL".to_owned()));
        }
        let differs = definition.not_null || definition.default_expression.is_some();
        if !differs {
            return Ok(None);
        }
        if !self.table.row.relispartition {
            let type_id = TypeId {
                oid: column.atttypid,
                modifier: column.atttypmod,
            };
            definition.type_ = Some(TypeObject::named(&type_id.to_sql().ok_or(Error::Vanished)?));
            let type_collation = self.table.catalog.type_info(column.atttypid)?.collation;
            definition.collation = self.table.collation(column.attcollation, type_collation)?;
        }
        Ok(Some(definition))
    }

    fn expression(&self, column: &PgAttribute) -> Option<String> {
        let stored = self.defaults.get(&column.attnum)?;
        deparse::expression(stored, self.table.row.oid)
    }

    fn sequence(&self, column: &PgAttribute) -> Result<Option<(PgClass, SequenceRow)>, Error> {
        let Some(class) = self.sequences.get(&column.attnum) else {
            return Ok(None);
        };
        let class = PgClass::by_oid(&self.table.catalog.reader, class.oid).ok_or(Error::Vanished)?;
        let row = SequenceRow::by_oid(&self.table.catalog.reader, class.oid).ok_or(Error::Vanished)?;
        Ok(Some((class, row)))
    }
}

fn sequence_type(type_oid: Oid) -> SequenceType {
    match type_oid {
        pg_sys::INT2OID => SequenceType::SmallInt,
        pg_sys::INT4OID => SequenceType::Integer,
        _ => SequenceType::BigInt,
    }
}

/// The options of a sequence that are not what PostgreSQL takes anyway.
pub(in crate::tables) fn sequence_options(row: &SequenceRow) -> SequenceOptions {
    let (least, greatest) = match sequence_type(row.seqtypid) {
        SequenceType::SmallInt => (i16::MIN.into(), i16::MAX.into()),
        SequenceType::Integer => (i32::MIN.into(), i32::MAX.into()),
        SequenceType::BigInt => (i64::MIN, i64::MAX),
    };
    let (min, max) = if row.seqincrement > 0 {
        (1, greatest)
    } else {
        (least, -1)
    };
    let start = if row.seqincrement > 0 {
        row.seqmin
    } else {
        row.seqmax
    };
    let unless = |value: i64, usual: i64| (value != usual).then_some(value);
    SequenceOptions {
        start: unless(row.seqstart, start),
        increment: unless(row.seqincrement, 1),
        min: unless(row.seqmin, min),
        max: unless(row.seqmax, max),
        cache: unless(row.seqcache, 1),
        cycle: row.seqcycle,
    }
}
