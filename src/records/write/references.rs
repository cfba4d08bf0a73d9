//! The foreign keys by which a row refers to a row that is created with it.

use super::error::WriteError;
use super::target::WriteTarget;
use crate::catalog::Catalog;
use crate::catalog::rows::PgAttribute;
use crate::catalog::rows::PgConstraint;
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::catalog_row::Char;
use crate::pg::snapshot::Snapshot;
use std::collections::BTreeSet;

/// The reference of a column.
pub(super) struct Reference {
    pub(super) relation: Oid,
    /// The column whose value it takes.
    pub(super) referent: i16,
    /// The other columns of its foreign keys, each with the column whose value it takes.
    pub(super) others: Vec<(i16, i16)>,
}

/// Whether a column is part of a foreign key.
pub(super) fn has_foreign_key(target: &WriteTarget, attnum: i16) -> bool {
    foreign_keys(target).any(|key| key.conkey.contains(&attnum))
}

/// The reference of a column; `None` if it is part of no foreign key.
pub(super) fn of_column(target: &WriteTarget, column: &PgAttribute) -> Result<Option<Reference>, Error> {
    let attnum = column.attnum;
    let mut referents = BTreeSet::new();
    let mut others = BTreeSet::new();
    for key in foreign_keys(target).filter(|key| key.conkey.contains(&attnum)) {
        for (&own, &referent) in key.conkey.iter().zip(&key.confkey) {
            if own == attnum {
                referents.insert((key.confrelid.to_u32(), referent));
            } else {
                others.insert((own, referent));
            }
        }
    }
    let mut referents = referents.into_iter();
    match (referents.next(), referents.next()) {
        (None, _) => Ok(None),
        (Some((relation, referent)), None) => Ok(Some(Reference {
            relation: relation.into(),
            referent,
            others: others.into_iter().collect(),
        })),
        (Some(first), Some(second)) => {
            let all = [first, second].into_iter().chain(referents);
            Err(WriteError::AmbiguousReference {
                relation: target.name().to_owned(),
                column: column.attname.clone(),
                referents: all
                    .map(|(relation, attnum)| column_name(relation.into(), attnum))
                    .collect::<Result<_, _>>()?,
            }
            .into())
        }
    }
}

/// Without the copies that a foreign key to a partitioned table has for the partitions.
fn foreign_keys(target: &WriteTarget) -> impl Iterator<Item = &PgConstraint> {
    let all = &target.constraints;
    let is_copy = |key: &PgConstraint| all.iter().any(|other| other.oid == key.conparentid);
    all.iter()
        .filter(move |key| key.contype == Char(b'f') && !is_copy(key))
}

/// A relation as messages name it.
pub(super) fn relation_name(relation: Oid) -> Result<String, Error> {
    let name = Catalog::new(Snapshot::latest()).relation_name(relation)?;
    Ok(name.parts().1.into())
}

/// A column as messages name it.
fn column_name(relation: Oid, attnum: i16) -> Result<String, Error> {
    let catalog = Catalog::new(Snapshot::latest());
    let name = catalog.relation_name(relation)?;
    let column = catalog.column_name(relation, attnum)?;
    Ok(format!("\"{}\".\"{column}\"", name.parts().1))
}
