//! Columns of tables and their display metadata.

use super::METHOD;
use crate::rpc::method::{Method, MethodBody, ServiceError, defaulted, given};
use crate::rpc::shape::JsonShape::{
    Anything, Boolean, Choice, Integer, List, Map, Named, Null, Nullable, Object, Relation, Text,
};
use crate::rpc::shape::{JsonShape, ShapeMember, needed, optional};

/// A column to add.
const COLUMN: JsonShape = Object(&[
    optional("name", Nullable(&Text)),
    optional("type", Nullable(&Text)),
    optional("type_options", Nullable(&Map(&Anything))),
    optional("nullable", Nullable(&Boolean)),
    optional("default", Object(DEFAULT)),
    optional("description", Nullable(&Text)),
]);

const DEFAULT: &[ShapeMember] = &[
    optional("value", Anything),
    optional("is_dynamic", Nullable(&Boolean)),
];

/// Changes of a column.
pub(super) const COLUMN_CHANGES: JsonShape = Object(&[
    needed("id", Integer),
    optional("name", Nullable(&Text)),
    optional("type", Nullable(&Text)),
    optional("cast_options", Nullable(&Map(&Anything))),
    optional("type_options", Nullable(&Map(&Anything))),
    optional("nullable", Nullable(&Boolean)),
    optional("default", Nullable(&Object(DEFAULT))),
    optional("description", Nullable(&Text)),
]);

const LIST_WITH_METADATA: &str = include_str!("../../../sql/query/rpc/list_columns.sql");

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "columns.list",
        summary: "Returns the columns of a table.",
        parameters: &[given("table_oid", Relation)],
        result: List(&Named("ColumnInfo")),
        body: MethodBody::Statement(
            "SELECT COALESCE(pg_catalog.jsonb_agg(c.info OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object(
                'type_options',
                CASE WHEN pg_catalog.jsonb_strip_nulls(c.info OPERATOR(pg_catalog.->) 'type_options') OPERATOR(pg_catalog.<>) '{}'
                THEN pg_catalog.jsonb_strip_nulls(c.info OPERATOR(pg_catalog.->) 'type_options') END
            ) ORDER BY c.at), '[]')
            FROM pg_catalog.jsonb_array_elements(msar.get_column_info($1)) WITH ORDINALITY AS c(info, at)",
        ),
        example: r#"{"table_oid": "library.book"}"#,
        ..METHOD
    },
    Method {
        name: "columns.list_with_metadata",
        summary: "Returns the columns of a table with their display metadata.",
        parameters: &[given("table_oid", Relation)],
        result: List(&Named("ColumnInfoWithMetadata")),
        body: MethodBody::Statement(LIST_WITH_METADATA),
        example: r#"{"table_oid": "library.book"}"#,
        ..METHOD
    },
    Method {
        name: "columns.add",
        summary: "Adds columns to a table and returns their attnums.",
        parameters: &[given("table_oid", Relation), given("column_data_list", List(&COLUMN))],
        result: List(&Integer),
        body: MethodBody::Statement(
            "SELECT COALESCE(pg_catalog.to_jsonb(msar.add_columns($1, __msar.rpc_column_definitions($2), false)), '[]')",
        ),
        example: r#"{"table_oid": "library.book", "column_data_list": [{"name": "pages", "type": "integer", "default": {"value": 0}}]}"#,
        ..METHOD
    },
    Method {
        name: "columns.patch",
        summary: "Changes columns of a table and returns the number of changes asked for.",
        parameters: &[given("table_oid", Relation), given("column_data_list", List(&COLUMN_CHANGES))],
        result: Integer,
        body: MethodBody::Statement(
            "SELECT pg_catalog.to_jsonb(CASE
                WHEN msar.alter_columns($1, __msar.rpc_column_alterations($2)) IS NULL THEN pg_catalog.jsonb_array_length($2)
                ELSE pg_catalog.jsonb_array_length($2)
            END)",
        ),
        example: r#"{"table_oid": "library.book", "column_data_list": [{"id": 2, "name": "book_title", "description": "Its title"}]}"#,
        ..METHOD
    },
    Method {
        name: "columns.delete",
        summary: "Drops columns of a table.",
        parameters: &[given("table_oid", Relation), given("column_attnums", List(&Integer))],
        result: Choice(&[""]),
        body: MethodBody::Statement(
            "SELECT CASE
                WHEN msar.drop_columns($1, VARIADIC ARRAY(
                    SELECT c.attnum::integer FROM pg_catalog.jsonb_array_elements_text($2) AS c(attnum)
                )) IS NULL THEN '\"\"'::pg_catalog.jsonb
                ELSE '\"\"'
            END",
        ),
        example: r#"{"table_oid": "library.import_log", "column_attnums": [1]}"#,
        ..METHOD
    },
    Method {
        name: "columns.add_primary_key_column",
        summary: "Gives a table a new primary key column.",
        parameters: &[
            given("table_oid", Relation),
            given("pkey_type", Choice(&["IDENTITY", "UUIDv4"])),
            defaulted("drop_existing_pkey_column", Boolean, "false"),
            defaulted("name", Text, "\"id\""),
        ],
        result: Null,
        body: MethodBody::Statement(
            "WITH added AS MATERIALIZED (
                SELECT pg_catalog.to_jsonb(msar.add_pkey_column($1, $2::msar.pkey_kind, $3, $4)) AS attnum
            )
            SELECT CASE WHEN __msar.rpc_note_added_key($1, attnum) THEN NULL::pg_catalog.jsonb END FROM added",
        ),
        example: r#"{"table_oid": "library.import_log", "pkey_type": "IDENTITY"}"#,
        ..METHOD
    },
    Method {
        name: "columns.reset_mash",
        summary: "Refused: the check values of files are made of a secret of the web service.",
        parameters: &[given("table_oid", Relation), given("column_attnum", Integer)],
        result: Null,
        body: MethodBody::Refusal {
            problem: "check values of files are made by the service that stores the files",
            hint: "The service that made the check values can set them: msar.reset_mash(tab_id, col_id, uri_mash_map).",
        },
        example: r#"{"table_oid": "library.book", "column_attnum": 8}"#,
        ..METHOD
    },
    Method {
        name: "columns.metadata.list",
        summary: "Returns the display metadata of the columns of a table.",
        parameters: &[given("table_oid", Relation)],
        result: List(&Named("ColumnMetadataRecord")),
        body: MethodBody::Statement(
            "SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'database_id', d.oid::bigint, 'table_oid', $1::pg_catalog.oid::bigint
            ) OPERATOR(pg_catalog.||) __msar.rpc_column_metadata(m.options) ORDER BY m.at), '[]')
            FROM pg_catalog.jsonb_array_elements(msar.get_column_metadata($1)) WITH ORDINALITY AS m(options, at)
            JOIN pg_catalog.pg_database AS d ON d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()",
        ),
        example: r#"{"table_oid": "library.book"}"#,
        ..METHOD
    },
    Method {
        name: "columns.metadata.set",
        summary: "Changes the display metadata of columns of a table.",
        parameters: &[
            given("table_oid", Relation),
            given("column_meta_data_list", List(&Map(&Anything))),
        ],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.set_column_metadata($1, COALESCE((
                SELECT pg_catalog.jsonb_agg(
                    m.options OPERATOR(pg_catalog.-) '{id,database_id,table_oid}'::pg_catalog.text[] ORDER BY m.at
                )
                FROM pg_catalog.jsonb_array_elements($2) WITH ORDINALITY AS m(options, at)
            ), '[]')) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        errors: &[
            super::UNKNOWN_OPTION,
            ServiceError::saying("22023", "it takes an integer from 0 to 20", -29042, "IntegrityError"),
            ServiceError::saying("22023", "num_min_frac_digits is greater", -29042, "IntegrityError"),
        ],
        compat_errors: &[ServiceError::saying("22023", "names no column", -31025, "KeyError")],
        example: r#"{"table_oid": "library.book", "column_meta_data_list": [{"attnum": 2, "display_width": 300}]}"#,
        ..METHOD
    },
];
