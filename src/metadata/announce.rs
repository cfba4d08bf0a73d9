//! Sessions keep statements that were compiled from the metadata of a table. Whatever changes it, they learn of it as
//! they learn of a change of the table itself: by PostgreSQL's messages that outdate what its caches know.

use super::following::commit;
use crate::error::{Error, Problem};
use crate::pg::trigger::{self, ChangedRows, Trigger};
use pgrx::pg_sys;
use pgrx::prelude::PgSqlErrorCode;
use std::borrow::Cow;

#[derive(Debug, thiserror::Error)]
pub(crate) enum AnnounceProblem {
    #[error("this function can only be called as a trigger")]
    NoTrigger,
}

impl Problem for AnnounceProblem {
    fn sqlstate(&self) -> PgSqlErrorCode {
        PgSqlErrorCode::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED
    }

    fn hint(&self) -> Cow<'static, str> {
        "PostgreSQL calls it after changes of msar_catalog.stored_table_metadata and msar_catalog.stored_column_metadata."
            .into()
    }
}

/// After a change of one of the tables: announces it for the relation that the row is about. Returns what was changed.
pub(crate) fn change(call: pg_sys::FunctionCallInfo) -> Result<ChangedRows, Error> {
    let call = Trigger::of_call(call).ok_or(AnnounceProblem::NoTrigger)?;
    let changed = call.changed(c"table_oid");
    match &changed {
        ChangedRows::Row(relations) => relations.iter().for_each(|&relation| {
            trigger::outdate_relation(relation);
            commit::expect_rows_of(relation.to_u32());
        }),
        ChangedRows::Everything => trigger::outdate_all_relations(),
    }
    Ok(changed)
}
