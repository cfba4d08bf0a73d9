//! The database, its privileges, and the databases that are known beside it.

use super::servers::SSL_MODE;
use super::{METHOD, NO_ROW, PRIVILEGES};
use crate::rpc::method::{Method, MethodBody, ServiceError, defaulted, given};
use crate::rpc::shape::JsonShape::{Boolean, Id, Integer, List, Named, Null, Nullable, Object, Role, Text};
use crate::rpc::shape::{needed, optional};

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
    Method {
        name: "databases.delete",
        summary: "Refused: a database cannot be dropped inside of a transaction.",
        parameters: &[given("database_oid", Id)],
        result: Null,
        body: MethodBody::Statement("SELECT __msar.rpc_refuse_drop_database($1)"),
        compat_errors: &[ServiceError::new("22004", -31049, "TypeError")],
        example: "",
        ..METHOD
    },
    Method {
        name: "databases.upgrade_sql",
        summary: "Updates the extension to the version that is installed on the server.",
        refuses_unknown: true,
        parameters: &[
            defaulted("username", Nullable(&Text), "null"),
            defaulted("password", Nullable(&Text), "null"),
        ],
        result: Null,
        body: MethodBody::Statement("SELECT __msar.rpc_update_extension($1)"),
        ..METHOD
    },
    Method {
        name: "databases.configured.list",
        summary: "Returns the current database and those that are known of other servers.",
        needs_database: false,
        parameters: &[defaulted("server_id", Nullable(&Id), "null")],
        result: List(&Named("ConfiguredDatabaseInfo")),
        body: MethodBody::Statement("SELECT msar.list_databases($1)"),
        ..METHOD
    },
    Method {
        name: "databases.configured.patch",
        summary: "Changes the nickname of a database, and the name of one on another server.",
        needs_database: false,
        parameters: &[
            given("database_id", Id),
            given(
                "patch",
                Object(&[optional("name", Text), optional("nickname", Nullable(&Text))]),
            ),
        ],
        result: Named("ConfiguredDatabaseInfo"),
        body: MethodBody::Statement("SELECT msar.set_database($1, $2)"),
        errors: &[NO_ROW],
        example: r#"{"database_id": {"example": "database"}, "patch": {"nickname": "The library"}}"#,
        ..METHOD
    },
    Method {
        name: "databases.configured.disconnect",
        summary: "Forgets a database of another server; refused for the current one.",
        needs_database: false,
        refuses_unknown: true,
        parameters: &[
            given("database_id", Id),
            defaulted(
                "schemas_to_remove",
                List(&Text),
                "[\"msar\", \"__msar\", \"mathesar_types\"]",
            ),
            defaulted("strict", Boolean, "true"),
            defaulted("role_name", Nullable(&Text), "null"),
            defaulted("password", Nullable(&Text), "null"),
            defaulted("disconnect_db_server", Boolean, "false"),
        ],
        result: Object(&[needed("sql_cleaned", Boolean)]),
        body: MethodBody::Statement("SELECT __msar.rpc_disconnect_database($1)"),
        errors: &[NO_ROW],
        example: r#"{"database_id": {"example": "server"}}"#,
        ..METHOD
    },
    Method {
        name: "databases.setup.create_new",
        summary: "Refused: a database cannot be created inside of a transaction.",
        needs_database: false,
        parameters: &[
            given("database", Text),
            defaulted("sample_data", List(&Text), "[]"),
            defaulted("nickname", Nullable(&Text), "null"),
        ],
        result: Named("ConnectionResult"),
        body: MethodBody::Refusal {
            problem: "a database cannot be created inside of a transaction",
            hint: "Run CREATE DATABASE, connect to it, and run CREATE EXTENSION mathesar_ext.",
        },
        example: r#"{"database": "another"}"#,
        ..METHOD
    },
    Method {
        name: "databases.setup.connect_existing",
        summary: "Notes a database of another server, and the credentials of the current role there.",
        needs_database: false,
        parameters: &[
            given("host", Text),
            defaulted("port", Nullable(&Integer), "null"),
            given("database", Text),
            given("role", Text),
            given("password", Text),
            defaulted("sample_data", List(&Text), "[]"),
            defaulted("nickname", Nullable(&Text), "null"),
            defaulted("sslmode", SSL_MODE, "\"prefer\""),
        ],
        result: Named("ConnectionResult"),
        body: MethodBody::Statement("SELECT __msar.rpc_connect_database($1, $2, $3, $4, $5, $6, $7, $8)"),
        example: r#"{"host": "db.a.example", "port": 5433, "database": "archive", "role": "reader", "password": "correct horse"}"#,
        ..METHOD
    },
];
