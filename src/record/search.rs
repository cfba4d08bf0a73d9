//! Search: rows in which texts are found, and how well.

use super::condition::{Conditions, Expression, like};
use super::relation::ColumnReference;
use super::values::{Form, Literal, Values};
use crate::error::Error;
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

/// How well a text is found.
const SCORES: [(Form, u8); 3] = [(Form::Exactly, 4), (Form::StartsWith, 3), (Form::Contains, 2)];

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

/// How well the terms are found altogether.
pub(crate) fn score(terms: &[Term], conditions: &mut Conditions<'_, '_>) -> Result<String, Error> {
    let mut scores = Vec::with_capacity(terms.len());
    for term in terms {
        let mut cases = String::from("CASE");
        for (form, score) in SCORES {
            cases.push_str(&format!(
                " WHEN {} THEN {score}",
                matches(term, form, conditions)?
            ));
        }
        scores.push(cases + " ELSE 0 END");
    }
    Ok(scores.join(" OPERATOR(pg_catalog.+) "))
}

fn matches(term: &Term, form: Form, conditions: &mut Conditions<'_, '_>) -> Result<String, Error> {
    let column = conditions.relation.column(&term.column)?;
    let text = Expression::of_column(column, conditions.alias).as_text();
    let pattern = conditions.parameters.sql(term.literal, form, pg_sys::TEXTOID);
    Ok(like(&text, &pattern, true))
}
