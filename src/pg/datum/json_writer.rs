//! A serializer of JSON text that is fast for short strings and for fields whose names are constants, of which large
//! documents have millions.
//!
//! Its output is that of `serde_json`. It writes names of fields without escaping, and checks many bytes of a string at
//! once for characters to escape, which are rare. Rare cases are left to `serde_json`.

use serde::Serialize;
use serde::ser::{self, Impossible, Serializer};
use serde_json::Error;
use std::io::Write;

/// The name under which `serde_json` passes text that is JSON already.
const RAW: &str = "$serde_json::private::RawValue";

/// Writes a value as JSON.
pub(crate) fn write_json(out: &mut impl Write, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
    value.serialize(JsonWriter(out))
}

struct JsonWriter<'a, W>(&'a mut W);

impl<'a, W: Write> JsonWriter<'a, W> {
    #[inline]
    fn text(self, text: &str) -> Result<(), Error> {
        self.0.write_all(text.as_bytes()).map_err(Error::io)
    }

    /// An array or an object; `end` closes it.
    #[inline]
    fn begin_compound(self, start: &str, end: &'static str) -> Result<Compound<'a, W>, Error> {
        self.0.write_all(start.as_bytes()).map_err(Error::io)?;
        Ok(Compound {
            out: self.0,
            is_first: true,
            end,
        })
    }

    /// An object with the variant of an enum as its only key.
    fn begin_variant(
        self,
        variant: &'static str,
        start: &str,
        end: &'static str,
    ) -> Result<Compound<'a, W>, Error> {
        write!(self.0, "{{\"{variant}\":").map_err(Error::io)?;
        self.begin_compound(start, end)
    }
}

/// Whether the byte has to be escaped in a string.
#[inline]
const fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

#[inline]
fn write_string(out: &mut impl Write, text: &str) -> Result<(), Error> {
    // No early end: so the compiler looks at 16 bytes at a time.
    let needs_escape = text.bytes().fold(false, |any, byte| any | is_special(byte));
    if needs_escape {
        return serde_json::to_writer(out, text);
    }
    out.write_all(b"\"")
        .and_then(|()| out.write_all(text.as_bytes()))
        .and_then(|()| out.write_all(b"\""))
        .map_err(Error::io)
}

/// Scalars that are written by `serde_json`.
macro_rules! by_serde_json {
    ($($method:ident: $type:ty),*) => {$(
        #[inline]
        fn $method(self, value: $type) -> Result<(), Error> {
            serde_json::to_writer(self.0, &value)
        }
    )*};
}

impl<'a, W: Write> Serializer for JsonWriter<'a, W> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Compound<'a, W>;
    type SerializeTuple = Compound<'a, W>;
    type SerializeTupleStruct = Compound<'a, W>;
    type SerializeTupleVariant = Compound<'a, W>;
    type SerializeMap = Compound<'a, W>;
    type SerializeStruct = Compound<'a, W>;
    type SerializeStructVariant = Compound<'a, W>;

    by_serde_json!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_f32: f32, serialize_f64: f64, serialize_char: char, serialize_bytes: &[u8]
    );

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.text(if value { "true" } else { "false" })
    }

    #[inline]
    fn serialize_str(self, text: &str) -> Result<(), Error> {
        write_string(self.0, text)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Error> {
        self.text("null")
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.text("null")
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Error> {
        self.text("null")
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        write_string(self.0, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut object = self.begin_compound("{", "}")?;
        object.field(variant, value)?;
        object.finish()
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Compound<'a, W>, Error> {
        self.begin_compound("[", "]")
    }

    fn serialize_tuple(self, _length: usize) -> Result<Compound<'a, W>, Error> {
        self.begin_compound("[", "]")
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Compound<'a, W>, Error> {
        self.begin_compound("[", "]")
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Compound<'a, W>, Error> {
        self.begin_variant(variant, "[", "]}")
    }

    #[inline]
    fn serialize_map(self, _length: Option<usize>) -> Result<Compound<'a, W>, Error> {
        self.begin_compound("{", "}")
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _length: usize) -> Result<Compound<'a, W>, Error> {
        if name == RAW {
            return self.begin_compound("", "");
        }
        self.begin_compound("{", "}")
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Compound<'a, W>, Error> {
        self.begin_variant(variant, "{", "}}")
    }
}

/// An array or an object under way. One that has no end is raw JSON.
struct Compound<'a, W> {
    out: &'a mut W,
    is_first: bool,
    end: &'static str,
}

impl<W: Write> Compound<'_, W> {
    #[inline]
    fn separate(&mut self) -> Result<(), Error> {
        if std::mem::replace(&mut self.is_first, false) {
            return Ok(());
        }
        self.out.write_all(b",").map_err(Error::io)
    }

    #[inline]
    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.separate()?;
        value.serialize(JsonWriter(self.out))
    }

    /// A member whose name has nothing to escape.
    #[inline]
    fn field(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        if self.end.is_empty() {
            return value.serialize(TextWriter {
                out: self.out,
                is_raw: true,
            });
        }
        self.separate()?;
        self.out
            .write_all(b"\"")
            .and_then(|()| self.out.write_all(name.as_bytes()))
            .and_then(|()| self.out.write_all(b"\":"))
            .map_err(Error::io)?;
        value.serialize(JsonWriter(self.out))
    }

    #[inline]
    fn finish(self) -> Result<(), Error> {
        self.out.write_all(self.end.as_bytes()).map_err(Error::io)
    }
}

/// `Compound` is what every kind of array and object becomes.
macro_rules! compound {
    ($($kind:ident . $method:ident = $does:ident),*) => {$(
        impl<W: Write> ser::$kind for Compound<'_, W> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.$does(value)
            }

            #[inline]
            fn end(self) -> Result<(), Error> {
                self.finish()
            }
        }
    )*};
}
compound!(
    SerializeSeq.serialize_element = element,
    SerializeTuple.serialize_element = element,
    SerializeTupleStruct.serialize_field = element,
    SerializeTupleVariant.serialize_field = element
);

macro_rules! compound_with_names {
    ($($kind:ident),*) => {$(
        impl<W: Write> ser::$kind for Compound<'_, W> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.field(name, value)
            }

            #[inline]
            fn end(self) -> Result<(), Error> {
                self.finish()
            }
        }
    )*};
}
compound_with_names!(SerializeStruct, SerializeStructVariant);

impl<W: Write> ser::SerializeMap for Compound<'_, W> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.separate()?;
        key.serialize(TextWriter {
            out: self.out,
            is_raw: false,
        })
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.out.write_all(b":").map_err(Error::io)?;
        value.serialize(JsonWriter(self.out))
    }

    #[inline]
    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

/// Writes what is a string in JSON whatever it is for Rust: the key of an object. Or text that is JSON already.
struct TextWriter<'a, W> {
    out: &'a mut W,
    is_raw: bool,
}

impl<W: Write> TextWriter<'_, W> {
    fn refuse<T>() -> Result<T, Error> {
        Err(ser::Error::custom("a key of an object is a string"))
    }
}

macro_rules! quoted_integers {
    ($($method:ident: $type:ty),*) => {$(
        fn $method(self, number: $type) -> Result<(), Error> {
            write!(self.out, "\"{number}\"").map_err(Error::io)
        }
    )*};
}

macro_rules! refused {
    ($($method:ident($($argument:ty),*) -> $result:ty),* $(,)?) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$result, Error> {
            Self::refuse()
        }
    )*};
}

type Never = Impossible<(), Error>;

impl<W: Write> Serializer for TextWriter<'_, W> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    #[inline]
    fn serialize_str(self, text: &str) -> Result<(), Error> {
        if self.is_raw {
            return self.out.write_all(text.as_bytes()).map_err(Error::io);
        }
        write_string(self.out, text)
    }

    quoted_integers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64
    );

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        write_string(self.out, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _value: &T) -> Result<(), Error> {
        Self::refuse()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<(), Error> {
        Self::refuse()
    }

    refused!(
        serialize_bool(bool) -> (),
        serialize_f32(f32) -> (),
        serialize_f64(f64) -> (),
        serialize_char(char) -> (),
        serialize_bytes(&[u8]) -> (),
        serialize_none() -> (),
        serialize_unit() -> (),
        serialize_unit_struct(&'static str) -> (),
        serialize_seq(Option<usize>) -> Never,
        serialize_tuple(usize) -> Never,
        serialize_tuple_struct(&'static str, usize) -> Never,
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never,
        serialize_map(Option<usize>) -> Never,
        serialize_struct(&'static str, usize) -> Never,
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use serde_json::value::RawValue;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    struct Everything {
        text: &'static str,
        numbers: (i16, u64, f64, i128),
        letter: char,
        nothing: Option<bool>,
        something: Option<bool>,
        unit: (),
        list: Vec<Variant>,
        by_number: BTreeMap<i16, Newtype>,
        raw: Box<RawValue>,
        #[serde(flatten)]
        more: Flattened,
    }

    #[derive(Serialize)]
    struct Newtype(u8);

    #[derive(Serialize)]
    struct Flattened {
        #[serde(rename = "last one")]
        last: &'static str,
    }

    #[derive(Serialize)]
    enum Variant {
        Plain,
        Wrapped(u8),
        Pair(u8, u8),
        Named { field: u8 },
    }

    fn written(value: &impl Serialize) -> String {
        let mut out = Vec::new();
        write_json(&mut out, value).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// As `serde_json` writes it.
    fn assert_same(value: &impl Serialize) {
        assert_eq!(written(value), serde_json::to_string(value).unwrap());
    }

    #[test]
    fn everything_is_written_as_by_serde_json() {
        assert_same(&Everything {
            text: "a",
            numbers: (-1, u64::MAX, 1.5, i128::MIN),
            letter: '"',
            nothing: None,
            something: Some(true),
            unit: (),
            list: vec![
                Variant::Plain,
                Variant::Wrapped(1),
                Variant::Pair(1, 2),
                Variant::Named { field: 3 },
            ],
            by_number: BTreeMap::from([(-3, Newtype(1)), (4, Newtype(2))]),
            raw: RawValue::from_string("1.000000000000000000000000000001".into()).unwrap(),
            more: Flattened { last: "z" },
        });
        assert_same(&json!({"empty": {}, "none": [], "deep": [[{"a": [null, 1e300]}]], "k\"ey": "\u{7f}é"}));
        assert_same(&f64::NAN);
    }

    #[test]
    fn strings_are_escaped_wherever_the_special_byte_is() {
        for special in ['"', '\\', '\n', '\u{0}', '\u{1f}', '\u{7f}', 'é', '\u{2028}'] {
            for length in 0..40 {
                let text = format!("{}{special}{}", "x".repeat(length), "y".repeat(40 - length));
                assert_same(&text);
            }
        }
    }

    #[test]
    fn a_key_is_a_string() {
        let by_list = BTreeMap::from([(vec![1], 1)]);
        assert!(write_json(&mut Vec::new(), &by_list).is_err());
    }
}
