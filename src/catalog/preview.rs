//! How a row is shown where other tables refer to it.

use serde::Serialize;

/// The preview template of a table.
#[derive(Serialize)]
pub(crate) struct PreviewSettings {
    template: Option<String>,
    customized: bool,
}

impl PreviewSettings {
    /// The default: the column named, in braces.
    pub(crate) fn of_column(column: Option<&str>, customized: bool) -> Self {
        Self {
            template: column.map(placeholder),
            customized,
        }
    }
}

/// A column's name as a placeholder; quoted where it would read as something else.
fn placeholder(column: &str) -> String {
    let is_plain = !column.contains(['.', ':', '{', '}', '"']) && column.trim_matches(' ') == column;
    if is_plain {
        format!("{{{column}}}")
    } else {
        format!("{{\"{}\"}}", column.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::placeholder;

    #[test]
    fn placeholders_quote_what_is_special() {
        assert_eq!(placeholder("title"), "{title}");
        assert_eq!(placeholder("Shelf Mark"), "{Shelf Mark}");
        assert_eq!(placeholder("a.b"), "{\"a.b\"}");
        assert_eq!(placeholder("say \"hi\""), "{\"say \"\"hi\"\"\"}");
        assert_eq!(placeholder(" x"), "{\" x\"}");
    }
}
