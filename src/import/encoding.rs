//! The text of a file, in any encoding of the web.

use super::copy_format::push_bytes;
use super::error::FileError;
use encoding_rs::{CoderResult, Encoding, UTF_8};
use std::borrow::Cow;

/// How much is looked at before the caller is called back.
const CHUNK: usize = 1 << 18;

/// How much of a file there is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    /// Its beginning, whose last character may be cut off.
    Beginning,
}

/// The text in UTF-8, by its byte order mark, by what the caller says, as UTF-8 if it is that, or by a guess. Text that
/// is UTF-8 already is not copied.
pub(super) fn decode_text<'a>(
    data: &'a [u8],
    extent: Extent,
    named: Option<&str>,
    pulse: &dyn Fn(),
) -> Result<(Cow<'a, [u8]>, &'static Encoding), FileError> {
    let (encoding, data) = match (Encoding::for_bom(data), named) {
        (Some((encoding, mark)), _) => (encoding, &data[mark..]),
        (None, Some(name)) => {
            let encoding = Encoding::for_label(name.as_bytes());
            (
                encoding.ok_or_else(|| FileError::UnknownEncoding(name.to_string()))?,
                data,
            )
        }
        (None, None) => match valid_utf8(data, extent, pulse) {
            Some(text) => return Ok((text.into(), UTF_8)),
            None => (guess(data, pulse), data),
        },
    };
    if encoding == UTF_8 {
        return valid_utf8(data, extent, pulse)
            .map(|text| (text.into(), encoding))
            .ok_or(FileError::NotInEncoding(encoding.name()));
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = Vec::new();
    let mut buffer = vec![0; 2 * CHUNK];
    let mut chunks = data.chunks(CHUNK).peekable();
    loop {
        let mut chunk = chunks.next().unwrap_or_default();
        let is_last = chunks.peek().is_none();
        loop {
            pulse();
            let is_end = is_last && extent == Extent::Whole;
            let (result, read, written, had_errors) = decoder.decode_to_utf8(chunk, &mut buffer, is_end);
            if had_errors {
                return Err(FileError::NotInEncoding(encoding.name()));
            }
            push_bytes(&mut text, &buffer[..written])?;
            chunk = &chunk[read..];
            if result == CoderResult::InputEmpty {
                break;
            }
        }
        if is_last {
            return Ok((text.into(), encoding));
        }
    }
}

/// By the first text that is not ASCII, and some of the text that follows: more says no more, and takes long.
fn guess(data: &[u8], pulse: &dyn Fn()) -> &'static Encoding {
    const LOOKED_AT: usize = 1 << 20;
    let mut detector = chardetng::EncodingDetector::new();
    let telling = data.chunks(CHUNK).skip_while(|chunk| {
        pulse();
        chunk.is_ascii()
    });
    for part in telling
        .take(LOOKED_AT / CHUNK)
        .flat_map(|chunk| chunk.chunks(CHUNK / 8))
    {
        pulse();
        detector.feed(part, false);
    }
    detector.feed(b"", true);
    detector.guess(None, false)
}

/// The data, if it is UTF-8, less a character that is cut off.
fn valid_utf8<'a>(data: &'a [u8], extent: Extent, pulse: &dyn Fn()) -> Option<&'a [u8]> {
    let mut rest = data;
    while !rest.is_empty() {
        pulse();
        let chunk = &rest[..rest.len().min(CHUNK)];
        let valid = match std::str::from_utf8(chunk) {
            Ok(_) => chunk.len(),
            // A character that goes on in the next chunk.
            Err(error) if error.error_len().is_none() && chunk.len() < rest.len() => error.valid_up_to(),
            Err(error) if error.error_len().is_none() && extent == Extent::Beginning => {
                let cut_off = chunk.len() - error.valid_up_to();
                return Some(&data[..data.len() - cut_off]);
            }
            Err(_) => return None,
        };
        rest = &rest[valid..];
    }
    Some(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_across_chunks() {
        // Of two bytes across the ends of chunks, in UTF-8 and in UTF-16.
        let text = format!("a,b\nx{},y\n", "é".repeat(2 * CHUNK));
        let pulse = || ();
        assert_eq!(
            valid_utf8(text.as_bytes(), Extent::Whole, &pulse),
            Some(text.as_bytes())
        );
        let cut = &text.as_bytes()[..text.len() - 4];
        assert_eq!(valid_utf8(cut, Extent::Whole, &pulse), None);
        assert_eq!(
            valid_utf8(cut, Extent::Beginning, &pulse),
            Some(&cut[..cut.len() - 1])
        );
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (decoded, _) = decode_text(&utf16, Extent::Whole, Some("utf-16le"), &pulse).unwrap();
        assert_eq!(decoded, text.as_bytes());
        let cut = &utf16[..utf16.len() - 1];
        assert!(decode_text(cut, Extent::Whole, Some("utf-16le"), &pulse).is_err());
        let (decoded, _) = decode_text(cut, Extent::Beginning, Some("utf-16le"), &pulse).unwrap();
        assert_eq!(decoded, &text.as_bytes()[..text.len() - 1]);
    }
}
