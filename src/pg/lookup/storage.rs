//! The tables of the extension itself: which columns they have, and whether they are still as CREATE EXTENSION made
//! them.
//!
//! They belong to the bootstrap superuser, and only a superuser can alter them. Code below reads their columns past
//! SQL, by the types that are declared here, and writes to them with that role's rights. So before it does either it
//! checks, once per version of the table, that types, owner and table are still the ones that CREATE EXTENSION made.

use crate::error::{Error, ErrorFields, ErrorText, TopicError};
use crate::pg::watch::CatalogWatch;
use crate::pg::{names, tuple};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::pg_sys::{self, Oid};
use pgrx::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::ffi::CStr;

/// The extension whose library this is.
const EXTENSION: &str = env!("CARGO_PKG_NAME");
const EXTENSION_NAME: &CStr =
    match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_NAME"), "\0").as_bytes()) {
        Ok(name) => name,
        Err(_) => c"",
    };

/// A table in which the extension keeps something.
pub(crate) struct StorageTable {
    pub(crate) schema: &'static CStr,
    pub(crate) name: &'static CStr,
    /// The columns that are read past SQL, each with the OID of its type: `("waits", pg_sys::BOOLOID)`.
    pub(crate) columns: &'static [(&'static str, Oid)],
    /// The columns of the primary key, in its order.
    pub(crate) primary_key: &'static [&'static str],
}

/// The role to which the storage tables belong: that they do has been checked. See
/// [`bookkeeping::as_owner`](crate::pg::bookkeeping::as_owner).
#[derive(Clone, Copy)]
pub(crate) struct StorageOwner(Oid);

impl StorageOwner {
    pub(in crate::pg) fn oid(self) -> Oid {
        self.0
    }
}

/// That a storage table cannot be used.
#[derive(Debug)]
enum StorageError {
    /// A superuser changed it.
    NotAsCreated { table: String, difference: String },

    /// The extension is being created or dropped.
    Missing { table: String },
}

impl TopicError for StorageError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::NotAsCreated { table, difference } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("table {table} is not as {EXTENSION} created it"),
            )
            .detail(difference.clone())
            .hint(
                "Only a superuser can have changed it. Undo the change, or restore the database from a dump.",
            ),
            Self::Missing { table } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE,
                format!("table {table} does not exist"),
            )
            .hint(format!("The extension {EXTENSION} is being created or dropped.")),
        }
    }
}

thread_local! {
    /// The tables that were found to be in order, and whether they have changed since.
    static CHECKED: RefCell<FxHashMap<u32, CatalogWatch>> = RefCell::default();
}

impl StorageTable {
    /// The table; `None` while the extension is created or dropped.
    pub(crate) fn find(&self) -> Option<Oid> {
        // SAFETY: plain look-ups by name.
        let table = unsafe {
            let schema = pg_sys::get_namespace_oid(self.schema.as_ptr(), true);
            pg_sys::get_relname_relid(self.name.as_ptr(), schema)
        };
        (table != Oid::INVALID).then_some(table)
    }

    /// The role that may write to all of these tables, for [`bookkeeping::as_owner`](crate::pg::bookkeeping::as_owner).
    /// Fails where one of them is missing, or not as it should be.
    pub(crate) fn owner_of(tables: &[&StorageTable]) -> Result<StorageOwner, Error> {
        for table in tables {
            let oid = table
                .find()
                .ok_or_else(|| StorageError::Missing { table: table.name() })?;
            let lock = pg_sys::AccessShareLock as i32;
            // SAFETY: the table is open between the two calls; opening one that is gone raises an error.
            unsafe {
                let relation = pg_sys::table_open(oid, lock);
                let outcome = table.check(relation);
                pg_sys::table_close(relation, lock);
                outcome?;
            }
        }
        Ok(StorageOwner(BOOTSTRAP_SUPERUSER))
    }

    /// Raises an error unless the open table is as CREATE EXTENSION made it.
    ///
    /// # Safety
    /// `relation` is open.
    pub(in crate::pg) unsafe fn assert_unchanged(&self, relation: pg_sys::Relation) {
        // SAFETY: promised by the caller.
        if let Err(error) = unsafe { self.check(relation) } {
            ErrorReport::from(error).report(PgLogLevel::ERROR);
        }
    }

    /// # Safety
    /// `relation` is open.
    unsafe fn check(&self, relation: pg_sys::Relation) -> Result<(), Error> {
        // SAFETY: promised by the caller.
        let oid = unsafe { (*relation).rd_id };
        let is_known =
            CHECKED.with_borrow(|checked| checked.get(&oid.to_u32()).is_some_and(|watch| !watch.is_over()));
        if is_known {
            return Ok(());
        }
        let watch = CatalogWatch::begin();
        // SAFETY: promised by the caller.
        if let Some(difference) = unsafe { self.difference(relation) } {
            let table = self.name();
            return Err(StorageError::NotAsCreated { table, difference }.into());
        }
        watch.narrow(&FxHashSet::from_iter([oid.to_u32()]));
        CHECKED.with_borrow_mut(|checked| checked.insert(oid.to_u32(), watch));
        Ok(())
    }

    /// The first difference from the table as it was created, as a sentence.
    ///
    /// # Safety
    /// `relation` is open.
    unsafe fn difference(&self, relation: pg_sys::Relation) -> Option<String> {
        // SAFETY: an open relation has its row of pg_class, and a descriptor with `natts` attributes.
        let (oid, row, descriptor) = unsafe { ((*relation).rd_id, &*(*relation).rd_rel, (*relation).rd_att) };
        if row.relkind as u8 != pg_sys::RELKIND_RELATION {
            return Some("It is no ordinary table.".into());
        }
        if row.relowner != BOOTSTRAP_SUPERUSER {
            let owner = names::of_role(row.relowner).unwrap_or_default();
            return Some(format!(
                "It belongs to role \"{owner}\", not to the bootstrap superuser."
            ));
        }
        // SAFETY: plain questions to the catalogs.
        let is_member = unsafe {
            let extension = pg_sys::get_extension_oid(EXTENSION_NAME.as_ptr(), true);
            extension != Oid::INVALID
                && pg_sys::getExtensionOfObject(pg_sys::RelationRelationId, oid) == extension
        };
        if !is_member {
            return Some("It is no member of the extension.".into());
        }
        // SAFETY: the descriptor stays while the relation is open.
        let all = unsafe { tuple::attributes(descriptor) };
        let attributes = || all.iter().filter(|attribute| !attribute.attisdropped);
        for (name, type_) in self.columns {
            let found = attributes().find(|attribute| tuple::is_named(attribute, name));
            match found {
                None => return Some(format!("It has no column \"{name}\".")),
                Some(attribute) if attribute.atttypid != *type_ => {
                    return Some(format!("The type of column \"{name}\" is another one."));
                }
                Some(_) => {}
            }
        }
        // SAFETY: the relation is open.
        let key = unsafe { primary_key(relation) };
        let is_key = key.len() == self.primary_key.len()
            && key.iter().zip(self.primary_key).all(|(&attnum, name)| {
                attributes().any(|attribute| attribute.attnum == attnum && tuple::is_named(attribute, name))
            });
        (!is_key).then(|| "It has another primary key.".into())
    }

    /// Its name with its schema.
    fn name(&self) -> String {
        format!(
            "{}.{}",
            self.schema.to_string_lossy(),
            self.name.to_string_lossy()
        )
    }

    /// The index of that name on the open table. Raises an error where there is none.
    ///
    /// # Safety
    /// `relation` is open.
    pub(in crate::pg) unsafe fn index_named(&self, relation: pg_sys::Relation, name: &CStr) -> Oid {
        // SAFETY: the relation is open; its list of indexes is a fresh one.
        let found = unsafe {
            let indexes = pgrx::PgList::<()>::from_pg(pg_sys::RelationGetIndexList(relation));
            let is_it = |index: &Oid| {
                let its_name = pg_sys::get_rel_name(*index);
                !its_name.is_null() && CStr::from_ptr(its_name) == name
            };
            (0..indexes.len())
                .filter_map(|at| indexes.get_oid(at))
                .find(is_it)
        };
        found.unwrap_or_else(|| {
            let error = StorageError::NotAsCreated {
                table: self.name(),
                difference: format!("It has no index \"{}\".", name.to_string_lossy()),
            };
            ErrorReport::from(Error::from(error)).report(PgLogLevel::ERROR);
            Oid::INVALID
        })
    }
}

/// PostgreSQL never drops this role, nor takes its rights.
const BOOTSTRAP_SUPERUSER: Oid = Oid::from_u32(pg_sys::BOOTSTRAP_SUPERUSERID);

/// The attnums of the primary key; none where there is no such key, or it is of expressions.
///
/// # Safety
/// `relation` is open.
unsafe fn primary_key(relation: pg_sys::Relation) -> Vec<i16> {
    let lock = pg_sys::AccessShareLock as i32;
    // SAFETY: asking for the indexes fills in which of them is the primary key's. An index has `indnkeyatts` key
    // columns.
    unsafe {
        pg_sys::list_free(pg_sys::RelationGetIndexList(relation));
        let index = (*relation).rd_pkindex;
        if index == Oid::INVALID {
            return Vec::new();
        }
        let index = pg_sys::index_open(index, lock);
        let row = (*index).rd_index;
        let columns = (&raw const (*row).indkey.values).cast::<i16>();
        let key = std::slice::from_raw_parts(columns, (*row).indnkeyatts as usize).to_vec();
        pg_sys::index_close(index, lock);
        key
    }
}
