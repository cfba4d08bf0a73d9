//! Named parameters of a caller's own statement: `:new.title`, `:old."Full name"`, `:op`.
//!
//! They become `$1`, `$2`, ... and are bound as values of the columns' types. What stands in literals, quoted names and
//! comments is left alone; so are casts (`::`).

use super::error::ReflectionError;

/// What a parameter stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum EventParameter {
    New(String),
    Old(String),
    /// The operation of the event.
    Operation,
}

/// A statement with numbered parameters.
#[derive(Debug)]
pub(super) struct NumberedStatement {
    pub(super) sql: String,
    /// What `$1`, `$2`, ... stand for.
    pub(super) parameters: Vec<EventParameter>,
}

/// Replaces the named parameters of a statement that stands at a place of the reflection's options.
pub(super) fn number_in_place(
    place: &'static str,
    statement: &str,
) -> Result<NumberedStatement, ReflectionError> {
    number_parameters(statement).map_err(|name| ReflectionError::Invalid {
        place,
        problem: format!("unknown parameter \"{name}\""),
        hint: "Parameters are :new.column, :old.column and :op.",
    })
}

/// Replaces the named parameters. `Err` has the text of one that is none.
pub(super) fn number_parameters(statement: &str) -> Result<NumberedStatement, String> {
    let mut numbered = NumberedStatement {
        sql: String::with_capacity(statement.len()),
        parameters: Vec::new(),
    };
    let mut rest = statement;
    while !rest.is_empty() {
        let skipped = opaque_length(rest, numbered.sql.chars().next_back());
        if skipped > 0 {
            numbered.sql.push_str(&rest[..skipped]);
            rest = &rest[skipped..];
            continue;
        }
        if let Some(after) = rest.strip_prefix(':')
            && after.starts_with(|first: char| first.is_alphabetic() || first == '_')
        {
            let (parameter, length) = read_parameter(after)?;
            let known = numbered.parameters.iter().position(|other| *other == parameter);
            let number = known.unwrap_or_else(|| {
                numbered.parameters.push(parameter);
                numbered.parameters.len() - 1
            });
            // Parentheses keep what follows from becoming a part of it.
            numbered.sql.push_str(&format!("(${})", number + 1));
            rest = &after[length..];
            continue;
        }
        let length = rest.chars().next().map_or(1, char::len_utf8);
        numbered.sql.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    Ok(numbered)
}

/// The way back: a statement with numbered parameters, as PostgreSQL has written it, with their names.
pub(super) fn name_parameters(statement: &str, parameters: &[EventParameter]) -> String {
    let mut named = String::with_capacity(statement.len());
    let mut rest = statement;
    while !rest.is_empty() {
        let skipped = opaque_length(rest, named.chars().next_back());
        if skipped > 0 {
            named.push_str(&rest[..skipped]);
            rest = &rest[skipped..];
            continue;
        }
        let digits = rest.strip_prefix('$').map_or(0, |after| {
            after
                .find(|digit: char| !digit.is_ascii_digit())
                .unwrap_or(after.len())
        });
        let number = rest
            .get(1..=digits)
            .and_then(|number| number.parse::<usize>().ok());
        match number.and_then(|number| parameters.get(number.wrapping_sub(1))) {
            Some(EventParameter::Operation) => named.push_str(":op"),
            Some(EventParameter::New(column)) => {
                named.push_str(&format!(":new.{}", write_name(column)));
            }
            Some(EventParameter::Old(column)) => {
                named.push_str(&format!(":old.{}", write_name(column)));
            }
            None => {
                let letter = rest.chars().next().unwrap_or_default();
                named.push(letter);
                if letter == ':' {
                    // That of a slice, with which no name begins.
                    named.push(' ');
                }
                rest = &rest[letter.len_utf8()..];
                continue;
            }
        }
        rest = &rest[digits + 1..];
    }
    named
}

/// A name as `read_name` reads it.
fn write_name(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    match name.starts_with(is_plain)
        && name
            .chars()
            .all(|letter| is_plain(letter) || letter.is_ascii_digit())
    {
        true => name.to_owned(),
        false => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// The parameter at the beginning of a text after its colon, and how long it is.
fn read_parameter(text: &str) -> Result<(EventParameter, usize), String> {
    let word_end = text
        .find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '$')
        .unwrap_or(text.len());
    let word = text[..word_end].to_lowercase();
    if word == "op" {
        return Ok((EventParameter::Operation, word_end));
    }
    let refused = || format!(":{}", &text[..word_end]);
    let make = match word.as_str() {
        "new" => EventParameter::New,
        "old" => EventParameter::Old,
        _ => return Err(refused()),
    };
    let after = text[word_end..].strip_prefix('.').ok_or_else(refused)?;
    let (name, length) = read_name(after).ok_or_else(refused)?;
    Ok((make(name), word_end + 1 + length))
}

/// A name at the beginning of a text as PostgreSQL reads it, and how long it is.
fn read_name(text: &str) -> Option<(String, usize)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut name = String::new();
        let mut letters = quoted.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if letter != '"' {
                name.push(letter);
            } else if letters.next_if(|&(_, next)| next == '"').is_some() {
                name.push('"');
            } else {
                return Some((name, at + 2));
            }
        }
        return None;
    }
    let end = text
        .find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '$')
        .unwrap_or(text.len());
    let first = text.chars().next()?;
    (end > 0 && (first.is_alphabetic() || first == '_')).then(|| (text[..end].to_lowercase(), end))
}

/// How long the literal, quoted name, comment or cast is with which a text begins; 0 for anything else. `before` is the
/// character in front of it.
fn opaque_length(text: &str, before: Option<char>) -> usize {
    let continues_name = before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    if text.starts_with("::") || text.starts_with(":=") {
        return 2;
    }
    if text.starts_with("--") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return comment_length(text);
    }
    if text.starts_with('\'') {
        let escapes = before.is_some_and(|letter| matches!(letter, 'e' | 'E'));
        return quoted_length(text, '\'', escapes);
    }
    if text.starts_with('"') {
        return quoted_length(text, '"', false);
    }
    if text.starts_with('$') && !continues_name {
        return dollar_quoted_length(text);
    }
    0
}

/// Comments of this sort nest.
fn comment_length(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn quoted_length(text: &str, quote: char, escapes: bool) -> usize {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if escapes && letter == '\\' {
            letters.next();
        } else if letter == quote && letters.next_if(|&(_, next)| next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

fn dollar_quoted_length(text: &str) -> usize {
    let Some(tag_end) = text[1..].find('$').map(|at| at + 2) else {
        return 0;
    };
    let tag = &text[..tag_end];
    let inner = &tag[1..tag_end - 1];
    let is_tag = inner
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_')
        && !inner.starts_with(|first: char| first.is_ascii_digit());
    if !is_tag {
        return 0;
    }
    text[tag_end..]
        .find(tag)
        .map_or(text.len(), |at| tag_end + at + tag.len())
}

#[cfg(test)]
mod tests {
    use super::EventParameter::{New, Old, Operation};
    use super::{name_parameters, number_parameters};

    #[test]
    fn numbers_named_parameters() {
        let numbered = number_parameters(
            "UPDATE t SET a = :new.a, b = :NEW.\"B \"\"q\"\"\" WHERE a = :old.a OR :op = 'x' OR a = :new.a",
        )
        .unwrap();
        assert_eq!(
            numbered.sql,
            "UPDATE t SET a = ($1), b = ($2) WHERE a = ($3) OR ($4) = 'x' OR a = ($1)"
        );
        assert_eq!(
            numbered.parameters,
            [New("a".into()), New("B \"q\"".into()), Old("a".into()), Operation]
        );
    }

    #[test]
    fn leaves_literals_names_comments_and_casts_alone() {
        for sql in [
            "SELECT ':new.a', E'\\':new.a', \":new.a\", $$:new.a$$, $t$ $$ :new.a $t$, 1::text, a[1:2]",
            "SELECT 1 -- :new.a\n, /* :new.a /* :op */ :op */ 2",
            "SELECT 'unfinished :new.a",
            "SELECT 'it''s :op'",
        ] {
            let numbered = number_parameters(sql).unwrap();
            assert_eq!(numbered.sql, sql);
            assert!(numbered.parameters.is_empty());
        }
    }

    #[test]
    fn names_numbered_parameters() {
        let parameters = [New("a".into()), Old("B \"q\"".into()), Operation];
        assert_eq!(
            name_parameters(
                "SELECT x[1:$1], y[lower:upper], '$1', $2::text, $3, $4",
                &parameters
            ),
            "SELECT x[1: :new.a], y[lower: upper], '$1', :old.\"B \"\"q\"\"\"::text, :op, $4"
        );
    }

    #[test]
    fn refuses_unknown_parameters() {
        assert_eq!(number_parameters("SELECT :row.a").unwrap_err(), ":row");
        assert_eq!(number_parameters("SELECT :new").unwrap_err(), ":new");
        assert_eq!(number_parameters("SELECT :new.1").unwrap_err(), ":new");
    }
}
