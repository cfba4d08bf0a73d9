//! Calls of JSON-RPC methods in a session, and what the examples of the methods are about.

use crate::{Server, connect, run, text};
use postgres::Client;
use serde_json::{Value, json};

/// A session that calls methods.
pub struct Rpc {
    /// The session.
    pub client: Client,
    database: u32,
}

impl Rpc {
    /// Calls by this session.
    #[must_use]
    pub fn new(mut client: Client) -> Self {
        let oid = text(
            &mut client,
            "SELECT oid::text FROM pg_database WHERE datname = current_database()",
        );
        Self {
            client,
            database: oid.parse().expect("an OID"),
        }
    }

    /// The OID of the database, which is what the methods call its id.
    #[must_use]
    pub fn database(&self) -> u32 {
        self.database
    }

    /// Sends a request and returns its answer; JSON null where there is none.
    pub fn request(&mut self, request: &Value) -> Value {
        let row = self
            .client
            .query_one("SELECT msar.rpc($1)", &[request])
            .unwrap_or_else(|error| panic!("{request}\n{error:?}"));
        row.get::<_, Option<Value>>(0).unwrap_or(Value::Null)
    }

    /// Calls a method.
    pub fn call(&mut self, method: &str, params: &Value) -> Value {
        self.request(&json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
    }

    /// The same, undone afterwards.
    pub fn try_call(&mut self, method: &str, params: &Value) -> Value {
        run(&mut self.client, "BEGIN");
        let answer = self.call(method, params);
        run(&mut self.client, "ROLLBACK");
        answer
    }

    /// The methods, as `rpc.discover` describes them.
    pub fn discover(&mut self) -> Value {
        self.call("rpc.discover", &json!({}))["result"].take()
    }

    /// Clients that want errors as the web service has them say so.
    pub fn set_compat(&mut self, is_compat: bool) {
        run(
            &mut self.client,
            &format!("SET mathesar_ext.rpc_compat = {is_compat}"),
        );
    }
}

/// Creates a database `library` on a server of the test's own, with roles, the extension, the sample and the objects that
/// examples name. Returns a session of the superuser there.
#[must_use]
pub fn create_library(server: &Server, roles: &str) -> Client {
    let mut admin = connect(&server.config());
    run(&mut admin, "CREATE DATABASE library TEMPLATE template0");
    run(&mut admin, roles);
    let mut client = connect(server.config().dbname("library"));
    run(&mut client, "CREATE EXTENSION mathesar_ext");
    run(&mut client, include_str!("../../../sample/library.sql"));
    create_examples(&mut client);
    client
}

/// Creates what the examples of methods are about, besides the sample: in a copy of the database `library`, by its
/// superuser. The roles are the cluster's, so only one test at a time may have it.
pub fn create_examples(client: &mut Client) {
    run(client, include_str!("../../regress/include/rpc_examples.sql"));
}

/// Removes it.
pub fn drop_examples(client: &mut Client) {
    run(client, include_str!("../../regress/include/rpc_examples_end.sql"));
}

/// The example of a method of an OpenRPC document: its parameters as an object.
#[must_use]
pub fn example_params(method: &Value) -> Option<Value> {
    let params = method["examples"][0]["params"].as_array()?;
    Some(
        params
            .iter()
            .map(|param| {
                let name = param["name"].as_str().expect("a name").to_owned();
                (name, param["value"].clone())
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
    )
}
