//! What CREATE EXTENSION runs before the objects of each topic: the schemas. Everything is created by the bootstrap
//! superuser and stays with it. All other objects and their comments are in `sql/`, named in the order in which they are created by the files of
//! `api`.

use pgrx::prelude::*;

extension_sql_file!("../sql/install/bootstrap.sql", bootstrap);
extension_sql_file!("../sql/manual/bootstrap.sql", name = "bootstrap_manual");

// pgrx wants to know the schemas that functions name. It adds a CREATE SCHEMA IF NOT EXISTS for each, which finds what
// bootstrap.sql has made.
#[pg_schema]
mod msar {}
#[pg_schema]
mod __msar {}
