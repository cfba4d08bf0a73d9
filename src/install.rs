//! The SQL that CREATE EXTENSION runs before the objects of the topics: it creates the schemas. All other objects and
//! comments are registered by the files of `api`, which also give their order. Everything is created by the bootstrap
//! superuser and stays with that role.

use pgrx::prelude::*;

extension_sql_file!("../sql/install/bootstrap.sql", bootstrap);
extension_sql_file!("../sql/manual/bootstrap.sql", name = "bootstrap_manual");

// pgrx wants to know the schemas that functions name. It adds a CREATE SCHEMA IF NOT EXISTS for each, which finds what
// bootstrap.sql has made.
#[pg_schema]
mod msar {}
#[pg_schema]
mod __msar {}

extension_sql_file!("../sql/install/trigger_functions.sql", finalize);
