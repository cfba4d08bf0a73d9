//! Reading and showing values as people write them. Pure code: nothing here calls PostgreSQL, and all of it is tested
//! without a server.
//!
//! Text is a slice of bytes in the server's encoding. Every encoding that a server can have writes ASCII characters as
//! one byte each and uses no such byte in other characters, so rules about digits, signs and separators can look at
//! bytes. The few rules that know other characters (a no-break space between digits) look for their UTF-8 form.

pub(crate) mod boolean;
pub(crate) mod circle;
pub(crate) mod currency;
pub(crate) mod display;
pub(crate) mod email;
pub(crate) mod float;
pub(crate) mod infer;
pub(crate) mod interval;
pub(crate) mod json;
pub(crate) mod moment;
pub(crate) mod money;
pub(crate) mod number;
pub(crate) mod number_format;
pub(crate) mod template;
pub(crate) mod tld;
pub(crate) mod uri;
pub(crate) mod uuid;

/// Text without the blanks around it that PostgreSQL's own input functions skip.
pub(crate) fn trim_value(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}
