//! Join paths between tables, which are queries in SQL.

use pgrx::prelude::*;

extension_sql_file!("../../sql/install/joinable_tables.sql", requires = ["schemas"]);
extension_sql_file!(
    "../../sql/manual/joinable_tables.sql",
    name = "joinable_tables_manual",
    requires = ["joinable_tables"]
);
