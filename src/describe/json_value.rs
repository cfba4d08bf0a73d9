//! Values as JSON, in the forms that all documents use (see docs/describe.md, "default").

use crate::catalog::datetime;
use crate::pg::value::Value;
use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            // Raw, since no Rust number holds every `numeric`.
            Value::Number(text) => RawValue::from_string(text.clone())
                .map_err(S::Error::custom)?
                .serialize(serializer),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Date(days) => serializer.serialize_str(&datetime::format_date(*days)),
            Value::Time(micros) => serializer.serialize_str(&datetime::format_time(*micros)),
            Value::TimeWithZone(micros, zone) => {
                serializer.serialize_str(&datetime::format_time_with_zone(*micros, *zone))
            }
            Value::Timestamp(micros) => serializer.serialize_str(&datetime::format_timestamp(*micros)),
            Value::TimestampWithZone(micros, offset) => {
                serializer.serialize_str(&datetime::format_timestamp_with_zone(*micros, *offset))
            }
            Value::Interval(months, days, micros) => {
                serializer.serialize_str(&datetime::format_interval(*months, *days, *micros))
            }
            Value::Array(elements) => {
                let mut sequence = serializer.serialize_seq(Some(elements.len()))?;
                for element in elements {
                    sequence.serialize_element(element)?;
                }
                sequence.end()
            }
            Value::Composite(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: &Value) -> String {
        serde_json::to_string(value).unwrap_or_default()
    }

    #[test]
    fn numbers_keep_all_digits() {
        assert_eq!(
            json(&Value::Number("123456789012345678901234567890.10".into())),
            "123456789012345678901234567890.10"
        );
        assert_eq!(json(&Value::Number("1e+20".into())), "1e+20");
    }

    #[test]
    fn structures_nest() {
        let inner = Value::Composite(vec![
            ("a \"b\"".into(), Value::Null),
            ("c".into(), Value::Date(0)),
        ]);
        let value = Value::Array(vec![Value::Bool(true), inner]);
        assert_eq!(json(&value), r#"[true,{"a \"b\"":null,"c":"2000-01-01 AD"}]"#);
    }
}
