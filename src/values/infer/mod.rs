//! Inferring the type of a text column from all its values.
//!
//! Every value is read once, against all types that are still possible for its column. The set only shrinks, and a
//! column for which only text is left is not read any more. The cast to a type takes every value that is accepted here,
//! so a suggestion can always be followed.
//!
//! - [`candidates`]: the types; [`value`]: reading one value; [`number_style`]: the separators of numbers

mod candidates;
mod number_style;
mod value;

pub(crate) use candidates::{Type, Types};
pub(crate) use number_style::{DecimalMark, Separators};
pub(crate) use value::ValueReading;

use super::moment::{Order, Orders};
use number_style::NumberStyle;
use value::{Codes, Truth};

/// A type for a column, with the options of its cast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Suggestion {
    Numeric(Separators),
    Money {
        separators: Separators,
        prefix: Vec<u8>,
        suffix: Vec<u8>,
    },
    /// A type with dates in which the order of day, month and year matters: the order, and whether the values leave no
    /// other.
    Ordered(Type, Order, Proof),
    Plain(Type),
}

/// Where the order of dates is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// From the values: in another order one of them is no date, or all are the same.
    Values,
    /// From the caller.
    Caller,
}

/// What a caller says of columns whose values leave it open.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Answers {
    pub(crate) date_order: Option<Order>,
    pub(crate) decimal: Option<DecimalMark>,
}

/// Why a column is text though all of its values fit a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Undecided {
    /// The type that they fit.
    pub(crate) one: Type,
    /// The cast option that decides it.
    pub(crate) needs: &'static str,
}

impl Suggestion {
    pub(crate) fn of_type(&self) -> Type {
        match self {
            Self::Numeric(_) => Type::Numeric,
            Self::Money { .. } => Type::Money,
            Self::Ordered(one, ..) | Self::Plain(one) => *one,
        }
    }
}

/// The facts that the values of a column have shown so far.
#[derive(Clone)]
pub(crate) struct ColumnInference {
    possible: Types,
    has_values: bool,
    /// Whether there are numbers, not only texts such as `NaN`.
    has_numbers: bool,
    /// Whether there are days, not only infinite ones.
    has_days: bool,
    numbers: NumberStyle,
    amounts: NumberStyle,
    codes: Codes,
    prefix: Vec<u8>,
    suffix: Vec<u8>,
    orders: Orders,
    /// Whether the order matters to some date, and whether some date is another one in another order.
    is_ordered: bool,
    is_ambiguous: bool,
    truth: Truth,
}

impl ColumnInference {
    pub(crate) fn new() -> Self {
        Self {
            possible: Types::ALL,
            has_values: false,
            has_numbers: false,
            has_days: false,
            numbers: NumberStyle::OF_NUMBERS,
            amounts: NumberStyle::OF_AMOUNTS,
            codes: Codes::NONE_YET,
            prefix: Vec::new(),
            suffix: Vec::new(),
            orders: Orders::ALL,
            is_ordered: false,
            is_ambiguous: false,
            truth: Truth::NONE,
        }
    }

    /// Whether only text is left.
    pub(crate) fn is_decided(&self) -> bool {
        self.possible.is_empty()
    }

    pub(crate) fn add_value(&mut self, text: &[u8]) {
        if !self.is_decided() {
            self.add_reading(&ValueReading::from_text(text, self.possible));
        }
    }

    /// Adds a value that was read against all types that are still possible, or more.
    pub(crate) fn add_reading(&mut self, reading: &ValueReading) {
        self.has_values = true;
        self.possible = self.possible.and(reading.types);
        self.truth.0 |= reading.truth.0;
        if let Some(readings) = reading.readings {
            self.has_numbers = true;
            if self.possible.has(Type::Numeric) {
                self.numbers.add_readings(readings);
                self.exclude(Type::Numeric, self.numbers.fits.is_empty());
                self.codes.add_code(reading.code);
            }
            if self.possible.has(Type::Money) {
                self.amounts.add_readings(readings);
                let same_marks = is_same_mark(&mut self.prefix, reading.marks.0)
                    && is_same_mark(&mut self.suffix, reading.marks.1);
                self.exclude(Type::Money, self.amounts.fits.is_empty() || !same_marks);
            }
        }
        if self.possible.meets(Types::MOMENTS) {
            self.has_days |= !reading.is_infinite;
            self.is_ordered |= reading.orders != Orders::ALL;
            self.is_ambiguous |= reading.is_ambiguous;
            self.orders = self.orders.and(reading.orders);
            if self.orders.is_empty() {
                self.possible =
                    Types(self.possible.0 & !Types::MOMENTS.0 | self.possible.0 & 1 << Type::Time as u16);
            }
        }
    }

    fn exclude(&mut self, one: Type, really: bool) {
        self.possible.0 &= !(u16::from(really) << one as u16);
    }

    /// The first type that all values fit, if there are values. Where the values leave open how they are to be read, the
    /// caller's answers decide.
    pub(crate) fn suggestion(&self, answers: Answers) -> Option<Suggestion> {
        if !self.has_values {
            return None;
        }
        Type::ALL
            .into_iter()
            .filter(|&one| self.possible.has(one))
            .find_map(|one| self.suggestion_of(one, answers))
    }

    fn suggestion_of(&self, one: Type, answers: Answers) -> Option<Suggestion> {
        match one {
            Type::Boolean if !self.truth.is_told() => None,
            Type::Numeric if !self.has_numbers || self.codes.name_something() => None,
            Type::Numeric => self.numbers.separators(answers.decimal).map(Suggestion::Numeric),
            // Without a mark anywhere they are numbers.
            Type::Money if self.prefix.is_empty() && self.suffix.is_empty() => None,
            Type::Money => Some(Suggestion::Money {
                separators: self.amounts.separators(answers.decimal)?,
                prefix: self.prefix.clone(),
                suffix: self.suffix.clone(),
            }),
            _ if one.has_date() && !self.has_days => None,
            _ if one.has_date() && self.is_ordered => {
                let (order, proof) = self.order(answers.date_order)?;
                Some(Suggestion::Ordered(one, order, proof))
            }
            _ => Some(Suggestion::Plain(one)),
        }
    }

    /// The order of dates to which it matters.
    fn order(&self, wanted: Option<Order>) -> Option<(Order, Proof)> {
        let possible = || {
            [Order::Mdy, Order::Dmy, Order::Ymd]
                .into_iter()
                .filter(|&order| self.orders.has(order))
        };
        let is_open = self.is_ambiguous && possible().nth(1).is_some();
        if is_open {
            let wanted = wanted.filter(|&order| self.orders.has(order))?;
            return Some((wanted, Proof::Caller));
        }
        possible().next().map(|order| (order, Proof::Values))
    }

    /// Why the column is text, if its values fit a type and only leave open how they are to be read.
    pub(crate) fn undecided(&self, answers: Answers) -> Option<Undecided> {
        if !self.has_values || self.suggestion(answers).is_some() {
            return None;
        }
        let has_marks = !self.prefix.is_empty() || !self.suffix.is_empty();
        Type::ALL
            .into_iter()
            .filter(|&one| self.possible.has(one))
            .find_map(|one| {
                let needs = match one {
                    Type::Numeric if self.has_numbers && self.numbers.is_undecided() => "decimal_p",
                    Type::Money if has_marks && self.amounts.is_undecided() => "decimal_p",
                    _ if one.has_date() && self.has_days && self.is_ordered => "date_order",
                    _ => return None,
                };
                Some(Undecided { one, needs })
            })
    }
}

/// Whether a column has at most one mark, which some of its values may lack.
fn is_same_mark(known: &mut Vec<u8>, mark: &[u8]) -> bool {
    if known.is_empty() {
        known.extend(mark);
    }
    mark.is_empty() || known == mark
}

#[cfg(test)]
mod tests {
    use super::*;

    fn infer(values: &[&str]) -> Option<Suggestion> {
        let mut column = ColumnInference::new();
        for value in values {
            column.add_value(value.as_bytes());
        }
        column.suggestion(Answers::default())
    }

    fn name(values: &[&str]) -> &'static str {
        infer(values).map_or("text", |suggestion| suggestion.of_type().name())
    }

    #[test]
    fn long_values_are_json_or_text() {
        let address = format!("https://example.org/{}", "x".repeat(100_000));
        let json = format!("[\"{address}\"]");
        assert_eq!(name(&["https://example.org/"]), "mathesar_types.uri");
        assert_eq!(name(&["https://example.org/", &address]), "text");
        assert_eq!(name(&["[1]", &json]), "mathesar_types.mathesar_json_array");
    }

    #[test]
    fn types_of_columns() {
        for (values, expected) in [
            (&["Yes", "no"][..], "boolean"),
            (&["0", "1"], "boolean"),
            (&["1", "1"], "numeric"),
            (&["true", "true"], "boolean"),
            (&["T", "f", "true"], "boolean"),
            (&["off", "ON"], "boolean"),
            (&["F", "F"], "text"),
            (&["NO", "no"], "text"),
            (&["T"], "text"),
            (&["y"], "text"),
            (&["on"], "text"),
            (&["y", "f"], "text"),
            (&["0", "2"], "numeric"),
            (&["2024-01-05", "1999-12-31"], "date"),
            (&["2024-01-05 00:00:00", "1999-12-31"], "date"),
            (&["2024-01-05 10:00", "1999-12-31"], "timestamp without time zone"),
            (&["2024-01-05 10:00+02", "1999-12-31"], "timestamp with time zone"),
            (&["10:00", "23:59:59"], "time without time zone"),
            (&["10:00", "36:00"], "interval"),
            (&["1 day", "02:00"], "interval"),
            (&["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"], "uuid"),
            (&["jane@example.org"], "mathesar_types.email"),
            (&["[1]", "[]"], "mathesar_types.mathesar_json_array"),
            (&["{\"a\": 1}", "{}"], "mathesar_types.mathesar_json_object"),
            (&["{\"a\": 1}", "[]"], "text"),
            (&["http://example.org", "www.example.org/A"], "mathesar_types.uri"),
            (&["README.md"], "text"),
            (&["com.acme.app", "ASP.NET"], "text"),
            (&["smith:jones", "localhost:8080", "GO:0008150"], "text"),
            (&["lodash@4.17.21"], "text"),
            (&["+61 412 345 678"], "text"),
            (&["+61.412.345.678"], "text"),
            (&["612 345 678", "698 765 432"], "text"),
            (&["51 824 753 556"], "text"),
            (&["123.456.782", "111.222.333"], "text"),
            (&["192.168.100.200", "10.168.100.101"], "text"),
            (&["1 234 567", "98 765 432"], "numeric"),
            (&["+1 234", "-500"], "numeric"),
            (&["+1,234,567"], "numeric"),
            (&["1e+20", "1.5e-07"], "numeric"),
            (&["1.5", "NaN"], "numeric"),
            (&["NaN"], "text"),
            (
                &["2007-May-29", "May-29-2007", "May-2007-29", "29-May-2007"],
                "date",
            ),
            (&["2024-01-05 AD", "0044-03-15 BC", "infinity"], "date"),
            (&["12024-01-05 AD"], "date"),
            (&["infinity"], "text"),
            (&["2024-01-05T10:00:00.0 AD"], "timestamp without time zone"),
            (
                &["2024-01-05T10:00:00.0Z AD", "2024-01-05T10:00:00.5+05:30 AD"],
                "timestamp with time zone",
            ),
            (&["P0Y0M0DT-36H-15M0S"], "interval"),
            (&["10:00:00.0", "24:00:00.0"], "time without time zone"),
            (
                &[
                    "{\"value\": 1.50, \"currency\": \"EUR\"}",
                    "{\"currency\": null, \"value\": null}",
                ],
                "mathesar_types.multicurrency_money",
            ),
            (&["Note: hello", "a:b c"], "text"),
            (&["C:\\temp"], "text"),
            (&["$5", "6"], "mathesar_types.mathesar_money"),
            (&["$5", "€6"], "text"),
            (&["5 kg"], "text"),
            (&["00123", "10115"], "text"),
            (&["+4917112345678"], "text"),
            (&["1", ""], "text"),
            (&["1,500", "2,750"], "text"),
            (&["12.345", "0.125"], "numeric"),
            (&["1e5"], "text"),
            (&["hello"], "text"),
            (&[], "text"),
        ] {
            assert_eq!(name(values), expected, "{values:?}");
        }
    }

    fn numeric(group: &str, decimal: &str) -> Option<Suggestion> {
        let mark = |mark: &str| mark.bytes().next();
        Some(Suggestion::Numeric(Separators {
            group: mark(group),
            decimal: mark(decimal),
        }))
    }

    #[test]
    fn the_whole_column_tells_the_separators() {
        assert_eq!(infer(&["12", "345"]), numeric("", ""));
        assert_eq!(infer(&["12.345"]), numeric("", "."));
        assert_eq!(infer(&["1,500", "2,50"]), numeric("", ","));
        assert_eq!(infer(&["1,500", "1,234,567"]), numeric(",", ""));
        assert_eq!(infer(&["1,500", "2,750.25"]), numeric(",", "."));
        assert_eq!(infer(&["1.500", "2.750,25"]), numeric(".", ","));
        assert_eq!(infer(&["1.500", "1.234.567"]), numeric(".", ""));
        assert_eq!(infer(&["1 500", "2,5"]), numeric(" ", ","));
        assert_eq!(infer(&["12,34,567", "5"]), numeric(",", ""));
        assert_eq!(infer(&["1,5", "1.5"]), None);
    }

    #[test]
    fn the_whole_column_tells_the_order_of_dates() {
        let date = |order| Some(Suggestion::Ordered(Type::Date, order, Proof::Values));
        assert_eq!(infer(&["01/02/2024", "12/31/2024"]), date(Order::Mdy));
        assert_eq!(infer(&["01/02/2024", "31/12/2024"]), date(Order::Dmy));
        assert_eq!(infer(&["12/31/2024", "31/12/2024"]), None);
        assert_eq!(infer(&["1.2.2024"]), date(Order::Dmy));
        assert_eq!(infer(&["5/5/2024", "2024-01-02"]), date(Order::Mdy));
        assert_eq!(infer(&["2024-01-02"]), Some(Suggestion::Plain(Type::Date)));
    }

    #[test]
    fn what_the_column_does_not_tell_is_asked_for() {
        const NONE: Answers = Answers {
            date_order: None,
            decimal: None,
        };
        let of = |values: &[&str]| {
            let mut column = ColumnInference::new();
            for value in values {
                column.add_value(value.as_bytes());
            }
            column
        };
        let dates = of(&["01/02/2024", "03/04/2024"]);
        assert_eq!(dates.suggestion(NONE), None);
        let undecided = |one, needs| Some(Undecided { one, needs });
        assert_eq!(dates.undecided(NONE), undecided(Type::Date, "date_order"));
        let with_order = |order| Answers {
            date_order: Some(order),
            ..NONE
        };
        for order in [Order::Dmy, Order::Mdy] {
            let suggested = Suggestion::Ordered(Type::Date, order, Proof::Caller);
            assert_eq!(dates.suggestion(with_order(order)), Some(suggested));
        }
        assert_eq!(dates.suggestion(with_order(Order::Ymd)), None);
        assert_eq!(
            of(&["1,500"]).undecided(NONE),
            undecided(Type::Numeric, "decimal_p")
        );
        assert_eq!(
            of(&["$1,500"]).undecided(NONE),
            undecided(Type::Money, "decimal_p")
        );
        assert_eq!(of(&["1,5"]).undecided(NONE), None);
        assert_eq!(of(&["a"]).undecided(NONE), None);
        assert_eq!(
            of(&["01/02/2024 10:00"]).undecided(NONE),
            undecided(Type::Timestamp, "date_order")
        );
    }

    #[test]
    fn the_decimal_mark_of_amounts_is_asked_for() {
        let separators = |values: &[&str], decimal| {
            let mut column = ColumnInference::new();
            for value in values {
                column.add_value(value.as_bytes());
            }
            let answers = Answers {
                decimal,
                ..Answers::default()
            };
            match column.suggestion(answers) {
                Some(Suggestion::Money { separators, .. } | Suggestion::Numeric(separators)) => {
                    Some((separators.group, separators.decimal))
                }
                _ => None,
            }
        };
        let (point, comma) = (Some(DecimalMark::Point), Some(DecimalMark::Comma));
        for values in [&["€1.000", "€2.500"][..], &["1.000 €", "7 €"], &["$1.000"]] {
            assert_eq!(separators(values, None), None, "{values:?}");
            assert_eq!(separators(values, point), Some((None, Some(b'.'))), "{values:?}");
            assert_eq!(separators(values, comma), Some((Some(b'.'), None)), "{values:?}");
        }
        for values in [&["$1,500"][..], &["1,500"]] {
            assert_eq!(separators(values, None), None, "{values:?}");
            assert_eq!(separators(values, point), Some((Some(b','), None)), "{values:?}");
            assert_eq!(separators(values, comma), Some((None, Some(b','))), "{values:?}");
        }
        // Where the values tell, no answer changes it.
        assert_eq!(separators(&["€1.000", "€2.50"], comma), Some((None, Some(b'.'))));
        assert_eq!(
            separators(&["€1.000", "€1.000.000"], point),
            Some((Some(b'.'), None))
        );
        assert_eq!(separators(&["12.345"], comma), Some((None, Some(b'.'))));
    }

    #[test]
    fn the_marks_of_amounts() {
        let Some(Suggestion::Money {
            separators,
            prefix,
            suffix,
        }) = infer(&["1.234,50 €", "-7 €", "(8)"])
        else {
            unreachable!("not money");
        };
        assert_eq!(
            separators,
            Separators {
                group: Some(b'.'),
                decimal: Some(b',')
            }
        );
        assert_eq!((prefix, suffix), (b"".to_vec(), "€".as_bytes().to_vec()));
    }
}
