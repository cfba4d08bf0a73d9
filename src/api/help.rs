//! The manual, as functions in SQL.

use pgrx::prelude::*;

extension_sql_file!("../../sql/install/help.sql", requires = ["schemas"]);
extension_sql_file!(
    "../../sql/manual/help.sql",
    name = "help_manual",
    requires = ["help"]
);
