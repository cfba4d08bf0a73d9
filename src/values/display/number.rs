//! Numbers and amounts of money: `1,234.50`, `12,34,567`, `-5,00 €`, `50 %`.

/// How a number is to be shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NumberDisplay<'a> {
    /// Fewest and most digits after the decimal point. `None`: as the number has them.
    pub(crate) least_decimals: Option<usize>,
    pub(crate) most_decimals: Option<usize>,
    pub(crate) grouping: DigitGrouping,
    pub(crate) format: SeparatorStyle,
    pub(crate) is_percentage: bool,
    pub(crate) currency: Option<Currency<'a>>,
}

/// When the digits before the decimal point are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DigitGrouping {
    Always,
    /// Unless they are four: 1234, 12,345.
    Auto,
    Never,
}

/// The separators between digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SeparatorStyle {
    English,
    German,
    French,
    Hindi,
    Swiss,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Currency<'a> {
    pub(crate) symbol: &'a [u8],
    /// Behind the amount, after a blank; else before it, after the minus.
    pub(crate) stands_behind: bool,
}

impl DigitGrouping {
    pub(crate) fn from_word(word: &[u8]) -> Self {
        match word {
            b"always" => DigitGrouping::Always,
            b"auto" => DigitGrouping::Auto,
            _ => DigitGrouping::Never,
        }
    }

    fn applies_to(self, digits: usize) -> bool {
        match self {
            DigitGrouping::Always => true,
            DigitGrouping::Auto => digits > 4,
            DigitGrouping::Never => false,
        }
    }
}

impl SeparatorStyle {
    pub(crate) fn from_word(word: &[u8]) -> Self {
        match word {
            b"german" => SeparatorStyle::German,
            b"french" => SeparatorStyle::French,
            b"hindi" => SeparatorStyle::Hindi,
            b"swiss" => SeparatorStyle::Swiss,
            _ => SeparatorStyle::English,
        }
    }

    fn decimal_mark(self) -> u8 {
        match self {
            SeparatorStyle::English | SeparatorStyle::Hindi | SeparatorStyle::Swiss => b'.',
            SeparatorStyle::German | SeparatorStyle::French => b',',
        }
    }

    fn separator(self) -> u8 {
        match self {
            SeparatorStyle::English | SeparatorStyle::Hindi => b',',
            SeparatorStyle::German => b'.',
            SeparatorStyle::French => b' ',
            SeparatorStyle::Swiss => b'\'',
        }
    }

    /// Whether a separator stands before the last `left` digits.
    fn separates(self, left: usize) -> bool {
        match self {
            SeparatorStyle::Hindi => left >= 3 && left % 2 == 1,
            _ => left.is_multiple_of(3),
        }
    }
}

/// Shows a number that PostgreSQL has printed. What is none (`NaN`, `Infinity`, a text that is longer than a number can
/// be) stays as it is.
pub(crate) fn show_number(number: &[u8], style: &NumberDisplay<'_>) -> Vec<u8> {
    /// A number has 131,072 digits before the decimal point and 16,383 after it.
    const LONGEST: usize = 150_000;
    let decimal = (number.len() <= LONGEST)
        .then(|| Decimal::parse(number))
        .flatten();
    let Some(mut decimal) = decimal else {
        return number.to_vec();
    };
    if style.is_percentage {
        decimal.shift(2);
    }
    decimal.limit(style.least_decimals, style.most_decimals);
    decimal.print(style)
}

/// A number in its digits.
struct Decimal {
    is_negative: bool,
    /// Before the decimal point at least one, and no zero too many.
    digits: Vec<u8>,
    /// How many of the digits stand after the decimal point.
    scale: usize,
}

impl Decimal {
    fn parse(number: &[u8]) -> Option<Self> {
        // For a float, which PostgreSQL prints with an exponent if it is large or small.
        const LARGEST_EXPONENT: i32 = 400;
        let (is_negative, number) = match number.strip_prefix(b"-") {
            Some(rest) => (true, rest),
            None => (false, number),
        };
        let (mantissa, exponent) = match number.iter().position(|byte| matches!(byte, b'e' | b'E')) {
            Some(at) => (
                &number[..at],
                std::str::from_utf8(&number[at + 1..]).ok()?.parse().ok()?,
            ),
            None => (number, 0),
        };
        let (integer, fraction) = match mantissa.iter().position(|&byte| byte == b'.') {
            Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
            None => (mantissa, &[][..]),
        };
        let is_number = !integer.is_empty()
            && integer.iter().chain(fraction).all(u8::is_ascii_digit)
            && (-LARGEST_EXPONENT..=LARGEST_EXPONENT).contains(&exponent);
        if !is_number {
            return None;
        }
        let mut decimal = Self {
            is_negative,
            digits: [integer, fraction].concat(),
            scale: fraction.len(),
        };
        decimal.shift(exponent);
        Some(decimal)
    }

    /// Moves the decimal point to the right, or to the left.
    fn shift(&mut self, places: i32) {
        let distance = places.unsigned_abs() as usize;
        if places < 0 {
            self.scale += distance;
        } else {
            let missing = distance.saturating_sub(self.scale);
            self.digits.resize(self.digits.len() + missing, b'0');
            self.scale = self.scale.saturating_sub(distance);
        }
        if self.digits.len() <= self.scale {
            let missing = self.scale + 1 - self.digits.len();
            self.digits.splice(0..0, std::iter::repeat_n(b'0', missing));
        }
        let superfluous = self.digits[..self.digits.len() - self.scale - 1]
            .iter()
            .take_while(|&&digit| digit == b'0')
            .count();
        self.digits.drain(..superfluous);
    }

    fn limit(&mut self, least: Option<usize>, most: Option<usize>) {
        if let Some(most) = most {
            self.round(most);
        }
        if let Some(least) = least {
            while self.scale > least && self.digits.last() == Some(&b'0') {
                self.digits.pop();
                self.scale -= 1;
            }
            while self.scale < least {
                self.digits.push(b'0');
                self.scale += 1;
            }
        }
        if self.digits.iter().all(|&digit| digit == b'0') {
            self.is_negative = false;
        }
    }

    /// Rounds half away from zero, as `numeric` does.
    fn round(&mut self, scale: usize) {
        if self.scale <= scale {
            return;
        }
        let kept = self.digits.len() - (self.scale - scale);
        let goes_up = self.digits[kept] >= b'5';
        self.digits.truncate(kept);
        self.scale = scale;
        if goes_up {
            for digit in self.digits.iter_mut().rev() {
                if *digit < b'9' {
                    *digit += 1;
                    return;
                }
                *digit = b'0';
            }
            self.digits.insert(0, b'1');
        }
    }

    fn print(&self, style: &NumberDisplay<'_>) -> Vec<u8> {
        let (integer, fraction) = self.digits.split_at(self.digits.len() - self.scale);
        let mut text = Vec::with_capacity(2 * self.digits.len() + 16);
        if self.is_negative {
            text.push(b'-');
        }
        let currency = style.currency.filter(|currency| !currency.symbol.is_empty());
        if let Some(currency) = currency.filter(|currency| !currency.stands_behind) {
            text.extend(currency.symbol);
        }
        let is_grouped = style.grouping.applies_to(integer.len());
        for (at, &digit) in integer.iter().enumerate() {
            if is_grouped && at > 0 && style.format.separates(integer.len() - at) {
                text.push(style.format.separator());
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(style.format.decimal_mark());
            text.extend(fraction);
        }
        if style.is_percentage {
            text.extend(b" %");
        }
        if let Some(currency) = currency.filter(|currency| currency.stands_behind) {
            text.push(b' ');
            text.extend(currency.symbol);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: NumberDisplay<'static> = NumberDisplay {
        least_decimals: None,
        most_decimals: None,
        grouping: DigitGrouping::Never,
        format: SeparatorStyle::English,
        is_percentage: false,
        currency: None,
    };

    fn shown(number: &str, style: NumberDisplay<'_>) -> String {
        String::from_utf8(show_number(number.as_bytes(), &style)).unwrap()
    }

    fn with_decimals(number: &str, least: Option<usize>, most: Option<usize>) -> String {
        shown(
            number,
            NumberDisplay {
                least_decimals: least,
                most_decimals: most,
                ..PLAIN
            },
        )
    }

    fn grouped(number: &str, format: SeparatorStyle) -> String {
        shown(
            number,
            NumberDisplay {
                grouping: DigitGrouping::Always,
                format,
                ..PLAIN
            },
        )
    }

    #[test]
    fn without_options_a_number_is_as_it_is() {
        for number in [
            "0",
            "-1",
            "1.50",
            "-0.5",
            "12345678901234567890.12345",
            "NaN",
            "-Infinity",
            "0.0",
        ] {
            assert_eq!(shown(number, PLAIN), number);
        }
    }

    #[test]
    fn decimals() {
        assert_eq!(with_decimals("1.5", Some(2), None), "1.50");
        assert_eq!(with_decimals("1.5000", Some(2), None), "1.50");
        assert_eq!(with_decimals("1.2345", Some(2), None), "1.2345");
        assert_eq!(with_decimals("1.2350", None, Some(2)), "1.24");
        assert_eq!(with_decimals("1.50", None, Some(2)), "1.50");
        assert_eq!(with_decimals("1.50", Some(0), Some(2)), "1.5");
        assert_eq!(with_decimals("2.5", None, Some(0)), "3");
        assert_eq!(with_decimals("-2.5", None, Some(0)), "-3");
        assert_eq!(with_decimals("999.995", Some(2), Some(2)), "1000.00");
        assert_eq!(with_decimals("-0.004", None, Some(2)), "0.00");
        assert_eq!(with_decimals("7", Some(2), Some(2)), "7.00");
    }

    #[test]
    fn groups() {
        assert_eq!(grouped("1234567.89", SeparatorStyle::English), "1,234,567.89");
        assert_eq!(grouped("1234567.89", SeparatorStyle::German), "1.234.567,89");
        assert_eq!(grouped("1234567.89", SeparatorStyle::French), "1 234 567,89");
        assert_eq!(grouped("1234567.89", SeparatorStyle::Hindi), "12,34,567.89");
        assert_eq!(grouped("1234567.89", SeparatorStyle::Swiss), "1'234'567.89");
        assert_eq!(grouped("-123", SeparatorStyle::English), "-123");
        assert_eq!(grouped("-1234", SeparatorStyle::Hindi), "-1,234");
        assert_eq!(grouped("12345", SeparatorStyle::Hindi), "12,345");
        assert_eq!(grouped("100000", SeparatorStyle::Hindi), "1,00,000");
    }

    #[test]
    fn four_digits_may_stand_together() {
        let auto = NumberDisplay {
            grouping: DigitGrouping::Auto,
            ..PLAIN
        };
        assert_eq!(shown("1234", auto), "1234");
        assert_eq!(shown("12345", auto), "12,345");
    }

    #[test]
    fn percentages() {
        let percentage = NumberDisplay {
            is_percentage: true,
            ..PLAIN
        };
        assert_eq!(shown("0.5", percentage), "50 %");
        assert_eq!(shown("0.1234", percentage), "12.34 %");
        assert_eq!(shown("1", percentage), "100 %");
        assert_eq!(shown("0.005", percentage), "0.5 %");
        assert_eq!(shown("0", percentage), "0 %");
        assert_eq!(shown("NaN", percentage), "NaN");
    }

    #[test]
    fn amounts_of_money() {
        let of = |symbol, stands_behind| NumberDisplay {
            currency: Some(Currency {
                symbol,
                stands_behind,
            }),
            ..PLAIN
        };
        assert_eq!(shown("-5", of(b"$", false)), "-$5");
        assert_eq!(shown("-5", of("€".as_bytes(), true)), "-5 €");
        assert_eq!(shown("5", of(b"", true)), "5");
    }

    #[test]
    fn floats_with_exponents() {
        assert_eq!(
            grouped("1e+20", SeparatorStyle::English),
            "100,000,000,000,000,000,000"
        );
        assert_eq!(grouped("1.5e-07", SeparatorStyle::German), "0,00000015");
        assert_eq!(with_decimals("1.5e-07", None, Some(2)), "0.00");
        assert_eq!(with_decimals("-1.7976931348623157e+308", None, None).len(), 310);
        assert_eq!(with_decimals("1e999999", None, Some(2)), "1e999999");
        assert_eq!(with_decimals("1e", None, Some(2)), "1e");
    }
}
