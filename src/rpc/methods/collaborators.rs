//! Which users act as which roles in this database.

use super::{METHOD, NO_ROW};
use crate::rpc::method::{Method, MethodBody, ServiceError, given};
use crate::rpc::shape::JsonShape::{List, Named, Null, Role};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "collaborators.list",
        summary: "Returns which users act as which roles in this database.",
        result: List(&Named("CollaboratorInfo")),
        body: MethodBody::Statement("SELECT msar.list_role_maps()"),
        ..METHOD
    },
    Method {
        name: "collaborators.add",
        summary: "Makes a user act as a role in this database.",
        parameters: &[given("user_id", Role), given("configured_role_id", Role)],
        result: Named("CollaboratorInfo"),
        body: MethodBody::Statement(
            // A user who acts as a role already is changed by collaborators.set_role.
            "SELECT CASE
                WHEN EXISTS (SELECT FROM __msar.role_maps() AS m WHERE m.user_id OPERATOR(pg_catalog.=) $1::pg_catalog.oid)
                THEN __msar.refuse('23505', 'the user acts as a role in this database already',
                    'collaborators.set_role gives the user another role.')
                ELSE msar.set_role_map($1, $2)
            END",
        ),
        errors: &[NO_ROW, ServiceError::new("23505", -29042, "IntegrityError")],
        example: r#"{"user_id": "mathesar_ext_example_user", "configured_role_id": "mathesar_ext_example_reader"}"#,
        ..METHOD
    },
    Method {
        name: "collaborators.delete",
        summary: "Lets a user act as no other role in this database any more.",
        needs_database: false,
        parameters: &[given("collaborator_id", Role)],
        result: Null,
        body: MethodBody::Statement(
            "SELECT CASE WHEN msar.delete_role_map($1) IS NULL THEN NULL::pg_catalog.jsonb END",
        ),
        errors: &[NO_ROW],
        example: r#"{"collaborator_id": "mathesar_ext_example_mapped"}"#,
        ..METHOD
    },
    Method {
        name: "collaborators.set_role",
        summary: "Makes a user act as another role in this database.",
        needs_database: false,
        parameters: &[given("collaborator_id", Role), given("configured_role_id", Role)],
        result: Named("CollaboratorInfo"),
        body: MethodBody::Statement(
            "SELECT CASE
                WHEN EXISTS (SELECT FROM __msar.role_maps() AS m WHERE m.user_id OPERATOR(pg_catalog.=) $1::pg_catalog.oid)
                THEN msar.set_role_map($1, $2)
                ELSE __msar.refuse('42704', 'the user acts as no other role in this database',
                    'collaborators.add makes it act as one.')
            END",
        ),
        errors: &[NO_ROW],
        example: r#"{"collaborator_id": "mathesar_ext_example_mapped", "configured_role_id": "mathesar_ext_example_mapped"}"#,
        ..METHOD
    },
];
