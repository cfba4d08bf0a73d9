//! PostgreSQL's own name of any object of the database.

use crate::pg::{Oid, text};
use pgrx::pg_sys::{self, Datum};
use serde::Serialize;
use std::fmt;

/// Objects below this OID are part of the database system and cannot be dropped.
const FIRST_UNPINNED: u32 = 12_000;

/// An object, as `pg_identify_object` returns it.
#[derive(Serialize, Debug)]
pub(crate) struct ObjectIdentity {
    kind: String,
    schema: Option<String>,
    name: Option<String>,
    identity: String,
}

impl ObjectIdentity {
    /// PostgreSQL's word for its kind: `table constraint`.
    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }

    /// Its name as SQL, with its schema; `name on relation` for what belongs to a relation.
    pub(crate) fn sql(&self) -> &str {
        &self.identity
    }

    /// The sort key of lists of objects.
    pub(crate) fn sort_key(&self) -> (&str, &str) {
        (&self.kind, &self.identity)
    }
}

/// As PostgreSQL's messages name it: `view app.book_list`.
impl fmt::Display for ObjectIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.identity)
    }
}

/// Whether the object cannot be dropped.
pub(crate) fn is_pinned(object: Oid) -> bool {
    object.to_u32() < FIRST_UNPINNED
}

/// The object with this OID in the catalog `class`, or its column number `part`. `None` when it is gone; for some
/// kinds PostgreSQL raises an error instead: see `catalog::consistent`.
pub(crate) fn identify(class: Oid, object: Oid, part: i32) -> Option<ObjectIdentity> {
    // SAFETY: the function takes two OIDs and an integer and returns a row of four texts. It is called by its OID,
    // since it asks for the type of its result.
    let row = unsafe {
        pg_sys::OidFunctionCall3Coll(
            pg_sys::F_PG_IDENTIFY_OBJECT.into(),
            Oid::INVALID,
            Datum::from(class),
            Datum::from(object),
            Datum::from(part),
        )
    };
    // SAFETY: a row of that type, whose columns are numbered from 1.
    let field = |number| unsafe { text_field(row, number) };
    Some(ObjectIdentity {
        kind: field(1)?,
        schema: field(2),
        name: field(3),
        identity: field(4)?,
    })
}

/// # Safety
/// `row` is a composite value whose column `number` is a text.
unsafe fn text_field(row: Datum, number: i16) -> Option<String> {
    let mut is_null = true;
    // SAFETY: promised by the caller.
    unsafe {
        let header = pg_sys::pg_detoast_datum(row.cast_mut_ptr()).cast::<pg_sys::HeapTupleHeaderData>();
        let value = pg_sys::GetAttributeByNum(header, number, &mut is_null);
        (!is_null).then(|| text::from_text_datum(value))
    }
}
