//! The database servers that are known: this one, which has the number 0, and foreign servers of the wrapper
//! `mathesar_ext`.

use super::{METHOD, NO_ROW};
use crate::rpc::method::{Method, MethodBody, given};
use crate::rpc::shape::JsonShape::{Choice, Id, Integer, List, Named, Nullable, Object, Text};
use crate::rpc::shape::{JsonShape, optional};

pub(super) const SSL_MODE: JsonShape = Choice(&[
    "disable",
    "allow",
    "prefer",
    "require",
    "verify-ca",
    "verify-full",
]);

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "servers.configured.list",
        summary: "Returns the database servers that the current role may use.",
        needs_database: false,
        result: List(&Named("ServerInfo")),
        body: MethodBody::Statement("SELECT msar.list_servers()"),
        ..METHOD
    },
    Method {
        name: "servers.configured.patch",
        summary: "Changes how another database server is reached.",
        needs_database: false,
        parameters: &[
            given("server_id", Id),
            given(
                "patch",
                Object(&[
                    optional("host", Text),
                    optional("port", Nullable(&Integer)),
                    optional("sslmode", SSL_MODE),
                ]),
            ),
        ],
        result: Named("ServerInfo"),
        body: MethodBody::Statement("SELECT msar.set_server($1, $2)"),
        errors: &[NO_ROW],
        example: r#"{"server_id": {"example": "server"}, "patch": {"sslmode": "require"}}"#,
        ..METHOD
    },
];
