//! Parts of a jsonb value, read in place, and new values composed of such parts: their bytes are
//! copied as they are, so that nothing is parsed again and no number loses a digit.

use crate::error::Error;
use crate::pg::jsonb_layout::{
    JB_FARRAY, JB_FOBJECT, JB_FSCALAR, JENTRY_HAS_OFF, JENTRY_ISBOOL_FALSE, JENTRY_ISBOOL_TRUE,
    JENTRY_ISCONTAINER, JENTRY_ISNULL, JENTRY_ISNUMERIC, JENTRY_ISSTRING, JENTRY_OFFLENMASK, JENTRY_TYPEMASK,
    is_aligned,
};
use crate::pg::jsonb_value::{Container, JsonbValue};
use crate::pg::{memory, text};
use pgrx::direct_function_call_as_datum;
use pgrx::pg_sys::{self, Datum};

/// A value inside of a jsonb, or all of it.
#[derive(Clone, Copy)]
pub(crate) struct JsonbItem<'a> {
    /// Its type, by the bits of an entry.
    entry: u32,
    /// Without the padding before it.
    bytes: &'a [u8],
}

/// The type of a value in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonType {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl JsonType {
    /// With an article, for a sentence.
    pub(crate) fn described(self) -> &'static str {
        match self {
            JsonType::Null => "null",
            JsonType::Boolean => "a boolean",
            JsonType::Number => "a number",
            JsonType::String => "a string",
            JsonType::Array => "an array",
            JsonType::Object => "an object",
        }
    }
}

impl JsonbValue {
    /// The whole value.
    pub(crate) fn item(&self) -> JsonbItem<'_> {
        let bytes = self.bytes();
        let root = Container::new(bytes);
        if root.header & JB_FSCALAR != 0 {
            // A scalar is kept as the one element of an array.
            let scalar = root.members(1).next();
            let (entry, bytes) = scalar.unwrap_or((JENTRY_ISNULL, &[]));
            return JsonbItem { entry, bytes };
        }
        JsonbItem {
            entry: JENTRY_ISCONTAINER,
            bytes,
        }
    }

    /// An object; the names of its members are ASCII and differ.
    pub(crate) fn object(members: &[(&str, JsonbItem)]) -> Result<Self, Error> {
        // jsonb keeps members by the length of their names, then by their bytes.
        let mut sorted: Vec<_> = members.iter().collect();
        sorted.sort_unstable_by_key(|(name, _)| (name.len(), *name));
        let names = sorted.iter().map(|(name, _)| JsonbItem::ascii(name));
        let values = sorted.iter().map(|&&(_, value)| value);
        let parts: Vec<JsonbItem> = names.chain(values).collect();
        build(JB_FOBJECT | members.len() as u32, &parts)
    }

    /// An object with the members of this one, whose names are ASCII, and those of the given ones that it has not.
    pub(crate) fn with_members(&self, added: &[(&str, JsonbItem)]) -> Result<Self, Error> {
        let object = self.item();
        let own = object
            .members()
            .filter_map(|(name, value)| Some((std::str::from_utf8(name).ok()?, value)));
        let missing = added
            .iter()
            .filter(|(name, _)| object.member(name).is_none())
            .copied();
        let members: Vec<_> = own.chain(missing).collect();
        Self::object(&members)
    }

    /// An array.
    pub(crate) fn array(elements: &[JsonbItem]) -> Result<Self, Error> {
        build(JB_FARRAY | elements.len() as u32, elements)
    }
}

impl<'a> JsonbItem<'a> {
    pub(crate) const NULL: Self = Self {
        entry: JENTRY_ISNULL,
        bytes: &[],
    };

    /// A string of ASCII.
    pub(crate) fn ascii(text: &'a str) -> Self {
        Self {
            entry: JENTRY_ISSTRING,
            bytes: text.as_bytes(),
        }
    }

    /// How many bytes it takes.
    pub(crate) fn size(self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn json_type(self) -> JsonType {
        match self.entry & JENTRY_TYPEMASK {
            JENTRY_ISSTRING => JsonType::String,
            JENTRY_ISNUMERIC => JsonType::Number,
            JENTRY_ISBOOL_FALSE | JENTRY_ISBOOL_TRUE => JsonType::Boolean,
            JENTRY_ISCONTAINER if Container::new(self.bytes).header & JB_FOBJECT != 0 => JsonType::Object,
            JENTRY_ISCONTAINER => JsonType::Array,
            _ => JsonType::Null,
        }
    }

    pub(crate) fn is_null(self) -> bool {
        self.entry & JENTRY_TYPEMASK == JENTRY_ISNULL
    }

    /// Whether it is `true`.
    pub(crate) fn is_true(self) -> bool {
        self.entry & JENTRY_TYPEMASK == JENTRY_ISBOOL_TRUE
    }

    /// The content of a string, in UTF-8.
    pub(crate) fn string(self) -> Option<String> {
        (self.json_type() == JsonType::String).then(|| text::from_server(self.bytes))
    }

    /// A number as PostgreSQL prints it.
    pub(crate) fn number(self) -> Option<String> {
        (self.json_type() == JsonType::Number).then(|| {
            // SAFETY: a numeric, which lies at a multiple of 4 as the server has put it, or `build`; its output
            // function gives a C string.
            unsafe {
                let number = Datum::from(self.bytes.as_ptr());
                direct_function_call_as_datum(pg_sys::numeric_out, &[Some(number)])
                    .and_then(|printed| text::from_server_cstr(printed.cast_mut_ptr()))
                    .unwrap_or_default()
            }
        })
    }

    /// The members of an object: names in the server's encoding, by their length, and values. Of anything else, none.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'a [u8], JsonbItem<'a>)> {
        let object = match self.json_type() {
            JsonType::Object => Container::new(self.bytes),
            _ => Container::new(&[]),
        };
        let count = object.count();
        // All names come before all values.
        let names = object.members(2 * count).map(|(_, name)| name);
        let values = object
            .members(2 * count)
            .skip(count)
            .map(|(entry, bytes)| JsonbItem { entry, bytes });
        names.zip(values)
    }

    /// The member of an object that has this name, which is ASCII.
    pub(crate) fn member(self, name: &str) -> Option<JsonbItem<'a>> {
        self.members()
            .find(|(key, _)| *key == name.as_bytes())
            .map(|(_, value)| value)
    }

    /// The elements of an array. Of anything else, none.
    pub(crate) fn elements(self) -> impl Iterator<Item = JsonbItem<'a>> {
        let array = match self.json_type() {
            JsonType::Array => Container::new(self.bytes),
            _ => Container::new(&[]),
        };
        array
            .members(array.count())
            .map(|(entry, bytes)| JsonbItem { entry, bytes })
    }

    /// A jsonb value of its own.
    pub(crate) fn to_value(self) -> Result<JsonbValue, Error> {
        if self.entry & JENTRY_TYPEMASK == JENTRY_ISCONTAINER {
            return varlena(self.bytes.len(), |content| content.extend_from_slice(self.bytes));
        }
        build(JB_FARRAY | JB_FSCALAR | 1, &[self])
    }
}

/// A jsonb of that header and those members, which are keys and then values for an object.
fn build(header: u32, parts: &[JsonbItem]) -> Result<JsonbValue, Error> {
    /// After so many entries one says where its member ends; the others say how long theirs is.
    const STRIDE: usize = 32;
    let room = parts.iter().map(|part| part.bytes.len() + 7).sum::<usize>() + 4;
    varlena(room + 4 * parts.len(), |content| {
        content.extend(header.to_ne_bytes());
        let entries = content.len();
        content.resize(entries + 4 * parts.len(), 0);
        let data = content.len();
        for (at, part) in parts.iter().enumerate() {
            let start = content.len();
            if is_aligned(part.entry) {
                content.resize(start.next_multiple_of(4), 0);
            }
            content.extend_from_slice(part.bytes);
            let entry = part.entry & JENTRY_TYPEMASK
                | if at % STRIDE == 0 {
                    JENTRY_HAS_OFF | offset_or_length(content.len() - data)
                } else {
                    offset_or_length(content.len() - start)
                };
            content[entries + 4 * at..][..4].copy_from_slice(&entry.to_ne_bytes());
        }
    })
}

/// `varlena` refuses a value that is too large for an entry.
fn offset_or_length(bytes: usize) -> u32 {
    bytes as u32 & JENTRY_OFFLENMASK
}

/// A value with the content that `fill` writes, which is about `room` bytes.
fn varlena(room: usize, fill: impl FnOnce(&mut Vec<u8>)) -> Result<JsonbValue, Error> {
    if room > JENTRY_OFFLENMASK as usize {
        return Err(Error::DocumentTooLarge);
    }
    let mut content = Vec::new();
    memory::reserve(&mut content, room);
    fill(&mut content);
    // SAFETY: a fresh allocation of the size of header and content, which palloc aligns. The content is a jsonb's, as
    // its makers promise.
    unsafe {
        let value = pg_sys::palloc(pg_sys::VARHDRSZ + content.len()).cast::<u8>();
        pgrx::set_varsize_4b(value.cast(), (pg_sys::VARHDRSZ + content.len()) as i32);
        value
            .add(pg_sys::VARHDRSZ)
            .copy_from_nonoverlapping(content.as_ptr(), content.len());
        Ok(JsonbValue::of_datum(Datum::from(value)))
    }
}
