//! Objects that come and go with an extension, noted without the locks of ALTER EXTENSION ... ADD and ALTER TRIGGER ... DEPENDS
//! ON EXTENSION: those keep all other sessions from noting anything until the transaction ends.

use crate::pg::{Oid, error_fields, text};
use pgrx::pg_sys::{self, DependencyType, ObjectAddress};
use std::ffi::{CStr, CString};

/// The address of an extension, which is not dropped until the transaction ends.
fn address(extension: &CStr) -> ObjectAddress {
    // SAFETY: a look-up by a C string, which raises an error if there is none; DROP EXTENSION takes a lock that conflicts.
    unsafe {
        let oid = error_fields::kept(|| pg_sys::get_extension_oid(extension.as_ptr(), false));
        pg_sys::LockDatabaseObject(
            pg_sys::ExtensionRelationId,
            oid,
            0,
            pg_sys::AccessShareLock as pg_sys::LOCKMODE,
        );
        object_address(pg_sys::ExtensionRelationId, oid)
    }
}

fn object_address(class: Oid, oid: Oid) -> ObjectAddress {
    ObjectAddress {
        classId: class,
        objectId: oid,
        objectSubId: 0,
    }
}

/// Makes a relation that this transaction has created a member of an extension.
pub(crate) fn add_relation(extension: &CStr, relation: Oid) {
    let (member, extension) = (
        object_address(pg_sys::RelationRelationId, relation),
        address(extension),
    );
    // SAFETY: both objects are there.
    unsafe {
        pg_sys::recordDependencyOn(&member, &extension, DependencyType::DEPENDENCY_EXTENSION);
        // What is granted on it now is no change that dumps would have to carry.
        pg_sys::recordExtObjInitPriv(relation, pg_sys::RelationRelationId);
        pg_sys::CommandCounterIncrement();
    }
}

/// Takes a relation out of its extension, so that it can be dropped.
pub(crate) fn remove_relation(relation: Oid) {
    // SAFETY: deletes rows of pg_depend and of pg_init_privs.
    unsafe {
        pg_sys::deleteDependencyRecordsForClass(
            pg_sys::RelationRelationId,
            relation,
            pg_sys::ExtensionRelationId,
            DependencyType::DEPENDENCY_EXTENSION as std::ffi::c_char,
        );
        pg_sys::removeExtObjInitPriv(relation, pg_sys::RelationRelationId);
        pg_sys::CommandCounterIncrement();
    }
}

/// Lets a trigger of a table be dropped with an extension. PostgreSQL raises an error if the table has no such trigger.
pub(crate) fn drop_trigger_with(extension: &CStr, table: Oid, trigger: &str) {
    let name = CString::new(text::to_server(trigger)).unwrap_or_default();
    // SAFETY: a look-up by a C string; then both objects are there.
    unsafe {
        let trigger = error_fields::kept(|| pg_sys::get_trigger_oid(table, name.as_ptr(), false));
        let (trigger, extension) = (
            object_address(pg_sys::TriggerRelationId, trigger),
            address(extension),
        );
        pg_sys::recordDependencyOn(&trigger, &extension, DependencyType::DEPENDENCY_AUTO_EXTENSION);
        pg_sys::CommandCounterIncrement();
    }
}
