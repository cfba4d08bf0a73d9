//! Preview templates as they are stored: an array of strings, which stand for themselves, and of paths of attnums.
//!
//! `[5, 2]` is a path; `{"path": [5, 2], "raw": true}` is one whose value is to be shown as it is. In the portable form
//! the same arrays hold names, so whoever translates one into the other asks here for the path of a part, and puts
//! another in its place. Pure.

use super::options::attnum;
use crate::catalog::row_key;
use crate::values::template::{Placeholder, TemplatePart};
use serde_json::{Value, json};

const PATH: &str = "path";
const RAW: &str = "raw";

/// The path of a part; `None` for a text.
pub(crate) fn path(part: &Value) -> Option<&Vec<Value>> {
    match part {
        Value::Array(path) => Some(path),
        Value::Object(placeholder) => placeholder.get(PATH)?.as_array(),
        _ => None,
    }
}

/// The same part with another path.
pub(crate) fn with_path(part: &Value, path: Value) -> Value {
    match part {
        Value::Object(placeholder) => {
            let mut placeholder = placeholder.clone();
            placeholder.insert(PATH.into(), path);
            placeholder.into()
        }
        _ => path,
    }
}

/// Whether a template may hold it.
pub(crate) fn is_part(part: &Value) -> bool {
    match part {
        Value::String(_) => true,
        Value::Array(path) => is_path(path),
        Value::Object(placeholder) => {
            let is_known = |(key, value): (&String, &Value)| match key.as_str() {
                PATH => value.as_array().is_some_and(|path| is_path(path)),
                RAW => value.is_boolean(),
                _ => false,
            };
            placeholder.contains_key(PATH) && placeholder.iter().all(is_known)
        }
        _ => false,
    }
}

fn is_path(path: &[Value]) -> bool {
    !path.is_empty() && path.iter().all(|step| attnum(step).is_some())
}

/// A part of which [`is_part`] is true.
pub(crate) fn read(part: &Value) -> Option<TemplatePart<i16>> {
    if let Value::String(text) = part {
        return Some(TemplatePart::Text(text.clone()));
    }
    Some(TemplatePart::Placeholder(Placeholder {
        path: path(part)?.iter().map(step).collect::<Option<_>>()?,
        raw: part.get(RAW) == Some(&Value::Bool(true)),
    }))
}

/// A step of a path: an attnum, or a string of its digits, as calls pass it.
fn step(step: &Value) -> Option<i16> {
    match step {
        Value::String(digits) => row_key::attnum(digits),
        number => attnum(number),
    }
}

/// A part as it is stored.
pub(crate) fn write(part: &TemplatePart<i16>) -> Value {
    match part {
        TemplatePart::Text(text) => json!(text),
        TemplatePart::Placeholder(Placeholder { path, raw: false }) => json!(path),
        TemplatePart::Placeholder(Placeholder { path, raw: true }) => json!({PATH: path, RAW: true}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_as_they_are_written() {
        for part in [json!("No. "), json!([5, 2]), json!({"path": [2], "raw": true})] {
            assert!(is_part(&part));
            assert_eq!(read(&part).as_ref().map(write), Some(part));
        }
        let plain = json!({"path": [2], "raw": false});
        assert!(is_part(&plain));
        assert_eq!(read(&plain).as_ref().map(write), Some(json!([2])));
    }

    #[test]
    fn what_is_no_part() {
        for other in [
            json!([]),
            json!([0]),
            json!(["title"]),
            json!(2),
            json!(null),
            json!({}),
            json!({"raw": true}),
            json!({"path": []}),
            json!({"path": [1], "raw": 1}),
            json!({"path": [1], "format": "raw"}),
        ] {
            assert!(!is_part(&other), "{other}");
        }
    }

    #[test]
    fn a_path_is_replaced() {
        assert_eq!(with_path(&json!([2]), json!(["title"])), json!(["title"]));
        assert_eq!(
            with_path(&json!({"path": [2], "raw": true}), json!(["title"])),
            json!({"path": ["title"], "raw": true})
        );
        assert_eq!(path(&json!("title")), None);
    }
}
