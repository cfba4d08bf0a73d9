//! Explorations: saved queries.

use super::{METHOD, NO_ROW};
use crate::explorations::error::{BLANK_ALIAS, NULLS_TWICE};
use crate::rpc::method::{ErrorCounting, Method, MethodBody, ServiceError, defaulted, given};
use crate::rpc::shape::JsonShape::{Anything, Id, Integer, List, Map, Named, Null, Nullable, Schema};

const TAKEN: ServiceError = ServiceError::saying("23505", "an exploration named", -29042, "IntegrityError");
const TOO_LONG: ServiceError = ServiceError::saying(
    "22023",
    "must be a name of 1 to 128 characters",
    -29015,
    "DataError",
);
const GONE: ServiceError = ServiceError::new("P0002", -28009, "DoesNotExist");
const MISSING: ServiceError = ServiceError::saying("22023", " is missing", -31025, "KeyError");

/// The service's errors of single functions, orders and columns are of its own library; see also
/// [`ErrorCounting::ByClass`].
const RUN_ERRORS: &[ServiceError] = &[
    ServiceError::saying("42P01", "relation with OID", -31049, "TypeError"),
    ServiceError::saying("22023", BLANK_ALIAS, -31002, "AssertionError"),
    ServiceError::new("42712", -26019, "InvalidRequestError"),
    ServiceError::saying("42703", "initial_columns[", -31025, "KeyError"),
    ServiceError::saying("42703", ".field: ", -27020, "SortFieldNotFound"),
    // What "select" keeps, and what "summarize" groups.
    ServiceError::saying("42703", "]: there is no column", -31025, "KeyError"),
    ServiceError::saying("42703", "_alias: there is no column", -31025, "KeyError"),
    ServiceError::saying(
        "42703",
        ": there is no column",
        -27019,
        "ReferencedColumnsDontExist",
    ),
    ServiceError::saying("22023", "there is no transformation", -31000, "Exception"),
    ServiceError::saying("22023", "there is no direction", -27002, "BadSortFormat"),
    ServiceError::saying("22023", NULLS_TWICE, -27002, "BadSortFormat"),
    ServiceError::saying("22023", "there is no function", -27024, "UnknownDBFunctionID"),
    ServiceError::saying("22023", "there is no aggregation", -27024, "UnknownDBFunctionID"),
    ServiceError::saying("22023", "another number of parameters", -31049, "TypeError"),
    ServiceError::saying(
        "42804",
        "does not take values of type",
        -27022,
        "UndefinedFunction",
    ),
];

/// What is a wrong parameter here (-32602), and an error of the service's Python there.
const RUN_COMPAT_ERRORS: &[ServiceError] = &[
    MISSING,
    ServiceError::saying(
        "22023",
        "must be an integer that is not negative",
        -26007,
        "DataError",
    ),
    ServiceError::saying("22023", ".alias: this must be a string", -31002, "AssertionError"),
    ServiceError::saying(
        "22023",
        ".spec: this must be an object with one key",
        -31043,
        "StopIteration",
    ),
    ServiceError::saying("22023", ".spec.", -27001, "BadDBFunctionFormat"),
];

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "explorations.list",
        summary: "Returns the explorations of the database, or of a schema.",
        parameters: &[defaulted("schema_oid", Nullable(&Schema), "null")],
        result: List(&Named("ExplorationInfo")),
        body: MethodBody::Statement(
            "SELECT COALESCE(pg_catalog.jsonb_agg(__msar.rpc_exploration(e.info) ORDER BY e.at), '[]')
            FROM pg_catalog.jsonb_array_elements(msar.list_explorations($1)) WITH ORDINALITY AS e(info, at)",
        ),
        ..METHOD
    },
    Method {
        name: "explorations.get",
        summary: "Returns an exploration.",
        parameters: &[given("exploration_id", Id)],
        result: Named("ExplorationInfo"),
        body: MethodBody::StatementThen(
            "SELECT __msar.rpc_exploration(msar.get_exploration($1))",
            super::must_exist,
        ),
        errors: &[NO_ROW, GONE],
        example: r#"{"exploration_id": {"example": "exploration"}}"#,
        ..METHOD
    },
    Method {
        name: "explorations.add",
        summary: "Saves a new exploration.",
        parameters: &[given("exploration_def", Map(&Anything))],
        result: Named("ExplorationInfo"),
        body: MethodBody::Statement(
            "SELECT __msar.rpc_exploration(msar.save_exploration(
                $1 OPERATOR(pg_catalog.-) '{id,database_id}'::pg_catalog.text[]
            ))",
        ),
        errors: &[TAKEN, TOO_LONG],
        compat_errors: &[MISSING],
        document: Some("exploration_def"),
        example: r#"{"exploration_def": {"example": "exploration_def"}}"#,
        ..METHOD
    },
    Method {
        name: "explorations.replace",
        summary: "Replaces an exploration.",
        parameters: &[given("new_exploration", Map(&Anything))],
        result: Named("ExplorationInfo"),
        body: MethodBody::Statement(
            "SELECT __msar.rpc_exploration(CASE
                WHEN $1 OPERATOR(pg_catalog.?) 'id' THEN msar.save_exploration(
                    '{\"display_names\": {}}'::pg_catalog.jsonb OPERATOR(pg_catalog.||) $1 OPERATOR(pg_catalog.-) 'database_id'
                )
                ELSE __msar.refuse('22023', 'id is missing', 'explorations.list returns the ids.')
            END)",
        ),
        errors: &[NO_ROW, GONE, TAKEN, TOO_LONG],
        compat_errors: &[MISSING],
        document: Some("new_exploration"),
        example: r#"{"new_exploration": {"example": "exploration_info"}}"#,
        ..METHOD
    },
    Method {
        name: "explorations.delete",
        summary: "Deletes an exploration.",
        parameters: &[given("exploration_id", Id)],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.delete_exploration($1) IS NULL
                THEN __msar.refuse('P0002', 'there is no such exploration', 'explorations.list returns the ids.') END",
        ),
        errors: &[NO_ROW, GONE],
        example: r#"{"exploration_id": {"example": "exploration"}}"#,
        ..METHOD
    },
    Method {
        name: "explorations.run",
        summary: "Runs an exploration that need not be saved.",
        parameters: &[
            given("exploration_def", Map(&Anything)),
            defaulted("limit", Nullable(&Integer), "100"),
            defaulted("offset", Nullable(&Integer), "0"),
        ],
        result: Named("ExplorationResult"),
        body: MethodBody::Statement(
            "SELECT msar.run_exploration($1, pg_catalog.jsonb_build_object(
                'compat', true, 'limit', $2, 'offset', $3
            ))::pg_catalog.jsonb",
        ),
        errors: RUN_ERRORS,
        compat_errors: RUN_COMPAT_ERRORS,
        other_errors: ErrorCounting::ByClass,
        document: Some("exploration_def"),
        example: r#"{"exploration_def": {"example": "exploration_def"}, "limit": 2}"#,
        ..METHOD
    },
];
