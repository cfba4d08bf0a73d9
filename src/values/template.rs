//! Preview templates as people write them: `{title} ({published_by.name})`.
//!
//! A placeholder is the name of a column, or a path of names through foreign key columns. A literal brace is doubled. A
//! name with special characters is double-quoted, as in SQL. `{price:raw}` is the value without the column's display
//! options.

use std::fmt;

/// A part of a template; the steps of its paths are names, numbers or columns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TemplatePart<S> {
    /// Stands for itself.
    Text(String),
    Placeholder(Placeholder<S>),
}

/// Where a value comes from, and how it is to be shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placeholder<S> {
    /// At least one step. Each but the last is a foreign key column that leads to the table of the next.
    pub(crate) path: Vec<S>,
    /// The value itself: without display options, and of a foreign key column its own.
    pub(crate) raw: bool,
}

/// A name in a template.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TemplateName {
    pub(crate) text: String,
    /// Where it begins: the first character of the template is 1.
    pub(crate) position: usize,
}

/// An error in the form of a template.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SyntaxError {
    /// The character at which it shows; the first is 1.
    pub(crate) position: usize,
    pub(crate) mistake: Mistake,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mistake {
    Empty,
    LoneBrace,
    Unclosed { opened: usize },
    UnclosedQuote { opened: usize },
    MissingName,
    Unexpected(char),
    UnknownFormat(String),
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mistake::Empty => write!(formatter, "the template is empty"),
            Mistake::LoneBrace => write!(formatter, "\"}}\" closes no placeholder"),
            Mistake::Unclosed { opened } => {
                write!(
                    formatter,
                    "the placeholder that begins at position {opened} is not closed"
                )
            }
            Mistake::UnclosedQuote { opened } => {
                write!(
                    formatter,
                    "the quoted name that begins at position {opened} is not closed"
                )
            }
            Mistake::MissingName => write!(formatter, "the name of a column is missing"),
            Mistake::Unexpected(character) => {
                write!(formatter, "unexpected {character} in a placeholder")
            }
            Mistake::UnknownFormat(word) => write!(formatter, "unknown format \"{word}\""),
        }
    }
}

impl SyntaxError {
    /// The next step for the user.
    pub(crate) fn hint(&self) -> &'static str {
        match self.mistake {
            Mistake::Empty => "Pass NULL to restore the default.",
            Mistake::LoneBrace => "Double a literal brace: }}.",
            Mistake::Unclosed { .. } => "Double a literal brace: {{. A placeholder ends with }.",
            Mistake::UnclosedQuote { .. } => "Double a double quote inside a quoted name.",
            Mistake::MissingName => "Write {column}, or {foreign_key_column.column}.",
            Mistake::Unexpected(_) => "Double-quote names with the characters . : { } \": {\"a.b\"}.",
            Mistake::UnknownFormat(_) => "The only format is raw: {column:raw}.",
        }
    }
}

/// Reads a template.
pub(crate) fn parse_template(template: &str) -> Result<Vec<TemplatePart<TemplateName>>, SyntaxError> {
    let mut scanner = Scanner {
        rest: template,
        position: 1,
    };
    let mut parts = Vec::new();
    let mut text = String::new();
    while let Some(character) = scanner.next() {
        match character {
            '{' | '}' if scanner.skip(character) => text.push(character),
            '{' => {
                if !text.is_empty() {
                    parts.push(TemplatePart::Text(std::mem::take(&mut text)));
                }
                parts.push(TemplatePart::Placeholder(scanner.placeholder()?));
            }
            '}' => return Err(scanner.error_before(Mistake::LoneBrace)),
            other => text.push(other),
        }
    }
    if !text.is_empty() {
        parts.push(TemplatePart::Text(text));
    }
    if parts.is_empty() {
        return Err(scanner.error(Mistake::Empty));
    }
    Ok(parts)
}

/// The rest of the text.
struct Scanner<'a> {
    rest: &'a str,
    position: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.rest = &self.rest[character.len_utf8()..];
        self.position += 1;
        Some(character)
    }

    /// Takes the character if it comes next.
    fn skip(&mut self, character: char) -> bool {
        let is_next = self.peek() == Some(character);
        if is_next {
            self.next();
        }
        is_next
    }

    fn skip_blanks(&mut self) {
        while self.skip(' ') {}
    }

    fn error(&self, mistake: Mistake) -> SyntaxError {
        SyntaxError {
            position: self.position,
            mistake,
        }
    }

    /// An error about the character that was taken last.
    fn error_before(&self, mistake: Mistake) -> SyntaxError {
        SyntaxError {
            position: self.position - 1,
            mistake,
        }
    }

    /// The part after a `{`, up to and including the `}`.
    fn placeholder(&mut self) -> Result<Placeholder<TemplateName>, SyntaxError> {
        let opened = self.position - 1;
        let mut placeholder = Placeholder {
            path: Vec::new(),
            raw: false,
        };
        loop {
            placeholder.path.push(self.name(opened)?);
            match self.next() {
                Some('.') => {}
                Some(':') => {
                    placeholder.raw = self.format()?;
                    return self.close(opened).map(|()| placeholder);
                }
                Some('}') => return Ok(placeholder),
                other => return Err(self.unexpected(other, opened)),
            }
        }
    }

    fn close(&mut self, opened: usize) -> Result<(), SyntaxError> {
        match self.next() {
            Some('}') => Ok(()),
            other => Err(self.unexpected(other, opened)),
        }
    }

    /// An error about what was taken last, in a placeholder.
    fn unexpected(&self, taken: Option<char>, opened: usize) -> SyntaxError {
        match taken {
            Some(character) => self.error_before(Mistake::Unexpected(character)),
            None => self.error(Mistake::Unclosed { opened }),
        }
    }

    /// A name with the blanks around it.
    fn name(&mut self, opened: usize) -> Result<TemplateName, SyntaxError> {
        self.skip_blanks();
        let position = self.position;
        let text = if self.skip('"') {
            let text = self.quoted(position)?;
            self.skip_blanks();
            text
        } else {
            self.take_until(is_special).trim_end_matches(' ').to_owned()
        };
        if !text.is_empty() {
            return Ok(TemplateName { text, position });
        }
        Err(SyntaxError {
            position,
            mistake: match self.peek() {
                None => Mistake::Unclosed { opened },
                Some(other @ ('{' | '"')) => Mistake::Unexpected(other),
                Some(_) => Mistake::MissingName,
            },
        })
    }

    /// The rest of a quoted name, in which quotes are doubled.
    fn quoted(&mut self, opened: usize) -> Result<String, SyntaxError> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') if !self.skip('"') => return Ok(text),
                Some(character) => text.push(character),
                None => return Err(self.error(Mistake::UnclosedQuote { opened })),
            }
        }
    }

    /// The word after a colon: whether it asks for the raw value, for there is no other.
    fn format(&mut self) -> Result<bool, SyntaxError> {
        self.skip_blanks();
        let position = self.position;
        match self.take_until(is_special).trim_end_matches(' ') {
            "raw" => Ok(true),
            word => Err(SyntaxError {
                position,
                mistake: Mistake::UnknownFormat(word.to_owned()),
            }),
        }
    }

    fn take_until(&mut self, ends: impl Fn(char) -> bool) -> String {
        let mut text = String::new();
        while let Some(character) = self.peek().filter(|&character| !ends(character)) {
            text.push(character);
            self.next();
        }
        text
    }
}

fn is_special(character: char) -> bool {
    matches!(character, '.' | ':' | '{' | '}' | '"')
}

/// Writes a text that stands for itself.
pub(crate) fn push_text(template: &mut String, text: &str) {
    for character in text.chars() {
        if matches!(character, '{' | '}') {
            template.push(character);
        }
        template.push(character);
    }
}

/// Writes a placeholder.
pub(crate) fn push_placeholder<'a>(
    template: &mut String,
    path: impl IntoIterator<Item = &'a str>,
    raw: bool,
) {
    let mut separator = '{';
    for name in path {
        template.push(separator);
        push_name(template, name);
        separator = '.';
    }
    template.push_str(if raw { ":raw}" } else { "}" });
}

/// Writes a name, quoted where it would read as something else.
fn push_name(template: &mut String, name: &str) {
    if !name.contains(is_special) && name.trim_matches(' ') == name {
        template.push_str(name);
    } else {
        template.push('"');
        template.push_str(&name.replace('"', "\"\""));
        template.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A template in its parts, as `[text]`, `{a|b}` and `{a|b!}`.
    fn read(template: &str) -> String {
        let part = |part: TemplatePart<TemplateName>| match part {
            TemplatePart::Text(text) => format!("[{text}]"),
            TemplatePart::Placeholder(Placeholder { path, raw }) => {
                let names: Vec<_> = path.into_iter().map(|name| name.text).collect();
                format!("{{{}{}}}", names.join("|"), if raw { "!" } else { "" })
            }
        };
        parse_template(template).unwrap().into_iter().map(part).collect()
    }

    fn print(template: &str) -> String {
        let mut printed = String::new();
        for part in parse_template(template).unwrap() {
            match part {
                TemplatePart::Text(text) => push_text(&mut printed, &text),
                TemplatePart::Placeholder(Placeholder { path, raw }) => {
                    push_placeholder(&mut printed, path.iter().map(|name| name.text.as_str()), raw);
                }
            }
        }
        printed
    }

    fn mistake(template: &str) -> (usize, Mistake) {
        let error = parse_template(template).unwrap_err();
        (error.position, error.mistake)
    }

    #[test]
    fn placeholders_and_texts() {
        assert_eq!(read("{title}"), "{title}");
        assert_eq!(
            read("{title} ({published_by.name})"),
            "{title}[ (]{published_by|name}[)]"
        );
        assert_eq!(read("{ Shelf Mark . a }"), "{Shelf Mark|a}");
        assert_eq!(read("{price:raw}{a.b : raw }"), "{price!}{a|b!}");
        assert_eq!(read("{{{a}}}"), "[{]{a}[}]");
        assert_eq!(read("{{}}"), "[{}]");
        assert_eq!(read("Größe: {größe}"), "[Größe: ]{größe}");
    }

    #[test]
    fn quoted_names() {
        assert_eq!(read(r#"{"a.b"."say ""hi"""}"#), "{a.b|say \"hi\"}");
        assert_eq!(read(r#"{ " x" :raw}"#), "{ x!}");
        assert_eq!(read(r#"{"{}"}"#), "{{}}");
    }

    #[test]
    fn what_is_printed_reads_the_same() {
        for template in [
            "{title} ({published_by.name})",
            "{{{a}}}",
            r#"{"a.b"."say ""hi"""}"#,
            r#"{" x":raw}"#,
            "{Shelf Mark}",
            "100 % \\ ' \" $1",
        ] {
            assert_eq!(print(template), template);
        }
    }

    #[test]
    fn mistakes_are_told_with_their_position() {
        assert_eq!(mistake(""), (1, Mistake::Empty));
        assert_eq!(mistake("ä } b"), (3, Mistake::LoneBrace));
        assert_eq!(mistake("x {title"), (9, Mistake::Unclosed { opened: 3 }));
        assert_eq!(mistake("x {"), (4, Mistake::Unclosed { opened: 3 }));
        assert_eq!(mistake("{\"title}"), (9, Mistake::UnclosedQuote { opened: 2 }));
        assert_eq!(mistake("{}"), (2, Mistake::MissingName));
        assert_eq!(mistake("{a.}"), (4, Mistake::MissingName));
        assert_eq!(mistake("{\"\"}"), (2, Mistake::MissingName));
        assert_eq!(mistake("{a {b}"), (4, Mistake::Unexpected('{')));
        assert_eq!(mistake("{\"a\"b}"), (5, Mistake::Unexpected('b')));
        assert_eq!(mistake("{a:upper}"), (4, Mistake::UnknownFormat("upper".into())));
        assert_eq!(mistake("{a:raw"), (7, Mistake::Unclosed { opened: 1 }));
        assert_eq!(mistake("{a:raw.b}"), (7, Mistake::Unexpected('.')));
    }
}
