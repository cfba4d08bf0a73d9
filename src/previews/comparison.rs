//! Comparisons that mean the same under every search_path.

use crate::catalog::Catalog;
use crate::catalog::rows::{PgAttribute, PgCollation, PgOperator, PgType};
use crate::error::Error;
use crate::pg::{Oid, comparison, own_casts, quote};
use pgrx::pg_sys;

/// One side of a comparison.
pub(crate) struct Operand {
    sql: String,
    type_oid: Oid,
    collation: Oid,
}

impl Operand {
    pub(crate) fn new(sql: String, type_oid: Oid, collation: Oid) -> Self {
        Self {
            sql,
            type_oid,
            collation,
        }
    }

    pub(crate) fn of_column(sql: String, column: &PgAttribute) -> Self {
        Self {
            sql,
            type_oid: column.atttypid,
            collation: column.attcollation,
        }
    }
}

/// Two operands with an operator between them. Where their collations differ, that of the left one counts. `None` if
/// the role may not name what it takes, or if an operand would be cast by code of a user.
pub(crate) fn compile_comparison(
    catalog: &Catalog,
    operator: Oid,
    left: Operand,
    right: Operand,
) -> Result<Option<String>, Error> {
    let operator = PgOperator::by_oid(&catalog.reader, operator).ok_or(Error::Vanished)?;
    if !catalog.is_usable_schema(operator.oprnamespace)? {
        return Ok(None);
    }
    let collations = [left.collation, right.collation];
    let collate = match left.collation != right.collation && !collations.contains(&Oid::INVALID) {
        true => collate(catalog, left.collation)?,
        false => Some(String::new()),
    };
    let schema = quote::identifier(&catalog.schema_name(operator.oprnamespace)?);
    let left = cast(catalog, left, operator.oprleft)?;
    let right = cast(catalog, right, operator.oprright)?;
    Ok(match (left, right, collate) {
        (Some(left), Some(right), Some(collate)) => Some(format!(
            "{left} OPERATOR({schema}.{}) {right}{collate}",
            operator.oprname
        )),
        _ => None,
    })
}

/// An operand as its operator takes it.
fn cast(catalog: &Catalog, operand: Operand, to: Oid) -> Result<Option<String>, Error> {
    const ANY_OF_A_KIND: [Oid; 5] = [
        pg_sys::ANYENUMOID,
        pg_sys::ANYARRAYOID,
        pg_sys::ANYRANGEOID,
        pg_sys::ANYMULTIRANGEOID,
        pg_sys::RECORDOID,
    ];
    let to = match ANY_OF_A_KIND.contains(&to) {
        true => comparison::operand_type(operand.type_oid),
        false => to,
    };
    if operand.type_oid == to {
        return Ok(Some(operand.sql));
    }
    // A foreign key can refer to a key of another type by a cast, whose code is that of the type's owner.
    if comparison::base_type(operand.type_oid) != to && !own_casts::are_trusted(operand.type_oid) {
        return Ok(None);
    }
    let row = PgType::by_oid(&catalog.reader, to).ok_or(Error::Vanished)?;
    let name = usable_name(catalog, row.typnamespace, &row.typname)?;
    Ok(name.map(|name| format!("{}::{name}", operand.sql)))
}

fn collate(catalog: &Catalog, collation: Oid) -> Result<Option<String>, Error> {
    let row = PgCollation::by_oid(&catalog.reader, collation).ok_or(Error::Vanished)?;
    let name = usable_name(catalog, row.collnamespace, &row.collname)?;
    Ok(name.map(|name| format!(" COLLATE {name}")))
}

/// A name in a schema as SQL, if the role may name it.
fn usable_name(catalog: &Catalog, schema: Oid, name: &str) -> Result<Option<String>, Error> {
    if !catalog.is_usable_schema(schema)? {
        return Ok(None);
    }
    Ok(Some(quote::qualified(&catalog.schema_name(schema)?, name)))
}
