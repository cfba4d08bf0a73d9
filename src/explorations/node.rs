//! A JSON document that knows the place of each of its values: an error names the place, what is allowed there, and the
//! nearest name.
//!
//! Values stay the text that they came as, so that numbers keep all their digits.

use super::error::ExplorationError;
use crate::error::{Error, ManualPage, hints};
use crate::json_words::nearest::{find_nearest_names as nearest, find_similar_name, is_misspelt};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A value, and where it stands: `transformations[1].spec.field`.
#[derive(Clone)]
pub(crate) struct Node {
    path: Rc<str>,
    json: Rc<RawValue>,
    /// The page of the documentation that describes the document.
    page: ManualPage,
}

/// The members of an object, taken one by one.
pub(crate) struct ObjectMembers {
    path: Rc<str>,
    members: BTreeMap<String, Box<RawValue>>,
    known: Vec<&'static str>,
    page: ManualPage,
}

impl Node {
    /// A whole document, called `path` in errors.
    pub(crate) fn parse(page: ManualPage, path: &str, json: &str) -> Result<Self, Error> {
        match serde_json::from_str::<Box<RawValue>>(json) {
            Ok(json) => Ok(Self::new(page, path.into(), json)),
            Err(problem) => Err(ExplorationError::Invalid {
                path: path.into(),
                problem: problem.to_string(),
                hint: hints::LESS_NESTED,
            }
            .into()),
        }
    }

    fn new(page: ManualPage, path: Rc<str>, json: Box<RawValue>) -> Self {
        Self {
            path,
            json: json.into(),
            page,
        }
    }

    pub(crate) fn path(&self) -> &str {
        name_place(&self.path)
    }

    pub(crate) fn json(&self) -> &str {
        self.json.get()
    }

    pub(crate) fn raw(&self) -> Box<RawValue> {
        (*self.json).to_owned()
    }

    pub(crate) fn is_null(&self) -> bool {
        self.json() == "null"
    }

    pub(crate) fn is_object(&self) -> bool {
        self.json().starts_with('{')
    }

    pub(crate) fn is_array(&self) -> bool {
        self.json().starts_with('[')
    }

    pub(crate) fn is_number(&self) -> bool {
        self.json()
            .starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }

    pub(crate) fn is_text(&self) -> bool {
        self.json().starts_with('"')
    }

    pub(crate) fn object(&self) -> Result<ObjectMembers, Error> {
        let members = serde_json::from_str(self.json()).map_err(|_| self.must_be("an object"))?;
        Ok(ObjectMembers {
            path: Rc::clone(&self.path),
            members,
            known: Vec::new(),
            page: self.page,
        })
    }

    pub(crate) fn array(&self) -> Result<Vec<Node>, Error> {
        let elements: Vec<Box<RawValue>> =
            serde_json::from_str(self.json()).map_err(|_| self.must_be("an array"))?;
        let elements = elements.into_iter().enumerate();
        Ok(elements
            .map(|(at, json)| Self::new(self.page, format!("{}[{at}]", self.path).into(), json))
            .collect())
    }

    pub(crate) fn text(&self) -> Result<String, Error> {
        serde_json::from_str(self.json()).map_err(|_| self.must_be("a string"))
    }

    pub(crate) fn boolean(&self) -> Result<bool, Error> {
        serde_json::from_str(self.json()).map_err(|_| self.must_be("true or false"))
    }

    pub(crate) fn integer(&self) -> Result<i64, Error> {
        serde_json::from_str(self.json()).map_err(|_| self.must_be("an integer"))
    }

    pub(crate) fn number(&self) -> Result<f64, Error> {
        serde_json::from_str(self.json()).map_err(|_| self.must_be("a number"))
    }

    /// A number of rows.
    pub(crate) fn not_negative(&self) -> Result<i64, Error> {
        match self.integer()? {
            number if number < 0 => Err(self.must_be("an integer that is not negative")),
            number => Ok(number),
        }
    }

    /// An OID: a number, or the string that PostgreSQL makes of an OID in jsonb.
    pub(crate) fn oid(&self) -> Result<crate::pg::Oid, Error> {
        let text = if self.is_text() {
            self.text()?
        } else {
            self.json().to_owned()
        };
        match text.parse::<u32>() {
            Ok(oid) => Ok(oid.into()),
            Err(_) => Err(self.must_be("the OID of a relation")),
        }
    }

    pub(crate) fn strings(&self) -> Result<Vec<String>, Error> {
        self.array()?.iter().map(Self::text).collect()
    }

    /// The error for a value of another sort.
    pub(crate) fn must_be(&self, expected: &'static str) -> Error {
        ExplorationError::WrongJson {
            path: name_place(&self.path).to_owned(),
            expected,
            given: shorten(self.json()),
            page: self.page,
        }
        .into()
    }

    /// The error for a name that is none of `known`.
    pub(crate) fn unknown<'a>(
        &self,
        thing: &'static str,
        name: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Error {
        unknown_name(&self.path, thing, name, known)
    }

    pub(crate) fn invalid(&self, problem: impl Into<String>, hint: &'static str) -> Error {
        ExplorationError::Invalid {
            path: name_place(&self.path).to_owned(),
            problem: problem.into(),
            hint,
        }
        .into()
    }
}

/// The error for a name that is none of `known`.
pub(crate) fn unknown_name<'a>(
    path: &str,
    thing: &'static str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Error {
    ExplorationError::UnknownName {
        path: path.to_owned(),
        thing,
        name: name.to_owned(),
        known: list_names(known.clone()),
        nearest: nearest(name, known).join(" or "),
    }
    .into()
}

impl ObjectMembers {
    /// A member that may be left out; null is as if it were.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Node> {
        self.take_present(key).filter(|node| !node.is_null())
    }

    /// A member that may be left out, be it null.
    pub(crate) fn take_present(&mut self, key: &'static str) -> Option<Node> {
        self.known.push(key);
        let json = self.members.remove(key)?;
        Some(Node::new(self.page, self.place(key), json))
    }

    /// A member that must be there.
    pub(crate) fn need(&mut self, key: &'static str, hint: &'static str) -> Result<Node, Error> {
        self.take(key).ok_or_else(|| self.missing(key, hint))
    }

    /// The error for a member that is not there: another one has nearly its name, or none.
    pub(crate) fn missing(&self, key: &'static str, hint: &'static str) -> Error {
        let unknown = self
            .members
            .keys()
            .filter(|known| !self.known.contains(&known.as_str()));
        for other in unknown {
            if is_misspelt(other, key) {
                return ExplorationError::UnknownKey {
                    path: name_place(&self.path).to_owned(),
                    key: other.clone(),
                    known: list_names([key].into_iter()),
                    nearest: format!("\"{key}\""),
                }
                .into();
            }
        }
        ExplorationError::Missing {
            path: self.place(key).to_string(),
            hint,
        }
        .into()
    }

    /// All members that were not taken.
    pub(crate) fn rest(&mut self) -> Vec<(String, Node)> {
        let members = std::mem::take(&mut self.members).into_iter();
        members
            .map(|(key, json)| {
                let place = self.place(&key);
                (key, Node::new(self.page, place, json))
            })
            .collect()
    }

    /// Fails if a member is left that was not read.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let Some(key) = self.members.keys().next() else {
            return Ok(());
        };
        let meant = find_similar_name(key, self.known.iter().copied());
        Err(ExplorationError::UnknownKey {
            path: name_place(&self.path).to_owned(),
            key: key.clone(),
            known: list_names(self.known.iter().copied()),
            nearest: meant.map_or(String::new(), |meant| format!("\"{meant}\"")),
        }
        .into())
    }

    fn place(&self, key: &str) -> Rc<str> {
        match &*self.path {
            "" => key.into(),
            path => format!("{path}.{key}").into(),
        }
    }
}

/// The name of a place in messages: places within an exploration begin with a key of it.
fn name_place(path: &str) -> &str {
    match path {
        "" => "exploration",
        path => path,
    }
}

fn list_names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 100;
    let mut names: Vec<String> = names.map(|name| format!("\"{name}\"")).take(MOST + 1).collect();
    if names.len() > MOST {
        names.truncate(MOST);
        names.push("...".into());
    }
    if names.is_empty() {
        names.push("none".into());
    }
    names.join(", ")
}

/// A value for a message.
fn shorten(json: &str) -> String {
    const MOST: usize = 100;
    match json.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &json[..end]),
        None => json.to_owned(),
    }
}
