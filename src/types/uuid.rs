//! UUIDs, in the two forms in which people meet them.

/// `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`, or the same without hyphens.
pub(crate) fn is_uuid(text: &[u8]) -> bool {
    match text.len() {
        36 => text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        }),
        32 => text.iter().all(u8::is_ascii_hexdigit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_uuid;

    #[test]
    fn identifiers() {
        assert!(is_uuid(b"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"));
        assert!(is_uuid(b"A0EEBC999C0B4EF8BB6D6BB9BD380A11"));
        for text in [
            "",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g",
            "a0eebc99-9c0b-4ef8-bb6d6-bb9bd380a11",
        ] {
            assert!(!is_uuid(text.as_bytes()), "{text}");
        }
    }
}
