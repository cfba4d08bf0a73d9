//! The credentials of the current role on another server: its user mapping. The password is PostgreSQL's to keep, in
//! clear text, as those of every foreign data wrapper are.

use crate::error::Error;
use crate::pg::{password, quote, statement};

/// Makes or changes the user mapping of the current role. Without a name, that stays.
pub(crate) fn set_user_mapping(server: &str, user: Option<&str>, secret: &str) -> Result<(), Error> {
    let known = statement::query_value(&format!(
        "SELECT COALESCE((SELECT o.option_value FROM pg_catalog.pg_options_to_table(m.umoptions) AS o \
           WHERE o.option_name OPERATOR(pg_catalog.=) 'user'), '') \
         FROM pg_catalog.pg_user_mappings AS m \
         WHERE m.srvname OPERATOR(pg_catalog.=) {} AND m.usename OPERATOR(pg_catalog.=) current_user",
        quote::literal(server)
    ))?;
    let server = quote::identifier(server);
    let Some(known) = known else {
        let user = user
            .map(|user| format!("\"user\" {}, ", quote::literal(user)))
            .unwrap_or_default();
        password::run_with(
            &format!("CREATE USER MAPPING FOR CURRENT_USER SERVER {server} OPTIONS ({user}password '')"),
            secret,
        );
        return Ok(());
    };
    let user = match user {
        Some(user) if known.is_empty() => format!("ADD \"user\" {}, ", quote::literal(user)),
        Some(user) => format!("SET \"user\" {}, ", quote::literal(user)),
        None => String::new(),
    };
    password::run_with(
        &format!("ALTER USER MAPPING FOR CURRENT_USER SERVER {server} OPTIONS ({user}SET password '')"),
        secret,
    );
    Ok(())
}
