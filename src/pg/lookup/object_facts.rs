//! Facts that the catalogs of all kinds of objects have: name, schema, owner, privileges.

use crate::pg::acl::Acl;
use crate::pg::catalog_row::FromColumn;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, text};
use pgrx::pg_sys::{self, Datum};

/// The facts in the row of an object, by a snapshot.
pub(crate) struct ObjectFacts {
    pub(crate) name: Option<String>,
    pub(crate) schema: Option<Oid>,
    pub(crate) owner: Option<Oid>,
    pub(crate) acl: Option<Acl>,
}

/// Reads an object's row in the catalog `class`. `None` when there is none, and for catalogs without OIDs.
pub(crate) fn read_facts(class: Oid, object: Oid, snapshot: &Snapshot) -> Option<ObjectFacts> {
    // SAFETY: the questions are asked of a catalog that PostgreSQL knows objects of, whose index is that of their OID;
    // for columns that it lacks it returns the attnum 0. What is read is copied while the scan stands on its row.
    unsafe {
        if !pg_sys::is_objectclass_supported(class) {
            return None;
        }
        let index = pg_sys::get_object_oid_index(class);
        if index == Oid::INVALID {
            return None;
        }
        let mut key = pg_sys::ScanKeyData::default();
        pg_sys::ScanKeyInit(
            &mut key,
            pg_sys::get_object_attnum_oid(class),
            pg_sys::BTEqualStrategyNumber as u16,
            pg_sys::F_OIDEQ.into(),
            object.into(),
        );
        let lock = pg_sys::AccessShareLock as i32;
        let relation = pg_sys::table_open(class, lock);
        let scan = pg_sys::systable_beginscan(relation, index, true, snapshot.as_ptr(), 1, &mut key);
        let row = pg_sys::systable_getnext(scan);
        let facts = (!row.is_null()).then(|| {
            let column = |attnum: i16| -> Option<Datum> {
                if attnum == 0 {
                    return None;
                }
                let mut is_null = true;
                let value = pg_sys::heap_getattr(row, attnum.into(), (*relation).rd_att, &mut is_null);
                (!is_null).then_some(value)
            };
            let oid = |attnum| column(attnum).map(|value| Oid::from(value.value() as u32));
            ObjectFacts {
                name: column(pg_sys::get_object_attnum_name(class))
                    .and_then(|name| text::from_server_cstr(name.cast_mut_ptr())),
                schema: oid(pg_sys::get_object_attnum_namespace(class))
                    .filter(|schema| *schema != Oid::INVALID),
                owner: oid(pg_sys::get_object_attnum_owner(class)),
                acl: <Option<Acl> as FromColumn>::from_column(column(pg_sys::get_object_attnum_acl(class))),
            }
        });
        pg_sys::systable_endscan(scan);
        pg_sys::table_close(relation, lock);
        facts
    }
}

/// PostgreSQL's words for the kind of an object that is there: `table constraint`.
pub(crate) fn type_description(class: Oid, object: Oid, part: i32) -> Option<String> {
    let address = pg_sys::ObjectAddress {
        classId: class,
        objectId: object,
        objectSubId: part,
    };
    // SAFETY: a question; null for what is gone.
    unsafe { text::from_server_cstr(pg_sys::getObjectTypeDescription(&address, true)) }
}

/// Whether a schema holds temporary objects, of whatever session.
pub(crate) fn is_temporary_schema(schema: Oid) -> bool {
    // SAFETY: a plain question.
    unsafe { pg_sys::isAnyTempNamespace(schema) }
}
