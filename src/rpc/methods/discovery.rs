//! What the methods are.

use super::METHOD;
use crate::rpc::discover;
use crate::rpc::method::{Method, MethodBody};
use crate::rpc::shape::Shape::{Anything, Map};

pub(super) const METHODS: &[Method] = &[Method {
    name: "rpc.discover",
    summary: "Returns an OpenRPC document of all methods.",
    needs_database: false,
    result: Map(&Anything),
    body: MethodBody::Native(discover::document),
    ..METHOD
}];
