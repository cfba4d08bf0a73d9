//! Changes of existing tables and columns. A key that is absent changes nothing.

use super::DefinitionError;
use super::column::{GeneratedDefinition, IdentityDefinition};
use super::form::{self, lenient, lenient_or_default, null_as_default, present};
use super::json_text::RawJson;
use super::name::{ColumnRef, QualifiedName};
use super::type_object::{TypeModifierOptions, TypeObject};
use crate::error::hints;
use serde::{Deserialize, Deserializer, Serialize};

/// Changes of a column: an element of `col_alters`.
///
/// Some keys have another form that clients know from the documents about columns: `id` for `attnum`, `nullable` for
/// `not_null`, `type_options` for the options of `type`; and beside one of these, `{"value": ...}` for a default.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub(crate) struct ColumnAlteration {
    /// The column, by its attnum ...
    #[serde(default, deserialize_with = "lenient")]
    attnum: Option<i16>,
    #[serde(default, deserialize_with = "lenient")]
    id: Option<i16>,
    /// ... or by its name as it is.
    column: Option<String>,
    /// The name to be.
    pub(crate) name: Option<String>,
    #[serde(rename = "type")]
    pub(crate) type_: Option<TypeObject>,
    type_options: Option<TypeModifierOptions>,
    pub(crate) collation: Option<QualifiedName>,
    pub(crate) cast_options: Option<CastOptions>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) not_null: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    nullable: Option<bool>,
    /// A value; null for none.
    #[serde(default, deserialize_with = "present")]
    pub(crate) default: Option<Option<RawJson>>,
    /// An SQL expression.
    pub(crate) default_expression: Option<String>,
    /// Null to make it an ordinary column.
    #[serde(default, deserialize_with = "present")]
    pub(crate) identity: Option<Option<IdentityDefinition>>,
    /// Null to make it an ordinary column; an expression for one that is generated already: PostgreSQL 17.
    #[serde(default, deserialize_with = "present")]
    pub(crate) generated: Option<Option<GeneratedDefinition>>,
    /// Null to drop the comment.
    #[serde(default, deserialize_with = "present")]
    pub(crate) description: Option<Option<String>>,
    #[serde(default, deserialize_with = "lenient_or_default")]
    pub(crate) delete: bool,
    /// Options of `msar.set_column_metadata`.
    pub(crate) metadata: Option<RawJson>,
}

impl<'de> Deserialize<'de> for ColumnAlteration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut change = Self::deserialize(deserializer)?;
        let (id, nullable) = (change.id.take(), change.nullable.take());
        let options = change.type_options.take();
        let has_other_form = id.is_some() || nullable.is_some() || options.is_some();
        if id.is_some() && change.attnum.is_some_and(|attnum| Some(attnum) != id) {
            return Err(serde::de::Error::custom(
                "\"attnum\" and \"id\" contradict each other",
            ));
        }
        change.attnum = change.attnum.or(id);
        change.not_null = form::not_null(change.not_null, nullable)?;
        if let Some(options) = options {
            change.type_.get_or_insert_default().add_options(options)?;
        }
        if has_other_form
            && let Some(Some(default)) = &change.default
            && let Some(value) = default.default_value()
        {
            change.default = Some(Some(value).filter(|value| !value.is_null()));
        }
        Ok(change)
    }
}

impl ColumnAlteration {
    /// Whether PostgreSQL refuses the change of a column that a view uses.
    pub(crate) fn breaks_views(&self) -> bool {
        self.delete || self.type_.is_some() || self.collation.is_some() || self.generated.is_some()
    }

    /// Which column it changes.
    pub(crate) fn target(&self) -> Result<ColumnRef, DefinitionError> {
        match (self.attnum, &self.column) {
            (Some(attnum), None) => Ok(ColumnRef::Attnum(attnum)),
            (None, Some(name)) => Ok(ColumnRef::Name(name.clone())),
            _ => Err(DefinitionError::contradictory(
                "the change of a column",
                "it needs exactly one of the keys \"attnum\" and \"column\"",
                hints::COLUMNS,
            )),
        }
    }

    /// Whether it changes nothing but a comment and how the column is shown.
    pub(crate) fn is_only_about_words(&self) -> bool {
        let words = Self {
            attnum: self.attnum,
            column: self.column.clone(),
            description: self.description.clone(),
            metadata: self.metadata.clone(),
            ..Self::default()
        };
        *self == words
    }

    /// The error for both a `default` and a `default_expression`.
    pub(crate) fn two_defaults(&self, column: &str) -> DefinitionError {
        DefinitionError::contradictory(
            format!("column \"{column}\""),
            "it can have one default only",
            "Give either \"default\" or \"default_expression\".",
        )
    }

    /// The new name, if it has one that is not empty.
    pub(crate) fn new_name(&self) -> Option<&str> {
        self.name.as_deref().filter(|name| !name.is_empty())
    }
}

/// Facts about texts that their casts need. Other keys are ignored: what `msar.infer_table_column_data_types`
/// tells as details can be passed on as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct CastOptions {
    pub(crate) group_sep: Option<String>,
    pub(crate) decimal_p: Option<String>,
    pub(crate) curr_pref: Option<String>,
    pub(crate) curr_suff: Option<String>,
    pub(crate) date_order: Option<String>,
}

impl CastOptions {
    /// Whether any of them is set.
    pub(crate) fn are_given(&self) -> bool {
        *self != Self::default()
    }

    /// Whether they say how amounts are marked.
    pub(crate) fn have_currency(&self) -> bool {
        is_set(&self.curr_pref) || is_set(&self.curr_suff)
    }

    /// Whether they say how the digits of numbers are separated.
    pub(crate) fn have_separators(&self) -> bool {
        is_set(&self.group_sep) || is_set(&self.decimal_p)
    }

    /// The marks of numbers and amounts, in the order of the arguments of casts.
    pub(crate) fn number_marks(&self) -> [&Option<String>; 4] {
        [&self.group_sep, &self.decimal_p, &self.curr_pref, &self.curr_suff]
    }
}

fn is_set(option: &Option<String>) -> bool {
    option.as_ref().is_some_and(|option| !option.is_empty())
}

/// Changes of a table: `tab_alters`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableAlteration {
    /// The name to be.
    pub(crate) name: Option<String>,
    /// The schema to be.
    pub(crate) schema: Option<String>,
    /// Null to drop the comment.
    #[serde(default, deserialize_with = "present")]
    pub(crate) description: Option<Option<String>>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub(crate) columns: Vec<ColumnAlteration>,
    /// Options of `msar.set_table_metadata`.
    pub(crate) metadata: Option<RawJson>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::parse_argument;

    #[test]
    fn null_is_not_absence() {
        let of = |json: &str| parse_argument::<ColumnAlteration>("col_alters", json).expect("a change");
        let nothing = of(r#"{"attnum": 2}"#);
        assert_eq!((nothing.default, nothing.description), (None, None));
        let dropping = of(r#"{"attnum": 2, "default": null, "description": null, "identity": null}"#);
        assert_eq!((dropping.default, dropping.description), (Some(None), Some(None)));
        assert_eq!(dropping.identity, Some(None));
        assert!(matches!(
            of(r#"{"attnum": 2, "default": 5}"#).default,
            Some(Some(_))
        ));
    }

    #[test]
    fn a_change_names_one_column() {
        let target = |json: &str| {
            parse_argument::<ColumnAlteration>("col_alters", json)
                .expect("a change")
                .target()
        };
        assert_eq!(target(r#"{"attnum": 2}"#), Ok(ColumnRef::Attnum(2)));
        assert_eq!(
            target(r#"{"column": "a", "name": "b"}"#),
            Ok(ColumnRef::Name("a".into()))
        );
        assert!(target(r#"{"name": "b"}"#).is_err());
    }

    #[test]
    fn the_form_of_documents_about_columns_is_taken_too() {
        let of = |json: &str| parse_argument::<ColumnAlteration>("col_alters", json);
        assert_eq!(
            of(
                r#"{"id": "2", "nullable": false, "type": "numeric", "type_options": {"precision": "8"}, "default": {"value": 5}}"#
            ),
            of(
                r#"{"attnum": 2, "not_null": true, "type": {"name": "numeric", "options": {"precision": 8}}, "default": 5}"#
            )
        );
        assert_eq!(
            of(r#"{"id": 2, "default": {"value": null, "is_dynamic": false}}"#),
            of(r#"{"attnum": 2, "default": null}"#)
        );
        // In our own form, an object is a value.
        assert_ne!(
            of(r#"{"attnum": 2, "default": {"value": 5}}"#),
            of(r#"{"attnum": 2, "default": 5}"#)
        );
        for json in [
            r#"{"id": 2, "attnum": 3}"#,
            r#"{"attnum": 2, "nullable": true, "not_null": true}"#,
            r#"{"attnum": 2, "nullable": "yes"}"#,
            r#"{"attnum": 2, "type": {"name": "numeric", "options": {}}, "type_options": {"precision": 8}}"#,
        ] {
            assert!(of(json).is_err(), "{json}");
        }
    }

    #[test]
    fn details_of_inference_are_cast_options() {
        let details = r#"{"mathesar_casting": true, "group_sep": ",", "decimal_p": "."}"#;
        let options: CastOptions = parse_argument("cast_options", details).expect("options");
        assert_eq!(options.group_sep.as_deref(), Some(","));
    }
}
