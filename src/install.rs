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

extension_sql_file!(
    "../sql/install/types.sql",
    requires = [
        is_email,
        is_uri,
        uri_scheme,
        uri_authority,
        uri_path,
        uri_query,
        uri_fragment,
        add_time,
        add_month,
        peak_time_of,
        peak_month_of
    ]
);
extension_sql_file!(
    "../sql/install/casts.sql",
    requires = [
        "types",
        cast_text_to_boolean,
        cast_text_to_numeric,
        cast_text_to_numeric_by_marks,
        cast_text_to_mathesar_money,
        cast_text_to_mathesar_money_by_marks,
        cast_text_to_money,
        cast_text_to_date,
        cast_text_to_timestamp,
        cast_text_to_date_by_order,
        cast_text_to_timestamp_by_order,
        cast_text_to_timestamp_with_zone_by_order,
        cast_text_to_interval,
        cast_text_to_uri
    ]
);

extension_sql_file!(
    "../sql/install/definition_types.sql",
    requires = [resolved_col_defs, resolved_con_defs]
);

extension_sql_file!(
    "../sql/install/import_functions.sql",
    requires = [
        "casts",
        "definition_types",
        type_in_full,
        cast_expression,
        import_column_names,
        import_table_name,
        add_mathesar_table,
        infer_table_column_data_types,
        inspect_file,
        fill_table,
        get_table_metadata,
        set_table_metadata
    ]
);

extension_sql_file!(
    "../sql/install/schema_changes.sql",
    requires = ["schema_functions", create_schema, patch_schema, drop_schemas]
);
extension_sql_file!(
    "../sql/install/role_changes.sql",
    requires = [
        "role_functions",
        "privilege_functions",
        "database_functions",
        get_table,
        create_role,
        drop_role,
        set_members_to_role,
        replace_database_privileges_for_roles,
        replace_schema_privileges_for_roles,
        replace_table_privileges_for_roles,
        transfer_database_ownership,
        transfer_schema_ownership,
        transfer_table_ownership
    ]
);

extension_sql_file!(
    "../sql/install/metadata.sql",
    requires = ["schema_functions", "comment_announce_metadata_change"]
);

extension_sql_file!(
    "../sql/install/detached_metadata.sql",
    requires = [
        "metadata",
        "comment_follow_command",
        "comment_place_restored_row",
        "comment_lost_placeholders",
        "comment_keep_restored_copy"
    ]
);

extension_sql_file!("../sql/install/ownership.sql", finalize);
