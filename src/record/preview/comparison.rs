//! Comparisons that mean the same on every search_path.

use crate::catalog::Catalog;
use crate::catalog::rows::{PgAttribute, PgCollation, PgOperator};
use crate::error::Error;
use crate::pg::{Oid, quote};
use pgrx::pg_sys;

/// One side of a comparison.
pub(in crate::record) struct Operand {
    sql: String,
    type_oid: Oid,
    collation: Oid,
}

impl Operand {
    pub(in crate::record) fn new(sql: String, type_oid: Oid, collation: Oid) -> Self {
        Self {
            sql,
            type_oid,
            collation,
        }
    }

    pub(super) fn of_column(sql: String, column: &PgAttribute) -> Self {
        Self {
            sql,
            type_oid: column.atttypid,
            collation: column.attcollation,
        }
    }
}

/// Two operands with an operator between them. Where their collations differ, that of the left one counts.
pub(in crate::record) fn sql(
    catalog: &Catalog,
    operator: Oid,
    left: Operand,
    right: Operand,
) -> Result<String, Error> {
    let operator = PgOperator::by_oid(&catalog.reader, operator).ok_or(Error::Vanished)?;
    let schema = quote::identifier(&catalog.schema_name(operator.oprnamespace)?);
    let collate = match left.collation != right.collation
        && ![left.collation, right.collation].contains(&Oid::INVALID)
    {
        true => collate(catalog, left.collation)?,
        false => String::new(),
    };
    Ok(format!(
        "{} OPERATOR({schema}.{}) {}{collate}",
        cast(catalog, left, operator.oprleft)?,
        operator.oprname,
        cast(catalog, right, operator.oprright)?,
    ))
}

/// An operand as its operator takes it.
fn cast(catalog: &Catalog, operand: Operand, to: Oid) -> Result<String, Error> {
    const ANY_OF_A_KIND: [Oid; 5] = [
        pg_sys::ANYENUMOID,
        pg_sys::ANYARRAYOID,
        pg_sys::ANYRANGEOID,
        pg_sys::ANYMULTIRANGEOID,
        pg_sys::RECORDOID,
    ];
    if operand.type_oid == to || ANY_OF_A_KIND.contains(&to) {
        return Ok(operand.sql);
    }
    Ok(format!("{}::{}", operand.sql, catalog.qualified_type_name(to)?))
}

fn collate(catalog: &Catalog, collation: Oid) -> Result<String, Error> {
    let collation = PgCollation::by_oid(&catalog.reader, collation).ok_or(Error::Vanished)?;
    let schema = catalog.schema_name(collation.collnamespace)?;
    Ok(format!(
        " COLLATE {}",
        quote::qualified(&schema, &collation.collname)
    ))
}
