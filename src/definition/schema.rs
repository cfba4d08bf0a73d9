//! Changes of a schema.

use super::form::present;
use serde::Deserialize;

/// The changes; a key that is left out changes nothing.
#[derive(Deserialize, Debug, Clone, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct SchemaPatch {
    pub(crate) name: Option<String>,
    /// `Some(None)` removes the comment.
    #[serde(default, deserialize_with = "present")]
    pub(crate) description: Option<Option<String>>,
}

#[cfg(test)]
mod tests {
    use super::super::object::JsonObject;
    use super::*;

    fn patch(json: &str) -> Result<SchemaPatch, String> {
        let decoded = serde_json::from_str(json).map(|JsonObject(patch)| patch);
        decoded.map_err(|problem| problem.to_string())
    }

    #[test]
    fn null_removes_a_description_and_absence_leaves_it() {
        assert_eq!(patch("{}").unwrap().description, None);
        assert_eq!(patch(r#"{"description": null}"#).unwrap().description, Some(None));
        assert_eq!(
            patch(r#"{"description": "x"}"#).unwrap().description,
            Some(Some("x".to_owned()))
        );
    }

    #[test]
    fn an_array_of_the_values_is_no_object() {
        let problem = patch(r#"["x", null]"#).unwrap_err();
        assert!(
            problem.starts_with("invalid type: sequence, expected an object"),
            "{problem}"
        );
    }

    #[test]
    fn an_unknown_key_is_named_with_those_that_are_known() {
        let problem = patch(r#"{"nmae": "x"}"#).unwrap_err();
        assert!(problem.starts_with("unknown field `nmae`, expected `name` or `description`"));
    }
}
