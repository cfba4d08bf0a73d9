//! Inferring the type of a text column from all its values.
//!
//! Every value is read once, against all types that are still possible for its column. The set only shrinks, and a
//! column for which only text is left is not read any more. The cast to a type takes every value that is accepted here,
//! so a suggestion can always be followed.

use super::moment::{self, Moment, MomentKind, Order, Orders, Zone};
use super::money::Amount;
use super::number::{FORMATS, Formats, NumberFormat, NumberShape, Readings};
use super::{boolean, email, interval, json, uri, uuid};

/// The types that a column of text can turn out to have, in the order in which they are preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Boolean,
    Date,
    Numeric,
    Money,
    Uuid,
    Timestamp,
    TimestampWithZone,
    Time,
    Interval,
    Email,
    JsonArray,
    JsonObject,
    Uri,
}

impl Type {
    pub(crate) const ALL: [Self; 13] = [
        Self::Boolean,
        Self::Date,
        Self::Numeric,
        Self::Money,
        Self::Uuid,
        Self::Timestamp,
        Self::TimestampWithZone,
        Self::Time,
        Self::Interval,
        Self::Email,
        Self::JsonArray,
        Self::JsonObject,
        Self::Uri,
    ];

    /// As SQL names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Numeric => "numeric",
            Self::Money => "mathesar_types.mathesar_money",
            Self::Uuid => "uuid",
            Self::Timestamp => "timestamp without time zone",
            Self::TimestampWithZone => "timestamp with time zone",
            Self::Time => "time without time zone",
            Self::Interval => "interval",
            Self::Email => "mathesar_types.email",
            Self::JsonArray => "mathesar_types.mathesar_json_array",
            Self::JsonObject => "mathesar_types.mathesar_json_object",
            Self::Uri => "mathesar_types.uri",
        }
    }

    /// Whether the order of day, month and year matters to it.
    fn has_date(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp | Self::TimestampWithZone)
    }
}

/// A set of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Types(u16);

impl Types {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self((1 << Type::ALL.len()) - 1);
    const MOMENTS: Self = Self::of(&[Type::Date, Type::Timestamp, Type::TimestampWithZone, Type::Time]);

    const fn of(types: &[Type]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < types.len() {
            bits |= 1 << types[at] as u16;
            at += 1;
        }
        Self(bits)
    }

    pub(crate) fn has(self, one: Type) -> bool {
        self.0 & 1 << one as u16 != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn add(&mut self, one: Type, fits: bool) {
        self.0 |= u16::from(fits) << one as u16;
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// The types that one value can be read as.
pub(crate) struct ValueReading<'a> {
    pub(crate) types: Types,
    /// For a number or an amount.
    readings: Option<Readings>,
    /// Currency marks of an amount.
    marks: (&'a [u8], &'a [u8]),
    /// For a date.
    orders: Orders,
    /// For a boolean.
    truth: Truth,
}

impl<'a> ValueReading<'a> {
    /// Reads a value against the types that are wanted.
    pub(crate) fn of(text: &'a [u8], wanted: Types) -> Self {
        let mut reading = Self {
            types: Types::NONE,
            readings: None,
            marks: (b"", b""),
            orders: Orders::ALL,
            truth: Truth::of(text),
        };
        if wanted.meets(Types::MOMENTS)
            && let Some(moment) = moment::read_moment(text)
        {
            reading.add_moment(moment);
        }
        if wanted.has(Type::Numeric) || wanted.has(Type::Money) {
            reading.add_number(text, wanted);
        }
        let mut try_type = |one, is_one: fn(&[u8]) -> bool| {
            if wanted.has(one) {
                reading.types.add(one, is_one(text));
            }
        };
        try_type(Type::Boolean, |text| boolean::read_boolean(text).is_some());
        try_type(Type::Uuid, uuid::is_uuid);
        try_type(Type::Interval, interval::is_interval);
        try_type(Type::Email, email::is_email);
        try_type(Type::JsonArray, json::is_array);
        try_type(Type::JsonObject, json::is_object);
        try_type(Type::Uri, is_uri);
        reading.types = reading.types.and(wanted);
        reading
    }

    /// Whether it is an amount with the mark of a currency.
    pub(crate) fn has_currency(&self) -> bool {
        self.types.has(Type::Money) && self.marks != (b"", b"")
    }

    fn add_moment(&mut self, moment: Moment) {
        let (is_date, is_date_time) = match moment.kind {
            MomentKind::Date => (true, true),
            MomentKind::DateTime { midnight } => (midnight && moment.zone != Zone::Other, true),
            MomentKind::Time => (false, false),
        };
        self.types.add(Type::Date, is_date);
        self.types
            .add(Type::Timestamp, is_date_time && moment.zone != Zone::Other);
        self.types.add(Type::TimestampWithZone, is_date_time);
        self.types.add(Type::Time, moment.kind == MomentKind::Time);
        self.orders = moment.orders;
    }

    fn add_number(&mut self, text: &'a [u8], wanted: Types) {
        // More digits than numeric can hold are none of a person's numbers.
        const LONGEST: usize = 1000;
        if text.len() > LONGEST {
            return;
        }
        let number = NumberShape::scan(text);
        // A number without marks is an amount too.
        let amount = match &number {
            Some(shape) if !shape.plus => Some(Amount {
                shape: *shape,
                prefix: b"",
                suffix: b"",
            }),
            None if wanted.has(Type::Money) => Amount::scan(text),
            _ => None,
        };
        let Some(shape) = number.or(amount.as_ref().map(|amount| amount.shape)) else {
            return;
        };
        let readings = shape.readings();
        let counts_something = !readings.fits.is_empty() && !is_code(&shape);
        self.types
            .add(Type::Numeric, number.is_some() && counts_something);
        self.types.add(Type::Money, amount.is_some() && counts_something);
        self.readings = Some(readings);
        if let Some(amount) = amount {
            self.marks = (amount.prefix, amount.suffix);
        }
    }
}

/// How truth values are written: the words, and the digits 0 and 1, which may as well be numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Truth(u8);

impl Truth {
    const NONE: Self = Self(0);
    const ZERO: Self = Self(1);
    const ONE: Self = Self(2);
    const WORD: Self = Self(4);

    fn of(text: &[u8]) -> Self {
        match text {
            b"0" => Self::ZERO,
            b"1" => Self::ONE,
            _ => Self::WORD,
        }
    }

    /// Whether the values of the column distinguish true from false: a column of only 1 is a number.
    fn is_told(self) -> bool {
        self.0 & Self::WORD.0 != 0 || self.0 == Self::ZERO.0 | Self::ONE.0
    }
}

/// Digits that name something instead of counting it: a postal code with leading zeros, a telephone number.
fn is_code(shape: &NumberShape) -> bool {
    shape.leading_zero || shape.plus && shape.first >= 7
}

/// A URI with a scheme as the RFC has them, or a web address, without blanks. `Note: hello` would pass the check of the
/// type; nobody means it so.
fn is_uri(text: &[u8]) -> bool {
    if text
        .iter()
        .any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control())
    {
        return false;
    }
    match uri::Uri::split(text).scheme {
        Some([first, rest @ ..]) => {
            // One letter is a drive of Windows.
            !rest.is_empty()
                && first.is_ascii_alphabetic()
                && rest
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
        }
        _ => uri::from_web_address(text).is_some(),
    }
}

/// How the numbers of a column are written, as far as its values show.
#[derive(Clone, Copy)]
struct NumberStyle {
    fits: Formats,
    grouped: Formats,
    fractional: Formats,
}

impl NumberStyle {
    const UNKNOWN: Self = Self {
        fits: Formats::ALL,
        grouped: Formats::NONE,
        fractional: Formats::NONE,
    };

    fn add(&mut self, readings: Readings) {
        self.fits = self.fits.and(readings.fits);
        self.grouped = self.grouped.or(readings.grouped);
        self.fractional = self.fractional.or(readings.fractional);
    }

    /// The format in which all numbers can be read, unless there are two that differ in what they make of them.
    fn format(&self) -> Option<usize> {
        let at = (0..FORMATS.len()).find(|&at| self.fits.has(at))?;
        // A comma before three digits, and nothing in the column to tell what it is. (A point is taken for one before
        // decimals: that is what programs write.)
        let is_ambiguous = FORMATS[at]
            == NumberFormat {
                group: None,
                decimal: b',',
            }
            && self.fractional.has(at)
            && (at + 1..FORMATS.len())
                .any(|other| self.fits.has(other) && FORMATS[other].group == Some(b','));
        (!is_ambiguous).then_some(at)
    }

    /// The separators that the numbers have.
    fn separators(&self) -> Option<Separators> {
        let at = self.format()?;
        Some(Separators {
            group: FORMATS[at].group.filter(|_| self.grouped.has(at)),
            decimal: self.fractional.has(at).then_some(FORMATS[at].decimal),
        })
    }
}

/// The separators between groups of digits and before decimals; `None` for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Separators {
    pub(crate) group: Option<u8>,
    pub(crate) decimal: Option<u8>,
}

/// A type for a column, with the options of its cast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Suggestion {
    Numeric(Separators),
    Money {
        separators: Separators,
        prefix: Vec<u8>,
        suffix: Vec<u8>,
    },
    /// A type with dates, whose order of day, month and year is another than the session's.
    Ordered(Type, Order),
    Plain(Type),
}

impl Suggestion {
    pub(crate) fn of_type(&self) -> Type {
        match self {
            Self::Numeric(_) => Type::Numeric,
            Self::Money { .. } => Type::Money,
            Self::Ordered(one, _) | Self::Plain(one) => *one,
        }
    }
}

/// The facts that the values of a column have shown so far.
#[derive(Clone)]
pub(crate) struct ColumnInference {
    possible: Types,
    has_values: bool,
    numbers: NumberStyle,
    amounts: NumberStyle,
    prefix: Vec<u8>,
    suffix: Vec<u8>,
    orders: Orders,
    truth: Truth,
}

impl ColumnInference {
    pub(crate) fn new() -> Self {
        Self {
            possible: Types::ALL,
            has_values: false,
            numbers: NumberStyle::UNKNOWN,
            amounts: NumberStyle::UNKNOWN,
            prefix: Vec::new(),
            suffix: Vec::new(),
            orders: Orders::ALL,
            truth: Truth::NONE,
        }
    }

    /// Whether only text is left.
    pub(crate) fn is_decided(&self) -> bool {
        self.possible.is_empty()
    }

    pub(crate) fn add(&mut self, text: &[u8]) {
        if !self.is_decided() {
            self.add_reading(&ValueReading::of(text, self.possible));
        }
    }

    /// Adds a value that was read against all types that are still possible, or more.
    pub(crate) fn add_reading(&mut self, reading: &ValueReading) {
        self.has_values = true;
        self.possible = self.possible.and(reading.types);
        self.truth.0 |= reading.truth.0;
        if let Some(readings) = reading.readings {
            if self.possible.has(Type::Numeric) {
                self.numbers.add(readings);
                self.exclude(Type::Numeric, self.numbers.fits.is_empty());
            }
            if self.possible.has(Type::Money) {
                self.amounts.add(readings);
                let same_marks = is_same_mark(&mut self.prefix, reading.marks.0)
                    && is_same_mark(&mut self.suffix, reading.marks.1);
                self.exclude(Type::Money, self.amounts.fits.is_empty() || !same_marks);
            }
        }
        if self.possible.meets(Types::MOMENTS) {
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

    /// The first type that all values fit, if there are values.
    pub(crate) fn suggestion(&self, session: Order) -> Option<Suggestion> {
        if !self.has_values {
            return None;
        }
        Type::ALL
            .into_iter()
            .filter(|&one| self.possible.has(one))
            .find_map(|one| self.suggestion_of(one, session))
    }

    fn suggestion_of(&self, one: Type, session: Order) -> Option<Suggestion> {
        match one {
            Type::Boolean if !self.truth.is_told() => None,
            Type::Numeric => self.numbers.separators().map(Suggestion::Numeric),
            // Without a mark anywhere they are numbers.
            Type::Money if self.prefix.is_empty() && self.suffix.is_empty() => None,
            Type::Money => Some(Suggestion::Money {
                separators: self.amounts.separators()?,
                prefix: self.prefix.clone(),
                suffix: self.suffix.clone(),
            }),
            _ if one.has_date() && !self.orders.has(session) => {
                // Month or day first, and the session says year: the order in which PostgreSQL itself is set up.
                let order = [Order::Mdy, Order::Dmy, Order::Ymd]
                    .into_iter()
                    .find(|&order| self.orders.has(order))?;
                Some(Suggestion::Ordered(one, order))
            }
            _ => Some(Suggestion::Plain(one)),
        }
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
            column.add(value.as_bytes());
        }
        column.suggestion(Order::Mdy)
    }

    fn name(values: &[&str]) -> &'static str {
        infer(values).map_or("text", |suggestion| suggestion.of_type().name())
    }

    #[test]
    fn types_of_columns() {
        for (values, expected) in [
            (&["Yes", "no"][..], "boolean"),
            (&["0", "1"], "boolean"),
            (&["1", "1"], "numeric"),
            (&["1", "t"], "boolean"),
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
        let date = |order| Some(Suggestion::Ordered(Type::Date, order));
        assert_eq!(
            infer(&["01/02/2024", "12/31/2024"]),
            Some(Suggestion::Plain(Type::Date))
        );
        assert_eq!(infer(&["01/02/2024", "31/12/2024"]), date(Order::Dmy));
        assert_eq!(infer(&["12/31/2024", "31/12/2024"]), None);
        assert_eq!(infer(&["1.2.2024"]), date(Order::Dmy));
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
