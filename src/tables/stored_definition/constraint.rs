//! Constraints of a table that it does not inherit.

use super::key::{StoredKeyElement, StoredKeyElements};
use super::rows::{
    ByOid, ConstraintComment, ConstraintRow, IndexMethodRow, IndexRow, MethodRow, OperatorRow,
};
use super::table::DefinedTable;
use crate::definition::constraint::{
    ConstraintDefinition, ConstraintKind, ExclusionElement, ForeignKeyAction, ForeignKeyMatch,
};
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::{Oid, deparse};

/// The constraints of a table: keys first, then other rules, then references; each by name.
pub(super) struct Constraints<'a> {
    table: &'a DefinedTable<'a>,
    rows: Vec<ConstraintRow>,
}

impl<'a> Constraints<'a> {
    pub(super) fn of_table(table: &'a DefinedTable<'a>) -> Result<Self, Error> {
        let mut rows: Vec<ConstraintRow> = table.rows();
        // Those of a parent come along with it.
        rows.retain(|row| row.conparentid == Oid::INVALID && (row.conislocal || row.coninhcount == 0));
        rows.sort_by_cached_key(|row| {
            (
                b"puxcf".iter().position(|kind| *kind == row.contype.0),
                row.conname.clone(),
            )
        });
        Ok(Self { table, rows })
    }

    pub(super) fn definitions(&self) -> Result<Vec<ConstraintDefinition>, Error> {
        let defined = self
            .rows
            .iter()
            .filter_map(|row| Some(self.definition(row, kind(row)?)));
        defined.collect()
    }

    fn definition(&self, row: &ConstraintRow, kind: ConstraintKind) -> Result<ConstraintDefinition, Error> {
        let mut definition = ConstraintDefinition {
            name: Some(row.conname.clone()),
            deferrable: row.condeferrable,
            initially_deferred: row.condeferred,
            description: ConstraintComment::of_constraint(&self.table.catalog.reader, row.oid),
            ..ConstraintDefinition::new(kind)
        };
        match kind {
            ConstraintKind::PrimaryKey | ConstraintKind::Unique => self.add_key(row, &mut definition)?,
            ConstraintKind::ForeignKey => self.add_foreign_key(row, &mut definition)?,
            ConstraintKind::Check => {
                definition.expression = self.expression(row.conbin.as_ref().map(|text| text.0.as_str()));
                definition.no_inherit = row.connoinherit;
            }
            ConstraintKind::Exclusion => self.add_exclusion(row, &mut definition)?,
        }
        if matches!(kind, ConstraintKind::Check | ConstraintKind::ForeignKey) {
            definition.not_enforced = row.conenforced == Some(false);
            definition.not_valid = !row.convalidated && !definition.not_enforced;
        }
        Ok(definition)
    }

    fn add_key(&self, row: &ConstraintRow, definition: &mut ConstraintDefinition) -> Result<(), Error> {
        let index = self.index(row)?;
        let carried = usize::try_from(index.indnkeyatts).unwrap_or_default();
        definition.columns = self.table.column_refs(&row.conkey)?;
        definition.include = self
            .table
            .column_refs(index.indkey.get(carried..).unwrap_or_default())?;
        definition.nulls_not_distinct = index.indnullsnotdistinct == Some(true);
        definition.period = row.conperiod == Some(true);
        Ok(())
    }

    fn add_foreign_key(
        &self,
        row: &ConstraintRow,
        definition: &mut ConstraintDefinition,
    ) -> Result<(), Error> {
        let deleted = row.confdelsetcols.as_deref().unwrap_or_default();
        definition.columns = self.table.column_refs(&row.conkey)?;
        definition.fkey_relation = Some(self.table.qualified(row.confrelid)?);
        definition.fkey_columns = self.table.columns_of(row.confrelid, &row.confkey)?;
        definition.fkey_update_action = action(row.confupdtype);
        definition.fkey_delete_action = action(row.confdeltype);
        definition.fkey_delete_columns = self.table.column_refs(deleted)?;
        definition.fkey_match_type = (row.confmatchtype == Char(b'f')).then_some(ForeignKeyMatch::Full);
        definition.period = row.conperiod == Some(true);
        Ok(())
    }

    fn add_exclusion(&self, row: &ConstraintRow, definition: &mut ConstraintDefinition) -> Result<(), Error> {
        let reader = &self.table.catalog.reader;
        let index = self.index(row)?;
        let elements = StoredKeyElements {
            attnums: &index.indkey,
            expressions: index.indexprs.as_ref().map(|text| text.0.as_str()),
            collations: &index.indcollation,
            operator_classes: &index.indclass,
        };
        let method = IndexMethodRow::by_oid(reader, row.conindid)
            .and_then(|row| MethodRow::by_oid(reader, row.relam))
            .ok_or(Error::Vanished)?;
        definition.method = Some(method.amname);
        let elements = elements
            .read_elements(self.table)?
            .into_iter()
            .zip(&row.conexclop)
            .zip(&index.indoption);
        for ((element, &operator), &option) in elements {
            definition
                .elements
                .push(self.exclusion_element(element, operator, option)?);
        }
        definition.predicate = self.expression(index.indpred.as_ref().map(|text| text.0.as_str()));
        Ok(())
    }

    fn exclusion_element(
        &self,
        element: StoredKeyElement,
        operator: Oid,
        option: i16,
    ) -> Result<ExclusionElement, Error> {
        let operator = OperatorRow::by_oid(&self.table.catalog.reader, operator).ok_or(Error::Vanished)?;
        // The bits of pg_index.indoption.
        let (descending, nulls_first) = (option & 1 != 0, option & 2 != 0);
        Ok(ExclusionElement {
            column: element.column,
            expression: element.expression,
            collation: element.collation,
            operator_class: element.operator_class,
            operator: self
                .table
                .qualified_in(operator.oprnamespace, &operator.oprname)?,
            descending,
            nulls_first: (nulls_first != descending).then_some(nulls_first),
        })
    }

    fn index(&self, row: &ConstraintRow) -> Result<IndexRow, Error> {
        IndexRow::by_oid(&self.table.catalog.reader, row.conindid).ok_or(Error::Vanished)
    }

    fn expression(&self, stored: Option<&str>) -> Option<String> {
        deparse::expression(stored?, self.table.row.oid)
    }
}

/// The kind of a constraint; `None` for not-null constraints, which columns show, and for constraint triggers.
fn kind(row: &ConstraintRow) -> Option<ConstraintKind> {
    match row.contype {
        Char(b'p') => Some(ConstraintKind::PrimaryKey),
        Char(b'u') => Some(ConstraintKind::Unique),
        Char(b'f') => Some(ConstraintKind::ForeignKey),
        Char(b'c') => Some(ConstraintKind::Check),
        Char(b'x') => Some(ConstraintKind::Exclusion),
        _ => None,
    }
}

/// An action, if it is not the one that is taken anyway.
fn action(letter: Char) -> Option<ForeignKeyAction> {
    match letter {
        Char(b'r') => Some(ForeignKeyAction::Restrict),
        Char(b'c') => Some(ForeignKeyAction::Cascade),
        Char(b'n') => Some(ForeignKeyAction::SetNull),
        Char(b'd') => Some(ForeignKeyAction::SetDefault),
        _ => None,
    }
}
