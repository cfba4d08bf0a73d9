//! A DROP that removes exactly the expected objects.
//!
//! Between the walk of an object's dependencies and its DROP ... CASCADE, another session can create more dependents.
//! PostgreSQL calls its hook for each object that it is about to drop. An unexpected object raises an
//! error there, which rolls the whole DROP back.

use super::object_access::{self, ObjectAccess};
use crate::error::{Error, ErrorFields, ErrorText, TopicError};
use crate::pg::identity;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use rustc_hash::FxHashSet;
use std::cell::{Cell, RefCell};

/// An object by its catalog and its number there.
type ObjectNumbers = (u32, u32);

#[derive(Default)]
struct ExpectedDrops {
    objects: FxHashSet<ObjectNumbers>,
    /// Those of them that are still there.
    left: FxHashSet<ObjectNumbers>,
}

thread_local! {
    static EXPECTED: RefCell<Option<ExpectedDrops>> = const { RefCell::new(None) };
    static IS_GUARDING: Cell<bool> = const { Cell::new(false) };
}

/// That something else was about to be dropped.
#[derive(Debug)]
struct DropGuardError {
    object: String,
}

impl TopicError for DropGuardError {
    fn fields(&self) -> ErrorFields {
        let Self { object } = self;
        ErrorText::new(
            PgSqlErrorCode::ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
            format!("cannot drop {object}: it has become dependent on the objects being dropped"),
        )
        .hint("Another session is changing these objects. Repeat the call.")
    }
}

/// Runs `body`, a DROP of the `expected` objects. Once they are gone, what else is dropped (by an event trigger) is no
/// concern of ours.
pub(crate) fn expecting<T>(
    expected: impl IntoIterator<Item = ObjectNumbers>,
    body: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    struct Guarded;
    impl Drop for Guarded {
        fn drop(&mut self) {
            EXPECTED.take();
        }
    }
    if !IS_GUARDING.replace(true) {
        object_access::listen(refuse_unexpected);
    }
    let objects: FxHashSet<_> = expected.into_iter().collect();
    EXPECTED.set(Some(ExpectedDrops {
        left: objects.clone(),
        objects,
    }));
    let _guarded = Guarded;
    body()
}

/// Raises an error for an object that is about to be dropped, and is not expected to be.
fn refuse_unexpected(access: &ObjectAccess) {
    let &ObjectAccess {
        kind,
        class,
        object,
        part,
    } = access;
    if kind == pg_sys::ObjectAccessType::OAT_DROP && !is_expected((class.to_u32(), object.to_u32())) {
        let name = identity::identify(class, object, part).map(|identity| identity.to_string());
        let unexpected = DropGuardError {
            object: name.unwrap_or_else(|| "another object".to_owned()),
        };
        ErrorReport::from(Error::from(unexpected)).report(PgLogLevel::ERROR);
    }
}

fn is_expected(object: ObjectNumbers) -> bool {
    EXPECTED.with_borrow_mut(|expected| match expected {
        Some(expected) if !expected.left.is_empty() => {
            expected.left.remove(&object);
            expected.objects.contains(&object)
        }
        _ => true,
    })
}
