//! Helpers that all definitions share.

use serde::{Deserialize, Deserializer};

/// A key whose null means the same as its absence.
pub(super) fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A key whose null means something else than its absence: `None` is absent, `Some(None)` null.
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

pub(super) fn is_false(value: &bool) -> bool {
    !value
}

/// Lets a type be written as an object, and in short as a string.
///
/// `$form` is the object, `$from_text` makes the type of the string. Both give their errors by name of the key.
macro_rules! string_or_object {
    ($type:ty, $form:ty, $from_text:expr, $expecting:literal) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct FormVisitor;

                impl<'de> serde::de::Visitor<'de> for FormVisitor {
                    type Value = $type;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        formatter.write_str($expecting)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                        $from_text(text)
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        map: A,
                    ) -> Result<Self::Value, A::Error> {
                        <$form>::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                            .map(Into::into)
                    }
                }

                deserializer.deserialize_any(FormVisitor)
            }
        }
    };
}
pub(super) use string_or_object;
