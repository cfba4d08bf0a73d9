//! Partitioning of a table, and the bounds of a partition.

use super::DefinitionError;
use super::constraint::KeyElement;
use super::form::{is_false, lenient, lenient_or_default};
use super::json_text::RawJson;
use serde::{Deserialize, Serialize};

/// How a table is divided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartitionKey {
    pub(crate) strategy: PartitionStrategy,
    pub(crate) key: Vec<KeyElement>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartitionStrategy {
    List,
    Range,
    Hash,
}

/// The rows of a partition, as it is written. See [`PartitionBounds::bounds`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartitionBounds {
    /// All rows that no other partition takes.
    #[serde(
        default,
        deserialize_with = "lenient_or_default",
        skip_serializing_if = "is_false"
    )]
    pub(crate) default: bool,
    /// For a list partition: its values.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub(crate) in_: Option<Vec<RawJson>>,
    /// For a range partition: from this, a value for each element of the key ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Vec<RawJson>>,
    /// ... to before this. `{"bound": "minvalue"}` and `{"bound": "maxvalue"}` stand for no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Vec<RawJson>>,
    /// For a hash partition: the number of partitions, in effect ...
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) modulus: Option<i32>,
    /// ... and which of them this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) remainder: Option<i32>,
}

/// The rows of a partition.
#[derive(Debug, PartialEq)]
pub(crate) enum PartitionBoundsDefinition<'a> {
    Default,
    In(Vec<BoundValue<'a>>),
    Range {
        from: Vec<BoundValue<'a>>,
        to: Vec<BoundValue<'a>>,
    },
    Hash {
        modulus: i32,
        remainder: i32,
    },
}

/// A value of a bound.
#[derive(Debug, PartialEq)]
pub(crate) enum BoundValue<'a> {
    Null,
    Value(&'a RawJson),
    Minimum,
    Maximum,
}

impl PartitionBounds {
    pub(crate) fn bounds(&self) -> Result<PartitionBoundsDefinition<'_>, DefinitionError> {
        let Self {
            default,
            in_,
            from,
            to,
            modulus,
            remainder,
        } = self;
        match (default, in_, from, to, modulus, remainder) {
            (true, None, None, None, None, None) => Ok(PartitionBoundsDefinition::Default),
            (false, Some(values), None, None, None, None) if !values.is_empty() => {
                Ok(PartitionBoundsDefinition::In(read_bound_values(values)?))
            }
            (false, None, Some(from), Some(to), None, None) if !from.is_empty() && !to.is_empty() => {
                Ok(PartitionBoundsDefinition::Range {
                    from: read_bound_values(from)?,
                    to: read_bound_values(to)?,
                })
            }
            (false, None, None, None, Some(modulus), Some(remainder)) => {
                Ok(PartitionBoundsDefinition::Hash {
                    modulus: *modulus,
                    remainder: *remainder,
                })
            }
            _ => Err(problem()),
        }
    }
}

fn read_bound_values(values: &[RawJson]) -> Result<Vec<BoundValue<'_>>, DefinitionError> {
    values.iter().map(BoundValue::from_json).collect()
}

impl<'a> BoundValue<'a> {
    fn from_json(value: &'a RawJson) -> Result<Self, DefinitionError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct NoLimit {
            bound: BoundKeyword,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum BoundKeyword {
            MinValue,
            MaxValue,
        }
        if value.is_null() {
            return Ok(Self::Null);
        }
        if !value.is_object() {
            return Ok(Self::Value(value));
        }
        match serde_json::from_str(value.as_str()) {
            Ok(NoLimit {
                bound: BoundKeyword::MinValue,
            }) => Ok(Self::Minimum),
            Ok(NoLimit {
                bound: BoundKeyword::MaxValue,
            }) => Ok(Self::Maximum),
            Err(_) => Err(problem()),
        }
    }
}

fn problem() -> DefinitionError {
    DefinitionError::contradictory(
        "the bounds of a partition",
        "they are not partition bounds",
        "Give {\"default\": true}, {\"in\": [values]}, {\"from\": [values], \"to\": [values]} or {\"modulus\": 4, \"remainder\": 0}; in place of a value, {\"bound\": \"minvalue\"} or {\"bound\": \"maxvalue\"}.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::parse_argument;

    #[test]
    fn bounds_are_of_one_kind() {
        let of = |json: &str| parse_argument::<PartitionBounds>("table", json).expect("bounds");
        assert_eq!(
            of(r#"{"default": true}"#).bounds(),
            Ok(PartitionBoundsDefinition::Default)
        );
        let range =
            of(r#"{"from": [{"bound": "minvalue"}, 1], "to": ["2024-01-01", {"bound": "maxvalue"}]}"#);
        assert!(
            matches!(range.bounds(), Ok(PartitionBoundsDefinition::Range { from, to })
            if matches!(from[..], [BoundValue::Minimum, BoundValue::Value(_)])
                && matches!(to[..], [BoundValue::Value(_), BoundValue::Maximum]))
        );
        assert!(
            matches!(of(r#"{"in": [null]}"#).bounds(), Ok(PartitionBoundsDefinition::In(values)) if values == [BoundValue::Null])
        );
        assert!(of("{}").bounds().is_err());
        assert!(of(r#"{"default": true, "in": [1]}"#).bounds().is_err());
        assert!(of(r#"{"in": [{"bound": "most"}]}"#).bounds().is_err());
        assert!(of(r#"{"modulus": 4}"#).bounds().is_err());
    }
}
