//! The database, its privileges, and the databases that are known beside it.

use super::{METHOD, PRIVILEGES};
use crate::rpc::method::{Method, MethodBody, given};
use crate::rpc::shape::Shape::{Named, Role};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "databases.get",
        summary: "Returns the current database.",
        result: Named("DatabaseInfo"),
        body: MethodBody::Statement("SELECT msar.get_current_database_info()"),
        ..METHOD
    },
    Method {
        name: "databases.privileges.list_direct",
        summary: "Returns the privileges that roles have on the database.",
        result: Named("PrivilegeList"),
        body: MethodBody::Statement("SELECT msar.list_db_priv()"),
        ..METHOD
    },
    Method {
        name: "databases.privileges.replace_for_roles",
        summary: "Gives roles exactly the listed privileges on the database.",
        parameters: &[given("privileges", PRIVILEGES)],
        result: Named("PrivilegeList"),
        body: MethodBody::Statement(
            "SELECT msar.replace_database_privileges_for_roles(__msar.rpc_privileges($1))",
        ),
        example: r#"{"privileges": []}"#,
        ..METHOD
    },
    Method {
        name: "databases.privileges.transfer_ownership",
        summary: "Gives the database another owner.",
        parameters: &[given("new_owner_oid", Role)],
        result: Named("DatabaseInfo"),
        body: MethodBody::Statement("SELECT msar.transfer_database_ownership($1)"),
        example: r#"{"new_owner_oid": "postgres"}"#,
        ..METHOD
    },
];
