//! Users and their passwords.

use super::{METHOD, NO_ROW, TAKEN};
use crate::rpc::method::{Method, MethodBody, ServiceError, given};
use crate::rpc::shape::JsonShape::{Boolean, List, Named, Null, Object, Role, Text};
use crate::rpc::shape::{needed, optional};

const WRONG_PASSWORD: ServiceError = ServiceError::new("28P01", -31000, "Exception");

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "users.add",
        summary: "Creates a user: a role that can log in, and a profile.",
        needs_database: false,
        refuses_unknown: true,
        parameters: &[given(
            "user_def",
            Object(&[
                needed("username", Text),
                needed("password", Text),
                needed("is_superuser", Boolean),
                optional("email", Text),
                optional("full_name", Text),
                optional("display_language", Text),
            ]),
        )],
        result: Named("UserInfo"),
        body: MethodBody::Statement("SELECT msar.add_user($1)"),
        errors: &[TAKEN],
        example: r#"{"user_def": {"username": "ada", "password": "correct horse", "is_superuser": false}}"#,
        ..METHOD
    },
    Method {
        name: "users.delete",
        summary: "Drops a user's role and forgets the profile.",
        needs_database: false,
        refuses_unknown: true,
        parameters: &[given("user_id", Role)],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.delete_user($1) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        errors: &[NO_ROW],
        example: r#"{"user_id": "mathesar_ext_example_user"}"#,
        ..METHOD
    },
    Method {
        name: "users.get",
        summary: "Returns a user.",
        needs_database: false,
        refuses_unknown: true,
        parameters: &[given("user_id", Role)],
        result: Named("UserInfo"),
        body: MethodBody::StatementThen("SELECT msar.get_user($1)", super::must_exist),
        errors: &[NO_ROW],
        example: r#"{"user_id": "mathesar_ext_example_user"}"#,
        ..METHOD
    },
    Method {
        name: "users.list",
        summary: "Returns all users: roles that can log in.",
        needs_database: false,
        refuses_unknown: true,
        result: List(&Named("UserInfo")),
        body: MethodBody::Statement("SELECT msar.list_users()"),
        ..METHOD
    },
    Method {
        name: "users.patch_self",
        summary: "Changes the profile of the user of the session.",
        needs_database: false,
        parameters: &[
            given("username", Text),
            given("email", Text),
            given("full_name", Text),
            given("display_language", Text),
        ],
        result: Named("UserInfo"),
        body: MethodBody::Statement(
            "SELECT msar.patch_user(msar.current_user_id()::pg_catalog.oid, pg_catalog.jsonb_build_object(
                'username', $1, 'email', $2, 'full_name', $3, 'display_language', $4
            ))",
        ),
        example: r#"{"username": "postgres", "email": "post@a.example", "full_name": "Post Gres", "display_language": "en"}"#,
        ..METHOD
    },
    Method {
        name: "users.patch_other",
        summary: "Changes a user's role and profile.",
        needs_database: false,
        refuses_unknown: true,
        parameters: &[
            given("user_id", Role),
            given("username", Text),
            given("is_superuser", Boolean),
            given("email", Text),
            given("full_name", Text),
            given("display_language", Text),
        ],
        result: Named("UserInfo"),
        body: MethodBody::Statement(
            "SELECT msar.patch_user($1, pg_catalog.jsonb_build_object(
                'username', $2, 'is_superuser', $3, 'email', $4, 'full_name', $5, 'display_language', $6
            ))",
        ),
        errors: &[TAKEN, NO_ROW],
        example: r#"{"user_id": "mathesar_ext_example_user", "username": "ada", "is_superuser": true, "email": "ada@a.example", "full_name": "Ada Lovelace", "display_language": "en"}"#,
        ..METHOD
    },
    Method {
        name: "users.password.replace_own",
        summary: "Sets the password of the current role, if its old one is given.",
        needs_database: false,
        parameters: &[given("old_password", Text), given("new_password", Text)],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.replace_own_password($1, $2) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        errors: &[WRONG_PASSWORD],
        example: "",
        ..METHOD
    },
    Method {
        name: "users.password.revoke",
        summary: "Sets the password of a user, who is asked to choose another one.",
        needs_database: false,
        refuses_unknown: true,
        parameters: &[given("user_id", Role), given("new_password", Text)],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.set_user_password($1, $2, true) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        errors: &[NO_ROW],
        example: r#"{"user_id": "mathesar_ext_example_user", "new_password": "battery staple"}"#,
        ..METHOD
    },
];
