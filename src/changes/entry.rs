//! A change of an object, as the log keeps it.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::rc::Rc;

/// The kind of change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangeAction {
    Created,
    Altered,
    Renamed,
    Moved,
    Dropped,
    Owner,
    Privileges,
    Comment,
    Metadata,
}

impl ChangeAction {
    const ALL: [Self; 9] = [
        Self::Created,
        Self::Altered,
        Self::Renamed,
        Self::Moved,
        Self::Dropped,
        Self::Owner,
        Self::Privileges,
        Self::Comment,
        Self::Metadata,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Altered => "altered",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Dropped => "dropped",
            Self::Owner => "owner",
            Self::Privileges => "privileges",
            Self::Comment => "comment",
            Self::Metadata => "metadata",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// The name of an object and its schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ObjectPlace {
    pub(crate) schema: u32,
    pub(crate) schema_name: Option<String>,
    pub(crate) name: Option<String>,
}

/// One change.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChangeEntry {
    /// Microseconds since 2000-01-01 UTC.
    pub(crate) happened_at: i64,
    pub(crate) role_name: Rc<str>,
    pub(crate) tag: &'static str,
    /// The kind of the object: `table`, `column`, `constraint`.
    pub(crate) kind: Cow<'static, str>,
    pub(crate) action: ChangeAction,
    pub(crate) class: u32,
    pub(crate) object: u32,
    pub(crate) attnum: i16,
    /// Where the object is now; for a dropped one, where it was.
    pub(crate) place: ObjectPlace,
    /// Where it was before, if that is another place.
    pub(crate) old_place: Option<ObjectPlace>,
    /// The relation to which the object belongs, or 0.
    pub(crate) relation: u32,
    pub(crate) extension: Option<String>,
    pub(crate) found_by: &'static str,
    /// The number that the rows of the catalogs carry which the command wrote.
    pub(crate) command_xid: u32,
    /// Other relations on which the object depended before.
    pub(crate) affects: Vec<u32>,
    /// Old and new values: see [`differences`](super::record).
    pub(crate) differences: Option<serde_json::Value>,
}

/// The kinds that changes have: PostgreSQL's words for its objects, with underscores. Of relations we tell more kinds apart.
pub(super) const KINDS: &[&str] = &[
    "table",
    "partitioned_table",
    "partition",
    "view",
    "materialized_view",
    "foreign_table",
    "column",
    "default",
    "constraint",
    "index",
    "sequence",
    "type",
    "composite_type",
    "schema",
    "trigger",
    "policy",
    "rule",
    "function",
    "procedure",
    "aggregate",
    "metadata",
    "extension",
    "collation",
    "conversion",
    "cast",
    "operator",
    "operator_class",
    "operator_family",
    "operator_of_access_method",
    "function_of_access_method",
    "access_method",
    "language",
    "transform",
    "statistics_object",
    "event_trigger",
    "text_search_configuration",
    "text_search_dictionary",
    "text_search_parser",
    "text_search_template",
    "foreign-data_wrapper",
    "server",
    "user_mapping",
    "publication",
    "publication_namespace",
    "publication_relation",
    "subscription",
    "default_acl",
    "large_object",
];

/// The word for a kind, from PostgreSQL's words for it.
pub(super) fn kind_word(description: &str) -> Cow<'static, str> {
    match description {
        // Those that most commands are about.
        "table" => "table".into(),
        "index" => "index".into(),
        "sequence" => "sequence".into(),
        "table constraint" | "domain constraint" => "constraint".into(),
        "table column"
        | "view column"
        | "materialized view column"
        | "foreign table column"
        | "composite type column"
        | "index column" => "column".into(),
        "default value" => "default".into(),
        other => other.replace(' ', "_").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_read_as_they_are_written() {
        for action in ChangeAction::ALL {
            assert_eq!(ChangeAction::from_name(action.name()), Some(action));
            assert_eq!(serde_json::to_value(action).unwrap(), action.name());
        }
        assert_eq!(ChangeAction::from_name("changed"), None);
    }

    #[test]
    fn kinds_have_one_word() {
        assert_eq!(kind_word("table constraint"), "constraint");
        assert_eq!(kind_word("materialized view"), "materialized_view");
        assert_eq!(kind_word("foreign table column"), "column");
        for description in [
            "table constraint",
            "default value",
            "foreign-data wrapper",
            "statistics object",
        ] {
            assert!(KINDS.contains(&kind_word(description).as_ref()), "{description}");
        }
    }
}
