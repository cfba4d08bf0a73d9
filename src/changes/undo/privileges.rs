//! Privileges as they were before.

use super::change::{Inverse, LoggedChange, keyword, logged_oid};
use crate::catalog::rows::{PgAttribute, catalog_oid};
use crate::error::Error;
use crate::pg::acl;
use crate::pg::identity::ObjectIdentity;
use crate::pg::object_facts;
use crate::pg::scan::Reader;
use crate::pg::{Oid, names, quote};
use serde_json::Value;

/// The statements that grant revoked privileges, and revoke granted ones.
pub(super) fn invert_privilege_change(
    change: &LoggedChange,
    object: &ObjectIdentity,
    reader: &Reader,
) -> Result<Inverse, Error> {
    let Some(differences) = &change.differences else {
        return Ok(Inverse::impossible(
            "The log does not have the privileges before.",
        ));
    };
    // Views and foreign tables are tables to GRANT.
    let word = match keyword(object.kind()) {
        Some("VIEW" | "MATERIALIZED VIEW" | "FOREIGN TABLE") => Some("TABLE"),
        word => word,
    };
    let Some(word) = word else {
        return Ok(Inverse::unknown_for(object.kind()));
    };
    let owner = object_facts::read_facts(change.class.into(), change.object.into(), reader.snapshot())
        .and_then(|facts| facts.owner);
    let mut statements = Vec::new();
    let mut add = |list: &Value, column: Option<&str>| -> Result<(), Inverse> {
        for pair in list.as_array().into_iter().flatten() {
            let target = format!("{word} {}", object.sql());
            statements.extend(Grant::from_json(pair, owner)?.statements(&target, column));
        }
        Ok(())
    };
    let mut outcome = add(&differences["privileges"], None);
    let columns = differences["column_privileges"].as_object().into_iter().flatten();
    for (attnum, list) in columns {
        // Privileges on a column that was dropped went with it.
        let column = attnum
            .parse()
            .ok()
            .filter(|_| change.class == catalog_oid::PG_CLASS)
            .and_then(|attnum| PgAttribute::by_number(reader, change.object.into(), attnum));
        if let Some(column) = column {
            outcome = outcome.and_then(|()| add(list, Some(&column.sql())));
        }
    }
    Ok(match outcome {
        Err(impossible) => impossible,
        Ok(()) if statements.is_empty() => Inverse::Nothing("The privileges were the same before."),
        Ok(()) => Inverse::Statements(statements),
    })
}

/// The privileges that a role had from another, and has now.
struct Grant {
    grantee: String,
    /// Unless it is the owner, as whom GRANT grants.
    grantor: Option<String>,
    before: u64,
    after: u64,
}

impl Grant {
    fn from_json(pair: &Value, owner: Option<Oid>) -> Result<Self, Inverse> {
        let gone =
            || Inverse::impossible("A role that had the privileges, or had granted them, was dropped.");
        let role = |oid: Oid| {
            names::of_role(oid)
                .map(|name| quote::identifier(&name))
                .ok_or_else(gone)
        };
        let grantor = logged_oid(&pair["grantor"]);
        Ok(Self {
            grantee: logged_oid(&pair["grantee"]).map_or(Ok("PUBLIC".to_owned()), role)?,
            grantor: grantor.filter(|_| grantor != owner).map(role).transpose()?,
            before: pair["before"].as_u64().unwrap_or_default(),
            after: pair["after"].as_u64().unwrap_or_default(),
        })
    }

    fn statements(&self, target: &str, column: Option<&str>) -> Vec<String> {
        let Self { grantee, grantor, .. } = self;
        let by = grantor
            .as_ref()
            .map_or(String::new(), |role| format!(" GRANTED BY {role}"));
        let list = |names: Vec<&str>| {
            let of_column =
                |name: &str| column.map_or(name.to_owned(), |column| format!("{name} ({column})"));
            names.into_iter().map(of_column).collect::<Vec<_>>().join(", ")
        };
        let [granted, with_option] = acl::privilege_names(self.before & !self.after);
        let [revoked, option_revoked] = acl::privilege_names(self.after & !self.before);
        let option_only: Vec<&str> = option_revoked
            .into_iter()
            .filter(|name| !revoked.contains(name))
            .collect();
        let without: Vec<&str> = granted
            .into_iter()
            .filter(|name| !with_option.contains(name))
            .collect();
        let mut statements = Vec::new();
        let mut push = |names: Vec<&str>, verb: &str, preposition: &str, option: &str| {
            if !names.is_empty() {
                statements.push(format!(
                    "{verb} {} ON {target} {preposition} {grantee}{option}{by}",
                    list(names)
                ));
            }
        };
        push(revoked, "REVOKE", "FROM", "");
        push(option_only, "REVOKE GRANT OPTION FOR", "FROM", "");
        push(without, "GRANT", "TO", "");
        push(with_option, "GRANT", "TO", " WITH GRANT OPTION");
        statements
    }
}
