//! Search: rows that contain texts, and their scores.

use super::condition::{Conditions, Expression, like};
use super::relation::ColumnReference;
use crate::error::Error;
use crate::statements::{Form, Literal, Values};
use pgrx::pg_sys;
use serde_json::value::RawValue;

/// A text that is searched for in a column.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct Term {
    column: ColumnReference,
    literal: Literal,
}

/// The same as JSON.
#[derive(serde::Deserialize)]
#[serde(expecting = "a text to search for")]
pub(crate) struct TermDocument {
    attnum: ColumnReference,
    literal: Box<RawValue>,
}

impl TermDocument {
    pub(crate) fn take(self, values: &mut Values) -> Term {
        Term {
            column: self.attnum,
            literal: values.take(self.literal),
        }
    }
}

/// That one of the terms is found; empty if there are none.
pub(crate) fn condition(terms: &[Term], conditions: &mut Conditions<'_, '_>) -> Result<String, Error> {
    let found = terms
        .iter()
        .map(|term| matches(term, Form::Contains, conditions))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(if found.is_empty() {
        String::new()
    } else {
        format!("({})", found.join(" OR "))
    })
}

/// How well the terms are found altogether: 4 for each that is all of a text, 3 at its beginning, 2 within.
pub(crate) fn score(terms: &[Term], conditions: &mut Conditions<'_, '_>) -> Result<String, Error> {
    let mut scores = Vec::with_capacity(terms.len());
    for term in terms {
        let equal = matches(term, Form::Exactly, conditions)?;
        let begins = matches(term, Form::StartsWith, conditions)?;
        // Of the rows of a search for one term, each contains it. To compare a text without regard to case is dear, so
        // that most texts should take one more comparison only.
        let contains = match terms {
            [_] => "2".to_owned(),
            _ => format!(
                "CASE WHEN {} THEN 2 ELSE 0 END",
                matches(term, Form::Contains, conditions)?
            ),
        };
        scores.push(format!(
            "CASE WHEN {begins} THEN CASE WHEN {equal} THEN 4 ELSE 3 END ELSE {contains} END"
        ));
    }
    Ok(scores.join(" OPERATOR(pg_catalog.+) "))
}

fn matches(term: &Term, form: Form, conditions: &mut Conditions<'_, '_>) -> Result<String, Error> {
    let column = conditions.relation.column(&term.column)?;
    let text = Expression::of_column(column, conditions.alias).as_text();
    let pattern = conditions.parameters.sql(term.literal, form, pg_sys::TEXTOID);
    Ok(like(&text, &pattern, true))
}
