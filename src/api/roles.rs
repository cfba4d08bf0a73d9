//! What changes roles, privileges and owners. The functions for clients are in `sql/install/role_changes.sql`.

use super::{not_null, read};
use crate::error::Error;
use crate::pg::arguments::{JsonArgument, TextArgument};
use crate::pg::bytes::NewText;
use crate::pg::{Oid, names, quote};
use crate::roles::{ownership, privileges, role};
use crate::tables::DdlError;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn create_role(
    rolename: Option<TextArgument>,
    password_: Option<TextArgument>,
    login_: Option<bool>,
) -> Result<(), ErrorReport> {
    let name = not_null("rolename", rolename)?;
    let password = password_.map(|password| password.0);
    Ok(role::create(&name.0, password.as_deref(), login_ == Some(true))?)
}

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn drop_role(rol_id: Option<Oid>) -> Result<(), ErrorReport> {
    Ok(role::drop(not_null("rol_id", rol_id)?)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn set_members_to_role(parent_rol_id: Oid, members: Vec<Option<Oid>>) -> Result<(), ErrorReport> {
    let members = members
        .into_iter()
        .map(|member| not_null("members", member.map(Oid::to_u32)));
    let members = members.collect::<Result<_, Error>>()?;
    Ok(role::set_members(parent_rol_id, &members)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn replace_database_privileges_for_roles(priv_spec: JsonArgument) -> Result<(), ErrorReport> {
    let spec = read("priv_spec", &priv_spec)?;
    Ok(privileges::replace_on_database(&spec)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn replace_schema_privileges_for_roles(sch_id: Oid, priv_spec: JsonArgument) -> Result<(), ErrorReport> {
    let spec = read("priv_spec", &priv_spec)?;
    Ok(privileges::replace_on_schema(sch_id, &spec)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn replace_table_privileges_for_roles(tab_id: Oid, priv_spec: JsonArgument) -> Result<(), ErrorReport> {
    let spec = read("priv_spec", &priv_spec)?;
    Ok(privileges::replace_on_relation(tab_id, &spec)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn transfer_database_ownership(new_owner_oid: Oid) -> Result<(), ErrorReport> {
    Ok(ownership::transfer_database(new_owner_oid)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn transfer_schema_ownership(sch_id: Oid, new_owner_oid: Oid) -> Result<(), ErrorReport> {
    Ok(ownership::transfer_schema(sch_id, new_owner_oid)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn transfer_table_ownership(tab_id: Oid, new_owner_oid: Oid) -> Result<(), ErrorReport> {
    Ok(ownership::transfer_relation(tab_id, new_owner_oid)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.create_role(text, text, boolean) IS
$$Does what msar.create_role tells; returns nothing.$$;
COMMENT ON FUNCTION __msar.drop_role(oid) IS
$$Does what msar.drop_role tells.$$;
COMMENT ON FUNCTION __msar.set_members_to_role(oid, oid[]) IS
$$Does what msar.set_members_to_role tells; returns nothing.$$;
COMMENT ON FUNCTION __msar.replace_database_privileges_for_roles(jsonb) IS
$$Does what msar.replace_database_privileges_for_roles tells; returns nothing.$$;
COMMENT ON FUNCTION __msar.replace_schema_privileges_for_roles(oid, jsonb) IS
$$Does what msar.replace_schema_privileges_for_roles tells; returns nothing.$$;
COMMENT ON FUNCTION __msar.replace_table_privileges_for_roles(oid, jsonb) IS
$$Does what msar.replace_table_privileges_for_roles tells; returns nothing.$$;
COMMENT ON FUNCTION __msar.transfer_database_ownership(oid) IS
$$Does what msar.transfer_database_ownership tells; returns nothing.$$;
COMMENT ON FUNCTION __msar.transfer_schema_ownership(oid, oid) IS
$$Does what msar.transfer_schema_ownership tells; returns nothing.$$;
COMMENT ON FUNCTION __msar.transfer_table_ownership(oid, oid) IS
$$Does what msar.transfer_table_ownership tells; returns nothing.$$;
"#,
    name = "comment_role_changes",
    requires = [
        create_role,
        drop_role,
        set_members_to_role,
        replace_database_privileges_for_roles,
        replace_schema_privileges_for_roles,
        replace_table_privileges_for_roles,
        transfer_database_ownership,
        transfer_schema_ownership,
        transfer_table_ownership
    ]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_safe)]
fn drop_database_query(dat_id: Oid) -> Result<NewText, ErrorReport> {
    let name =
        names::of_database(dat_id).ok_or_else(|| Error::from(DdlError::UnknownDatabase(dat_id.to_u32())))?;
    Ok(NewText::encode(&format!(
        "DROP DATABASE {}",
        quote::identifier(&name)
    )))
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.drop_database_query(oid) IS
$$Writes the statement that drops a database, for a client to run: PostgreSQL runs it outside of transactions and of that database only.
Arguments: dat_id: the database, by its OID in pg_catalog.pg_database.
Returns: text: DROP DATABASE with the name, quoted where it must be.
Errors: 42704 no database has this OID.
Example: SELECT msar.drop_database_query(oid) FROM pg_database WHERE datname = 'library';$$;
"#,
    name = "comment_drop_database_query",
    requires = [drop_database_query]
);
