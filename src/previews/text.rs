//! Templates as people write them, and the default one.

use crate::catalog::Catalog;
use crate::catalog::rows::{OfRelation, PgAttribute, PgConstraint};
use crate::error::Error;
use crate::metadata::references::ReferencedColumn;
use crate::pg::Oid;
use crate::pg::catalog_row::Char;
use crate::settings::{self, DefaultPreview};
use crate::values::template::{self, Placeholder, TemplatePart};
use pgrx::pg_sys;
use serde::Serialize;
use std::rc::Rc;

/// The readers of a default preview.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Audience {
    /// Clients of the contract's functions, who know which column it is.
    Contract,
    /// People.
    People,
}

impl Audience {
    /// That of our own functions, as the session has set it.
    pub(crate) fn of_session() -> Self {
        match settings::default_preview() {
            DefaultPreview::Name => Self::People,
            DefaultPreview::FirstText => Self::Contract,
        }
    }
}

/// By which rule the columns of a default preview are chosen.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DefaultRule {
    /// A column that is called name, title, label or the like.
    Name,
    /// A first name and a last name.
    PersonName,
    /// The first column of text that is no part of a key or a foreign key.
    FirstText,
    /// The first column of text, whatever it is.
    AnyText,
    /// The first column.
    FirstColumn,
}

/// The template of a table for which none was set: columns with a blank between them.
pub(crate) struct DefaultTemplate<'a> {
    pub(crate) columns: Vec<&'a PgAttribute>,
    pub(crate) rule: DefaultRule,
}

impl<'a> DefaultTemplate<'a> {
    /// The columns by which a row is best known, of those that the role may read. `keys` gives the columns of keys and
    /// foreign keys.
    pub(crate) fn choose(
        catalog: &Catalog,
        readable: impl Iterator<Item = &'a PgAttribute>,
        audience: Audience,
        keys: impl FnOnce() -> Vec<i16>,
    ) -> Result<Option<Self>, Error> {
        let mut first = None;
        let mut texts = Vec::new();
        for column in readable {
            first = first.or(Some(column));
            if catalog.type_info(column.atttypid)?.category == pg_sys::TYPCATEGORY_STRING {
                texts.push(column);
                if audience == Audience::Contract {
                    break;
                }
            }
        }
        let of = |columns, rule| Ok(Some(Self { columns, rule }));
        if audience == Audience::People {
            let names: Vec<&str> = texts.iter().map(|column| column.attname.as_str()).collect();
            if let Some((columns, rule)) = choose_by_name(&names) {
                return of(columns.into_iter().map(|at| texts[at]).collect(), rule);
            }
            if !texts.is_empty() {
                let keys = keys();
                let plain = texts.iter().find(|column| !keys.contains(&column.attnum));
                if let Some(column) = plain {
                    return of(vec![*column], DefaultRule::FirstText);
                }
            }
        }
        match (texts.first(), first) {
            (Some(text), _) => of(vec![*text], DefaultRule::AnyText),
            (None, Some(first)) => of(vec![first], DefaultRule::FirstColumn),
            (None, None) => Ok(None),
        }
    }

    /// As people write it.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                template::push_text(&mut text, " ");
            }
            template::push_placeholder(&mut text, [column.attname.as_str()], false);
        }
        text
    }
}

/// The columns of a relation's keys and foreign keys.
pub(crate) fn key_columns(catalog: &Catalog, relation: Oid) -> Vec<i16> {
    columns_of_keys(&PgConstraint::of_relation(&catalog.reader, relation))
}

/// The columns of those of the constraints that are keys or foreign keys.
pub(crate) fn columns_of_keys(constraints: &[PgConstraint]) -> Vec<i16> {
    constraints
        .iter()
        .filter(|constraint| matches!(constraint.contype, Char(b'p' | b'f')))
        .flat_map(|constraint| constraint.conkey.iter().copied())
        .collect()
}

/// The names of columns by which people know a row, by their positions: a name; a first and a last name; a title or a
/// label; a name of something, such as company_name.
fn choose_by_name(names: &[&str]) -> Option<(Vec<usize>, DefaultRule)> {
    let plain: Vec<String> = names.iter().map(|name| plain_name(name)).collect();
    let find = |wanted: &[&str]| {
        wanted
            .iter()
            .find_map(|wanted| plain.iter().position(|name| name == wanted))
    };
    if let Some(at) = find(&["name", "fullname", "displayname"]) {
        return Some((vec![at], DefaultRule::Name));
    }
    if let (Some(first), Some(last)) = (
        find(&["firstname", "givenname", "forename"]),
        find(&["lastname", "familyname", "surname"]),
    ) {
        return Some((vec![first, last], DefaultRule::PersonName));
    }
    if let Some(at) = find(&["title", "label"]) {
        return Some((vec![at], DefaultRule::Name));
    }
    // Names of what the row has, not of what it is.
    const OTHERS: [&str; 7] = [
        "filename",
        "username",
        "hostname",
        "nickname",
        "middlename",
        "maidenname",
        "pathname",
    ];
    let at = plain.iter().position(|name| {
        ["name", "title", "label"].iter().any(|end| name.ends_with(end)) && !OTHERS.contains(&name.as_str())
    });
    at.map(|at| (vec![at], DefaultRule::Name))
}

/// A name without what people put between its words: `First Name`, `first_name`, `FirstName`.
fn plain_name(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A template as people write it, with the names that columns have now.
pub(crate) fn print_template(
    catalog: &Catalog,
    template: &[TemplatePart<ReferencedColumn>],
) -> Result<String, Error> {
    let mut text = String::new();
    for part in template {
        match part {
            TemplatePart::Text(words) => template::push_text(&mut text, words),
            TemplatePart::Placeholder(Placeholder { path, raw }) => {
                let names: Vec<Rc<str>> = path
                    .iter()
                    .map(|column| catalog.column_name(column.relation, column.attnum))
                    .collect::<Result<_, _>>()?;
                template::push_placeholder(&mut text, names.iter().map(|name| &**name), *raw);
            }
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_know_a_row_by_its_name() {
        let choose = |names: &[&str]| choose_by_name(names);
        let name = |at: usize| Some((vec![at], DefaultRule::Name));
        assert_eq!(choose(&["customer_id", "company_name", "contact_name"]), name(1));
        assert_eq!(choose(&["ArtistId", "Name"]), name(1));
        assert_eq!(choose(&["isbn", "title"]), name(1));
        assert_eq!(
            choose(&["LastName", "FirstName", "Title"]),
            Some((vec![1, 0], DefaultRule::PersonName))
        );
        assert_eq!(choose(&["title", "name"]), name(1));
        assert_eq!(choose(&["first_name", "note"]), name(0));
        assert_eq!(choose(&["file_name", "Username", "note"]), None);
        assert_eq!(choose(&[]), None);
    }
}
