//! Roles and their members.

use super::METHOD;
use crate::rpc::method::{Method, MethodBody, defaulted, given};
use crate::rpc::shape::Shape::{Boolean, List, Named, Null, Nullable, Object, Role, Text};
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
];
