//! Explorations as views in `msar_queries`: for every tool that reads views.
//!
//! A view is created by the current role and belongs to the exploration's owner. It has `security_invoker`: whoever reads
//! it needs rights of their own on the tables, as for a run. Nobody may create objects in `msar_queries` but for as long
//! as such a view takes, within a transaction that no other session sees.

use super::store;
use crate::error::Error;
use crate::pg::{caller, names, quote, statement, subtransaction};
use pgrx::prelude::PgSqlErrorCode;
use serde_json::json;

const SCHEMA: &str = "msar_queries";

fn qualified(name: &str) -> String {
    quote::qualified(SCHEMA, name)
}

/// Runs `body` while the current role and the owner of the view may create objects in the schema.
fn while_open(owner: &str, body: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    let current = names::of_role(caller::role()).unwrap_or_default();
    let lacking: Vec<String> = store::write(|statements| {
        // The same row of pg_namespace is written by all: one after the other.
        statements.run(LOCK, &json!({}))?;
        statements.query(store::WITHOUT_QUERY_SCHEMA, &json!({"roles": [&*current, owner]}))
    })?;
    let set = |is_open: bool| {
        store::write(|statements| {
            for role in &lacking {
                let argument = json!({"role": role, "is_open": is_open});
                statements.run(store::OPEN_QUERY_SCHEMA, &argument)?;
            }
            Ok(())
        })
    };
    set(true)?;
    body()?;
    set(false)
}

const LOCK: &str = "LOCK TABLE msar_catalog.stored_explorations IN SHARE ROW EXCLUSIVE MODE";

/// Creates the view, or puts it in the place of the one of before. Grants are kept. What depends on a view whose columns
/// change is in the way: PostgreSQL's own error names it.
pub(super) fn put(
    before: Option<&str>,
    name: &str,
    sql: &str,
    owner: &str,
    description: Option<&str>,
) -> Result<(), Error> {
    while_open(owner, || {
        let mut grants = Vec::new();
        // DROP ... CASCADE may have taken the view along.
        let before = before.filter(|before| exists(before));
        if let Some(before) = before {
            if before != name {
                statement::run(&format!(
                    "ALTER VIEW {} RENAME TO {}",
                    qualified(before),
                    quote::identifier(name)
                ))?;
            }
            grants = view_grants(name)?;
        }
        let view = qualified(name);
        let create = |replace: &str| {
            statement::run(&format!(
                "CREATE {replace}VIEW {view} WITH (security_invoker = true) AS\n{sql}"
            ))
        };
        match before {
            None => create("")?,
            // Other columns than before take another view.
            Some(_) => match subtransaction::attempt(is_other_columns, || create("OR REPLACE ")) {
                Ok(created) => created?,
                Err(_) => {
                    statement::run(&format!("DROP VIEW {view}"))?;
                    create("")?
                }
            },
        };
        let comment = description.map_or("NULL".to_owned(), quote::literal);
        statement::run(&format!("COMMENT ON VIEW {view} IS {comment}"))?;
        if names::of_role(caller::role()).as_deref() != Some(owner) {
            statement::run(&format!(
                "ALTER VIEW {view} OWNER TO {}",
                quote::identifier(owner)
            ))?;
        }
        for grant in grants {
            statement::run(&grant)?;
        }
        Ok(())
    })
}

/// PostgreSQL's refusal to replace a view by one whose columns are not those of before.
fn is_other_columns(sqlstate: PgSqlErrorCode) -> bool {
    sqlstate == PgSqlErrorCode::ERRCODE_INVALID_TABLE_DEFINITION
}

/// The statements that grant again what is granted on a view.
fn view_grants(name: &str) -> Result<Vec<String>, Error> {
    let listed = statement::value(&format!(
        "SELECT pg_catalog.jsonb_agg(pg_catalog.format('GRANT %s ON msar_queries.%I TO %s%s', a.privilege_type, c.relname, \
           CASE a.grantee WHEN 0::pg_catalog.oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END, \
           CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)) \
         FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a \
         WHERE c.oid OPERATOR(pg_catalog.=) {}::pg_catalog.regclass AND a.grantee OPERATOR(pg_catalog.<>) c.relowner",
        quote::literal(&qualified(name))
    ))?;
    match listed {
        Some(listed) => serde_json::from_str(&listed).map_err(Error::Serialization),
        None => Ok(Vec::new()),
    }
}

/// Whether the view is there.
pub(super) fn exists(name: &str) -> bool {
    names::relation(SCHEMA, name).is_some()
}

pub(super) fn drop_view(name: &str) -> Result<(), Error> {
    if exists(name) {
        statement::run(&format!("DROP VIEW {}", qualified(name)))?;
    }
    Ok(())
}

pub(super) fn rename(before: &str, name: &str, owner: &str) -> Result<(), Error> {
    while_open(owner, || {
        statement::run(&format!(
            "ALTER VIEW {} RENAME TO {}",
            qualified(before),
            quote::identifier(name)
        ))?;
        Ok(())
    })
}

/// Gives a view to another role.
pub(super) fn give(name: &str, owner: &str) -> Result<(), Error> {
    while_open(owner, || {
        statement::run(&format!(
            "ALTER VIEW {} OWNER TO {}",
            qualified(name),
            quote::identifier(owner)
        ))?;
        Ok(())
    })
}
