//! Row and statement triggers written in Rust.

use super::Oid;
use pgrx::pg_sys;

/// What a trigger was fired for.
pub(crate) struct Trigger {
    pub(crate) relation: Oid,
}

impl Trigger {
    /// `None` for a function that is called, but not as a trigger.
    pub(crate) fn of_call(call: pg_sys::FunctionCallInfo) -> Option<Self> {
        // SAFETY: the executor passes its data about the trigger as the context of the call, which says by its tag that it
        // is that; the relation is open.
        unsafe {
            let context = (*call).context;
            if context.is_null() || (*context).type_ != pg_sys::NodeTag::T_TriggerData {
                return None;
            }
            let data = context.cast::<pg_sys::TriggerData>();
            Some(Self {
                relation: (*(*data).tg_relation).rd_id,
            })
        }
    }
}
