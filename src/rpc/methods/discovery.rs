//! Methods that describe the methods.

use super::METHOD;
use crate::rpc::method::{Method, MethodBody, given};
use crate::rpc::shape::JsonShape::{Anything, List, Map, Text};
use crate::rpc::{discover, introspection};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "rpc.discover",
        summary: "Returns an OpenRPC document of all methods.",
        needs_database: false,
        result: Map(&Anything),
        body: MethodBody::Native(|_| discover::discovery_document()),
        ..METHOD
    },
    Method {
        name: "system.listMethods",
        summary: "Returns the names of all methods, sorted.",
        needs_database: false,
        result: List(&Text),
        body: MethodBody::Native(|_| introspection::list_methods()),
        ..METHOD
    },
    Method {
        name: "system.methodHelp",
        summary: "Returns the description of a method.",
        needs_database: false,
        parameters: &[given("method_name", Text)],
        result: Text,
        body: MethodBody::Native(introspection::method_help),
        example: r#"{"method_name": "tables.get"}"#,
        ..METHOD
    },
    Method {
        name: "system.methodSignature",
        summary: "Returns the JSON type of a method's result, and those of its parameters in their order.",
        needs_database: false,
        parameters: &[given("method_name", Text)],
        result: List(&Text),
        body: MethodBody::Native(introspection::method_signature),
        example: r#"{"method_name": "tables.get"}"#,
        ..METHOD
    },
];
