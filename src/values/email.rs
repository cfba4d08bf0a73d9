//! E-mail addresses, by the rule that web browsers use for input fields.

/// Whether a text is an address: a local part, `@`, and labels of letters, digits and inner hyphens with dots between.
pub(crate) fn is_email(text: &[u8]) -> bool {
    match text.iter().position(|&byte| byte == b'@') {
        Some(at) => {
            let (local, domain) = (&text[..at], &text[at + 1..]);
            !local.is_empty()
                && local.iter().all(|&byte| is_local(byte))
                && domain.split(|&byte| byte == b'.').all(is_label)
        }
        None => false,
    }
}

/// Whether a person would take a text for an address: in a domain with a dot, that ends in letters. `lodash@4.17.21` and
/// `jane@localhost` are names to most.
pub(crate) fn is_plainly_address(text: &[u8]) -> bool {
    let (before, last) = match text.iter().rposition(|&byte| byte == b'.') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => return false,
    };
    let is_punycode = last.starts_with(b"xn--");
    before.contains(&b'@')
        && last.len() >= 2
        && (is_punycode || last.iter().all(u8::is_ascii_alphabetic))
        && is_email(text)
}

fn is_local(byte: u8) -> bool {
    LOCAL[usize::from(byte)]
}

/// Which bytes a local part can have: a table, as this is asked of every byte of every address.
const LOCAL: [bool; 256] = {
    let mut table = [false; 256];
    let (marks, mut at) = (b".!#$%&'*+/=?^_`{|}~-", 0);
    while at < marks.len() {
        table[marks[at] as usize] = true;
        at += 1;
    }
    let mut byte = 0;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() {
            table[byte] = true;
        }
        byte += 1;
    }
    table
};

fn is_label(label: &[u8]) -> bool {
    matches!(label, [first, .., last] | [first @ last] if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric())
        && label.len() <= 63
        && label
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_names() {
        for text in ["jane@example.org", "a@b.co.uk", "a@b.xn--p1ai"] {
            assert!(is_plainly_address(text.as_bytes()), "{text}");
        }
        for text in ["a@b", "jane@localhost", "lodash@4.17.21", "a.b@c", "a.b", "a@b.c"] {
            assert!(!is_plainly_address(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn addresses() {
        let long = format!("a@{}.org", "b".repeat(63));
        for address in [
            "a@b",
            "Jane.Doe+x@mail.example.org",
            "!#$%&'*+/=?^_`{|}~-@1-2.de",
            ".@0",
            &long,
        ] {
            assert!(is_email(address.as_bytes()), "{address}");
        }
        let long = format!("a@{}.org", "b".repeat(64));
        for text in [
            "", "a", "@b", "a@", "a@@b", "a@b@c", "a b@c", "a@b.", "a@.b", "a@-b", "a@b-", "a@b..c", "a@ü",
            "ä@b", "a@b c", &long,
        ] {
            assert!(!is_email(text.as_bytes()), "{text}");
        }
    }
}
