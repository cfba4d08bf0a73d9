//! Columns with rows that are to count by themselves from now on: their identity goes on where the rows and the
//! sequences that they had before have come to.

use super::clause;
use super::stored_definition::column::sequence_options;
use super::stored_definition::rows::{ByOid, SequenceRow};
use super::table::Table;
use crate::catalog::rows::{OfRelation, PgAttribute, PgClass, PgDepend, PgNamespace, catalog_oid};
use crate::definition::column::{IdentityDefinition, SequenceOptions};
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, quote};
use pgrx::pg_sys;

/// A sequence that belongs to a column.
struct OwnedSequence {
    /// The qualified name, as SQL.
    sql: String,
    row: SequenceRow,
    /// Whether it is that of an identity column.
    is_internal: bool,
    /// Whether anything but the column uses it.
    is_shared: bool,
}

/// A column that is going to count.
pub(super) struct Counting<'t> {
    table: &'t Table,
    column: &'t PgAttribute,
    sequences: Vec<OwnedSequence>,
}

impl<'t> Counting<'t> {
    pub(super) fn of_column(table: &'t Table, column: &'t PgAttribute) -> Result<Self, Error> {
        let reader = Reader::new(Snapshot::latest());
        let sequences = PgDepend::of_relation(&reader, table.oid())
            .into_iter()
            .filter(|row| {
                row.classid.to_u32() == catalog_oid::PG_CLASS
                    && row.refobjsubid == i32::from(column.attnum)
                    && matches!(row.deptype, Char(b'a' | b'i'))
            })
            .filter_map(|row| {
                OwnedSequence::from_dependency(&reader, &row, table.oid(), column.attnum).transpose()
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self {
            table,
            column,
            sequences,
        })
    }

    /// The words after ADD GENERATED: the identity that the caller asks for, or one that counts as the column has
    /// counted before.
    pub(super) fn identity(&self, wanted: &IdentityDefinition) -> String {
        let sequence = match self.old().next() {
            Some(old) if wanted.sequence == SequenceOptions::default() => {
                let as_before = sequence_options(&old.row);
                if old.row.seqtypid == self.column.atttypid {
                    as_before
                } else {
                    SequenceOptions {
                        min: None,
                        max: None,
                        ..as_before
                    }
                }
            }
            _ => wanted.sequence,
        };
        clause::write_identity(&IdentityDefinition { sequence, ..*wanted })
    }

    /// The statements that hand over to the identity of the column, which exists by then.
    pub(super) fn hand_over(&self, wanted: &IdentityDefinition) -> Vec<String> {
        let mut statements = Vec::new();
        for old in self.old() {
            statements.push(format!("ALTER SEQUENCE {} OWNED BY NONE", old.sql));
        }
        // A caller who says where it starts means it.
        if wanted.sequence.start.is_none() {
            let increment = wanted.sequence.increment;
            let by_old = self.sequences.first().map(|old| old.row.seqincrement);
            let is_descending = increment.or(by_old).is_some_and(|increment| increment < 0);
            statements.push(self.continuation(is_descending, wanted.sequence));
        }
        for old in self.old().filter(|old| !old.is_shared) {
            statements.push(format!("DROP SEQUENCE {}", old.sql));
        }
        statements
    }

    /// Sequences that are none of an identity column.
    fn old(&self) -> impl Iterator<Item = &OwnedSequence> {
        self.sequences.iter().filter(|sequence| !sequence.is_internal)
    }

    fn continuation(&self, is_descending: bool, wanted: SequenceOptions) -> String {
        let (furthest, further, first) = if is_descending {
            (
                "min",
                "LEAST",
                format!("OPERATOR(pg_catalog.<=) {}", wanted.max.unwrap_or(-1)),
            )
        } else {
            (
                "max",
                "GREATEST",
                format!("OPERATOR(pg_catalog.>=) {}", wanted.min.unwrap_or(1)),
            )
        };
        let table = self.table.sql();
        let mut reached = vec![format!(
            "(SELECT pg_catalog.{furthest}({}) FROM {table})::bigint",
            quote::identifier(&self.column.attname)
        )];
        // One that was not called yet is to give its last value next.
        reached.extend(self.sequences.iter().map(|sequence| {
            format!(
                "(SELECT CASE WHEN is_called THEN last_value ELSE last_value OPERATOR(pg_catalog.-) {}::bigint END FROM {})",
                quote::literal(&sequence.row.seqincrement.to_string()),
                sequence.sql
            )
        }));
        continuation(
            &table,
            &self.column.attname,
            &format!("{further}({})", reached.join(", ")),
            &first,
        )
    }
}

impl OwnedSequence {
    fn from_dependency(
        reader: &Reader,
        dependency: &PgDepend,
        table: Oid,
        attnum: i16,
    ) -> Result<Option<Self>, Error> {
        let class = PgClass::by_oid(reader, dependency.objid).ok_or(Error::Vanished)?;
        if class.relkind != Char(pg_sys::RELKIND_SEQUENCE) {
            return Ok(None);
        }
        let schema = PgNamespace::by_oid(reader, class.relnamespace).ok_or(Error::Vanished)?;
        let own_default = PgDepend::on_object(reader, catalog_oid::PG_CLASS.into(), class.oid);
        let is_of_column = |row: &PgDepend| {
            row.classid.to_u32() == catalog_oid::PG_ATTRDEF
                && PgDepend::of_object(reader, row.classid, row.objid)
                    .iter()
                    .any(|on| {
                        on.deptype == Char(b'a')
                            && on.refobjid == table
                            && on.refobjsubid == i32::from(attnum)
                    })
        };
        Ok(Some(Self {
            sql: quote::qualified(&schema.nspname, &class.relname),
            row: SequenceRow::by_oid(reader, class.oid).ok_or(Error::Vanished)?,
            is_internal: dependency.deptype == Char(b'i'),
            is_shared: !own_default.iter().all(is_of_column),
        }))
    }
}

/// Lets the sequence of a new identity column go on behind the largest number that is there.
pub(super) fn continue_counting(table: &str, column: &str) -> String {
    let most = format!(
        "(SELECT pg_catalog.max({}) FROM {table})",
        quote::identifier(column)
    );
    continuation(table, column, &most, "OPERATOR(pg_catalog.>=) 1")
}

fn continuation(table: &str, column: &str, reached: &str, condition: &str) -> String {
    format!(
        "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence({}, {}), reached) FROM (SELECT {reached} AS reached) AS numbers WHERE reached {condition}",
        quote::literal(table),
        quote::literal(column),
    )
}
