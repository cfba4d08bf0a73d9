//! Telling sessions that metadata has changed: statements that they have compiled depend on it.

use crate::error::Error;
use crate::pg::trigger::Trigger;
use crate::pg::watch;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(
    sql = "CREATE FUNCTION __msar.announce_metadata_change() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';"
)]
fn announce_metadata_change(call: pg_sys::FunctionCallInfo) -> Result<(), ErrorReport> {
    let trigger = Trigger::of_call(call).ok_or(Error::NoEventTrigger)?;
    watch::announce_change(trigger.relation);
    Ok(())
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.announce_metadata_change() IS
$$Trigger of the metadata tables: sessions forget what they have compiled from metadata.
Returns: nothing.
Errors: none.
Example: none, it serves triggers only.$$;
"#,
    name = "comment_announce_metadata_change",
    requires = [announce_metadata_change]
);
