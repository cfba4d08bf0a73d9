//! Schemas and privileges on them.

use super::{METHOD, PRIVILEGES};
use crate::rpc::method::{Method, MethodBody, defaulted, given};
use crate::rpc::shape::JsonShape::{List, Named, Null, Nullable, Object, Role, Schema, Text};
use crate::rpc::shape::optional;

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "schemas.add",
        summary: "Creates a schema.",
        parameters: &[
            given("name", Text),
            defaulted("owner_oid", Nullable(&Role), "null"),
            defaulted("description", Nullable(&Text), "null"),
        ],
        result: Named("SchemaInfo"),
        body: MethodBody::Statement("SELECT msar.create_schema($1, $2, COALESCE($3, ''))"),
        example: r#"{"name": "archive", "description": "What is old"}"#,
        ..METHOD
    },
    Method {
        name: "schemas.list",
        summary: "Returns the schemas of the database, but for those of the extension.",
        result: List(&Named("SchemaInfo")),
        body: MethodBody::Statement(
            "SELECT COALESCE(pg_catalog.jsonb_agg(s.info ORDER BY s.at), '[]')
            FROM pg_catalog.jsonb_array_elements(msar.list_schemas()) WITH ORDINALITY AS s(info, at)
            WHERE NOT EXISTS (
                SELECT
                FROM pg_catalog.pg_depend AS d
                JOIN pg_catalog.pg_extension AS e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
                WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
                    AND d.objid OPERATOR(pg_catalog.=) (s.info OPERATOR(pg_catalog.->>) 'oid')::pg_catalog.oid
                    AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
                    AND d.deptype OPERATOR(pg_catalog.=) 'e'
                    AND e.extname OPERATOR(pg_catalog.=) 'mathesar_ext'
            )",
        ),
        ..METHOD
    },
    Method {
        name: "schemas.get",
        summary: "Returns a schema.",
        parameters: &[given("schema_oid", Schema)],
        result: Nullable(&Named("SchemaInfo")),
        body: MethodBody::Statement("SELECT msar.get_schema($1)"),
        example: r#"{"schema_oid": "library"}"#,
        ..METHOD
    },
    Method {
        name: "schemas.delete",
        summary: "Drops schemas with all that is in them.",
        parameters: &[given("schema_oids", List(&Schema))],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.drop_schemas(ARRAY(
                SELECT s.oid::pg_catalog.regnamespace FROM pg_catalog.jsonb_array_elements_text($1) AS s(oid)
            )) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        example: r#"{"schema_oids": []}"#,
        ..METHOD
    },
    Method {
        name: "schemas.patch",
        summary: "Renames a schema or changes its comment.",
        parameters: &[
            given("schema_oid", Schema),
            given(
                "patch",
                Object(&[
                    optional("name", Nullable(&Text)),
                    optional("description", Nullable(&Text)),
                ]),
            ),
        ],
        result: Named("SchemaInfo"),
        body: MethodBody::Statement("SELECT msar.patch_schema($1, $2)"),
        example: r#"{"schema_oid": "staff", "patch": {"description": "The people"}}"#,
        ..METHOD
    },
    Method {
        name: "schemas.privileges.list_direct",
        summary: "Returns the privileges that roles have on a schema.",
        parameters: &[given("schema_oid", Schema)],
        result: Named("PrivilegeList"),
        body: MethodBody::Statement("SELECT msar.list_schema_privileges($1)"),
        example: r#"{"schema_oid": "library"}"#,
        ..METHOD
    },
    Method {
        name: "schemas.privileges.replace_for_roles",
        summary: "Gives roles exactly the listed privileges on a schema.",
        parameters: &[given("schema_oid", Schema), given("privileges", PRIVILEGES)],
        result: Named("PrivilegeList"),
        body: MethodBody::Statement(
            "SELECT msar.replace_schema_privileges_for_roles($1, __msar.rpc_privileges($2))",
        ),
        example: r#"{"schema_oid": "library", "privileges": []}"#,
        ..METHOD
    },
    Method {
        name: "schemas.privileges.transfer_ownership",
        summary: "Gives a schema another owner.",
        parameters: &[given("schema_oid", Schema), given("new_owner_oid", Role)],
        result: Named("SchemaInfo"),
        body: MethodBody::Statement("SELECT msar.transfer_schema_ownership($1, $2)"),
        example: r#"{"schema_oid": "library", "new_owner_oid": "postgres"}"#,
        ..METHOD
    },
];
