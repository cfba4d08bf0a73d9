//! Forms, and what their visitors do.

use super::{METHOD, NO_ROW};
use crate::rpc::method::{Method, MethodBody, ServiceError, defaulted, given};
use crate::rpc::shape::JsonShape::{
    Anything, Boolean, Id, Integer, List, Map, Named, Null, Nullable, Schema, Text, Uuid,
};

const GONE: ServiceError = ServiceError::new("P0002", -28009, "DoesNotExist");
const NO_FIELD: ServiceError = ServiceError::saying("22023", "has no such field", -28009, "DoesNotExist");
const NO_LINK: ServiceError = ServiceError::saying("22023", "no record can be picked", -31057, "ValueError");

/// What a form cannot be made of.
const FORM_ERRORS: &[ServiceError] = &[
    NO_ROW,
    ServiceError::saying("22023", "does not exist", -28009, "DoesNotExist"),
    ServiceError::saying("42501", "cannot act as role", -31002, "AssertionError"),
    ServiceError::saying("42501", "is a superuser or bypasses", -31002, "AssertionError"),
    ServiceError::saying("22023", "two fields have the key", -29042, "IntegrityError"),
];

/// What is missing: a key of a document for the service's Python, a value of a column for its tables.
const FORM_COMPAT_ERRORS: &[ServiceError] = &[
    ServiceError::saying("22023", "column_attnum is missing", -29042, "IntegrityError"),
    ServiceError::saying("22023", "related_table_oid is missing", -29042, "IntegrityError"),
    ServiceError::saying(
        "22023",
        "fk_interaction_rule is missing",
        -29042,
        "IntegrityError",
    ),
    ServiceError::saying("22023", " is missing", -31025, "KeyError"),
];

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "forms.add",
        summary: "Creates a form.",
        parameters: &[given("form_def", Map(&Anything))],
        result: Named("FormInfo"),
        body: MethodBody::Statement(
            "SELECT __msar.rpc_form(msar.add_form($1 OPERATOR(pg_catalog.-) 'database_id'))",
        ),
        errors: FORM_ERRORS,
        compat_errors: FORM_COMPAT_ERRORS,
        document: Some("form_def"),
        example: r#"{"form_def": {"example": "form_def"}}"#,
        ..METHOD
    },
    Method {
        name: "forms.get",
        summary: "Returns a form by its token.",
        needs_database: false,
        parameters: &[given("form_token", Uuid)],
        result: Named("FormInfo"),
        body: MethodBody::StatementThen(
            "SELECT __msar.rpc_form(__msar.get_form_by_token($1::pg_catalog.uuid))",
            super::must_exist,
        ),
        errors: &[NO_ROW],
        example: r#"{"form_token": {"example": "form_token"}}"#,
        ..METHOD
    },
    Method {
        name: "forms.get_source_info",
        summary: "Returns the tables and columns of a form.",
        needs_database: false,
        parameters: &[given("form_token", Uuid)],
        result: Map(&Anything),
        body: MethodBody::StatementThen(
            "SELECT __msar.rpc_form_source_info(msar.get_form_source_info($1::pg_catalog.uuid))",
            super::must_exist,
        ),
        errors: &[NO_ROW],
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
        errors: FORM_ERRORS,
        compat_errors: FORM_COMPAT_ERRORS,
        document: Some("update_form_def"),
        example: r#"{"update_form_def": {"example": "form_info"}}"#,
        ..METHOD
    },
    Method {
        name: "forms.list_related_records",
        summary: "Returns the records that a field of a form can refer to.",
        needs_database: false,
        parameters: &[
            given("form_token", Uuid),
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
        errors: &[NO_ROW, NO_FIELD, NO_LINK],
        document: Some("field_key"),
        example: r#"{"form_token": {"example": "form_token"}, "field_key": "country"}"#,
        ..METHOD
    },
    Method {
        name: "forms.submit",
        summary: "Writes what a visitor has filled in.",
        needs_database: false,
        parameters: &[given("form_token", Uuid), given("values", Map(&Anything))],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.submit_form($1::pg_catalog.uuid, $2) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        errors: &[NO_ROW],
        example: r#"{"form_token": {"example": "form_token"}, "values": {"name": "Tove Jansson", "country": {"type": "pick", "value": "FI"}}}"#,
        ..METHOD
    },
];
