//! Whether the first line of a file names its columns, judged as a whole against the lines below it.
//!
//! A name that reads as a value (`No`, `2023`, `user.name`) says little by itself. What decides is whether it could stand
//! in the column below it: a word over numbers is a name, a number over numbers is a value.

use crate::values::infer::{Answers, ColumnInference, Type, Types, ValueReading};
use serde::Serialize;
use std::collections::HashSet;

/// So many lines are looked at.
pub(super) const SAMPLE: usize = 1_000;

/// The decision about the first line.
#[derive(Serialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heading {
    /// Whether it names the columns.
    #[serde(rename = "header")]
    pub(super) is_there: bool,
    #[serde(rename = "header_confidence")]
    pub(super) confidence: Confidence,
    #[serde(rename = "header_reason")]
    pub(super) reason: &'static str,
}

/// How sure a decision is.
#[derive(Serialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Confidence {
    /// The caller has said it.
    Given,
    /// The types of the columns say it, and nothing says otherwise.
    High,
    /// More says it than otherwise.
    Medium,
    /// Nothing says otherwise.
    Low,
}

/// The reasons for a heading, and against one.
#[derive(Default, Clone, Copy)]
struct Evidence {
    names: u32,
    values: u32,
}

/// The weight of a column whose values have a type, and of weaker signs.
const STRONG: u32 = 3;
const WEAK: u32 = 1;
/// Fewer lines have the same length by chance.
const FEWEST_OF_ONE_LENGTH: usize = 3;

impl Heading {
    pub(super) fn given(is_there: bool) -> Self {
        Self {
            is_there,
            confidence: Confidence::Given,
            reason: "the caller has said so",
        }
    }

    fn decide(Evidence { names, values }: Evidence, first: &[String]) -> Self {
        // A word over numbers is hardly a value; a number over numbers may well be a name.
        let (is_there, reason) = if names > 0 && names >= values {
            (true, "it does not fit the columns below it")
        } else if values > 0 {
            (false, "it fits the columns below it")
        } else if first.iter().any(|name| !name.trim().is_empty()) {
            (true, "nothing in it is a value for sure")
        } else {
            (false, "it is empty")
        };
        let (more, less) = (names.max(values), names.min(values));
        let confidence = match (more, less) {
            (STRONG.., 0) => Confidence::High,
            (1.., _) if more > less => Confidence::Medium,
            _ => Confidence::Low,
        };
        Self {
            is_there,
            confidence,
            reason,
        }
    }
}

/// A first line, and what is known of the lines below it.
pub(super) struct FirstLine {
    values: Vec<String>,
    below: Vec<ColumnBelow>,
}

impl FirstLine {
    pub(super) fn new(values: Vec<String>) -> Self {
        let below = values.iter().map(|value| ColumnBelow::new(value)).collect();
        Self { values, below }
    }

    pub(super) fn into_values(self) -> Vec<String> {
        self.values
    }

    /// Takes note of a line below that has as many values.
    pub(super) fn add_below<V: AsRef<str>>(&mut self, line: impl Iterator<Item = V>) {
        for (column, value) in self.below.iter_mut().zip(line) {
            column.add_value(value.as_ref());
        }
    }

    /// Whether it names the columns.
    pub(super) fn judge(&self) -> Heading {
        let are_years = are_years_in_order(&self.values);
        let evidence = self
            .values
            .iter()
            .zip(&self.below)
            .map(|(name, column)| column.evidence(name, are_years))
            .fold(Evidence::default(), |sum, one| Evidence {
                names: sum.names + one.names,
                values: sum.values + one.values,
            });
        Heading::decide(evidence, &self.values)
    }
}

/// Facts about a column from the lines below the first.
struct ColumnBelow {
    values: ColumnInference,
    /// The length that all values have, until two differ.
    length: Option<usize>,
    count: usize,
    /// Whether the first line's value comes again.
    repeats_first: bool,
    first: String,
}

impl ColumnBelow {
    fn new(first: &str) -> Self {
        Self {
            values: ColumnInference::new(),
            length: None,
            count: 0,
            repeats_first: false,
            first: first.trim().to_owned(),
        }
    }

    fn add_value(&mut self, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        self.values.add_value(value.as_bytes());
        self.length = Some(value.len()).filter(|_| self.count == 0 || self.length == Some(value.len()));
        self.count += 1;
        self.repeats_first |= value == self.first;
    }

    fn evidence(&self, name: &str, are_years: bool) -> Evidence {
        let name = name.trim();
        let for_name = |weight| Evidence {
            names: weight,
            values: 0,
        };
        let for_value = |weight| Evidence {
            names: 0,
            values: weight,
        };
        if name.is_empty() {
            return Evidence::default();
        }
        let has_type = self.values.suggestion(Answers::default()).is_some()
            || self.values.undecided(Answers::default()).is_some();
        if has_type {
            return match self.fits(name) {
                // A column of truth values has few, and a name such as Y is one of them.
                true if self.is_boolean() => for_value(WEAK),
                true if are_years => Evidence::default(),
                true => for_value(STRONG),
                false => for_name(STRONG),
            };
        }
        if self.repeats_first && self.count > 1 {
            return for_value(WEAK);
        }
        if is_value(name) && !are_years {
            return for_value(WEAK + 1);
        }
        match self.length {
            Some(length) if self.count >= FEWEST_OF_ONE_LENGTH && length != name.len() => for_name(WEAK),
            Some(_) if self.count >= FEWEST_OF_ONE_LENGTH => for_value(WEAK),
            _ => Evidence::default(),
        }
    }

    fn is_boolean(&self) -> bool {
        self.values
            .suggestion(Answers::default())
            .is_some_and(|suggestion| suggestion.of_type() == Type::Boolean)
    }

    /// Whether the column would have the same type with the first line's value.
    fn fits(&self, name: &str) -> bool {
        let type_of = |column: &ColumnInference| {
            column
                .suggestion(Answers::default())
                .map(|suggestion| suggestion.of_type())
                .or(column
                    .undecided(Answers::default())
                    .map(|undecided| undecided.one))
        };
        let mut with_first = self.values.clone();
        with_first.add_value(name.as_bytes());
        type_of(&with_first) == type_of(&self.values)
    }
}

/// Whether a text is a value wherever it stands: a number, a date, an address, but no word that may be a name too.
fn is_value(text: &str) -> bool {
    let types = ValueReading::from_text(text.as_bytes(), Types::ALL).types;
    Type::ALL
        .into_iter()
        .any(|one| types.has(one) && one != Type::Boolean)
}

/// Whether some of the names are years, each the next or the last one's neighbour, as over the columns of a statistic:
/// `country,2021,2022,2023`.
fn are_years_in_order(first: &[String]) -> bool {
    let years: Vec<i32> = first
        .iter()
        .filter_map(|name| name.trim().parse().ok())
        .filter(|year| (1800..=2100).contains(year))
        .collect();
    let has_words = first
        .iter()
        .any(|name| !name.trim().is_empty() && !is_value(name.trim()));
    let distinct: HashSet<&i32> = years.iter().collect();
    let are_even = years
        .windows(3)
        .all(|three| three[1] - three[0] == three[2] - three[1]);
    has_words && years.len() >= 2 && distinct.len() == years.len() && are_even
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str) -> Heading {
        let mut lines = text.lines().map(|line| line.split(','));
        let mut first = FirstLine::new(lines.next().unwrap().map(str::to_owned).collect());
        lines.for_each(|line| first.add_below(line));
        first.judge()
    }

    #[test]
    fn headings_are_recognised_though_a_name_is_odd() {
        for text in [
            "No,Item,Price\n1,pen,2.50\n2,ink,3.75",
            "Y,X\n1.5,2\n3,4",
            "t,On\n2024-01-05,1\n2024-01-06,2",
            "item,note,note\npen,a,b\nink,c,d",
            "user.name,user.id\nJane,1\nJoe,2",
            "user.name,user.mail\nJane,a\nJoe,b",
            "dc:title,dc:creator\nA,B\nC,D",
            "country,2021,2022,2023\nNorway,1.5,2.5,3\nChad,4,5,6",
            ",name\n1,a\n2,b",
            "a,b",
            "code,land\nNO,Norway\nDE,Germany\nFR,France",
            "day,amount\n01/02/2024,\"1\n03/04/2024,\"2",
        ] {
            assert!(judge(text).is_there, "{text}: {:?}", judge(text));
        }
    }

    #[test]
    fn values_are_no_heading() {
        for text in [
            "1,x\n2,y",
            "1.5,pen\n2.5,ink",
            "2024-01-05,pen\n2024-01-06,ink",
            "Yes,No\nNo,Yes\nYes,Yes",
            "12,2021\n13,2022",
            "jane@example.org,x\njoe@example.org,y",
            "2023,2024\n1,2",
            "5.50,b\na,c",
            "NO,Norway\nDE,Germany\nFR,France\nNO,Norway",
            ",",
        ] {
            assert!(!judge(text).is_there, "{text}: {:?}", judge(text));
        }
    }

    #[test]
    fn decisions_say_how_sure_they_are() {
        let confidence = |text: &str| judge(text).confidence;
        assert_eq!(confidence("No,Item\n1,pen\n2,ink"), Confidence::High);
        assert_eq!(confidence("1,x\n2,y"), Confidence::High);
        assert_eq!(confidence("a,b\nc,d"), Confidence::Low);
        assert_eq!(confidence("code,7\n1,8\n2,9\n3,10"), Confidence::Low);
        assert_eq!(confidence("code,7,name\n1,8,\n2,9,"), Confidence::Low);
        assert_eq!(confidence("id,n,7\n1,2,8\n2,3,9"), Confidence::Medium);
    }
}
