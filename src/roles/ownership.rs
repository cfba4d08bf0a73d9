//! New owners for databases, schemas and relations.

use crate::ddl::script;
use crate::ddl::target::{GrantableObject, Role};
use crate::error::Error;
use crate::pg::Oid;

/// Gives the current database to another role.
pub(crate) fn transfer_database(new_owner: Oid) -> Result<(), Error> {
    transfer_object(&GrantableObject::database()?, new_owner)
}

/// Gives a schema to another role.
pub(crate) fn transfer_schema(schema: Oid, new_owner: Oid) -> Result<(), Error> {
    transfer_object(&GrantableObject::schema(schema)?, new_owner)
}

/// Gives a table or a view to another role.
pub(crate) fn transfer_relation(relation: Oid, new_owner: Oid) -> Result<(), Error> {
    transfer_object(&GrantableObject::relation(relation)?, new_owner)
}

pub(crate) fn transfer_object(object: &GrantableObject, new_owner: Oid) -> Result<(), Error> {
    let new_owner = Role::find(new_owner)?;
    script::run_statement(format!(
        "ALTER {} {} OWNER TO {}",
        object.keyword(),
        object.sql(),
        new_owner.sql()
    ))?;
    object.confirm()?;
    new_owner.confirm()
}
