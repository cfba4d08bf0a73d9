//! Privileges to be set for roles on an object.

use super::form::lenient;
use super::object::JsonObject;
use serde::Deserialize;

/// The privileges that roles are to have.
pub(crate) type PrivilegeSpec<P> = Vec<JsonObject<RolePrivileges<P>>>;

/// The privileges that one role is to have.
#[derive(Deserialize, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct RolePrivileges<P> {
    #[serde(deserialize_with = "lenient")]
    pub(crate) role_oid: u32,
    pub(crate) direct: Vec<P>,
}

/// The privileges on one kind of object.
pub(crate) trait Privilege: Copy + PartialEq + 'static {
    /// All of them.
    const ALL: &'static [Self];

    /// As SQL has it.
    fn name(self) -> &'static str;
}

macro_rules! privileges {
    ($(#[$meta:meta])* $kind:ident { $($(#[$when:meta])* $privilege:ident = $name:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum $kind { $($(#[$when])* #[serde(rename = $name)] $privilege),* }

        impl Privilege for $kind {
            const ALL: &'static [Self] = &[$($(#[$when])* $kind::$privilege),*];

            fn name(self) -> &'static str {
                match self { $($(#[$when])* $kind::$privilege => $name),* }
            }
        }
    };
}

privileges!(
    /// On a database.
    OnDatabase { Connect = "CONNECT", Create = "CREATE", Temporary = "TEMPORARY" }
);

privileges!(
    /// On a schema.
    OnSchema { Usage = "USAGE", Create = "CREATE" }
);

privileges!(
    /// On a table, a view or another relation that holds rows.
    OnTable {
        Insert = "INSERT",
        Select = "SELECT",
        Update = "UPDATE",
        Delete = "DELETE",
        Truncate = "TRUNCATE",
        References = "REFERENCES",
        Trigger = "TRIGGER",
        #[cfg(any(feature = "pg17", feature = "pg18"))]
        Maintain = "MAINTAIN",
    }
);

impl<P: Privilege> RolePrivileges<P> {
    /// The privileges that the role is not to have.
    pub(crate) fn others(&self) -> impl Iterator<Item = P> {
        P::ALL
            .iter()
            .copied()
            .filter(|privilege| !self.direct.contains(privilege))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec<P: Privilege + for<'de> Deserialize<'de>>(json: &str) -> Result<PrivilegeSpec<P>, String> {
        serde_json::from_str(json).map_err(|problem| problem.to_string())
    }

    #[test]
    fn what_is_not_listed_is_told_by_the_kind_of_object() {
        let spec = spec::<OnSchema>(r#"[{"role_oid": 10, "direct": ["CREATE"]}]"#).unwrap();
        assert_eq!(spec[0].0.others().collect::<Vec<_>>(), [OnSchema::Usage]);
    }

    #[test]
    fn a_privilege_of_another_kind_is_refused_with_the_known_ones() {
        let problem = spec::<OnSchema>(r#"[{"role_oid": 10, "direct": ["SELECT"]}]"#).unwrap_err();
        assert!(
            problem.starts_with("unknown variant `SELECT`, expected `USAGE` or `CREATE`"),
            "{problem}"
        );
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let problem = spec::<OnTable>(r#"[{"role": 10, "direct": []}]"#).unwrap_err();
        assert!(
            problem.starts_with("unknown field `role`, expected `role_oid` or `direct`"),
            "{problem}"
        );
    }
}
