//! UUIDs, in the two common forms.

/// `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`, or the same without hyphens.
pub(crate) fn is_uuid(text: &[u8]) -> bool {
    match text.len() {
        36 => {
            [8, 13, 18, 23].iter().all(|&at| text[at] == b'-')
                && [0..8, 9..13, 14..18, 19..23, 24..36]
                    .into_iter()
                    .all(|part| are_hexadecimal(&text[part]))
        }
        32 => are_hexadecimal(text),
        _ => false,
    }
}

/// Looks at all bytes, whatever the first ones are: that way the compiler looks at many at once.
fn are_hexadecimal(text: &[u8]) -> bool {
    text.iter()
        .fold(true, |so_far, byte| so_far & byte.is_ascii_hexdigit())
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
