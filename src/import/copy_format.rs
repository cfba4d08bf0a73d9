//! Values in the text format of COPY.

use std::collections::TryReserveError;

/// NULL.
pub(super) const NULL: &[u8] = b"\\N";

/// Appends bytes to a buffer that may become large.
pub(super) fn push_bytes(buffer: &mut Vec<u8>, bytes: &[u8]) -> Result<(), TryReserveError> {
    buffer.try_reserve(bytes.len())?;
    buffer.extend_from_slice(bytes);
    Ok(())
}

/// How much of a value is looked at before the caller is called back.
pub(super) const CHUNK: usize = 1 << 16;

/// Where the first byte of a sort is.
pub(super) fn find_byte(text: &[u8], is_sought: impl Fn(u8) -> bool, pulse: &dyn Fn()) -> Option<usize> {
    let mut begin = 0;
    for chunk in text.chunks(CHUNK) {
        if begin > 0 {
            pulse();
        }
        if let Some(at) = chunk.iter().position(|&byte| is_sought(byte)) {
            return Some(begin + at);
        }
        begin += chunk.len();
    }
    None
}

/// A value that is not NULL.
pub(super) fn write_value(value: &[u8], out: &mut Vec<u8>, pulse: &dyn Fn()) -> Result<(), TryReserveError> {
    let mut rest = value;
    while let Some(at) = find_byte(rest, |byte| matches!(byte, b'\\' | b'\n' | b'\r' | b'\t'), pulse) {
        push_bytes(out, &rest[..at])?;
        push_bytes(
            out,
            match rest[at] {
                b'\\' => b"\\\\",
                b'\n' => b"\\n",
                b'\r' => b"\\r",
                _ => b"\\t",
            },
        )?;
        rest = &rest[at + 1..];
    }
    push_bytes(out, rest)
}
