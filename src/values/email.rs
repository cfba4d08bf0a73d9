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
