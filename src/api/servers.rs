//! Other database servers and their credentials. The functions for clients are in `sql/install/servers.sql`.

use crate::pg::arguments::TextArgument;
use crate::roles::user_mapping;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/servers.sql",
    requires = ["users", set_user_mapping]
);
extension_sql_file!(
    "../../sql/manual/servers.sql",
    name = "servers_manual",
    requires = ["servers"]
);

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn set_user_mapping(
    server: Option<TextArgument>,
    user_name: Option<TextArgument>,
    password: Option<TextArgument>,
) -> Result<(), ErrorReport> {
    let server = super::not_null("server", server)?;
    let password = super::not_null("password", password)?;
    let user = user_name.as_ref().map(|name| name.0.as_str());
    Ok(user_mapping::set_user_mapping(&server.0, user, &password.0)?)
}
