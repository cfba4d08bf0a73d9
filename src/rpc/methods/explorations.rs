//! Explorations: saved queries.

use super::{METHOD, NO_ROW};
use crate::rpc::method::{Method, MethodBody, defaulted, given};
use crate::rpc::shape::Shape::{Anything, Id, Integer, List, Map, Named, Null, Nullable, Schema};

const TAKEN: (&str, i32, &str) = ("23505", -29042, "IntegrityError");
const TOO_LONG: (&str, i32, &str) = ("22001", -29015, "DataError");
const GONE: (&str, i32, &str) = ("P0002", -28009, "DoesNotExist");

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
                WHEN $1 OPERATOR(pg_catalog.?) 'id' THEN msar.save_exploration($1 OPERATOR(pg_catalog.-) 'database_id')
                ELSE __msar.refuse('22023', 'the exploration has no \"id\"', 'explorations.list returns the ids.')
            END)",
        ),
        errors: &[NO_ROW, GONE, TAKEN, TOO_LONG],
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
        example: r#"{"exploration_def": {"example": "exploration_def"}, "limit": 2}"#,
        ..METHOD
    },
];
