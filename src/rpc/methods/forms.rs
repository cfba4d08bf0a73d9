//! Forms, and what their visitors do.

use super::{METHOD, NO_ROW};
use crate::rpc::method::{Method, MethodBody, defaulted, given};
use crate::rpc::shape::Shape::{
    Anything, Boolean, Id, Integer, List, Map, Named, Null, Nullable, Schema, Text,
};

const GONE: (&str, i32, &str) = ("P0002", -28009, "DoesNotExist");
const NOT_ALLOWED: (&str, i32, &str) = ("42501", -31002, "AssertionError");
const NO_UUID: (&str, i32, &str) = ("22P02", -29107, "ValidationError");
const TAKEN: (&str, i32, &str) = ("23505", -29042, "IntegrityError");

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "forms.add",
        summary: "Creates a form.",
        parameters: &[given("form_def", Map(&Anything))],
        result: Named("FormInfo"),
        body: MethodBody::Statement(
            "SELECT __msar.rpc_form(msar.add_form($1 OPERATOR(pg_catalog.-) 'database_id'))",
        ),
        errors: &[TAKEN],
        example: r#"{"form_def": {"example": "form_def"}}"#,
        ..METHOD
    },
    Method {
        name: "forms.get",
        summary: "Returns a form by its token.",
        needs_database: false,
        parameters: &[given("form_token", Text)],
        result: Named("FormInfo"),
        body: MethodBody::StatementThen(
            "SELECT __msar.rpc_form(msar.get_public_form($1::pg_catalog.uuid))",
            super::must_exist,
        ),
        errors: &[NO_ROW, GONE, NOT_ALLOWED, NO_UUID],
        example: r#"{"form_token": {"example": "form_token"}}"#,
        ..METHOD
    },
    Method {
        name: "forms.get_source_info",
        summary: "Returns the tables and columns of a form.",
        needs_database: false,
        parameters: &[given("form_token", Text)],
        result: Map(&Anything),
        body: MethodBody::StatementThen(
            "SELECT msar.get_form_source_info($1::pg_catalog.uuid)",
            super::must_exist,
        ),
        errors: &[NO_ROW, GONE, NOT_ALLOWED, NO_UUID],
        example: r#"{"form_token": {"example": "form_token"}}"#,
        ..METHOD
    },
    Method {
        name: "forms.list",
        summary: "Returns the forms of a schema.",
        parameters: &[given("schema_oid", Schema)],
        result: List(&Named("FormInfo")),
        body: MethodBody::Statement(
            "SELECT COALESCE(pg_catalog.jsonb_agg(__msar.rpc_form(f.info) ORDER BY f.at), '[]')
            FROM pg_catalog.jsonb_array_elements(msar.list_forms($1)) WITH ORDINALITY AS f(info, at)",
        ),
        example: r#"{"schema_oid": "library"}"#,
        ..METHOD
    },
    Method {
        name: "forms.regenerate_token",
        summary: "Gives a form a new token and returns it.",
        parameters: &[given("form_id", Id)],
        result: Text,
        body: MethodBody::StatementThen(
            "SELECT pg_catalog.to_jsonb(msar.regenerate_form_token($1))",
            super::must_exist,
        ),
        errors: &[NO_ROW, GONE],
        example: r#"{"form_id": {"example": "form"}}"#,
        ..METHOD
    },
    Method {
        name: "forms.set_publish_public",
        summary: "Makes a form public, or not, and returns which.",
        parameters: &[given("form_id", Id), given("publish_public", Boolean)],
        result: Boolean,
        body: MethodBody::StatementThen(
            "SELECT pg_catalog.to_jsonb(msar.set_form_publish($1, $2))",
            super::must_exist,
        ),
        errors: &[NO_ROW, GONE],
        example: r#"{"form_id": {"example": "form"}, "publish_public": true}"#,
        ..METHOD
    },
    Method {
        name: "forms.delete",
        summary: "Deletes a form.",
        parameters: &[given("form_id", Id)],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.delete_form($1) IS NULL
                THEN __msar.refuse('P0002', 'there is no such form', 'forms.list returns the ids.') END",
        ),
        errors: &[NO_ROW, GONE],
        example: r#"{"form_id": {"example": "form"}}"#,
        ..METHOD
    },
    Method {
        name: "forms.patch",
        summary: "Changes a form.",
        parameters: &[given("update_form_def", Map(&Anything))],
        result: Named("FormInfo"),
        body: MethodBody::StatementThen(
            "SELECT __msar.rpc_form(msar.patch_form($1 OPERATOR(pg_catalog.-) 'database_id'))",
            super::must_exist,
        ),
        errors: &[NO_ROW, GONE, TAKEN],
        example: r#"{"update_form_def": {"example": "form_info"}}"#,
        ..METHOD
    },
    Method {
        name: "forms.list_related_records",
        summary: "Returns the records that a field of a form can refer to.",
        needs_database: false,
        parameters: &[
            given("form_token", Text),
            given("field_key", Text),
            defaulted("limit", Nullable(&Integer), "null"),
            defaulted("offset", Nullable(&Integer), "null"),
            defaulted("search", Nullable(&Text), "null"),
        ],
        result: Named("RecordSummaryList"),
        body: MethodBody::Statement(
            "SELECT msar.list_form_related_records($1::pg_catalog.uuid, pg_catalog.jsonb_strip_nulls(
                pg_catalog.jsonb_build_object('field_key', $2, 'limit', $3, 'offset', $4, 'search', $5)
            ))",
        ),
        errors: &[NO_ROW, GONE, NOT_ALLOWED, NO_UUID],
        example: r#"{"form_token": {"example": "form_token"}, "field_key": {"example": "form_field"}}"#,
        ..METHOD
    },
    Method {
        name: "forms.submit",
        summary: "Writes what a visitor has filled in.",
        needs_database: false,
        parameters: &[given("form_token", Text), given("values", Map(&Anything))],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.submit_form($1::pg_catalog.uuid, $2) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        errors: &[NO_ROW, GONE, NOT_ALLOWED, NO_UUID],
        example: r#"{"form_token": {"example": "form_token"}, "values": {"example": "form_values"}}"#,
        ..METHOD
    },
];
