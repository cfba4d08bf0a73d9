//! The type of a column.

use super::form::{lenient, string_or_object};
use serde::{Deserialize, Serialize};

/// A type: `{"id", "modifier"}`, or `{"schema", "name", "options"}`.
///
/// With a schema, the name is the type's name as it is; without one it is what SQL takes for a type: `numeric(8,2)`,
/// `app.mood[]`, `"Odd type"`. In short: a string, which is such a name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeObjectFields {
    #[serde(default, deserialize_with = "lenient")]
    id: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    modifier: Option<i32>,
    schema: Option<String>,
    name: Option<String>,
    options: Option<TypeModifierOptions>,
}

/// A type as a caller names it. See [`TypeObjectFields`].
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct TypeObject {
    /// Its OID, which is preferred to its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<u32>,
    /// The modifiers, in the type's own number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) modifier: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schema: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) options: Option<TypeModifierOptions>,
}

impl From<TypeObjectFields> for TypeObject {
    fn from(form: TypeObjectFields) -> Self {
        let not_empty = |text: Option<String>| text.filter(|text| !text.is_empty());
        Self {
            id: form.id,
            modifier: form.modifier,
            schema: not_empty(form.schema),
            name: not_empty(form.name),
            options: form.options,
        }
    }
}

string_or_object!(
    TypeObject,
    TypeObjectFields,
    |name: &str| Ok(TypeObject::named(name)),
    "the name of a type, or an object with the keys \"id\" and \"modifier\", or \"schema\", \"name\" and \"options\""
);

impl TypeObject {
    /// A type by its name in SQL.
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            ..Self::default()
        }
    }

    /// Adds options that stand beside the type.
    pub(super) fn add_options<E: serde::de::Error>(&mut self, options: TypeModifierOptions) -> Result<(), E> {
        match self.options.replace(options) {
            None => Ok(()),
            Some(_) => Err(E::custom(
                "the options of the type come twice, as \"type_options\" and in \"type\"",
            )),
        }
    }

    /// Whether it names a type, and has not only options for the current one.
    pub(crate) fn names_type(&self) -> bool {
        self.id.is_some() || self.name.is_some()
    }
}

/// The modifiers in parentheses after a type's name. Options that a type does not take are ignored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypeModifierOptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) length: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) precision: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) scale: Option<i32>,
    /// For an interval: `day to second`, in upper or lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fields: Option<String>,
    /// Whether it is an array of that type.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) array: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::parse_argument;
    use crate::error::TopicError;

    #[test]
    fn a_type_is_an_object_or_a_name() {
        let of = |json| parse_argument::<TypeObject>("type", json);
        assert_eq!(of(r#""numeric(8,2)""#), Ok(TypeObject::named("numeric(8,2)")));
        assert_eq!(
            of(r#"{"name": "numeric(8,2)", "options": null}"#),
            Ok(TypeObject::named("numeric(8,2)"))
        );
        assert_eq!(of(r#"{"name": ""}"#), Ok(TypeObject::default()));
        assert_eq!(
            of(r#"{"id": 1043, "modifier": 34}"#),
            Ok(TypeObject {
                id: Some(1043),
                modifier: Some(34),
                ..TypeObject::default()
            })
        );
        let error = of(r#"{"name": "text", "options": {"size": 3}}"#).unwrap_err();
        assert_eq!(
            error.fields().message,
            "invalid definition in argument \"type\": unknown key \"size\""
        );
        assert!(of("5").is_err() && of("[]").is_err() && of(r#"{"id": -1}"#).is_err());
    }
}
