//! Roles and their members.

use super::{METHOD, NO_ROW};
use crate::rpc::method::{Method, MethodBody, defaulted, given};
use crate::rpc::shape::JsonShape::{Boolean, Id, List, Named, Null, Nullable, Object, Role, Text};
use crate::rpc::shape::needed;

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "roles.list",
        summary: "Returns the roles of the database server.",
        result: List(&Named("RoleInfo")),
        body: MethodBody::Statement("SELECT msar.list_roles()"),
        ..METHOD
    },
    Method {
        name: "roles.add",
        summary: "Creates a role.",
        parameters: &[
            given("rolename", Text),
            defaulted("password", Nullable(&Text), "null"),
            defaulted("login", Nullable(&Boolean), "null"),
        ],
        result: Named("RoleInfo"),
        body: MethodBody::Statement("SELECT msar.create_role($1, $2, $3)"),
        example: r#"{"rolename": "reader"}"#,
        ..METHOD
    },
    Method {
        name: "roles.delete",
        summary: "Drops a role.",
        parameters: &[given("role_oid", Role)],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.drop_role($1) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        example: r#"{"role_oid": "mathesar_ext_example_reader"}"#,
        ..METHOD
    },
    Method {
        name: "roles.get_current_role",
        summary: "Returns the current role and the roles whose privileges it has.",
        result: Object(&[
            needed("current_role", Named("RoleInfo")),
            needed("parent_roles", List(&Named("RoleInfo"))),
        ]),
        body: MethodBody::Statement("SELECT msar.get_current_role()"),
        ..METHOD
    },
    Method {
        name: "roles.set_members",
        summary: "Makes the members of a role exactly the listed ones.",
        parameters: &[given("parent_role_oid", Role), given("members", List(&Role))],
        result: Named("RoleInfo"),
        body: MethodBody::Statement(
            "SELECT msar.set_members_to_role($1, ARRAY(
                SELECT m.oid::pg_catalog.regrole::pg_catalog.oid
                FROM pg_catalog.jsonb_array_elements_text($2) AS m(oid)
            ))",
        ),
        example: r#"{"parent_role_oid": "mathesar_ext_example_reader", "members": []}"#,
        ..METHOD
    },
    Method {
        name: "roles.configured.list",
        summary: "Returns the roles that can be used on a server.",
        parameters: &[given("server_id", Id)],
        result: List(&Named("ConfiguredRoleInfo")),
        body: MethodBody::Statement("SELECT msar.list_configured_roles($1)"),
        example: r#"{"server_id": 0}"#,
        ..METHOD
    },
    Method {
        name: "roles.configured.add",
        summary: "Stores the credentials of the current role on another server; of this server, returns a role.",
        needs_database: false,
        parameters: &[
            given("server_id", Id),
            given("name", Text),
            given("password", Text),
        ],
        result: Named("ConfiguredRoleInfo"),
        body: MethodBody::Statement("SELECT msar.add_configured_role($1, $2, $3)"),
        errors: &[NO_ROW],
        example: r#"{"server_id": 0, "name": "mathesar_ext_example_reader", "password": ""}"#,
        ..METHOD
    },
    Method {
        name: "roles.configured.delete",
        summary: "Forgets credentials on another server; of a role of this server, that users act as it here.",
        needs_database: false,
        parameters: &[given("configured_role_id", Id)],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.delete_configured_role($1) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        errors: &[NO_ROW],
        example: r#"{"configured_role_id": 10}"#,
        ..METHOD
    },
    Method {
        name: "roles.configured.set_password",
        summary: "Stores the password of the current role on another server; of a role of this server, nothing.",
        needs_database: false,
        parameters: &[given("configured_role_id", Id), given("password", Text)],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.set_configured_role_password($1, $2) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        errors: &[NO_ROW],
        example: r#"{"configured_role_id": 10, "password": "correct horse"}"#,
        ..METHOD
    },
];
