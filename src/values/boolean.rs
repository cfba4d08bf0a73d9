//! Booleans as people write them.

/// `1`, `on`, `t`, `true`, `y`, `yes` and their opposites, in any case.
pub(crate) fn read_boolean(text: &[u8]) -> Option<bool> {
    // The longest word has five letters.
    let mut word = [0; 5];
    let word = word.get_mut(..text.len())?;
    word.copy_from_slice(text);
    word.make_ascii_lowercase();
    match &*word {
        b"1" | b"on" | b"t" | b"true" | b"y" | b"yes" => Some(true),
        b"0" | b"off" | b"f" | b"false" | b"n" | b"no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::read_boolean;

    #[test]
    fn words() {
        for word in ["1", "on", "t", "true", "y", "yes", "TRUE", "Yes"] {
            assert_eq!(read_boolean(word.as_bytes()), Some(true), "{word}");
        }
        for word in ["0", "off", "f", "false", "n", "no", "FALSE", "No"] {
            assert_eq!(read_boolean(word.as_bytes()), Some(false), "{word}");
        }
        for word in ["", "2", "tr", " t", "t ", "yess", "falsehood", "ja"] {
            assert_eq!(read_boolean(word.as_bytes()), None, "{word}");
        }
    }
}
