//! What CREATE EXTENSION runs before and after the objects of each topic: the schemas first, the change of their owner
//! last. All other objects and their comments are in `sql/`, named in the order in which they are created by the files of
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

extension_sql_file!("../sql/install/ownership.sql", finalize);
