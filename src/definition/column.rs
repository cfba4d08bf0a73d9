//! Columns to be created.

use super::DefinitionError;
use super::form::{self, is_false, lenient, lenient_or_default, null_as_default, string_or_object};
use super::json_text::RawJson;
use super::name::QualifiedName;
use super::type_object::{TypeModifierOptions, TypeObject};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A column: an element of `col_defs`.
///
/// Some keys have another form that clients know from the documents about columns: `nullable` for `not_null`,
/// `type_options` for the options of `type`; and beside one of these, `{"value": ...}` for a default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub(crate) struct ColumnDefinition {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// `text` if it is absent.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) type_: Option<TypeObject>,
    /// Another form of the options of `type`; none once it is read.
    #[serde(skip_serializing)]
    pub(crate) type_options: Option<TypeModifierOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) collation: Option<QualifiedName>,
    #[serde(
        default,
        deserialize_with = "lenient_or_default",
        skip_serializing_if = "is_false"
    )]
    pub(crate) not_null: bool,
    /// Another form of `not_null`; none once it is read.
    #[serde(default, deserialize_with = "lenient", skip_serializing)]
    pub(crate) nullable: Option<bool>,
    /// A value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default: Option<RawJson>,
    /// An SQL expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default_expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<IdentityDefinition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) serial: Option<Serial>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) generated: Option<GeneratedDefinition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// Options of `msar.set_column_metadata`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<RawJson>,
}

impl Serialize for ColumnDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for ColumnDefinition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut column = Self::deserialize(deserializer)?;
        let (nullable, options) = (column.nullable.take(), column.type_options.take());
        let has_other_form = nullable.is_some() || options.is_some();
        let not_null = Some(true).filter(|_| column.not_null);
        column.not_null = form::not_null(not_null, nullable)?.unwrap_or_default();
        if let Some(options) = options {
            column.type_.get_or_insert_default().add_options(options)?;
        }
        if has_other_form && let Some(value) = column.default.as_ref().and_then(RawJson::default_value) {
            column.default = Some(value).filter(|value| !value.is_null());
        }
        Ok(column)
    }
}

/// Where a column gets its values from, when an INSERT does not give one.
pub(crate) enum ValueSource<'a> {
    Nothing,
    Value(&'a RawJson),
    Expression(&'a str),
    Identity(&'a IdentityDefinition),
    Serial(&'a Serial),
    Generated(&'a GeneratedDefinition),
}

impl ColumnDefinition {
    /// The name, if it has one that is not empty.
    pub(crate) fn given_name(&self) -> Option<&str> {
        self.name.as_deref().filter(|name| !name.is_empty())
    }

    /// The one of `default`, `default_expression`, `identity`, `serial` and `generated` that is there.
    pub(crate) fn value_source(&self) -> Result<ValueSource<'_>, DefinitionError> {
        let mut sources = [
            self.default.as_ref().map(ValueSource::Value),
            self.default_expression.as_deref().map(ValueSource::Expression),
            self.identity.as_ref().map(ValueSource::Identity),
            self.serial.as_ref().map(ValueSource::Serial),
            self.generated.as_ref().map(ValueSource::Generated),
        ]
        .into_iter()
        .flatten();
        let source = sources.next().unwrap_or(ValueSource::Nothing);
        match sources.next() {
            None => Ok(source),
            Some(_) => Err(DefinitionError::contradictory(
                match self.given_name() {
                    Some(name) => format!("column \"{name}\""),
                    None => "a column".into(),
                },
                "its values can come from one source only",
                "Give one of \"default\", \"default_expression\", \"identity\", \"serial\" and \"generated\".",
            )),
        }
    }
}

/// An identity column: `"always"` or `"by_default"`, or an object with the options of its sequence.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(into = "IdentityForm")]
pub(crate) struct IdentityDefinition {
    pub(crate) generation: IdentityGeneration,
    pub(crate) sequence: SequenceOptions,
}

/// The source of the values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IdentityGeneration {
    /// The sequence alone.
    Always,
    /// The sequence, unless an INSERT does.
    #[default]
    ByDefault,
}

/// The options that differ from the defaults of a sequence of the column's type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SequenceOptions {
    pub(crate) start: Option<i64>,
    pub(crate) increment: Option<i64>,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) cache: Option<i64>,
    pub(crate) cycle: bool,
}

/// The keys of an object with options of a sequence.
macro_rules! sequence_object {
    ($name:ident { $($(#[$meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        #[derive(Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            $($(#[$meta])* $field: $type,)*
            #[serde(skip_serializing_if = "Option::is_none")]
            #[serde(default, deserialize_with = "lenient")]
            start: Option<i64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            #[serde(default, deserialize_with = "lenient")]
            increment: Option<i64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            #[serde(default, deserialize_with = "lenient")]
            min: Option<i64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            #[serde(default, deserialize_with = "lenient")]
            max: Option<i64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            #[serde(default, deserialize_with = "lenient")]
            cache: Option<i64>,
            #[serde(
                default,
                deserialize_with = "lenient_or_default",
                skip_serializing_if = "is_false"
            )]
            cycle: bool,
        }

        impl $name {
            fn new($($field: $type,)* sequence: SequenceOptions) -> Self {
                let SequenceOptions { start, increment, min, max, cache, cycle } = sequence;
                Self { $($field,)* start, increment, min, max, cache, cycle }
            }

            fn sequence(&self) -> SequenceOptions {
                SequenceOptions {
                    start: self.start,
                    increment: self.increment,
                    min: self.min,
                    max: self.max,
                    cache: self.cache,
                    cycle: self.cycle,
                }
            }
        }
    };
}

sequence_object!(IdentityObject {
    #[serde(default)]
    generation: IdentityGeneration,
});

#[derive(Serialize)]
#[serde(untagged)]
enum IdentityForm {
    Short(IdentityGeneration),
    Long(IdentityObject),
}

impl From<IdentityDefinition> for IdentityForm {
    fn from(IdentityDefinition { generation, sequence }: IdentityDefinition) -> Self {
        if sequence == SequenceOptions::default() {
            Self::Short(generation)
        } else {
            Self::Long(IdentityObject::new(generation, sequence))
        }
    }
}

impl From<IdentityObject> for IdentityDefinition {
    fn from(object: IdentityObject) -> Self {
        Self {
            generation: object.generation,
            sequence: object.sequence(),
        }
    }
}

string_or_object!(
    IdentityDefinition,
    IdentityObject,
    |word: &str| {
        let generation = IdentityGeneration::deserialize(serde::de::value::StrDeserializer::new(word))?;
        Ok(IdentityDefinition {
            generation,
            ..IdentityDefinition::default()
        })
    },
    "\"always\", \"by_default\", or an object with options of the sequence"
);

/// A column whose default is the next number of a sequence that belongs to it: `true`, or an object with the name of
/// the sequence, its type and its options.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(into = "SerialForm")]
pub(crate) struct Serial {
    /// The name that PostgreSQL gives it, if it is absent.
    pub(crate) name: Option<String>,
    /// `smallint`, `integer` or `bigint`; the type of the column, if it is absent.
    pub(crate) sequence_type: Option<SequenceType>,
    pub(crate) sequence: SequenceOptions,
}

/// The type of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SequenceType {
    SmallInt,
    Integer,
    BigInt,
}

sequence_object!(SerialObject {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    sequence_type: Option<SequenceType>,
});

#[derive(Serialize)]
#[serde(untagged)]
enum SerialForm {
    Short(bool),
    Long(SerialObject),
}

impl From<Serial> for SerialForm {
    fn from(serial: Serial) -> Self {
        if serial == Serial::default() {
            Self::Short(true)
        } else {
            Self::Long(SerialObject::new(
                serial.name,
                serial.sequence_type,
                serial.sequence,
            ))
        }
    }
}

impl<'de> Deserialize<'de> for Serial {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SerialVisitor;

        impl<'de> serde::de::Visitor<'de> for SerialVisitor {
            type Value = Serial;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter
                    .write_str("true, or an object with the name of the sequence, its type and its options")
            }

            fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Serial, E> {
                if value {
                    Ok(Serial::default())
                } else {
                    Err(E::invalid_value(serde::de::Unexpected::Bool(false), &self))
                }
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Serial, A::Error> {
                let object = SerialObject::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Serial {
                    sequence: object.sequence(),
                    name: object.name.filter(|name| !name.is_empty()),
                    sequence_type: object.sequence_type,
                })
            }
        }

        deserializer.deserialize_any(SerialVisitor)
    }
}

/// A generated column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GeneratedDefinition {
    #[serde(default)]
    pub(crate) kind: GeneratedKind,
    /// An SQL expression.
    pub(crate) expression: String,
}

/// When the values are computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GeneratedKind {
    /// When a row is written.
    #[default]
    Stored,
    /// When it is read: PostgreSQL 18.
    Virtual,
}

/// The column that is to be the primary key of a new table: `pk_col_def`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyColumn {
    name: Option<String>,
    #[serde(rename = "type", default, deserialize_with = "null_as_default")]
    pub(crate) kind: KeyKind,
}

impl KeyColumn {
    pub(crate) fn name(&self) -> &str {
        self.name
            .as_deref()
            .filter(|name| !name.is_empty())
            .unwrap_or("id")
    }
}

/// How a primary key gets its values: `msar.pkey_kind`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum KeyKind {
    /// `integer`, counted up.
    #[default]
    #[serde(rename = "IDENTITY")]
    Identity,
    /// `uuid`, at random.
    #[serde(rename = "UUIDv4")]
    Uuid,
}

/// A column that refers to the rows of another table: an element of `mapping_columns`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MappingColumn {
    pub(crate) column_name: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) referent_table_oid: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::parse_argument;
    use crate::error::TopicError;

    fn column(json: &str) -> Result<ColumnDefinition, DefinitionError> {
        parse_argument("col_defs", json)
    }

    #[test]
    fn unknown_keys_are_named_with_the_known_ones() {
        let error = parse_argument::<Vec<ColumnDefinition>>("col_defs", r#"[{"name": "a"}, {"nmae": "b"}]"#)
            .unwrap_err();
        assert_eq!(
            error.fields().message,
            "invalid definition in argument \"col_defs\": unknown key \"nmae\""
        );
        let DefinitionError::Malformed {
            detail: Some(detail), ..
        } = error
        else {
            panic!("no detail")
        };
        assert!(
            detail.starts_with("In [1].nmae. Expected one of \"name\", \"type\", "),
            "{detail}"
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        for json in [
            "{}",
            r#"{"name":"a","type":{"name":"numeric(8,2)"},"not_null":true,"default":123456789012345678901234567890.10}"#,
            r#"{"name":"a","type":{"schema":"app","name":"mood"},"collation":{"name":"C"},"default_expression":"now()"}"#,
            r#"{"name":"a","identity":"always","description":"x"}"#,
            r#"{"name":"a","identity":{"generation":"by_default","start":5,"cycle":true}}"#,
            r#"{"name":"a","type":{"name":"integer"},"serial":true}"#,
            r#"{"name":"a","serial":{"name":"a_seq","type":"bigint","increment":2,"cycle":true}}"#,
            r#"{"name":"a","generated":{"kind":"virtual","expression":"b + 1"},"metadata":{"display_width":3}}"#,
        ] {
            assert_eq!(serde_json::to_string(&column(json).unwrap()).unwrap(), json);
        }
    }

    #[test]
    fn null_is_absence() {
        let nulls = r#"{"name": null, "type": null, "not_null": null, "default": null, "description": null}"#;
        assert_eq!(column(nulls), column("{}"));
    }

    #[test]
    fn the_form_of_documents_about_columns_is_taken_too() {
        assert_eq!(
            column(
                r#"{"name": "a", "nullable": false, "type": "varchar", "type_options": {"length": "5"}, "default": {"value": "x"}}"#
            ),
            column(
                r#"{"name": "a", "not_null": "true", "type": {"name": "varchar", "options": {"length": 5}}, "default": "x"}"#
            )
        );
        assert!(column(r#"{"nullable": true, "not_null": true}"#).is_err());
    }

    #[test]
    fn values_come_from_one_source() {
        let both = column(r#"{"name": "a", "default": 1, "identity": "always"}"#).unwrap();
        let Err(error) = both.value_source() else {
            panic!("two sources")
        };
        assert!(
            error
                .fields()
                .message
                .starts_with("invalid definition of column \"a\"")
        );
    }
}
