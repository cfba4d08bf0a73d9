//! One value, read against the types that are still possible for its column.

use super::candidates::{Type, Types};
use crate::values::moment::{self, Moment, MomentKind, Orders, Zone};
use crate::values::money::Amount;
use crate::values::number::{self, NumberShape};
use crate::values::number_format::Readings;
use crate::values::{boolean, email, interval, json, trim_value, uri, uuid};

/// The types that one value can be read as.
pub(crate) struct ValueReading<'a> {
    pub(crate) types: Types,
    /// For a number or an amount.
    pub(super) readings: Option<Readings>,
    /// Currency marks of an amount.
    pub(super) marks: (&'a [u8], &'a [u8]),
    /// For a date.
    pub(super) orders: Orders,
    /// Whether it is another date in another order.
    pub(super) is_ambiguous: bool,
    /// Whether it is a date that no other can be compared with.
    pub(super) is_infinite: bool,
    /// For a boolean.
    pub(super) truth: Truth,
    /// Of a number that could be a code.
    pub(super) code: Code,
}

/// The longest value that is looked at closely: a longer one is JSON, or plain text. Each look reads the whole value,
/// and no date, name or address has so many bytes.
const LONGEST_WORD: usize = 100_000;

impl<'a> ValueReading<'a> {
    /// Reads a value against the types that are wanted.
    pub(crate) fn from_text(text: &'a [u8], wanted: Types) -> Self {
        let wanted = match text.len() {
            ..=LONGEST_WORD => wanted,
            _ => wanted.and(Types::JSON),
        };
        let mut reading = Self {
            types: Types::NONE,
            readings: None,
            marks: (b"", b""),
            orders: Orders::ALL,
            is_ambiguous: false,
            is_infinite: false,
            truth: Truth::NONE,
            code: Code::None,
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
                reading.types.add_type(one, is_one(text));
            }
        };
        try_type(Type::Uuid, uuid::is_uuid);
        try_type(Type::Interval, interval::is_interval);
        try_type(Type::Email, email::is_plainly_address);
        try_type(Type::JsonArray, json::is_array);
        try_type(Type::JsonObject, json::is_object);
        try_type(Type::Uri, uri::is_plainly_address);
        if wanted.has(Type::MulticurrencyMoney) {
            reading
                .types
                .add_type(Type::MulticurrencyMoney, json::is_amount_with_currency(text));
        }
        if wanted.has(Type::Boolean)
            && let Some(truth) = boolean::read_boolean(text)
        {
            reading.types.add_type(Type::Boolean, true);
            reading.truth = Truth::from_text(text, truth);
        }
        reading.types = reading.types.and(wanted);
        reading
    }

    /// Whether it is an amount with the mark of a currency.
    pub(crate) fn has_currency(&self) -> bool {
        self.types.has(Type::Money) && self.marks != (b"", b"")
    }

    fn add_moment(&mut self, moment: Moment) {
        let (is_date, is_date_time) = match moment.kind {
            MomentKind::Date | MomentKind::Infinite => (true, true),
            MomentKind::DistantDate => (true, false),
            MomentKind::DateTime { midnight } => (midnight && moment.zone != Zone::Other, true),
            MomentKind::Time => (false, false),
        };
        self.types.add_type(Type::Date, is_date);
        self.types
            .add_type(Type::Timestamp, is_date_time && moment.zone != Zone::Other);
        self.types.add_type(Type::TimestampWithZone, is_date_time);
        self.types.add_type(Type::Time, moment.kind == MomentKind::Time);
        self.orders = moment.orders;
        self.is_ambiguous = moment.is_ambiguous;
        self.is_infinite = moment.kind == MomentKind::Infinite;
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
            self.readings = number::scientific(text);
            let fits = self.readings.is_some() || number::is_beyond_numbers(text);
            self.types.add_type(Type::Numeric, fits);
            return;
        };
        let readings = shape.readings();
        let counts_something = !readings.fits.is_empty() && !is_code(&shape);
        self.types
            .add_type(Type::Numeric, number.is_some() && counts_something);
        self.types
            .add_type(Type::Money, amount.is_some() && counts_something);
        self.readings = Some(readings);
        if let Some(amount) = amount {
            self.marks = (amount.prefix, amount.suffix);
        }
        self.code = match shape.digits_of_code() {
            Some(digits) if !shape.negative && number.is_some() => {
                Code::Grouped(digits, number::is_network_address(trim_value(text)))
            }
            _ => Code::None,
        };
    }
}

/// A number as a code: if it named something instead of counting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    None,
    /// A number of so many digits in groups: of a telephone, a person, a company; and whether it is a network address.
    Grouped(usize, bool),
}

/// The numbers of a column as codes: if they named something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Codes {
    /// How many digits all of them have; `None` if they differ or are no such numbers.
    digits: Option<usize>,
    are_addresses: bool,
    is_empty: bool,
}

impl Codes {
    /// Fewer digits, all in groups, are often counts as well: `400 001`.
    const FEWEST_DIGITS: usize = 9;

    pub(super) const NONE_YET: Self = Self {
        digits: None,
        are_addresses: true,
        is_empty: true,
    };

    pub(super) fn add_code(&mut self, code: Code) {
        let (digits, is_address) = match code {
            Code::None => (None, false),
            Code::Grouped(digits, is_address) => (Some(digits), is_address),
        };
        self.digits = digits.filter(|_| self.is_empty || self.digits == digits);
        self.are_addresses &= is_address;
        self.is_empty = false;
    }

    /// Whether the numbers are codes, not amounts: amounts differ in their number of digits, codes do not.
    pub(super) fn name_something(self) -> bool {
        !self.is_empty
            && (self.are_addresses || self.digits.is_some_and(|digits| digits >= Self::FEWEST_DIGITS))
    }
}

/// Which truth values were seen: each pair of words has a bit for its false and one for its true word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Truth(pub(super) u16);

impl Truth {
    pub(super) const NONE: Self = Self(0);
    /// `true` and `false` in full, which have no other meaning.
    const IN_FULL: Self = Self(1 << 8);

    fn from_text(text: &[u8], truth: bool) -> Self {
        let (pair, rest) = match text.first().map(u8::to_ascii_lowercase) {
            Some(b'y' | b'n') => (0, Self::NONE),
            Some(b't' | b'f') if text.len() > 1 => (1, Self::IN_FULL),
            Some(b't' | b'f') => (1, Self::NONE),
            Some(b'o') => (2, Self::NONE),
            _ => (3, Self::NONE),
        };
        Self(rest.0 | 1 << (2 * pair + u8::from(truth)))
    }

    /// Whether a column of such values tells true from false. One word alone names something more often: `F` a sex,
    /// `NO` a country, `1` a number.
    pub(super) fn is_told(self) -> bool {
        let pairs = self.0 & self.0 >> 1 & 0b0101_0101;
        pairs != 0 || self.0 & Self::IN_FULL.0 != 0
    }
}

/// Digits that name something instead of counting it: a postal code with leading zeros, a telephone number.
fn is_code(shape: &NumberShape) -> bool {
    shape.leading_zero || shape.plus && (shape.first >= 7 || shape.digits_of_code().is_some())
}
