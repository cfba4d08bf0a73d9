//! Search: rows that contain texts, and their scores.

use super::condition::{Conditions, NamedColumns, RelationColumns, like};
use super::document::LinkTo;
use super::error::RecordError;
use super::path;
use super::path_name;
use super::relation::{ColumnReference, RecordRelation};
use crate::catalog::row_key;
use crate::error::Error;
use crate::json_words;
use crate::statements::{Form, Literal, Values};
use pgrx::pg_sys;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A text that is searched for in a column.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct Term {
    column: ColumnReference,
    literal: Literal,
    is_number: bool,
}

/// The same as JSON.
#[derive(serde::Deserialize)]
#[serde(expecting = "a text to search for")]
pub(crate) struct TermDocument {
    #[serde(deserialize_with = "attnum_or_name")]
    attnum: ColumnReference,
    literal: Box<RawValue>,
}

/// A string of digits is an attnum here, as the key says.
fn attnum_or_name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<ColumnReference, D::Error> {
    let reference = ColumnReference::deserialize(deserializer)?;
    Ok(match &reference {
        ColumnReference::Name(name) => row_key::parse_attnum(name).map_or(reference, ColumnReference::from),
        ColumnReference::Attnum(_) => reference,
    })
}

impl TermDocument {
    pub(crate) fn into_term(self, values: &mut Values) -> Term {
        Term {
            column: self.attnum,
            is_number: matches!(self.literal.get().as_bytes(), [b'-' | b'0'..=b'9', ..]),
            literal: values.take(self.literal),
        }
    }
}

/// The option `search` of `msar.list_records`: texts, one of which a record must contain.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct SearchRequest(Vec<SearchedText>);

/// A text that is searched for in all columns, or in some.
#[derive(PartialEq, Eq, Hash, Debug)]
struct SearchedText {
    literal: Literal,
    is_number: bool,
    columns: Option<Vec<ColumnReference>>,
}

/// The same as JSON.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct SearchDocument(Box<RawValue>);

/// The long form.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(expecting = "a text or {\"text\", \"columns\"}")]
struct SearchMembers {
    text: Box<RawValue>,
    #[serde(default)]
    columns: Option<Vec<ColumnReference>>,
}

impl SearchDocument {
    /// `None` where nothing is searched for.
    pub(crate) fn into_search(self, values: &mut Values) -> Result<Option<SearchRequest>, RecordError> {
        let documents: Vec<Self> = match self.0.get().as_bytes() {
            [b'[', ..] => serde_json::from_str(self.0.get())
                .map_err(|problem| invalid_search(json_words::describe_problem(&problem)))?,
            _ => vec![self],
        };
        let texts = documents
            .into_iter()
            .filter_map(|document| document.parse_text(values).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        Ok((!texts.is_empty()).then_some(SearchRequest(texts)))
    }

    /// `None` for an empty text, which every row has.
    fn parse_text(self, values: &mut Values) -> Result<Option<SearchedText>, RecordError> {
        let members = match self.0.get().as_bytes() {
            [b'{', ..] => serde_json::from_str(self.0.get())
                .map_err(|problem| invalid_search(json_words::describe_problem(&problem)))?,
            _ => SearchMembers {
                text: self.0,
                columns: None,
            },
        };
        let is_number = match members.text.get().as_bytes() {
            [b'"', ..] => false,
            [b'-' | b'0'..=b'9', ..] => true,
            b"null" => return Ok(None),
            _ => {
                return Err(invalid_search(format!(
                    "{} is neither a text nor a number",
                    members.text.get()
                )));
            }
        };
        if members.text.get() == "\"\"" {
            return Ok(None);
        }
        Ok(Some(SearchedText {
            is_number,
            literal: values.take(members.text),
            columns: members.columns,
        }))
    }
}

fn invalid_search(problem: String) -> RecordError {
    RecordError::Invalid {
        argument: "search",
        problem,
        hint: "Pass a text, {\"text\": text, \"columns\": [column, ...]}, or an array of these.",
    }
}

impl SearchRequest {
    /// The values that are searched, each for its text.
    pub(super) fn terms(&self, relation: &RecordRelation, links: &[LinkTo]) -> Result<Vec<Term>, Error> {
        let mut terms = Vec::new();
        for text in &self.0 {
            terms.extend(text.terms(relation, links)?);
        }
        Ok(terms)
    }
}

impl SearchedText {
    /// The values that are searched: the columns that are named, or all columns and the previews of what they link to.
    /// Columns that the current role may not read are left out.
    fn terms(&self, relation: &RecordRelation, links: &[LinkTo]) -> Result<Vec<Term>, Error> {
        let named = match &self.columns {
            Some(columns) => {
                let mut readable = Vec::with_capacity(columns.len());
                for column in columns {
                    let is_path = matches!(column, ColumnReference::Name(name) if path_name::is_path(name))
                        && !relation.has(column)?;
                    if is_path || relation.named(column)?.is_readable {
                        readable.push(column.clone());
                    }
                }
                readable
            }
            None => {
                let own = relation
                    .readable()
                    .filter(|column| column.base_type != pg_sys::BYTEAOID)
                    .map(|column| ColumnReference::from(column.attnum));
                let previews = links
                    .iter()
                    .filter_map(|(link, _)| path::preview_name(link))
                    .map(ColumnReference::Name);
                own.chain(previews).collect()
            }
        };
        let terms = named.into_iter().map(|column| Term {
            column,
            literal: self.literal,
            is_number: self.is_number,
        });
        Ok(terms.collect())
    }
}

/// That one of the terms is found; empty if there are none.
pub(crate) fn condition(
    terms: &[Term],
    conditions: &mut Conditions<'_, RelationColumns<'_>>,
) -> Result<String, Error> {
    let found = terms
        .iter()
        .map(|term| match is_number(term, conditions)? {
            Some(equal) => Ok(equal),
            None => matches(term, Form::Contains, conditions),
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(if found.is_empty() {
        String::new()
    } else {
        format!("({})", found.join(" OR "))
    })
}

/// How well the terms are found altogether: 4 for each that is all of a text, 3 at its beginning, 2 within.
pub(crate) fn score(
    terms: &[Term],
    conditions: &mut Conditions<'_, RelationColumns<'_>>,
) -> Result<String, Error> {
    let mut scores = Vec::with_capacity(terms.len());
    for term in terms {
        if let Some(equal) = is_number(term, conditions)? {
            scores.push(format!("CASE WHEN {equal} THEN 4 ELSE 0 END"));
            continue;
        }
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

/// That a column of numbers is equal to a term that is a number. Written as text, 1 is in 12 too.
fn is_number(
    term: &Term,
    conditions: &mut Conditions<'_, RelationColumns<'_>>,
) -> Result<Option<String>, Error> {
    let column = conditions.columns.find_column(&term.column)?;
    let as_type = match column.type_oid {
        pg_sys::FLOAT4OID | pg_sys::FLOAT8OID => (pg_sys::FLOAT8OID, "float8"),
        pg_sys::INT2OID | pg_sys::INT4OID | pg_sys::INT8OID | pg_sys::NUMERICOID => {
            (pg_sys::NUMERICOID, "numeric")
        }
        _ => return Ok(None),
    };
    if !term.is_number {
        return Ok(None);
    }
    let (type_oid, name) = as_type;
    let value = conditions.parameters.sql(term.literal, Form::Value, type_oid);
    // What is printed as 0.1 is meant, not the binary fraction that a real is in double precision.
    let column = match column.type_oid {
        pg_sys::FLOAT4OID => format!("{}::pg_catalog.text", column.sql),
        _ => column.sql,
    };
    Ok(Some(format!(
        "({column}::pg_catalog.{name} OPERATOR(pg_catalog.=) {value})"
    )))
}

fn matches(
    term: &Term,
    form: Form,
    conditions: &mut Conditions<'_, RelationColumns<'_>>,
) -> Result<String, Error> {
    let text = conditions.columns.find_column(&term.column)?.as_text();
    let pattern = conditions.parameters.sql(term.literal, form, pg_sys::TEXTOID);
    Ok(like(&text, &pattern, true))
}
