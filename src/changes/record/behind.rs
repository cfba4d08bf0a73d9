//! Relations behind an object: those whose description changes when the object comes or goes.

use crate::catalog::rows::{OfRelation, PgDepend, catalog_oid};
use crate::pg::Oid;
use crate::pg::scan::Reader;

/// Relations that an object depends on.
pub(in crate::changes) fn relations_behind(reader: &Reader, class: Oid, object: Oid) -> Vec<u32> {
    relations_of_rows(reader, class, object, &PgDepend::of_object(reader, class, object))
}

/// The same, from what an object depends on.
pub(super) fn relations_of_rows(reader: &Reader, class: Oid, object: Oid, rows: &[PgDepend]) -> Vec<u32> {
    let mut relations = Vec::new();
    for row in rows {
        match row.refclassid.to_u32() {
            catalog_oid::PG_CLASS => relations.push(row.refobjid.to_u32()),
            catalog_oid::PG_TYPE => relations.extend(relation_of_type(reader, row.refobjid)),
            _ => {}
        }
    }
    relations.retain(|&relation| class.to_u32() != catalog_oid::PG_CLASS || relation != object.to_u32());
    relations.sort_unstable();
    relations.dedup();
    relations
}

/// The relation whose row type it is, or the element type of that array.
fn relation_of_type(reader: &Reader, of_type: Oid) -> Option<u32> {
    let mut of_type = of_type;
    for _ in 0..2 {
        let owners = PgDepend::of_object(reader, catalog_oid::PG_TYPE.into(), of_type);
        let owner = owners.into_iter().find(|row| row.deptype.0 == b'i')?;
        match owner.refclassid.to_u32() {
            catalog_oid::PG_CLASS => return Some(owner.refobjid.to_u32()),
            catalog_oid::PG_TYPE => of_type = owner.refobjid,
            _ => return None,
        }
    }
    None
}

/// Relations on which the defaults of a relation depend: sequences, mostly.
pub(in crate::changes) fn relations_behind_defaults(reader: &Reader, relation: Oid) -> Vec<u32> {
    PgDepend::of_relation(reader, relation)
        .into_iter()
        .filter(|row| row.classid.to_u32() == catalog_oid::PG_ATTRDEF)
        .flat_map(|default| relations_behind(reader, default.classid, default.objid))
        .filter(|&behind| behind != relation.to_u32())
        .collect()
}

/// Relations on which the rules of a view depend.
pub(in crate::changes) fn relations_behind_view(reader: &Reader, view: Oid) -> Vec<u32> {
    PgDepend::of_relation(reader, view)
        .into_iter()
        .filter(|row| row.classid.to_u32() == catalog_oid::PG_REWRITE)
        .flat_map(|rule| relations_behind(reader, rule.classid, rule.objid))
        .filter(|&relation| relation != view.to_u32())
        .collect()
}

/// Whether objects of a catalog can have relations behind them.
pub(super) fn depends_on_relations(class: u32) -> bool {
    matches!(
        class,
        catalog_oid::PG_CLASS
            | catalog_oid::PG_CONSTRAINT
            | catalog_oid::PG_REWRITE
            | catalog_oid::PG_PROC
            | catalog_oid::PG_TRIGGER
            | catalog_oid::PG_POLICY
            | catalog_oid::PG_TYPE
    )
}
