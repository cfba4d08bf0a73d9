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

/// A number or a truth value that may also be a string, as SQL writes them where it makes JSON of `oid` or of text:
/// `"16384"`, `"true"`. Alone, in an option or in an array.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: Lenient>(deserializer: D) -> Result<T, D::Error> {
    T::deserialize_leniently(deserializer)
}

/// The same, where null means the same as absence.
pub(super) fn lenient_or_default<'de, D: Deserializer<'de>, T: Default + Lenient>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize_leniently(deserializer)?.unwrap_or_default())
}

/// A type that [`lenient`] reads.
pub(crate) trait Lenient: Sized {
    fn deserialize_leniently<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// The same as what serde reads by itself.
pub(crate) struct Leniently<T>(pub(crate) T);

impl<'de, T: Lenient> Deserialize<'de> for Leniently<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize_leniently(deserializer).map(Self)
    }
}

impl<T: Lenient> Lenient for Option<T> {
    fn deserialize_leniently<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value: Option<Leniently<T>> = Option::deserialize(deserializer)?;
        Ok(value.map(|Leniently(value)| value))
    }
}

impl<T: Lenient> Lenient for Vec<T> {
    fn deserialize_leniently<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values: Vec<Leniently<T>> = Vec::deserialize(deserializer)?;
        Ok(values.into_iter().map(|Leniently(value)| value).collect())
    }
}

macro_rules! lenient_number {
    ($($number:ty),*) => {$(
        impl Lenient for $number {
            fn deserialize_leniently<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct NumberVisitor;

                impl serde::de::Visitor<'_> for NumberVisitor {
                    type Value = $number;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        formatter.write_str(stringify!($number))
                    }

                    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<$number, E> {
                        <$number>::try_from(number)
                            .map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(number), &self))
                    }

                    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<$number, E> {
                        <$number>::try_from(number)
                            .map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(number), &self))
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$number, E> {
                        let digits = text.strip_prefix('-').unwrap_or(text);
                        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                        text.parse()
                            .ok()
                            .filter(|_| is_number)
                            .ok_or_else(|| E::invalid_type(serde::de::Unexpected::Str(text), &self))
                    }
                }

                deserializer.deserialize_any(NumberVisitor)
            }
        }
    )*};
}
lenient_number!(i16, i32, i64, u32);

impl Lenient for bool {
    fn deserialize_leniently<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BooleanVisitor;

        impl serde::de::Visitor<'_> for BooleanVisitor {
            type Value = bool;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a boolean")
            }

            fn visit_bool<E: serde::de::Error>(self, truth: bool) -> Result<bool, E> {
                Ok(truth)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<bool, E> {
                text.parse()
                    .map_err(|_| E::invalid_type(serde::de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(BooleanVisitor)
    }
}

pub(super) fn is_false(value: &bool) -> bool {
    !value
}

/// The meaning of `not_null` and its opposite `nullable` together.
pub(super) fn not_null<E: serde::de::Error>(
    not_null: Option<bool>,
    nullable: Option<bool>,
) -> Result<Option<bool>, E> {
    match (not_null, nullable) {
        (Some(not_null), Some(nullable)) if not_null == nullable => {
            Err(E::custom("\"not_null\" and \"nullable\" contradict each other"))
        }
        (not_null, nullable) => Ok(not_null.or(nullable.map(|nullable| !nullable))),
    }
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

#[cfg(test)]
mod tests {
    use super::{Lenient, Leniently};

    fn read<T: Lenient>(json: &str) -> Option<T> {
        serde_json::from_str::<Leniently<T>>(json)
            .ok()
            .map(|Leniently(value)| value)
    }

    #[test]
    fn numbers_may_be_strings_of_digits() {
        assert_eq!(read::<u32>("\"4294967295\""), Some(u32::MAX));
        assert_eq!(read::<i16>("\"-1\""), Some(-1));
        assert_eq!(read::<Vec<i16>>("[1, \"2\"]"), Some(vec![1, 2]));
        assert_eq!(read::<Option<i32>>("null"), Some(None));
        assert_eq!(read::<Option<i32>>("\"7\""), Some(Some(7)));
        for json in [
            "\"\"",
            "\"+1\"",
            "\" 1\"",
            "\"1.0\"",
            "\"x\"",
            "1.5",
            "true",
            "\"99999999999\"",
        ] {
            assert_eq!(read::<i32>(json), None, "{json}");
        }
    }

    #[test]
    fn truth_values_may_be_strings() {
        assert_eq!(read::<bool>("\"true\""), Some(true));
        assert_eq!(read::<bool>("false"), Some(false));
        for json in ["\"t\"", "\"True\"", "1", "\"1\"", "null"] {
            assert_eq!(read::<bool>(json), None, "{json}");
        }
    }
}
