//! The order in which CREATE EXTENSION runs our SQL.
//!
//! First the schemas, then the functions (pgrx writes those of `api` from their Rust definitions; the ones that are
//! plain SQL stand in `sql/install/`), last the change of owner.

use pgrx::prelude::*;

extension_sql_file!("../sql/install/schemas.sql", bootstrap);

// pgrx wants to know the schemas that functions name. It adds a CREATE SCHEMA IF NOT EXISTS for each, which finds what
// schemas.sql has made.
#[pg_schema]
mod msar {}
#[pg_schema]
mod __msar {}

extension_sql_file!("../sql/install/schema_functions.sql");
extension_sql_file!(
    "../sql/install/role_functions.sql",
    requires = ["schema_functions"]
);
extension_sql_file!(
    "../sql/install/privilege_functions.sql",
    requires = ["schema_functions"]
);
extension_sql_file!(
    "../sql/install/database_functions.sql",
    requires = ["schema_functions"]
);
extension_sql_file!(
    "../sql/install/constraint_functions.sql",
    requires = ["schema_functions"]
);
extension_sql_file!(
    "../sql/install/joinable_tables.sql",
    requires = ["schema_functions"]
);

extension_sql_file!("../sql/install/metadata.sql", requires = ["schema_functions"]);

extension_sql_file!(
    "../sql/install/detached_metadata.sql",
    requires = ["metadata", "comment_follow_command", "comment_place_restored_row"]
);

extension_sql_file!("../sql/install/ownership.sql", finalize);
