//! Errors in a definition by itself.

use crate::error::{ErrorFields, ErrorText, ManualPage, TopicError};
use crate::json_words;
use pgrx::prelude::PgSqlErrorCode;

/// That a definition is wrong by itself.
#[derive(Debug, PartialEq)]
pub(crate) enum DefinitionError {
    /// JSON of another shape than the argument takes.
    Malformed {
        argument: &'static str,
        problem: String,
        detail: Option<String>,
        page: ManualPage,
    },

    /// Keys that are each right by themselves, but not together.
    Contradictory {
        object: String,
        problem: String,
        hint: &'static str,
    },
}

impl TopicError for DefinitionError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::Malformed {
                argument,
                problem,
                detail,
                page,
            } => {
                let text = ErrorText::new(
                    PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                    format!("invalid definition in argument \"{argument}\": {problem}"),
                );
                match detail {
                    Some(detail) => text.detail(detail.clone()),
                    None => text,
                }
                .hint(format!(
                    "\\df+ in psql shows the form of each argument; {} lists every key.",
                    page.path()
                ))
            }
            Self::Contradictory {
                object,
                problem,
                hint,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("invalid definition of {object}: {problem}"),
            )
            .hint(*hint),
        }
    }
}

impl DefinitionError {
    /// From serde's message.
    pub(super) fn malformed(argument: &'static str, path: &str, message: &str) -> Self {
        let (problem, expected) = json_words::split_problem(message);
        let place = (path != ".").then(|| format!("In {}", readable_path(argument, path)));
        let detail = match (place, expected) {
            (Some(place), Some(expected)) => Some(format!("{place}. Expected {expected}.")),
            (Some(place), None) => Some(format!("{place}.")),
            (None, Some(expected)) => Some(format!("Expected {expected}.")),
            (None, None) => None,
        };
        Self::Malformed {
            argument,
            problem,
            detail,
            page: match is_step(argument, path) {
                true => ManualPage::ApplyDefinitions,
                false => ManualPage::Definitions,
            },
        }
    }

    /// The same about an argument that another page describes.
    pub(crate) fn on_page(self, page: ManualPage) -> Self {
        match self {
            Self::Malformed {
                argument,
                problem,
                detail,
                ..
            } => Self::Malformed {
                argument,
                problem,
                detail,
                page,
            },
            Self::Contradictory { .. } => self,
        }
    }

    pub(super) fn contradictory(
        object: impl Into<String>,
        problem: impl Into<String>,
        hint: &'static str,
    ) -> Self {
        Self::Contradictory {
            object: object.into(),
            problem: problem.into(),
            hint,
        }
    }
}

/// Whether a place is that of a step, or of the key that says what kind of step it is; not of what is defined by it.
fn is_step(argument: &str, path: &str) -> bool {
    argument == "doc" && path.matches('.').count() < 2
}

/// A place in an argument. The elements of a document of steps are counted as its steps are.
fn readable_path(argument: &str, path: &str) -> String {
    let step = path.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match step {
        Some((number, rest)) if argument == "doc" => match number.parse::<usize>() {
            Ok(number) => format!("step {}{}", number + 1, rest.replacen('.', ", ", 1)),
            Err(_) => path.to_owned(),
        },
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::definition::column::ColumnDefinition;
    use crate::definition::{DefinitionError, parse_argument};

    fn problem(json: &str) -> (String, String) {
        match parse_argument::<Vec<ColumnDefinition>>("col_defs", json) {
            Err(DefinitionError::Malformed { problem, detail, .. }) => (problem, detail.unwrap_or_default()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn problems_are_told_in_words_of_json() {
        for (json, told, detail) in [
            ("{}", "invalid type: object", "Expected an array."),
            (
                "[5]",
                "invalid type: integer \"5\"",
                "In [0]. Expected an object.",
            ),
            (
                r#"[{"name": []}]"#,
                "invalid type: array",
                "In [0].name. Expected a string.",
            ),
            (
                r#"[{"type": {"id": "x"}}]"#,
                "invalid type: string \"x\"",
                "In [0].type.id. Expected a positive integer.",
            ),
            (
                r#"[{"generated": {}}]"#,
                "missing key \"expression\"",
                "In [0].generated.",
            ),
            ("[", "EOF while parsing a list", ""),
        ] {
            let (problem, found) = problem(json);
            assert_eq!((problem.as_str(), found.as_str()), (told, detail), "{json}");
        }
    }
}
