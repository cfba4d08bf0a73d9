//! The values of a condition: their JSON types belong to the shape of a request, they themselves are parameters.

use super::error::MissReason;
use crate::statements::{Literal, Values};
use serde_json::{Value, value};

/// The values of a condition.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct GivenValues {
    /// Whether null is among them.
    pub(super) has_null: bool,
    /// How many there are; of a list only whether there are any.
    pub(super) count: usize,
    /// Those that are neither null nor links, one by one.
    pub(super) scalars: Vec<(ScalarForm, Literal)>,
    /// The same as one array, where the relation takes a list.
    pub(super) list: Option<(ScalarForm, Literal)>,
    /// The ids of links, by type.
    pub(super) links: Vec<(String, Literal)>,
}

/// The form of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum ScalarForm {
    Text,
    /// A text with letters that are not ASCII: how they are compared regardless of case depends on the server.
    WideText,
    Date,
    Moment,
    Integer,
    Decimal,
    Boolean,
}

impl ScalarForm {
    fn from_scalar(scalar: &Value) -> Option<Self> {
        Some(match scalar {
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_i64() => Self::Integer,
            Value::Number(number) => {
                let text = number.to_string();
                // What numeric takes, and no more.
                (text.len() <= 100 && number.as_f64().is_some_and(|value| value.abs() < 1e30))
                    .then_some(Self::Decimal)?
            }
            Value::String(text) if is_date(text) => Self::Date,
            Value::String(text) if is_moment(text) => Self::Moment,
            Value::String(text) if text.is_ascii() => Self::Text,
            Value::String(_) => Self::WideText,
            _ => return None,
        })
    }

    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::WideText | Self::Date | Self::Moment)
    }
}

/// Whether a text is a date as the protocol has it.
pub(super) fn is_date(text: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u32>().ok());
    let is_form = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 4 | 7) {
                byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        });
    let (Some(year), Some(month), Some(day), true) = (digits(0..4), digits(5..7), digits(8..10), is_form)
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    year >= 1 && (1..=days).contains(&day)
}

/// Whether a text is a moment as the protocol has it: in UTC, to the second.
pub(super) fn is_moment(text: &str) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else {
        return false;
    };
    let bytes = time.as_bytes();
    let two = |at: usize, below: u32| {
        time.get(at..at + 2)
            .filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|part| part.parse::<u32>().ok())
            .is_some_and(|number| number < below)
    };
    bytes.len() == 10
        && (bytes[0], bytes[3], bytes[6], bytes[9]) == (b'T', b':', b':', b'Z')
        && two(1, 24)
        && two(4, 60)
        && two(7, 60)
        && is_date(date)
}

/// Whether a relation takes a list of values.
fn takes_list(relation: &str) -> bool {
    matches!(relation, "in" | "not_in")
}

/// Takes the values of a condition in.
pub(super) fn take_values(
    relation: &str,
    given: &[Value],
    values: &mut Values,
) -> Result<GivenValues, MissReason> {
    let mut taken = GivenValues {
        has_null: false,
        count: given.len(),
        scalars: Vec::new(),
        list: None,
        links: Vec::new(),
    };
    let mut links: Vec<(String, Vec<i64>)> = Vec::new();
    let mut scalars: Vec<(ScalarForm, &Value)> = Vec::new();
    for value in given {
        match value {
            Value::Null => taken.has_null = true,
            Value::Object(members) => {
                let entity_type = members
                    .get("type")
                    .and_then(Value::as_str)
                    .ok_or("a link has no type")?;
                let id = members
                    .get("id")
                    .and_then(Value::as_i64)
                    .ok_or("a link has no id")?;
                match links.iter_mut().find(|(known, _)| known == entity_type) {
                    Some((_, ids)) => ids.push(id),
                    None => links.push((entity_type.to_owned(), vec![id])),
                }
            }
            scalar => {
                let form = ScalarForm::from_scalar(scalar)
                    .ok_or("a value of a condition is an array, or too large a number")?;
                if scalar.as_str() == Some("") {
                    return Err("whether an empty text is null upstream is not known".into());
                }
                if scalar.as_str().is_some_and(|text| text.contains('\0')) {
                    return Err("a text has a character that cannot be stored".into());
                }
                scalars.push((form, scalar));
            }
        }
    }
    links.sort();
    for (entity_type, ids) in links {
        let ids = raw_json(&ids);
        taken.links.push((entity_type, values.take(ids)));
    }
    if takes_list(relation) {
        // The number of values is no part of the shape.
        taken.count = taken.count.min(1);
        if let Some(((first, _), rest)) = scalars.split_first() {
            let form = rest
                .iter()
                .try_fold(*first, |form, (other, _)| join(form, *other));
            let form = form.ok_or("values of different types in one condition")?;
            let list: Vec<&Value> = scalars.iter().map(|(_, value)| *value).collect();
            taken.list = Some((form, values.take(raw_json(&list))));
        }
    } else {
        if scalars.len() > 3 {
            return Err(format!("relation \"{relation}\" with {} values", scalars.len()));
        }
        for (form, value) in scalars {
            taken.scalars.push((form, values.take(raw_json(value))));
        }
    }
    Ok(taken)
}

/// A form that both values have.
fn join(one: ScalarForm, other: ScalarForm) -> Option<ScalarForm> {
    match (one, other) {
        (one, other) if one == other => Some(one),
        (ScalarForm::Integer, ScalarForm::Decimal) | (ScalarForm::Decimal, ScalarForm::Integer) => {
            Some(ScalarForm::Decimal)
        }
        (one, other) if one.is_text() && other.is_text() => {
            let is_wide = one == ScalarForm::WideText || other == ScalarForm::WideText;
            Some(if is_wide {
                ScalarForm::WideText
            } else {
                ScalarForm::Text
            })
        }
        _ => None,
    }
}

/// JSON text; values of a request always have one.
fn raw_json(value: &impl serde::Serialize) -> Box<value::RawValue> {
    value::to_raw_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_texts() {
        for text in ["2024-02-29", "1970-01-01"] {
            assert!(is_date(text), "{text}");
        }
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-1-01",
            "0000-01-01",
            "2024-01-01 ",
            "+024-01-01",
        ] {
            assert!(!is_date(text), "{text}");
        }
        assert!(is_moment("2024-05-06T07:08:09Z"));
        for text in [
            "2024-05-06T24:00:00Z",
            "2024-05-06 07:08:09Z",
            "2024-05-06T07:08:09",
            "2024-05-06T07:08:9ZZ",
            "2024-05-06T07:08:+9Z",
            "",
            "2015-07-13 21:54:01 UTC",
        ] {
            assert!(!is_moment(text), "{text}");
        }
    }
}
