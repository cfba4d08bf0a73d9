//! Tables, their metadata and privileges.

use super::columns::COLUMN_CHANGES;
use super::{METHOD, NO_ROW, PRIVILEGES};
use crate::pg::error_fields::Failure;
use crate::pg::jsonb_value::JsonbValue;
use crate::rpc::error::{RpcError, number};
use crate::rpc::method::{Method, MethodBody, defaulted, given};
use crate::rpc::shape::JsonShape::{
    Anything, Boolean, Id, Integer, List, Map, Named, Null, Nullable, Relation, Role, Schema, Text,
};
use crate::settings;

const LIST_WITH_METADATA: &str = include_str!("../../../sql/query/rpc/list_tables.sql");

const ADD: &str = include_str!("../../../sql/query/rpc/add_table.sql");

/// A table that is not there.
fn must_exist(table: JsonbValue) -> Result<JsonbValue, RpcError> {
    if !table.item().is_null() {
        return Ok(table);
    }
    if settings::rpc_compat() {
        return Err(RpcError::new(
            number::TYPE_ERROR,
            "TypeError: 'NoneType' object is not iterable",
        ));
    }
    let failure = Failure {
        sqlstate: "42P01".to_owned(),
        message: "there is no table or view with this OID".to_owned(),
        hint: Some("tables.list returns those of a schema.".to_owned()),
        ..Failure::default()
    };
    Err(failure.into())
}

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "tables.list",
        summary: "Returns the tables and views of a schema.",
        parameters: &[given("schema_oid", Schema)],
        result: List(&Named("TableInfo")),
        body: MethodBody::Statement("SELECT msar.get_table_info($1)"),
        example: r#"{"schema_oid": "library"}"#,
        ..METHOD
    },
    Method {
        name: "tables.get",
        summary: "Returns a table or view.",
        parameters: &[given("table_oid", Relation)],
        result: Named("TableInfo"),
        body: MethodBody::StatementThen("SELECT msar.get_table($1)", must_exist),
        example: r#"{"table_oid": "library.book"}"#,
        ..METHOD
    },
    Method {
        name: "tables.list_with_metadata",
        summary: "Returns the tables and views of a schema with their display metadata.",
        parameters: &[given("schema_oid", Schema)],
        result: List(&Named("TableInfoWithMetadata")),
        body: MethodBody::Statement(LIST_WITH_METADATA),
        example: r#"{"schema_oid": "library"}"#,
        ..METHOD
    },
    Method {
        name: "tables.get_with_metadata",
        summary: "Returns a table or view with its display metadata.",
        parameters: &[given("table_oid", Relation)],
        result: Named("TableInfoWithMetadata"),
        body: MethodBody::StatementThen(
            "SELECT msar.get_table($1) OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object(
                'metadata', __msar.rpc_table_metadata(msar.get_table_metadata($1))
            )",
            must_exist,
        ),
        example: r#"{"table_oid": "library.book"}"#,
        ..METHOD
    },
    Method {
        name: "tables.add",
        summary: "Creates a table.",
        parameters: &[
            given("schema_oid", Schema),
            defaulted("table_name", Nullable(&Text), "null"),
            defaulted("pkey_column_info", Nullable(&Map(&Anything)), "{}"),
            defaulted("column_data_list", Nullable(&List(&Map(&Anything))), "[]"),
            defaulted("constraint_data_list", Nullable(&List(&Map(&Anything))), "[]"),
            defaulted("owner_oid", Nullable(&Role), "null"),
            defaulted("comment", Nullable(&Text), "null"),
        ],
        result: Named("AddedTableInfo"),
        body: MethodBody::Statement(ADD),
        example: r#"{"schema_oid": "library", "table_name": "award", "column_data_list": [{"name": "year", "type": {"name": "integer"}}]}"#,
        ..METHOD
    },
    Method {
        name: "tables.delete",
        summary: "Drops a table and returns its name.",
        parameters: &[
            given("table_oid", Relation),
            defaulted("cascade", Boolean, "false"),
        ],
        result: Text,
        body: MethodBody::Statement("SELECT pg_catalog.to_jsonb(msar.drop_table($1, $2))"),
        example: r#"{"table_oid": "library.import_log"}"#,
        ..METHOD
    },
    Method {
        name: "tables.patch",
        summary: "Changes a table and its columns and returns its name.",
        parameters: &[
            given("table_oid", Relation),
            given("table_data_dict", Map(&Anything)),
        ],
        result: Nullable(&Text),
        body: MethodBody::Statement("SELECT pg_catalog.to_jsonb(msar.alter_table($1, $2))"),
        example: r#"{"table_oid": "library.fine", "table_data_dict": {"name": "penalty"}}"#,
        ..METHOD
    },
    Method {
        name: "tables.import",
        summary: "Creates a table of text columns with the rows of a data file, and forgets the file.",
        parameters: &[
            given("data_file_id", Id),
            given("schema_oid", Schema),
            defaulted("table_name", Nullable(&Text), "null"),
            defaulted("comment", Nullable(&Text), "null"),
        ],
        result: Named("AddedTableInfo"),
        body: MethodBody::Statement("SELECT msar.import_data_file($1, $2, $3, $4)"),
        errors: &[NO_ROW],
        example: r#"{"data_file_id": {"example": "data_file"}, "schema_oid": "library", "table_name": "towns"}"#,
        ..METHOD
    },
    Method {
        name: "tables.get_import_preview",
        summary: "Returns the first rows of a table with columns cast to other types.",
        parameters: &[
            given("table_oid", Relation),
            given("columns", List(&COLUMN_CHANGES)),
            defaulted("limit", Nullable(&Integer), "20"),
        ],
        result: Nullable(&List(&Map(&Anything))),
        body: MethodBody::Statement("SELECT msar.get_preview($1, __msar.rpc_column_alterations($2), $3)"),
        example: r#"{"table_oid": "library.import_log", "columns": [{"id": 1, "type": "text"}], "limit": 2}"#,
        ..METHOD
    },
    Method {
        name: "tables.list_joinable",
        summary: "Returns the tables that can be joined to a table, and the paths to them.",
        parameters: &[
            given("table_oid", Relation),
            defaulted("max_depth", Integer, "3"),
        ],
        result: Named("JoinableTables"),
        body: MethodBody::Statement("SELECT msar.get_joinable_tables($2, $1)"),
        example: r#"{"table_oid": "library.fine", "max_depth": 1}"#,
        ..METHOD
    },
    Method {
        name: "tables.metadata.list",
        summary: "Returns the display metadata of all tables of the database.",
        result: List(&Named("TableMetadataRecord")),
        body: MethodBody::Statement(
            "SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'id', m.options OPERATOR(pg_catalog.->) 'oid', 'database_id', d.oid::bigint,
                'table_oid', m.options OPERATOR(pg_catalog.->) 'oid'
            ) OPERATOR(pg_catalog.||) __msar.rpc_table_metadata(m.options) ORDER BY n.nspname, m.at), '[]')
            FROM pg_catalog.pg_namespace AS n
            CROSS JOIN pg_catalog.jsonb_array_elements(msar.list_table_metadata(n.oid)) WITH ORDINALITY AS m(options, at)
            JOIN pg_catalog.pg_database AS d ON d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
            WHERE NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')",
        ),
        ..METHOD
    },
    Method {
        name: "tables.metadata.set",
        summary: "Changes the display metadata of a table.",
        parameters: &[given("table_oid", Relation), given("metadata", Map(&Anything))],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.set_table_metadata($1, __msar.rpc_table_metadata_patch($2)) IS NULL
                THEN NULL::pg_catalog.jsonb END",
        ),
        errors: &[super::UNKNOWN_OPTION],
        example: r#"{"table_oid": "library.book", "metadata": {"column_order": [2, 1], "record_summary_template": [[2], " in ", [4]]}}"#,
        ..METHOD
    },
    Method {
        name: "tables.privileges.list_direct",
        summary: "Returns the privileges that roles have on a table.",
        parameters: &[given("table_oid", Relation)],
        result: Named("PrivilegeList"),
        body: MethodBody::Statement("SELECT msar.list_table_privileges($1)"),
        example: r#"{"table_oid": "library.book"}"#,
        ..METHOD
    },
    Method {
        name: "tables.privileges.replace_for_roles",
        summary: "Gives roles exactly the listed privileges on a table.",
        parameters: &[given("table_oid", Relation), given("privileges", PRIVILEGES)],
        result: Named("PrivilegeList"),
        body: MethodBody::Statement(
            "SELECT msar.replace_table_privileges_for_roles($1, __msar.rpc_privileges($2))",
        ),
        example: r#"{"table_oid": "library.book", "privileges": []}"#,
        ..METHOD
    },
    Method {
        name: "tables.privileges.transfer_ownership",
        summary: "Gives a table another owner.",
        parameters: &[given("table_oid", Relation), given("new_owner_oid", Role)],
        result: Named("TableInfo"),
        body: MethodBody::Statement("SELECT msar.transfer_table_ownership($1, $2)"),
        example: r#"{"table_oid": "library.book", "new_owner_oid": "postgres"}"#,
        ..METHOD
    },
];
