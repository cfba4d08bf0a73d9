//! Records: read, searched and written.

use super::METHOD;
use crate::rpc::method::{Method, MethodBody, defaulted, given};
use crate::rpc::shape::JsonShape::{Anything, Boolean, Integer, List, Map, Named, Nullable, Relation, Text};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "records.list",
        summary: "Returns records of a table, filtered, ordered and grouped.",
        parameters: &[
            given("table_oid", Relation),
            defaulted("limit", Nullable(&Integer), "null"),
            defaulted("offset", Nullable(&Integer), "null"),
            defaulted("order", Nullable(&List(&Map(&Anything))), "null"),
            defaulted("filter", Nullable(&Map(&Anything)), "null"),
            defaulted("grouping", Nullable(&Map(&Anything)), "null"),
            defaulted("joined_columns", Nullable(&List(&Map(&Anything))), "null"),
            defaulted("return_record_summaries", Boolean, "false"),
        ],
        result: Named("RecordList"),
        body: MethodBody::RecordList(
            "SELECT msar.list_records_from_table($1, $2, $3, $4, $5, $6, $7, $8, NULL), __msar.rpc_needs_service_columns($1)",
        ),
        example: r#"{"table_oid": "library.book", "limit": 2, "order": [{"attnum": 2, "direction": "asc"}], "filter": {"type": "contains_case_insensitive", "args": [{"type": "attnum", "value": 2}, {"type": "literal", "value": "the"}]}, "return_record_summaries": true}"#,
        ..METHOD
    },
    Method {
        name: "records.get",
        summary: "Returns the record with a key.",
        parameters: &[
            given("table_oid", Relation),
            given("record_id", Anything),
            defaulted("joined_columns", Nullable(&List(&Map(&Anything))), "null"),
            defaulted("return_record_summaries", Boolean, "false"),
            defaulted("table_record_summary_templates", Nullable(&Map(&Anything)), "null"),
        ],
        result: Named("RecordList"),
        body: MethodBody::RecordList(
            "SELECT msar.get_record_from_table($1, $2, $3, $4, $5), __msar.rpc_needs_service_columns($1)",
        ),
        example: r#"{"table_oid": "library.book", "record_id": 1, "return_record_summaries": true}"#,
        ..METHOD
    },
    Method {
        name: "records.add",
        summary: "Adds a record.",
        parameters: &[
            given("table_oid", Relation),
            given("record_def", Map(&Anything)),
            defaulted("return_record_summaries", Boolean, "false"),
        ],
        result: Named("RecordAdded"),
        body: MethodBody::RecordAdded(
            "SELECT msar.add_record_to_table($1, $2 OPERATOR(pg_catalog.||) __msar.rpc_tracked_user($1), $3, NULL),
                __msar.rpc_needs_service_columns($1)",
        ),
        example: r#"{"table_oid": "library.country", "record_def": {"1": "IS", "2": "Iceland (example)"}}"#,
        ..METHOD
    },
    Method {
        name: "records.patch",
        summary: "Changes the record with a key.",
        parameters: &[
            given("table_oid", Relation),
            given("record_id", Anything),
            given("record_def", Map(&Anything)),
            defaulted("return_record_summaries", Boolean, "false"),
        ],
        result: Named("RecordAdded"),
        body: MethodBody::RecordAdded(
            "SELECT msar.patch_record_in_table($1, $2, $3 OPERATOR(pg_catalog.||) __msar.rpc_tracked_user($1), $4, NULL),
                __msar.rpc_needs_service_columns($1)",
        ),
        example: r#"{"table_oid": "library.book", "record_id": 1, "record_def": {"2": "Another title"}}"#,
        ..METHOD
    },
    Method {
        name: "records.delete",
        summary: "Deletes the records with these keys and returns the keys of those that were there.",
        parameters: &[given("table_oid", Relation), given("record_ids", List(&Anything))],
        result: List(&Anything),
        body: MethodBody::Statement("SELECT msar.delete_records_from_table($1, $2)"),
        example: r#"{"table_oid": "library.fine", "record_ids": [1, 2]}"#,
        ..METHOD
    },
    Method {
        name: "records.search",
        summary: "Returns the records that match a search best.",
        parameters: &[
            given("table_oid", Relation),
            defaulted("search_params", Nullable(&List(&Map(&Anything))), "[]"),
            defaulted("limit", Nullable(&Integer), "10"),
            defaulted("offset", Nullable(&Integer), "0"),
            defaulted("return_record_summaries", Boolean, "false"),
        ],
        result: Named("RecordList"),
        body: MethodBody::RecordList(
            "SELECT msar.search_records_from_table($1, COALESCE($2, '[]'), $3, $4, $5, NULL),
                __msar.rpc_needs_service_columns($1)",
        ),
        example: r#"{"table_oid": "library.book", "search_params": [{"attnum": 2, "literal": "the"}], "limit": 2}"#,
        ..METHOD
    },
    Method {
        name: "records.list_summaries",
        summary: "Returns records by their summaries, to choose one from.",
        parameters: &[
            given("table_oid", Relation),
            defaulted("limit", Nullable(&Integer), "null"),
            defaulted("offset", Nullable(&Integer), "null"),
            defaulted("search", Nullable(&Text), "null"),
            defaulted("linked_record_path", Nullable(&Map(&Anything)), "null"),
        ],
        result: Named("RecordSummaryList"),
        body: MethodBody::Statement("SELECT msar.list_by_record_summaries($1, $2, $3, $4, NULL, $5)"),
        example: r#"{"table_oid": "library.author", "limit": 2, "search": "a"}"#,
        ..METHOD
    },
];
