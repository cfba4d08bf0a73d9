//! Errors of changes of roles, privileges and schemas, and of users.

use crate::catalog::dependency::schemas::Obstacle;
use crate::error::{ErrorFields, ErrorText, TopicError};
use pgrx::prelude::PgSqlErrorCode;

/// That roles, privileges or schemas cannot be changed.
#[derive(Debug)]
pub(crate) enum RolesError {
    NotOwnerOfSchema {
        name: String,
    },

    DependentMemberships {
        role: String,
    },

    /// Objects of other schemas depend on what is to be dropped.
    NeededElsewhere {
        schemas: String,
        obstacles: Vec<Obstacle>,
    },

    ListedTwice(u32),

    CannotSetRole {
        role: String,
    },

    Denied {
        kind: &'static str,
        name: String,
        lacking: String,
    },
}

impl TopicError for RolesError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::NotOwnerOfSchema { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("must be owner of schema {name}"),
            )
            .hint("The owner of a schema, and roles that inherit the owner's privileges, may drop it."),
            Self::DependentMemberships { role } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                format!("cannot replace the members of role \"{role}\""),
            )
            .detail("The current role would be removed, and with it the memberships that it grants.")
            .hint("Keep the current role among the members, or call the function as another role."),
            Self::NeededElsewhere { schemas, obstacles } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                format!("cannot drop {schemas} because objects of other schemas depend on its contents"),
            )
            .detail(list_obstacles(obstacles))
            .hint("Drop those objects first, or pass their schemas, too."),
            Self::ListedTwice(value) => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("role with OID {value} is listed twice"),
            )
            .hint("Pass one object for each role."),
            Self::CannotSetRole { role } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("the current role cannot act as role \"{role}\""),
            )
            .hint("Choose a role that the current role is a member of, with the SET option."),
            Self::Denied { kind, name, lacking } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("permission denied for {kind} {name}"),
            )
            .detail(format!("The current role has no grant option for {lacking}."))
            .hint(
                "The owner, roles that inherit the owner's privileges, and roles with the grant option \
                 may grant and revoke.",
            ),
        }
    }
}

/// That a user cannot be changed.
#[derive(Debug)]
pub(crate) enum UserError {
    /// The role cannot log in.
    NoUser {
        role: String,
    },

    WrongPassword {
        role: String,
    },

    EmptyPassword,

    NotAllowed {
        role: String,
    },

    StaysSuperuser {
        role: String,
    },

    NoRoleMap {
        role: String,
    },
}

impl TopicError for UserError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::NoUser { role } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("role \"{role}\" is not a user"),
            )
            .hint("Users are roles that can log in: msar.list_users() lists them."),
            Self::WrongPassword { role } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PASSWORD,
                format!("the old password of role \"{role}\" is wrong"),
            )
            .hint("A role that may alter this role can set a new one: msar.set_user_password(user, password)."),
            Self::EmptyPassword => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                "a password must not be empty",
            )
            .hint("Pass a password, or its SCRAM verifier."),
            Self::NotAllowed { role } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("permission denied to change the profile of user \"{role}\""),
            )
            .hint("The user may change it, and roles that may alter the user's role (CREATEROLE, ADMIN OPTION)."),
            Self::StaysSuperuser { role } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("role \"{role}\" is a superuser of PostgreSQL"),
            )
            .hint("Another superuser can change that: ALTER ROLE ... NOSUPERUSER NOCREATEROLE."),
            Self::NoRoleMap { role } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("user \"{role}\" acts as no other role in this database"),
            )
            .hint("msar.list_role_maps() lists which users act as which roles."),
        }
    }
}

fn list_obstacles(obstacles: &[Obstacle]) -> String {
    /// How many are listed; PostgreSQL does not list more either.
    const MOST: usize = 100;
    let mut lines: Vec<_> = obstacles
        .iter()
        .take(MOST)
        .map(|Obstacle { dependent, on }| format!("{dependent} depends on {on}"))
        .collect();
    if obstacles.len() > MOST {
        lines.push(format!("and {} more", obstacles.len() - MOST));
    }
    lines.join("\n")
}
