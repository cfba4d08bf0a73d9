//! JSON values that are kept as text, so that no number loses a digit.
//!
//! serde can read one only directly from JSON text: not from a `serde_json::Value`, and not inside a type that is
//! `untagged`, `flatten`ed or internally tagged.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Any JSON value, as text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct RawJson(Box<RawValue>);

impl RawJson {
    pub(crate) fn as_str(&self) -> &str {
        self.0.get()
    }

    pub(crate) fn is_array(&self) -> bool {
        self.as_str().starts_with('[')
    }

    pub(crate) fn is_object(&self) -> bool {
        self.as_str().starts_with('{')
    }

    pub(crate) fn is_null(&self) -> bool {
        self.as_str() == "null"
    }

    /// Of a default as `msar.get_column_info` shows it, `{"value": ..., "is_dynamic": ...}`, the value; `None` of anything
    /// else.
    pub(crate) fn default_value(&self) -> Option<Self> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Shown {
            value: RawJson,
            #[serde(rename = "is_dynamic")]
            _is_dynamic: Option<bool>,
        }
        let shown: Option<Shown> = self
            .is_object()
            .then(|| serde_json::from_str(self.as_str()).ok())
            .flatten();
        shown.map(|shown| shown.value)
    }

    /// The value, whose numbers may lose digits.
    pub(crate) fn to_value(&self) -> serde_json::Value {
        serde_json::from_str(self.as_str()).unwrap_or_default()
    }

    /// The text for PostgreSQL's input functions: the content of a string, the JSON of any other value.
    pub(crate) fn to_input(&self) -> String {
        serde_json::from_str(self.as_str()).unwrap_or_else(|_| self.as_str().to_owned())
    }

    /// An array as PostgreSQL writes arrays. Elements are texts, numbers, booleans, nulls and, unless `of_json` says
    /// that they are JSON themselves, arrays of such.
    pub(crate) fn to_array_input(&self, of_json: bool) -> String {
        let elements: Vec<Option<RawJson>> = serde_json::from_str(self.as_str()).unwrap_or_default();
        let elements: Vec<String> = elements
            .iter()
            .map(|element| match element {
                None => "NULL".to_owned(),
                Some(element) if element.is_array() && !of_json => element.to_array_input(false),
                Some(element) if of_json => quoted_element(element.as_str()),
                Some(element) => quoted_element(&element.to_input()),
            })
            .collect();
        format!("{{{}}}", elements.join(","))
    }
}

impl RawJson {
    /// The same as an SQL expression, to be cast to the type of the array: NULL is NULL whatever the setting
    /// `array_nulls` says. `literal` quotes a text.
    pub(crate) fn to_array_expression(&self, of_json: bool, literal: &dyn Fn(&str) -> String) -> String {
        let elements: Vec<Option<RawJson>> = serde_json::from_str(self.as_str()).unwrap_or_default();
        let elements: Vec<String> = elements
            .iter()
            .map(|element| match element {
                None => "NULL".to_owned(),
                Some(element) if element.is_array() && !of_json => {
                    element.to_array_expression(false, literal)
                }
                Some(element) if of_json => literal(element.as_str()),
                Some(element) => literal(&element.to_input()),
            })
            .collect();
        format!("ARRAY[{}]", elements.join(","))
    }
}

/// An element of an array, quoted so that whatever it contains is its content.
fn quoted_element(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl TryFrom<&serde_json::Value> for RawJson {
    type Error = serde_json::Error;

    fn try_from(value: &serde_json::Value) -> Result<Self, Self::Error> {
        serde_json::value::to_raw_value(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> RawJson {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn scalars_become_input() {
        assert_eq!(json("1.10").to_input(), "1.10");
        assert_eq!(
            json("123456789012345678901234567890").to_input(),
            "123456789012345678901234567890"
        );
        assert_eq!(json(r#""it's \"a\"""#).to_input(), r#"it's "a""#);
        assert_eq!(json("true").to_input(), "true");
        assert_eq!(json(r#"{"a": [1]}"#).to_input(), r#"{"a": [1]}"#);
    }

    #[test]
    fn arrays_become_arrays() {
        assert_eq!(
            json(r#"[1, null, "a\\\"b", "NULL", ""]"#).to_array_input(false),
            r#"{"1",NULL,"a\\\"b","NULL",""}"#
        );
        assert_eq!(
            json("[[1, 2], [3, 4]]").to_array_input(false),
            r#"{{"1","2"},{"3","4"}}"#
        );
        assert_eq!(json("[]").to_array_input(false), "{}");
        assert_eq!(
            json(r#"[[1], "a", {"b": 1}]"#).to_array_input(true),
            r#"{"[1]","\"a\"","{\"b\": 1}"}"#
        );
    }
}
