//! Grants on explorations: on one, or on all of a schema.

use super::error::ExplorationError;
use super::store;
use super::stored::{ExplorationLevel, find_exploration};
use crate::catalog::Catalog;
use crate::catalog::rows::PgNamespace;
use crate::ddl::DdlError;
use crate::error::Error;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, names};
use serde_json::{Value, json};

/// To what a grant applies.
pub(crate) enum GrantScope {
    Exploration(i64),
    Schema(Oid),
}

impl GrantScope {
    /// Of the two arguments of a call, of which one is there.
    pub(crate) fn of_arguments(id: Option<i64>, schema: Option<Oid>) -> Result<Self, Error> {
        match (id, schema) {
            (Some(id), None) => Ok(Self::Exploration(id)),
            (None, Some(schema)) => Ok(Self::Schema(schema)),
            _ => Err(ExplorationError::Invalid {
                path: "exploration_id, sch_id".into(),
                problem: "a grant is on one exploration or on those of a schema".into(),
                hint: "Pass one of the two.",
            }
            .into()),
        }
    }

    /// Checks that the current role may grant there; returns what the row has for it.
    fn check(&self) -> Result<(Option<i64>, Option<String>), Error> {
        match *self {
            Self::Exploration(id) => {
                find_exploration(id)?.need(ExplorationLevel::Manager)?;
                Ok((Some(id), None))
            }
            Self::Schema(schema) => {
                let catalog = Catalog::new(Snapshot::latest());
                let name = catalog.schema_name(schema)?;
                let row = PgNamespace::by_oid(&catalog.reader, schema).ok_or(Error::UnknownSchema(schema))?;
                match catalog.role.has_rights_of(row.nspowner) {
                    true => Ok((None, Some(name.to_string()))),
                    false => Err(ExplorationError::NotSchemaOwner {
                        schema: name.to_string(),
                    }
                    .into()),
                }
            }
        }
    }
}

/// Grants a level, or with `None` takes away what was granted. Role 0 is PUBLIC.
pub(crate) fn grant_level(scope: &GrantScope, grantee: Oid, level: Option<&str>) -> Result<Value, Error> {
    const LEVELS: [&str; 3] = ["viewer", "editor", "manager"];
    let (id, schema_name) = scope.check()?;
    if let Some(level) = level
        && !LEVELS.contains(&level)
    {
        return Err(super::node::unknown_name(
            "level",
            "level",
            level,
            LEVELS.into_iter(),
        ));
    }
    let grantee_name = match grantee {
        Oid::INVALID => "public".to_owned(),
        grantee => {
            names::of_role(grantee).ok_or_else(|| Error::from(DdlError::UnknownRole(grantee.to_u32())))?
        }
    };
    let row = json!({
        "id": id, "schema_name": schema_name, "grantee_oid": grantee.to_u32(), "grantee_name": grantee_name, "level": level,
    });
    store::write_as_owner(|statements| {
        statements.run(store::REVOKE, &row)?;
        match level {
            Some(_) => statements.run(store::GRANT, &row),
            None => Ok(()),
        }
    })?;
    store::read_as_caller(|statements| statements.query(store::GRANTS, &row))
}
