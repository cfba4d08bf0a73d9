//! What can be wrong with changes of roles, privileges and schemas.

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
