//! mathesar_ext: a complete data-application back end inside the user's own database.
//!
//! The map of the house. Calls go down these floors, never up.
//!
//! The front doors:
//!
//! - [`api`]: the functions that SQL can call, a file a topic: decode, call one function below, encode
//! - [`rpc`]: the same, and the methods of a web service, as JSON-RPC: a request in, an answer out
//!
//! The rooms, each one thing that a user can name:
//!
//! - [`describe`]: schemas, tables, columns, constraints and their dependents as documents
//! - [`changes`]: the log of changed objects, and which relations look different since a client last asked
//! - [`tables`]: tables, columns, constraints: from definitions to statements, and running them
//! - [`roles`]: roles, memberships, privileges, owners, schemas
//! - [`records`]: rows of users' tables: a request becomes one statement
//! - [`previews`]: how a row is shown where other tables refer to it
//! - [`explorations`]: queries as documents: saved, run, and shown as views
//! - [`sharing`]: shares and forms: a link shows data, or takes it, with the privileges of one role
//! - [`cache`]: entities of an upstream service, kept in tables, from which its read requests are answered
//! - [`import`]: from text to typed tables: inferring types, importing files
//! - [`reflector`]: source tables, event tables, reflections: tables that follow other tables
//!
//! The kernel below them:
//!
//! - [`ddl`]: statements that define objects, run as the caller
//! - [`statements`]: compiled statements, kept for the session
//! - [`events`]: what commands did to the database's objects, for the rooms that have to know
//! - [`metadata`]: what PostgreSQL cannot know about tables and columns, kept in tables of the extension
//! - [`remote`]: connections to other servers
//! - [`catalog`]: what is there: rows of the catalogs, relations, types, links, dependencies
//! - [`definition`]: what a caller may ask for, as JSON; calls no PostgreSQL
//! - [`values`]: what texts mean as values of a type; calls no PostgreSQL
//! - [`progress`]: how far long work is, as notices
//! - [`settings`]: the settings of the extension
//! - [`pg`]: the ground floor: the only home of `unsafe`, of catalog scans and of PostgreSQL's C interface
//! - [`error`]: the errors that topics share, with SQLSTATE, detail and hint
//! - [`json_words`]: problems with JSON in the words of JSON
//!
//! The SQL that CREATE EXTENSION runs is in `sql/install/`; `install` says in which order.

mod api;
mod cache;
mod catalog;
mod changes;
mod ddl;
mod definition;
mod describe;
mod error;
mod events;
mod explorations;
mod import;
mod install;
mod json_words;
mod metadata;
mod pg;
mod previews;
mod progress;
mod records;
mod reflector;
mod remote;
mod roles;
mod rpc;
mod settings;
mod sharing;
mod statements;
mod tables;
#[cfg(any(test, feature = "pg_test"))]
mod tests;
mod values;

/// The schema of the tables in which the extension keeps something.
const STORAGE_SCHEMA: &std::ffi::CStr = c"msar_catalog";

/// The name of the extension.
const EXTENSION: &std::ffi::CStr = c"mathesar_ext";

::pgrx::pg_module_magic!(name, version);

/// Called by PostgreSQL when a session loads the library.
#[pgrx::pg_guard]
pub extern "C-unwind" fn _PG_init() {
    pg::memory::hold_reserve();
    pg::report::leave_out_backtraces();
    pg::messages::complete_messages(&["msar", "__msar"]);
    error::set_advisor(changes::renames::hint);
    settings::define_settings();
    pg::plan_cache::set_memory_limit(settings::statement_memory);
    pg::server::reserve_setting_prefix(c"mathesar_ext");
    pg::worker::register_task(&reflector::reflector_worker::TASK);
    pg::launcher::register_start(reflector::reflector_worker::start_missing);
}

/// The functions that `cargo pgrx test` calls.
#[cfg(test)]
pub mod pg_test {
    /// Called before the tests of a server.
    pub fn setup(_options: Vec<&str>) {}

    /// Settings of the test server.
    #[must_use]
    pub fn postgresql_conf_options() -> Vec<&'static str> {
        vec![]
    }
}
