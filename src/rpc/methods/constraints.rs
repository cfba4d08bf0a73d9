//! Constraints of tables.

use super::METHOD;
use crate::rpc::method::{Method, MethodBody, given};
use crate::rpc::shape::JsonShape::{Anything, Id, List, Map, Named, Nullable, Relation, Text};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "constraints.list",
        summary: "Returns the constraints of a table.",
        parameters: &[given("table_oid", Relation)],
        result: List(&Named("ConstraintInfo")),
        body: MethodBody::Statement(
            "SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'oid', c.oid::bigint, 'name', c.name, 'type', c.type, 'columns', c.columns,
                'referent_table_oid', c.referent_table_oid::bigint, 'referent_columns', c.referent_columns
            )), '[]')
            FROM msar.get_constraints_for_table($1) AS c",
        ),
        example: r#"{"table_oid": "library.book"}"#,
        ..METHOD
    },
    Method {
        name: "constraints.add",
        summary: "Adds constraints to a table and returns the OIDs of all that it has.",
        parameters: &[
            given("table_oid", Relation),
            given("constraint_def_list", List(&Map(&Anything))),
        ],
        result: List(&Id),
        body: MethodBody::Statement(
            "SELECT COALESCE(pg_catalog.to_jsonb(msar.add_constraints($1, $2)::bigint[]), '[]')",
        ),
        example: r#"{"table_oid": "library.book", "constraint_def_list": [{"name": "book_titles", "type": "u", "columns": [2, 5, 1]}]}"#,
        ..METHOD
    },
    Method {
        name: "constraints.delete",
        summary: "Drops a constraint of a table and returns its name.",
        parameters: &[given("table_oid", Relation), given("constraint_oid", Id)],
        result: Nullable(&Text),
        body: MethodBody::Statement(
            "SELECT pg_catalog.to_jsonb(msar.drop_constraint($1::pg_catalog.oid, $2::pg_catalog.oid))",
        ),
        example: r#"{"table_oid": "library.author", "constraint_oid": {"example": "constraint"}}"#,
        ..METHOD
    },
];
