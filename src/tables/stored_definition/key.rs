//! Elements of keys: columns or expressions, with their index options.

use super::rows::{ByOid, OperatorClassRow};
use super::table::DefinedTable;
use crate::definition::name::{ColumnRef, QualifiedName};
use crate::error::Error;
use crate::pg::{Oid, deparse, node_tree};

/// The elements of an index or of a partition key, as catalogs have them.
pub(super) struct StoredKeyElements<'a> {
    /// 0 stands for the next expression.
    pub(super) attnums: &'a [i16],
    pub(super) expressions: Option<&'a str>,
    pub(super) collations: &'a [Oid],
    pub(super) operator_classes: &'a [Oid],
}

/// An element by names.
pub(super) struct StoredKeyElement {
    pub(super) column: Option<ColumnRef>,
    pub(super) expression: Option<String>,
    pub(super) collation: Option<QualifiedName>,
    pub(super) operator_class: Option<QualifiedName>,
}

impl StoredKeyElements<'_> {
    pub(super) fn read_elements(&self, table: &DefinedTable<'_>) -> Result<Vec<StoredKeyElement>, Error> {
        let mut expressions = self
            .expressions
            .map(node_tree::elements)
            .unwrap_or_default()
            .into_iter();
        let mut elements = Vec::new();
        for (at, &attnum) in self.attnums.iter().enumerate() {
            let collation = self.collations.get(at).copied().unwrap_or(Oid::INVALID);
            let (column, expression, own_collation) = if attnum == 0 {
                let stored = expressions.next().ok_or(Error::Vanished)?;
                let expression = deparse::expression(&stored, table.row.oid).ok_or(Error::Vanished)?;
                (None, Some(expression), node_tree::collation(&stored))
            } else {
                let column = table.column(attnum).ok_or(Error::Vanished)?;
                let name = ColumnRef::Name(column.attname.clone());
                (Some(name), None, column.attcollation)
            };
            elements.push(StoredKeyElement {
                column,
                expression,
                collation: table.collation(collation, own_collation)?,
                operator_class: operator_class(table, self.operator_classes.get(at).copied())?,
            });
        }
        Ok(elements)
    }
}

/// An operator class, if it is not the one that is taken anyway.
fn operator_class(table: &DefinedTable<'_>, class: Option<Oid>) -> Result<Option<QualifiedName>, Error> {
    let Some(class) = class else { return Ok(None) };
    let row = OperatorClassRow::by_oid(&table.catalog.reader, class).ok_or(Error::Vanished)?;
    if row.opcdefault {
        return Ok(None);
    }
    table.qualified_in(row.opcnamespace, &row.opcname).map(Some)
}
