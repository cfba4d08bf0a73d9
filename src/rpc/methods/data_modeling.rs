//! Tables split, linked and given other keys.

use super::METHOD;
use crate::rpc::method::{Method, MethodBody, defaulted, given};
use crate::rpc::shape::JsonShape::{
    Boolean, Choice, Id, Integer, List, Named, Null, Nullable, Object, Relation, Schema, Text,
};
use crate::rpc::shape::needed;

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "data_modeling.add_foreign_key_column",
        summary: "Adds a column that refers to another table.",
        parameters: &[
            given("column_name", Text),
            given("referrer_table_oid", Relation),
            given("referent_table_oid", Relation),
        ],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.add_foreign_key_column($1, $2, $3, false) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        example: r#"{"column_name": "editor", "referrer_table_oid": "library.book", "referent_table_oid": "library.author"}"#,
        ..METHOD
    },
    Method {
        name: "data_modeling.add_mapping_table",
        summary: "Creates a table that links rows of other tables.",
        parameters: &[
            given("schema_oid", Schema),
            given("table_name", Text),
            given(
                "mapping_columns",
                List(&Object(&[
                    needed("column_name", Text),
                    needed("referent_table_oid", Id),
                ])),
            ),
        ],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.add_mapping_table($1, $2, $3) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        example: r#"{"schema_oid": "library", "table_name": "award", "mapping_columns": []}"#,
        ..METHOD
    },
    Method {
        name: "data_modeling.suggest_types",
        summary: "Suggests types for the text columns of a table.",
        parameters: &[given("table_oid", Relation)],
        result: Named("SuggestedTypes"),
        body: MethodBody::Statement("SELECT msar.infer_table_column_data_types($1)"),
        example: r#"{"table_oid": "library.import_log"}"#,
        ..METHOD
    },
    Method {
        name: "data_modeling.split_table",
        summary: "Moves columns of a table into a new table, to which it then refers.",
        parameters: &[
            given("table_oid", Relation),
            given("column_attnums", List(&Integer)),
            given("extracted_table_name", Text),
            defaulted("relationship_fk_column_name", Nullable(&Text), "null"),
        ],
        result: Object(&[
            needed("extracted_table_oid", Id),
            needed("new_fkey_attnum", Integer),
        ]),
        body: MethodBody::Statement(
            "WITH done AS MATERIALIZED (
                SELECT msar.extract_columns_from_table($1, ARRAY(
                    SELECT c.attnum::integer FROM pg_catalog.jsonb_array_elements_text($2) AS c(attnum)
                ), $3, $4) AS made
            )
            SELECT pg_catalog.jsonb_build_object(
                'extracted_table_oid', made OPERATOR(pg_catalog.->) 0,
                'new_fkey_attnum', made OPERATOR(pg_catalog.->) 1
            )
            FROM done",
        ),
        example: r#"{"table_oid": "staff.employee", "column_attnums": [4], "extracted_table_name": "job"}"#,
        ..METHOD
    },
    Method {
        name: "data_modeling.move_columns",
        summary: "Moves columns of a table to the table that it refers to.",
        parameters: &[
            given("source_table_oid", Relation),
            given("target_table_oid", Relation),
            given("move_column_attnums", List(&Integer)),
        ],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.move_columns_to_referenced_table($1, $2, ARRAY(
                SELECT c.attnum::smallint FROM pg_catalog.jsonb_array_elements_text($3) AS c(attnum)
            )) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        example: r#"{"source_table_oid": "library.fine", "target_table_oid": "library.loan", "move_column_attnums": [4]}"#,
        ..METHOD
    },
    Method {
        name: "data_modeling.change_primary_key_column",
        summary: "Makes a column the primary key of its table.",
        parameters: &[
            given("table_oid", Relation),
            given("column_attnum", Integer),
            defaulted("default", Nullable(&Choice(&["IDENTITY", "UUIDv4"])), "null"),
            defaulted("drop_existing_pk_column", Boolean, "false"),
        ],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.set_pkey_column($1, $2, $3::msar.pkey_kind, $4) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        example: r#"{"table_oid": "library.edition_cover", "column_attnum": 1}"#,
        ..METHOD
    },
];
